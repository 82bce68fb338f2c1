"""How a node is run: by the units of packaging/systemd, a service manager that listens, and its control socket.

The units are read as a service manager reads them, and compared with the program and the docs.
"""

import json
import re
import shutil
import signal
import socket
import stat
import time
from collections import namedtuple
from pathlib import Path

from config_scenarios import said
from node_process import STOP_SECONDS, run
from waiting import Skipped, expect

TREE = Path(__file__).resolve().parent.parent.parent
UNIT = TREE / "packaging" / "systemd" / "btc-federation.service"
DROP_IN = UNIT.with_name("older-than-253.conf")
BUSY_PORT_SECONDS = 30  # for which a start tries a port that another program has
FIRST_WITH_RELOAD = 253  # the systemd that knows Type=notify-reload

Setting = namedtuple("Setting", "section key value commented")


def settings(path):
    """All of a unit file, also what is there as a comment to be taken in: `#LoadCredential=...`."""
    section = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[(\w+)]", line):
            section = heading[1]
        elif setting := re.fullmatch(r"(#?)([A-Z]\w+)=(.*)", line):
            yield Setting(section, setting[2], setting[3], setting[1] == "#")
        else:
            expect(line == "" or line.startswith("# "), f"{path.name}: neither a setting nor a comment: {line!r}")


def value_of(path, key, commented=False):
    values = [one.value for one in settings(path) if (one.key, one.commented) == (key, commented)]
    expect(len(values) == 1, f"{path.name}: {key} is there {len(values)} times")
    return values[0]


def installed_files():
    """What the runbook puts where: target -> source, both as paths."""
    text = (TREE / "docs" / "runbooks.md").read_text(encoding="utf-8")
    lines = re.findall(r"^install -m \d+ (\S+) (\S+)/$", text, re.MULTILINE)
    expect(len(lines) == 2, f"the runbook installs {lines}")
    return {f"{folder}/{Path(source).name}": Path(source) for source, folder in lines}


def service_units(federation, _):
    """What the units name is there: the program, its folder, its signals, statuses and times, the credential."""
    node = federation.node()
    installed = installed_files()
    start = value_of(UNIT, "ExecStart").split()
    expect(start[0] in installed and installed[start[0]].name == Path(node.program).name,
           f"{start[0]} is none of {list(installed)}")
    expect(installed[f"/etc/systemd/system/{UNIT.name}"] == UNIT.relative_to(TREE), f"{installed}")
    folder = value_of(UNIT, "WorkingDirectory")
    expect(folder == f"/var/lib/{value_of(UNIT, 'StateDirectory')}", f"it runs in {folder}")
    user = value_of(UNIT, "User")
    runbook = (TREE / "docs" / "runbooks.md").read_text(encoding="utf-8")
    expect(f" {folder}\n" in runbook and re.search(rf"^useradd .*--home-dir {folder} .* {user}$", runbook, re.MULTILINE),
           f"the runbook makes no {folder} of {user}")
    operations = (TREE / "docs" / "operations.md").read_text(encoding="utf-8")
    for name in (f"packaging/systemd/{UNIT.name}", DROP_IN.name):
        expect(f"`{name}`" in operations, f"operations.md says nothing of {name}")
    watchdog = value_of(UNIT, "WatchdogSec")
    expect(f"hangs for {watchdog} s" in operations, f"operations.md says another time than {watchdog} s")

    expect(value_of(UNIT, "Type") == "notify-reload" and value_of(DROP_IN, "Type") == "notify", "of another type")
    expect(value_of(DROP_IN, "ExecReload") == "/bin/kill -HUP $MAINPID", "reload is no SIGHUP")
    expect(int(value_of(UNIT, "TimeoutStopSec")) > STOP_SECONDS, "it is killed in its orderly stop")
    expect(int(value_of(UNIT, "TimeoutStartSec")) > BUSY_PORT_SECONDS, "it is killed while it waits for its port")

    node.start(*start[1:])
    node.wait_started()
    node.stop()

    # What an operator has to mend ends the program with the status after which it is not started again.
    path = node.folder / "conf.yaml"
    path.write_text("network: [\n", encoding="utf-8")
    said(node, int(value_of(UNIT, "RestartPreventExitStatus")))

    # The credential that the unit offers is the one that the program looks for.
    credential = value_of(UNIT, "LoadCredential", commented=True).split(":")[0]
    (node.folder / credential).write_text(node.identity.private_key, encoding="utf-8")
    (node.folder / credential).chmod(0o600)
    path.write_text(f"network: {{ addresses: [{node.address}] }}\n", encoding="utf-8")
    peer_id, _ = said(node, 0, "peer-id", variables={"CREDENTIALS_DIRECTORY": str(node.folder)})
    expect(peer_id.strip() == node.peer_id, "the credential is not used")
    (node.folder / credential).unlink()

    verify(federation, node)


def verify(federation, node):
    """By the service manager's own reader, with the program that was built in the place of the installed one."""
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        raise Skipped("no systemd-analyze: nobody but ourselves has read the units")
    version = int(re.search(r"\d+", run(analyze, "--version").stdout.decode())[0])
    folder = federation.folder / "units"
    drop_ins = folder / f"{UNIT.name}.d"
    drop_ins.mkdir(parents=True)
    text = UNIT.read_text(encoding="utf-8").replace(value_of(UNIT, "ExecStart").split()[0], str(node.program))

    def complaints(unit):
        (folder / UNIT.name).write_text(unit, encoding="utf-8")
        done = run(analyze, "verify", "--man=no", "--recursive-errors=no", str(folder / UNIT.name))
        # Only what is said of this unit: the machine may have bad ones of its own.
        return [line for line in done.stderr.decode().splitlines() if UNIT.name in line]

    if version < FIRST_WITH_RELOAD:
        shutil.copy(DROP_IN, drop_ins)
        unknown = complaints(text)
        expect(len(unknown) == 1 and "notify-reload" in unknown[0], f"{unknown}")
        text = text.replace("Type=notify-reload", "Type=notify")
    found = complaints(text)
    print(f"systemd {version}: {found or 'no complaint'}")
    expect(not found, f"{found}")
    for name, wrong in {"key": text.replace("LockPersonality=", "LockPersonalty="),
                        "group": text.replace("@system-service", "@system-servce"),
                        "program": text.replace(str(node.program), "/no/such/program")}.items():
        expect(complaints(wrong), f"a wrong {name} is not seen")


def control_socket(federation, _):
    """control.sock is its owner's, survives a crash, belongs to one node, and says so when nobody listens."""
    node, other = federation.node(), federation.node()
    path = node.folder / "control.sock"
    for command in (["reload"], ["status"], ["config", "--history"]):
        _, err = said(node, 1, *command)
        expect("no node is running here" in err, f"{command}: {err}")
    print(err.strip())
    node.start()
    node.wait_started()
    mode = stat.S_IMODE(path.stat().st_mode)
    expect(mode == 0o600, f"control.sock has mode {mode:o}")
    said(node, 0, "status")
    said(node, 1, "reload", "--no-such-option")

    # Another node in the same directory runs, but without the socket.
    (node.folder / "other.yaml").write_text((other.folder / "conf.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (node.folder / "other.yaml").chmod(0o600)
    other.folder, folder = node.folder, other.folder
    other.runs = 100
    other.start("--config", "other.yaml", "--peers", str(folder / "peers.yaml"))
    line = other.wait_line("Commands cannot reach this node: it runs without its control socket", 10)
    print(line["reason"])
    other.wait_started()
    other.stop()
    (node.folder / "other.yaml").unlink()
    (node.folder / "other.yaml.last-good").unlink()
    expect(json.loads(said(node, 0, "status", "--json")[0])["peer_id"] == node.peer_id, "the wrong node answers")

    node.kill()
    expect(path.exists(), "a crash leaves the socket")
    said(node, 1, "status")
    node.start()
    node.wait_started()
    said(node, 0, "status")
    node.stop()
    expect(not path.exists(), "the socket is left behind")

    # Where the path is too long for a socket's address it works as well.
    deep = node.folder / ("d" * 120)
    deep.mkdir()
    node.folder.joinpath("conf.yaml").rename(deep / "conf.yaml")
    node.start("--config", str(deep / "conf.yaml"))
    node.wait_started()
    said(node, 0, "status", "--config", str(deep / "conf.yaml"))
    node.stop()


def service_manager(federation, _):
    """A service manager hears READY, RELOADING with the time, STATUS, WATCHDOG and STOPPING, in that order."""
    node = federation.node()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(node.folder / "notify.sock"))
    listener.settimeout(10)
    node.environment = {"NOTIFY_SOCKET": str(node.folder / "notify.sock"), "WATCHDOG_USEC": "200000"}

    def heard(begin):
        """The next message that begins so; those of the watchdog come between."""
        while True:
            message = listener.recv(4096).decode()
            if message.startswith(begin):
                return message
            expect(message == "WATCHDOG=1\n", f"{message!r} instead of {begin!r}")

    node.start()
    print(heard("READY=1\nSTATUS=running as " + node.peer_id))
    heard("WATCHDOG=1")
    heard("WATCHDOG=1")
    said(node, 0, "reload", "--dry-run")  # which is none: `heard` would not let it pass
    sent = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    node.send(signal.SIGHUP)
    told = heard("RELOADING=1\nMONOTONIC_USEC=")
    print(told)
    expect(int(told.split("=")[2]) >= sent, f"{told!r} is before the signal ({sent})")
    print(heard("READY=1\nSTATUS="))
    node.stop()
    heard("STOPPING=1")
    listener.close()


SCENARIOS = {one.__name__: one for one in (service_units, control_socket, service_manager)}
