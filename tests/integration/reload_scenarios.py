"""Reloads of a running node, good and bad."""

import contextlib
import json
import os
import signal
import socket
import stat
import threading
import time

import pace
from config_scenarios import said
from federation import missing_connections, start
from node_process import STOP_SECONDS, descriptors, memory_kib
from waiting import expect, wait_until

RELOAD_SECONDS = 2
FAILED = "Configuration not reloaded: the node runs on as before"


def wait_connected(nodes):
    wait_until(lambda: missing_connections(nodes), 20)


def reload_json(node, status=0, *arguments):
    """The record of a reload that was asked for by command."""
    out, _ = said(node, status, "reload", "--json", *arguments)
    return json.loads(out)


def history(node):
    return json.loads(said(node, 0, "config", "--history", "--json")[0])


def connections_of(node):
    node.refresh()
    return set(node.open)


def forgive(node):
    """Failed reloads are alarms, and meant here."""
    node.refresh()
    unmeant = [line for line in node.alarms if line["message"] != FAILED]
    expect(not unmeant, f"{node} logged {unmeant}")
    node.alarms.clear()


def reload(federation, _):
    """What can be changed is changed at once, and says so; connections stay."""
    node, peer = nodes = federation.chain(2)
    start(nodes)
    wait_connected(nodes)
    before = connections_of(node)

    record = reload_json(node)
    expect(record["outcome"] == "unchanged" and not record["changes"], f"{record}")

    node.configure(logging="level: debug, file_output: true, file_name: node.log",
                   peers="exchange_interval: 2s, max_connections: 7, connection_timeout: 3s")
    record = reload_json(node, 0, "--dry-run")
    print(json.dumps(record, indent=1))
    changes = {change["key"]: (change["before"], change["after"]) for change in record["changes"]}
    expect(record["outcome"] == "dry_run" and changes["peers.max_connections"] == ("1024", "7"), f"{record}")
    expect(not (node.folder / "node.log").exists(), "a dry run opened the log file")
    text, _ = said(node, 0, "reload")
    print(text)
    expect(" applied, asked by command of pid " in text and "peers.exchange_interval: 1s -> 2s" in text, text)
    node.wait_line("Exchange message", 10)
    wait_until(lambda: not (node.folder / "node.log").exists() and "no node.log", 5)

    # A log file that cannot be opened fails all of it.
    node.configure(logging="level: warn, file_output: true, file_name: no/such/node.log", peers="max_connections: 8")
    record = reload_json(node, 1)
    print(record["component"], record["reason"])
    expect(record["outcome"] == "failed" and record["component"] == "logging" and "node.log" in record["reason"],
           f"{record}")

    # What needs a restart is refused, with all else that is in the file.
    node.configure(network="loops: 2", peers="max_connections: 9")
    record = reload_json(node, 1)
    print(record["reason"])
    expect(record["outcome"] == "refused" and "network.loops" in record["reason"], f"{record}")
    keyless = (node.folder / "conf.yaml").read_text(encoding="utf-8").replace(node.identity.private_key, "")
    (node.folder / "conf.yaml").write_text(keyless.replace("loops: 2", ""), encoding="utf-8")
    record = reload_json(node, 1)
    print(record["reason"])
    expect(record["outcome"] == "refused" and "node.private_key (another key is another identity)" in record["reason"],
           f"{record}")
    expect('private_key: ""' in (node.folder / "conf.yaml").read_text(encoding="utf-8"), "the file was touched")

    node.configure()
    record = reload_json(node)
    values = {change["key"]: change["before"] for change in record["changes"]}
    expect(values["peers.max_connections"] == "7", f"a failed reload left something: {values}")
    outcomes = [one["outcome"] for one in history(node)]
    print(outcomes)
    expect(outcomes == ["unchanged", "dry_run", "applied", "failed", "refused", "refused", "applied"],
           f"{outcomes}")
    text, _ = said(node, 0, "config", "--history")
    expect(text.count(f"uid {os.getuid()}") == len(outcomes), f"who asked is not told: {text}")

    last_good = node.folder / "conf.yaml.last-good"
    mode = stat.S_IMODE(last_good.stat().st_mode)
    expect(mode == 0o600 and "exchange_interval: 1s" in last_good.read_text(encoding="utf-8"), f"mode {mode:o}")
    expect(connections_of(node) == before and len(before) == len(connections_of(peer)), "a connection was lost")
    text, _ = said(node, 0, "status")
    print(text)
    told = json.loads(said(node, 0, "status", "--json")[0])
    expect(told["peer_id"] == node.peer_id and told["listening"] == [node.address] and told["peers"]["known"] == 1,
           f"{told}")
    expect(sum(told["connections"][way] for way in ("inbound", "outbound")) == len(before), f"{told} of {before}")
    expect(told["last_reload"]["outcome"] == "applied", f"{told}")
    expect(min(sum(told["streams"].values()), told["tasks"], told["timers"]) >= 1, f"nothing is under way: {told}")
    forgive(node)


def reload_limits(federation, _):
    """A limit below what there is: the operator is told, also by a dry run, and nobody is dropped."""
    nodes = federation.chain(3)
    node = nodes[0]
    start(nodes)
    wait_connected(nodes)
    before = connections_of(node)
    node.configure(peers="exchange_interval: 1s, max_connections: 1")
    told = "peers.max_connections: 2 peers are connected: they stay"
    for arguments, outcome in ((["--dry-run"], "dry_run"), ([], "applied")):
        record = reload_json(node, 0, *arguments)
        print(record["findings"])
        expect(record["outcome"] == outcome and len(record["findings"]) == 1 and told in record["findings"][0],
               f"{record}")
    expect(node.wait_line("Configuration reloaded", 10)["findings"] == record["findings"], "the log does not tell")
    node.configure(peers="exchange_interval: 1s, max_connections: 2")
    expect(not reload_json(node)["findings"], "there is nothing to tell")
    expect(connections_of(node) == before, "a connection was lost")


def reload_files(federation, _):
    """A file that is broken, cut off, missing, a directory or unreadable changes nothing, and the error tells why."""
    node, peer = nodes = federation.chain(2)
    start(nodes)
    wait_connected(nodes)
    before = connections_of(node)
    path = node.folder / "conf.yaml"
    good = path.read_text(encoding="utf-8")
    cases = {"wrong value": (good.replace("exchange_interval: 1s", "exchange_interval: 0s"), "conf.yaml:3:"),
             "wrong type": (good.replace("exchange_interval: 1s", "exchange_interval: [1]"), "conf.yaml:3:"),
             "cut off": (good[:good.index("tcp") + 2], "conf.yaml:3:1:"),
             "empty": ("", "conf.yaml:"),
             "no YAML": ("\x00\x01", "conf.yaml:1:")}
    for name, (text, place) in cases.items():
        path.write_text(text, encoding="utf-8")
        record = reload_json(node, 1)
        print(f"{name}: {record['findings']}")
        expect(record["outcome"] == "invalid" and any(place in line for line in record["findings"]), f"{record}")
        expect(path.read_text(encoding="utf-8") == text, f"{name}: the file was touched")
    path.unlink()
    record = reload_json(node, 1)
    print(f"missing: {record['findings']}")
    expect(record["outcome"] == "invalid" and not path.exists(), f"{record}, or the file was written")
    path.mkdir()
    record = reload_json(node, 1)
    print(f"directory: {record['findings']}")
    expect(record["outcome"] == "invalid" and record["findings"], f"{record}")
    path.rmdir()
    node.configure()
    expect(reload_json(node)["outcome"] == "unchanged", "something of a broken file was applied")
    expect(connections_of(node) == before and connections_of(peer), "a connection was lost")
    forgive(node)

    # At the next start the operator is told where to find what worked.
    node.stop()
    path.write_text("network: [", encoding="utf-8")
    _, err = said(node, 1)
    print(err)
    expect("conf.yaml.last-good" in err, f"no word of the last good file: {err}")
    node.configure()


def reload_addresses(federation, _):
    """A node moves to another port; connections stay. A port that is taken fails the reload, and nothing moves."""
    node, peer = nodes = federation.chain(2)
    start(nodes)
    wait_connected(nodes)
    before = connections_of(node)
    old, port = node.port, federation.free_port()
    path = node.folder / "conf.yaml"
    text = path.read_text(encoding="utf-8")

    with socket.create_server(("127.0.0.1", port)):
        path.write_text(text.replace(f"/tcp/{old}", f"/tcp/{port}"), encoding="utf-8")
        record = reload_json(node, 1)
    print(record["component"], record["reason"])
    expect(record["outcome"] == "failed" and record["component"] == "listeners" and str(port) in record["reason"],
           f"{record}")
    socket.create_connection(("127.0.0.1", old), 5).close()

    record = reload_json(node)
    print(f"moved: prepared in {record['preparing_ms']} ms, the old one let go in {record['finishing_ms']} ms")
    expect(record["outcome"] == "applied" and record["changes"][0]["needs"] == "reload, rebinds", f"{record}")
    told = json.loads(said(node, 0, "status", "--json")[0])
    expect(told["listening"] == [f"/ip4/127.0.0.1/tcp/{port}"], f"{told}")
    socket.create_connection(("127.0.0.1", port), 5).close()
    with socket.socket() as probe:
        expect(probe.connect_ex(("127.0.0.1", old)) != 0, "the old port still answers")
    expect(connections_of(node) == before and connections_of(peer), "a connection was lost")
    forgive(node)


def reload_moving(federation, _):
    """1,000 listeners move, sixteen with each reload: memory and descriptors flat, no connection lost."""
    each, reloads = 16, pace.count(64, 8)
    node, peer = nodes = federation.chain(2)
    places = [", ".join(f"/ip4/127.0.0.1/tcp/{federation.free_port()}" for _ in range(each)) for _ in range(2)]
    node.configure(addresses=f"{node.address}, {places[1]}")
    start(nodes)
    wait_connected(nodes)
    before = connections_of(node)
    marks = []
    for number in range(reloads):
        node.configure(addresses=f"{node.address}, {places[number % 2]}")
        record = reload_json(node)
        expect(record["outcome"] == "applied" and not record["reason"], f"{record}")
        if (number + 1) % (reloads // 8) == 0:
            marks.append((memory_kib(node.process.pid), descriptors(node.process.pid)))
    print(f"memory (KiB) and descriptors after each eighth of {reloads * each} moves:", marks)
    told = json.loads(said(node, 0, "status", "--json")[0])
    expect(sorted(told["listening"]) == sorted([node.address, *places[1].split(", ")]), f"{told}")
    expect(pace.sanitized or marks[-1][0] - marks[1][0] < 256, f"memory grows: {marks}")
    expect(marks[-1][1] <= marks[1][1] + 1, f"descriptors grow: {marks}")
    expect(connections_of(node) == before and connections_of(peer), "a connection was lost")
    forgive(node)


@contextlib.contextmanager
def being_written(path):
    """Somebody goes on writing to the file, without a change of what it says."""
    ended = threading.Event()

    def write():
        while not ended.wait(0.01):
            os.utime(path)

    os.utime(path)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def reload_signals(federation, _):
    """SIGHUP reloads, bursts fold; it waits for the start's end, and a stop is not held up by it."""
    node = federation.node()
    holder = socket.create_server(("127.0.0.1", node.port))
    node.start()
    node.wait_line("Address is busy, trying again", 10)
    node.send(signal.SIGHUP)
    holder.close()
    node.wait_started()
    line = node.wait_line("Configuration is as it was", 10)
    print("during the start:", line["asked_by"])
    expect(line["asked_by"] == [f"signal of pid {os.getpid()} uid {os.getuid()}"], f"{line}")

    for _ in range(200):
        node.send(signal.SIGHUP)
    record = reload_json(node)
    signals = [one for one in history(node) if one["asked_by"] and one["asked_by"][0]["way"] == "signal"]
    print(f"200 signals and a command: {record['number']} reloads")
    expect(len(signals) >= 2 and record["number"] < 150, "no burst was folded")

    # SIGTERM in the middle of reloads: within 3 s (`stop` sees to it), and nothing is left half done.
    for _ in range(5):
        if not node.process:
            node.start()
            node.wait_started()
        for _ in range(20):
            node.send(signal.SIGHUP)
        print(f"SIGTERM during reloads: stopped after {node.stop():.2f} s")
        expect(node.find("Node stopped"), "no orderly end")

    # The same while a reload waits for a file that somebody is writing.
    node.start()
    node.wait_started()
    with being_written(node.folder / "conf.yaml"):
        node.send(signal.SIGHUP)
        print(f"SIGTERM while conf.yaml is written: stopped after {node.stop():.2f} s")

    # SIGHUP during a stop is given up.
    node.start()
    node.wait_started()
    node.send(signal.SIGSTOP)
    node.send(signal.SIGTERM)
    node.send(signal.SIGHUP)
    node.send(signal.SIGCONT)
    status = node.exit_status(STOP_SECONDS)
    expect(status == 0 and node.find("Node stopped"), f"exit status {status} after SIGHUP during a stop")
    forgive(node)


def reload_often(federation, _):
    """1,000 reloads, every second one fails: each under 2 s, memory and descriptors flat, no connection lost."""
    reloads = pace.count(1000, 100)
    node, peer = nodes = federation.chain(2)
    start(nodes)
    wait_connected(nodes)
    before = connections_of(node)
    path = node.folder / "conf.yaml"
    text = path.read_text(encoding="utf-8")
    good = [text.replace("exchange_interval: 1s", f"exchange_interval: {seconds}s") for seconds in (1, 2)]
    control = socket.socket(socket.AF_UNIX)
    control.connect(str(node.folder / "control.sock"))
    lines = control.makefile("rwb")
    took, marks = [], []
    for number in range(reloads):
        text = good[number // 2 % 2] if number % 2 == 0 else good[0].replace("level:", "lever:") + "peers: 1\n"
        path.write_text(text, encoding="utf-8")
        began = time.monotonic()
        lines.write(b'{"v":1,"id":%d,"command":"reload"}\n' % number)
        lines.flush()
        answer = json.loads(lines.readline())
        took.append(time.monotonic() - began)
        expect(answer["id"] == number and answer["ok"] == (number % 2 == 0), f"{answer}")
        if (number + 1) % (reloads // 10) == 0:
            marks.append((memory_kib(node.process.pid), descriptors(node.process.pid)))
    lines.close()
    control.close()
    took.sort()
    median, most = took[reloads // 2], took[reloads * 99 // 100]
    print(f"{reloads} reloads: median {median * 1000:.1f} ms, 99 % {most * 1000:.1f} ms, "
          f"longest {took[-1] * 1000:.1f} ms")
    print("memory (KiB) and descriptors after each tenth:", marks)
    expect(took[-1] < pace.seconds(RELOAD_SECONDS), f"one took {took[-1]:.2f} s")
    expect(pace.sanitized or marks[-1][0] - marks[1][0] < 1024, f"memory grows: {marks}")
    expect(marks[-1][1] <= marks[1][1] + 1, f"descriptors grow: {marks}")
    expect(connections_of(node) == before and connections_of(peer), "a connection was lost")
    forgive(node)


SCENARIOS = {one.__name__: one for one in
             (reload, reload_limits, reload_files, reload_addresses, reload_moving, reload_signals, reload_often)}
