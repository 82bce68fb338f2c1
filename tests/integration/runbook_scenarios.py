"""docs/runbooks.md: every runbook is followed by an operator who takes it at its word."""

import json
import re
import shutil
import stat
import subprocess

import runbook
from disk_scenarios import AGAIN_SECONDS, NOTICED_SECONDS, own_disk
from federation import missing_connections
from node_process import Node
from peers_scenarios import ACT_SECONDS, BACK_SECONDS, strangers, wait_connection
from waiting import Skipped, expect, wait_until

DEFAULT_ADDRESSES = "addresses: [/ip4/0.0.0.0/tcp/9000, /ip6/::/tcp/9000]"


def pair(federation, **settings):
    """Two connected nodes: ours, and one that another operator runs."""
    ours, other = federation.node(**settings), federation.node()
    ours.knows(other)
    for node in (ours, other):
        runbook.start(node)
    wait_connected(ours, other)
    return ours, other


def wait_connected(*nodes):
    wait_until(lambda: missing_connections(nodes), BACK_SECONDS)


def conf_of(node):
    return node.folder / "conf.yaml"


def edit(path, before, after):
    """As an editor does; the file keeps its mode."""
    text = path.read_text(encoding="utf-8")
    expect(before in text, f"no {before!r} in {text}")
    path.write_text(text.replace(before, after), encoding="utf-8")


def of_peer(said, peer):
    """The lines of `peers list` about a peer."""
    return [line for line in said.splitlines() if peer.peer_id in line or peer.public_key in line]


# --- runbooks, in the order of the page -----------------------------------------------------------------------

def install(book, federation):
    book.step(federation.node())


def first_start(book, federation):
    node = federation.node()
    conf_of(node).unlink()
    book.step(node)
    edit(conf_of(node), DEFAULT_ADDRESSES, f"addresses: [{node.address}]")
    book.step(node)
    book.step(node)
    said = book.step(node)
    expect(f"listening    {node.address}\n" in said and f"announced    {node.address}\n" in said, f"status: {said}")
    expect(re.search("^[A-Za-z0-9+/]{43}=$", said, re.M), f"no public key in {said}")
    mode = stat.S_IMODE(conf_of(node).stat().st_mode)
    expect(mode == 0o600 and "# " in conf_of(node).read_text(encoding="utf-8"), f"mode {mode:o}, or no comments")


def join(book, federation):
    member, friend, node = federation.node(), federation.node(), federation.node()
    friend.knows(member)
    for one in (member, friend, node):
        runbook.start(one)
    wait_connected(member, friend)
    book.step(node, ADDRESS=member.address, KEY=member.public_key, NAME="alice")
    wait_connected(member, friend, node)
    wait_until(lambda: friend.public_key not in node.peers() and "the friend is not in peers.yaml", BACK_SECONDS)
    said = book.step(node)
    expect("peers connected: 2" in said and "alice" in said, f"{said}")


def add_member(book, federation):
    ours, _ = pair(federation)
    new = federation.node()
    runbook.start(new)
    said = book.step(ours, ADDRESS=new.address, KEY=new.public_key, NAME="bob")
    expect("bob" in said, f"{said}")
    wait_connected(ours, new)


def remove_member(book, federation):
    ours, other = federation.node(), federation.node()
    ours.knows(other, *strangers(federation, 2))
    edit(ours.peers_path, f"- public_key: {other.public_key}\n", f"- public_key: {other.public_key}\n    name: bob\n")
    for node in (ours, other):
        runbook.start(node)
    wait_connected(ours, other)
    said = book.step(ours, NAME="bob")
    expect("bob" not in said.split("\n", 1)[1] and other.public_key not in ours.peers(), f"{said}")
    wait_connection(ours, other, False, ACT_SECONDS)


def new_key(book, federation):
    ours, other = pair(federation)
    old = ours.public_key
    book.step(ours)
    book.step(ours)
    edit(conf_of(ours), ours.identity.private_key, "")
    book.step(ours)
    ours.public_key = book.step(ours).splitlines()[0]
    ours.peer_id = ours.wait_line("Listening addresses", 5)["peer"]
    expect(ours.public_key != old and not (ours.folder / "conf.yaml.old-key").exists(), "the old key is still there")
    book.step(other, OLD_KEY=old, ADDRESS=ours.address, KEY=ours.public_key, NAME="carol")
    wait_connected(ours, other)
    expect(old not in other.peers() and ours.public_key in other.peers(), f"{other.peers()}")


def change_address(book, federation):
    ours, other = pair(federation)
    old, new = ours.address, f"/ip4/127.0.0.1/tcp/{federation.free_port()}"
    before = set(ours.open)
    edit(conf_of(ours), old, f"{old}, {new}")
    said = book.step(ours)
    expect(re.search(f"listening    {old}, {new}\n", said), f"status: {said}")
    wait_until(lambda: new not in other.peers().get(ours.public_key, []) and "the other is not told", BACK_SECONDS)
    edit(conf_of(ours), f"{old}, {new}", new)
    said = book.step(ours)
    expect(" applied" in said and of_peer(said, other), f"{said}")
    wait_until(lambda: old in other.peers()[ours.public_key] and "the other keeps the old address", BACK_SECONDS)
    ours.refresh()
    expect(set(ours.open) == before, "a connection was lost")


def reload(book, federation):
    ours, _ = pair(federation)
    edit(conf_of(ours), "exchange_interval: 1s", "exchange_interval: 2s")
    said = book.step(ours)
    expect(said.count("peers.exchange_interval: 1s -> 2s") >= 3, f"dry run, reload and history do not all tell: {said}")
    kept = ours.folder / "conf.yaml.last-good"  # written behind the answer, as nobody waits for it
    wait_until(lambda: "exchange_interval: 2s" not in kept.read_text(encoding="utf-8") and "it is not kept",
               BACK_SECONDS)
    edit(conf_of(ours), "exchange_interval: 2s", "exchange_interval: 3s")
    book.step(ours)
    line = wait_reloads(ours, 2)[-1]
    expect(line["outcome"] == "applied" and line["asked_by"][0].startswith("signal"), f"{line}")


def wait_reloads(node, count):
    def missing():
        node.refresh()
        return len(node.find("Configuration reloaded")) < count and f"not {count} reloads"
    wait_until(missing, ACT_SECONDS)
    return node.find("Configuration reloaded")


def backup(book, federation):
    ours, other = pair(federation)
    place = federation.folder / "elsewhere" / "backup.tar.gz"
    place.parent.mkdir()
    book.step(ours, BACKUP=place)
    mode = stat.S_IMODE(place.stat().st_mode)
    expect(mode == 0o600, f"the backup has mode {mode:o}")
    ours.stop()
    machine = Node(ours.program, federation.folder / "another-machine", "another-machine", ours.port, ours.identity)
    federation.nodes.append(machine)
    book.step(machine, BACKUP=place)
    book.step(machine)
    wait_connected(machine, other)
    said = book.step(machine)
    expect(ours.peer_id in said and "peers connected: 1" in said, f"status: {said}")
    expect(stat.S_IMODE(conf_of(machine).stat().st_mode) == 0o600, "others may read the restored key")


def upgrade(book, federation):
    ours, other = pair(federation)
    installed = ours.folder / "bin" / "btc-federation"
    installed.parent.mkdir()
    shutil.copy2(ours.program, installed)
    new, ours.program = ours.program, installed
    runbook.restart(ours)
    kept = installed.stat().st_ino
    book.step(ours, NEW=new, PROGRAM=installed)
    expect(installed.stat().st_ino != kept, "the running program was written into")
    book.step(ours)
    expect(running_program(ours) == installed.stat().st_ino, "the old program still runs")
    expect(ours.peer_id in book.step(ours), "status does not tell the peer id")
    wait_connected(ours, other)
    book.step(ours, PROGRAM=installed)
    book.step(ours)
    wait_connected(ours, other)
    expect(not list(installed.parent.glob("*.old")) and running_program(ours) != kept, "there is no way back")


def running_program(node):
    return (runbook.Path("/proc") / str(node.process.pid) / "exe").stat().st_ino


def damaged_peers(book, federation):
    ours, other = federation.node(), federation.node()
    ours.knows(other, *strangers(federation, 3))
    for node in (ours, other):
        runbook.start(node)
    wait_connected(ours, other)
    ours.wait_line("Learned peers saved", BACK_SECONDS)  # with a backup
    before = ours.peers()
    edit(ours.peers_path, "    addresses:", "   addresses:")
    ours.wait_line("peers.yaml cannot be read: it stays as it is, nothing is written until it is mended", ACT_SECONDS)
    said = book.step(ours, status=1)
    expect(re.search(r"peers\.yaml:\d+:", said), f"no line is named: {said}")
    book.step(ours)
    expect(ours.peers() == before, f"{ours.peers()}, before {before}")
    expect("peers.yaml.damaged-" in book.step(ours), "no damaged file is shown")
    expect(not list(ours.folder.glob("peers.yaml.damaged-*")), "the damaged file is still there")
    ours.refresh()
    expect(not missing_connections((ours, other)), "a connection was lost")


def full_disk(book, federation):
    ours, other = federation.node(), federation.node()
    disk = own_disk(ours)
    other.knows(ours)
    try:
        ours.knows(*strangers(federation, 3))
        ours.start("--peers", "disk/peers.yaml")
        ours.wait_started()
        with open(disk / "node-2026-01-01.log.gz", "wb", buffering=0) as old_log:
            try:
                while True:
                    old_log.write(bytes(4096))
            except OSError as error:
                print(f"filled: {error.strerror}")
        runbook.start(other)
        wait_connected(ours, other)
        ours.wait_line("peers.yaml cannot be written: new peers are kept in memory until it can", NOTICED_SECONDS)
        said = book.step(ours, folder=disk)
        expect("100%" in said and "node-2026-01-01.log.gz" in said, f"{said}")
        book.step(ours, folder=disk)
        ours.wait_line("peers.yaml can be written again", AGAIN_SECONDS)
        expect(other.public_key in ours.peers(), "what was learned is lost")
        ours.alarms.clear()
        ours.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def read_logs(book, federation):
    ours, other = pair(federation, logging="file_output: true, file_name: node.log")
    good = conf_of(ours).read_text(encoding="utf-8")
    edit(conf_of(ours), "exchange_interval: 1s", "exchange_interval: 0s")
    runbook.reload(ours)
    ours.wait_line("Configuration not reloaded: the node runs on as before", ACT_SECONDS)
    ours.alarms.clear()
    conf_of(ours).write_text(good, encoding="utf-8")
    book.step(ours)
    said = [json.loads(line) for line in book.step(ours, ID=other.peer_id).splitlines()]
    errors = [line for line in said if line["level"] == "error"]
    expect([line["event"] for line in errors] == ["config.reload.failed"], f"{errors}")
    expect(len(said) > len(errors) and all(line["peer"] == other.peer_id for line in said if line not in errors), f"{said}")
    edit(conf_of(ours), "file_name: node.log", f"file_name: node.log, level: debug, trace_peers: [{other.peer_id}]")
    book.step(ours)
    ours.wait_line("Exchange message", 10, peer=other.peer_id)


PREPARED = {
    "Install the service": install,
    "Start for the first time": first_start,
    "Join a federation": join,
    "Add a member": add_member,
    "Remove a member": remove_member,
    "Give a member a new key": new_key,
    "Change address or port": change_address,
    "Reload": reload,
    "Back up and restore": backup,
    "Upgrade": upgrade,
    "Mend a damaged peers.yaml": damaged_peers,
    "Make room on a full disk": full_disk,
    "Read the logs": read_logs,
}


def runbooks(federation, _):
    """Every command of docs/runbooks.md does what the page says, and there is none that is not tried."""
    blocks = runbook.read(runbook.DOCS / "runbooks.md")
    expect(list(blocks) == list(PREPARED), f"headings with commands {list(blocks)}, prepared {list(PREPARED)}")
    elsewhere = runbook.read(runbook.DOCS / "operations.md")
    expect(not elsewhere, f"commands of operations.md that nobody runs: they belong into runbooks.md: {elsewhere}")
    skipped = []
    for heading, prepared in PREPARED.items():
        print(f"=== {heading}", flush=True)
        book = runbook.Runbook(heading, blocks[heading])
        try:
            prepared(book, federation)
            book.end()
        except Skipped as reason:
            skipped.append(f"{heading}: {reason}")
        federation.stop_all()
    if skipped:
        raise Skipped("; ".join(skipped))


SCENARIOS = {"runbooks": runbooks}
