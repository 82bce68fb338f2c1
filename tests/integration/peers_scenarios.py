"""peers.yaml while nodes run: edited by hand in the ways of editors, by commands, damaged, on a disk that is full."""

import base64
import fcntl
import json
import os
import random
import shutil
import subprocess
import time

from federation import missing_connections, start
from node_process import new_identity, run
from waiting import expect, expect_for, wait_until

NOTICE_SECONDS = 1   # what operators are promised
LINK_SECONDS = 6     # a symbolic link on the way is looked at every 5 s
ACT_SECONDS = 5      # the file at rest for 2 s, and a connection that ends
BACK_SECONDS = 25    # the longest back-off, and a handshake
LOCK_SECONDS = 10   # a save that waits for the lock, and its retry
HALF_SECONDS = 1     # a program that pauses in the middle of a file


# --- how a human and programs write ---------------------------------------------------------------------------

def entry(node, name):
    return f"  - public_key: {node.public_key}  # {name}\n    name: {name}\n    addresses: [{node.address}]\n"


def with_entry(text, node, name):
    head, tail = text.split("peers:\n", 1)
    return f"{head}peers:\n{entry(node, name)}{tail}"


def without_entry(text, node):
    blocks = text.split("  - public_key: ")
    kept = [block for block in blocks if node.public_key not in block.split("\n", 1)[0]]
    expect(len(kept) == len(blocks) - 1, f"{node} is not an entry of {text}")
    return "  - public_key: ".join(kept)


def by_rename(path, text):
    """As vim does: another file is given the name."""
    other = path.with_name(f".{path.name}.swp")
    other.write_text(text, encoding="utf-8")
    other.rename(path)


def in_place(path, text):
    path.write_text(text, encoding="utf-8")


class Halves:
    """As a slow program does: the file is emptied, half of it is written, then the rest."""

    def __init__(self, path, text):
        self.file = open(path, "w", encoding="utf-8")
        self.rest = text[len(text) // 2:]
        self.file.write(text[:len(text) // 2])
        self.file.flush()

    def finish(self):
        self.file.write(self.rest)
        self.file.close()


def strangers(federation, count):
    """Entries of peers that are never there, so that a removal is not half of the file."""
    class Nobody:
        def __init__(self):
            self.public_key = new_identity(federation.program).public_key
            self.address = f"/ip4/127.0.0.1/tcp/{federation.free_port()}"
    return [Nobody() for _ in range(count)]


def text_of(node):
    return node.peers_path.read_text(encoding="utf-8")


def edits(node):
    node.refresh()
    return node.find("peers.yaml was edited")


def wait_edit(node, since, kind, name, seconds=NOTICE_SECONDS):
    """In time the log names what changed."""
    def missing():
        return not [line for line in edits(node)[since:] if name in line[kind]] and f"no edit has {kind} {name}"
    return wait_until(missing, seconds)


def has_connection(node, other):
    return other.peer_id in node.connected()


def wait_connection(node, other, there, seconds):
    return wait_until(lambda: has_connection(node, other) != there and
                      f"{node} is {'not ' if there else ''}connected with {other}", seconds)


# --- scenarios ------------------------------------------------------------------------------------------------

def peers_edited(federation, _):
    """An edit is noticed within a second, whatever program made it, and acted upon; no half of one is."""
    node, *others = nodes = [federation.node() for _ in range(4)]
    node.knows(*strangers(federation, 5))
    start(nodes)
    ways = {"by renaming": by_rename, "in place": in_place}
    for other, (way, write) in zip(others, ways.items()):
        since = len(edits(node))
        write(node.peers_path, with_entry(text_of(node), other, way.replace(" ", "-")))
        took = wait_edit(node, since, "added", way.replace(" ", "-"))
        dialled = wait_connection(node, other, True, 10)
        print(f"added {way}: noticed after {took:.2f} s, connected {dialled:.2f} s later")
        expect(f"# {way.replace(' ', '-')}" in text_of(node), f"the comment is gone: {text_of(node)}")

    since = len(edits(node))
    before = text_of(node)
    halves = Halves(node.peers_path, with_entry(before, others[2], "in-halves"))
    expect_for(lambda: len(edits(node)) != since and "half an edit was taken", HALF_SECONDS)
    halves.finish()
    took = wait_edit(node, since, "added", "in-halves")
    wait_connection(node, others[2], True, 10)
    print(f"in two halves: noticed {took:.2f} s after the second")

    subprocess.run(["sed", "-i", "s/# by-renaming/# of old/", str(node.peers_path)], check=True)
    wait_until(lambda: "# kept by btc-federation" not in text_of(node) and "no last line", 5)
    expect("# of old" in text_of(node), "the edit of sed is gone")
    expect(not missing_connections([node, others[0]]), "an edit of a comment disconnects")
    expect(len(node.peers()) == 8, f"{node.peers()}")
    run_check(node)


def peers_folder_swapped(federation, _):
    """Another folder in the place of one around that of peers.yaml is noticed within a second, as any edit is."""
    node, first, other, third, linked, last = [federation.node() for _ in range(6)]
    around, fresh = node.folder / "around", node.folder / "fresh"
    node.peers_path = around / "place" / "peers.yaml"
    node.peers_path.parent.mkdir(parents=True)
    node.knows(*strangers(federation, 5))
    node.start("--peers", str(node.peers_path.relative_to(node.folder)))
    node.wait_started()
    in_place(node.peers_path, with_entry(text_of(node), first, first.name))
    wait_edit(node, 0, "added", first.name)  # so it looks no more because it has just started

    def prepare(added):
        shutil.copytree(around, fresh)
        in_place(fresh / "place" / "peers.yaml", with_entry(text_of(node), added, added.name))
        return len(edits(node))

    for added in (other, third):
        since = prepare(added)
        around.rename(node.folder / f"before-{added}")
        fresh.rename(around)
        print(f"swapped: noticed after {wait_edit(node, since, 'added', added.name):.2f} s")

    around.rename(node.folder / "linked")
    around.symlink_to("linked")
    since = len(edits(node))
    in_place(node.peers_path, with_entry(text_of(node), linked, linked.name))
    wait_edit(node, since, "added", linked.name)
    since = prepare(last)
    link = node.folder / "link"
    link.symlink_to("fresh")
    link.rename(around)
    print(f"linked elsewhere: noticed after {wait_edit(node, since, 'added', last.name, LINK_SECONDS):.2f} s")


def peers_removed(federation, _):
    """A removed peer is disconnected and kept out, over a restart and whatever others tell, until it is added."""
    node, friend, removed = nodes = federation.star(3)
    node.knows(friend, removed, *strangers(federation, 3))
    start(nodes)
    wait_until(lambda: missing_connections(nodes), 10)
    since = len(edits(node))
    by_rename(node.peers_path, without_entry(text_of(node), removed))
    wait_edit(node, since, "removed", removed.peer_id)
    took = wait_connection(node, removed, False, ACT_SECONDS)
    print(f"removed: disconnected after {took:.2f} s")
    expect("removed:" in text_of(node), "no tombstone")
    expect_for(lambda: has_connection(node, removed) and "it is back", 6)
    expect(not missing_connections([friend, removed]) and not missing_connections([node, friend]),
           "the others lost each other")

    node.stop()
    node.start()
    node.wait_started()
    wait_connection(node, friend, True, BACK_SECONDS)
    expect_for(lambda: has_connection(node, removed) and "it is back after a restart", 6)
    expect(removed.public_key not in node.peers(), "it is an entry again")

    done = run(node.program, "peers", "add", f"{removed.address}/p2p/{removed.peer_id}", "--name", "back",
               folder=node.folder)
    expect(done.returncode == 0, f"peers add: {done}")
    took = wait_connection(node, removed, True, BACK_SECONDS)
    print(f"added by hand: connected after {took:.2f} s")
    run_check(node)


def peers_broken(federation, _):
    """A broken edit is reported once with its line, never overwritten, and taken when it is mended."""
    node, other = nodes = [federation.node(), federation.node()]
    node.knows(*strangers(federation, 3))
    start(nodes)
    good = text_of(node)
    broken = with_entry(good, other, "second").replace("    addresses", "   addresses", 1)
    in_place(node.peers_path, broken)
    line = node.wait_line("peers.yaml cannot be read: it stays as it is, nothing is written until it is mended",
                          NOTICE_SECONDS)
    print(line["detail"])
    expect("line " in line["detail"], f"no line is named: {line}")
    expect_for(lambda: text_of(node) != broken and "the broken edit was overwritten", 3)
    done = run(node.program, "peers", "add", f"{other.address}/p2p/{other.peer_id}", folder=node.folder)
    expect(done.returncode == 1 and b"peers.yaml" in done.stderr, f"a command on a broken file: {done}")
    expect(text_of(node) == broken, "a command changed the broken file")
    by_rename(node.peers_path, with_entry(good, other, "second"))
    node.wait_line("peers.yaml can be read again", NOTICE_SECONDS)
    wait_connection(node, other, True, 10)
    expect(len(node.find(line["message"])) == 1, "the broken edit was reported more than once")
    run_check(node)


def peers_commands(federation, _):
    """peers list, add, remove, check, repair and import, with the node running and without it."""
    node, other = nodes = [federation.node(), federation.node()]
    start([other])
    for running in (False, True):
        if running:
            start([node])
        say = lambda *arguments, status=0: command(node, status, *arguments)
        say("add", f"{other.address}/p2p/{other.peer_id}", "--name", "second")
        say("add", "/ip4/192.0.2.7/tcp/9000", "--key", new_identity(node.program).public_key, "--name", "third")
        listed = json.loads(say("list", "--json"))
        expect({peer["name"] for peer in listed["peers"]} >= {"second", "third"}, f"{listed}")
        page = json.loads(say("list", "--json", "--limit", "1"))
        say("list", "--limit", "-1", status=1)
        rest = json.loads(say("list", "--json", "--after", page["next"]))
        # How the node stands with each may change in between.
        names = [[peer["name"] for peer in part["peers"]] for part in (page, rest, listed)]
        expect(names[0] + names[1] == names[2] and rest["next"] is None, f"{page} {rest}")
        if running:
            wait_connection(node, other, True, BACK_SECONDS)
        states = {peer["name"]: peer.get("node") for peer in json.loads(say("list", "--json"))["peers"]}
        if running:
            expect(states["second"]["state"] == "connected" and states["second"]["connections"] == 1, f"{states}")
            expect("connected" in say("list"), "the state is in the list for people, too")
        else:
            expect(states["second"] is None, f"{states}")
        if not running:  # a running node would complain of it
            bad = new_identity(node.program).public_key
            in_place(node.peers_path, text_of(node) + f"  - public_key: {bad}\n    addresses: [none]\n")
            expect("could not be used" in say("remove", bad), "a bad entry is removed as such")
            say("check")
        say("remove", "third")
        say("remove", "nobody", status=1)
        say("remove", other.peer_id)
        if running:
            wait_connection(node, other, False, ACT_SECONDS)
        expect(json.loads(say("list", "--json"))["total"] == 0, "two are removed, and there are some")
        shared = node.folder / "shared.yaml"
        shared.write_text("peers:\n" + entry(other, "imported") + "  - public_key: c2hvcnQ=\n", encoding="utf-8")
        print(say("import", "shared.yaml", status=1).strip())
        expect(other.public_key in node.peers(), "nothing was imported")
        if running:
            wait_connection(node, other, True, BACK_SECONDS)
        say("check")
    node.stop()

    no_point = base64.b64encode(bytes([2]) + bytes(31)).decode()
    good = text_of(node)
    in_place(node.peers_path, with_entry(good, other, "x").replace(other.public_key, no_point, 1))
    expect("not a point" in command(node, 1, "check"), "a key that is no point")
    in_place(node.peers_path, good[:len(good) - 40])
    command(node, 1, "add", f"{other.address}/p2p/{other.peer_id}", shown=False)
    print(command(node, 0, "repair").strip())
    expect(text_of(node).split("\n# kept")[0] == good.split("\n# kept")[0], "not what it was")
    command(node, 0, "check")


def peers_stopped_while_saving(federation, _):
    """SIGTERM at any instant of a save: status 0 within 3 s, and the file is whole."""
    node, other = nodes = [federation.node(), federation.node()]
    rng = random.Random(7)
    lines = ["peers:\n"]
    for number in range(2000):
        key = base64.b64encode(rng.randbytes(32)).decode()
        lines.append(f"  - public_key: {key}\n    addresses: [/ip4/127.0.0.1/tcp/{1 + number % 1000}]\n")
    node.peers_path.write_text("".join(lines), encoding="utf-8")
    start([other])
    slowest = 0
    for number in range(10):
        node.start()
        node.wait_started()
        in_place(node.peers_path, text_of(node).replace("peers:\n", f"peers:\n  # edit {number}\n", 1))
        time.sleep(rng.uniform(0, 0.6))  # the instant is what is tried
        slowest = max(slowest, node.stop())
        done = run(node.program, "peers", "list", "--json", folder=node.folder)
        expect(done.returncode == 0 and json.loads(done.stdout)["total"] >= 2000, f"after stop {number}: {done.stderr}")
        expect(f"# edit {number}\n" in text_of(node), f"edit {number} is gone")
        leftovers = [path.name for path in node.folder.iterdir() if ".tmp-" in path.name]
        expect(not leftovers, f"left over: {leftovers}")
    print(f"10 stops, the slowest took {slowest:.2f} s")


def peers_locked(federation, _):
    """A script that holds the lock is named and hinders neither the node nor its stop; nothing is lost by it."""
    node, other = nodes = [federation.node(), federation.node()]
    node.knows(*strangers(federation, 3))
    start(nodes)
    slowest = 0
    with open(f"{node.peers_path}.lock", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        in_place(node.peers_path, with_entry(text_of(node), other, "second"))
        line = node.wait_line("Another process holds the lock of peers.yaml", LOCK_SECONDS)
        expect(line["detail"] == str(os.getpid()), f"not our pid: {line}")
        for delay in (0, 0.5):
            in_place(node.peers_path, text_of(node) + "# touched\n")
            time.sleep(NOTICE_SECONDS / 2 + delay)  # the instant is what is tried
            slowest = max(slowest, node.stop())
            node.start()
            node.wait_started()
    wait_connection(node, other, True, BACK_SECONDS)
    wait_until(lambda: "# kept by btc-federation" not in text_of(node) and "no last line", BACK_SECONDS)
    expect(text_of(node).count("# touched") == 2 and "second" in text_of(node), f"an edit is gone: {text_of(node)}")
    expect({alarm["event"] for alarm in node.alarms} == {"peers.unsaved"}, f"{node.alarms}")
    node.alarms.clear()
    print(f"stopped within {slowest:.2f} s while the lock is held")


def run_check(node):
    done = run(node.program, "peers", "check", "--peers", str(node.peers_path), folder=node.folder)
    expect(done.returncode == 0, f"peers check: {done.stderr.decode()}")


def command(node, status, *arguments, shown=True):
    done = run(node.program, "peers", *arguments, folder=node.folder)
    said = done.stdout.decode() + done.stderr.decode()
    expect(done.returncode == status, f"peers {' '.join(arguments)} exits with {done.returncode}: {said}")
    if shown and status:
        print(done.stderr.decode().strip())
    return said if status else done.stdout.decode()


SCENARIOS = {one.__name__: one for one in
             (peers_edited, peers_folder_swapped, peers_removed, peers_broken, peers_commands,
              peers_stopped_while_saving, peers_locked)}
