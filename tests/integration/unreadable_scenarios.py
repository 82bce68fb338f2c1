"""peers.yaml that is there and cannot be read, under a node that runs and at its start: bad sectors, a directory or a
FIFO in its place, rights that are missing."""

import os

from disk_scenarios import AGAIN_SECONDS, NOTICED_SECONDS, survives
from failing_calls import FailingCall, failing_start, need_tracer
from node_process import run
from peers_scenarios import BACK_SECONDS, by_rename, command, in_place, strangers, text_of, wait_connection, with_entry
from waiting import expect, expect_for, wait_until

BROKEN = "peers.yaml cannot be read: it stays as it is, nothing is written until it is mended"
MENDED = "peers.yaml can be read again"
RESTORED = "peers.yaml was missing or damaged and is restored"
SILENT_SECONDS = 3  # several more tries
SECTOR = 4096
# What root is spared and everybody else is not.
RIGHTS = "-dac_override,-dac_read_search,-fowner,-chown"
SOMEBODY = 12345


def goes_on(node, trouble, other, begin, end):
    """`other` is learned in the middle of `trouble`: said once, kept in memory, and written when it is over."""
    begin()
    other.start()
    wait_connection(node, other, True, BACK_SECONDS)
    print(f"{trouble}: {node.wait_line(BROKEN, NOTICED_SECONDS)['detail']}")
    expect_for(lambda: node.refresh() or len(node.find(BROKEN)) != 1 and f"{trouble}: said more than once", SILENT_SECONDS)
    end()
    node.wait_line(MENDED, AGAIN_SECONDS)
    wait_until(lambda: other.public_key not in node.peers() and f"{trouble}: what was learned is lost", NOTICED_SECONDS)
    expect(len(node.find(BROKEN)) == len(node.find(MENDED)) == 1, f"{trouble}: not told once each")
    node.log.lines.clear()


def refused_start(node, words, *arguments):
    """Status 1, and these words; whatever is there is left as it is."""
    done = run(*node.launcher, node.program, *arguments, folder=node.folder)
    said = done.stderr.decode()
    expect(done.returncode == 1 and words in said, f"a start ends with {done.returncode}: {said}")
    print(said.strip())


def set_aside(node):
    return sorted(node.folder.glob("peers.yaml.damaged-*"))


def backups(node):
    return sorted(node.folder.glob("peers.yaml.bak-*"))


def peers_unreadable_sector(federation, _):
    """A running node goes on from memory without a sector of peers.yaml; a start salvages the others."""
    need_tracer()
    node, other, edited = federation.star(3)
    comments = "# the operators' list\n" * (SECTOR // 16)  # more than a sector
    node.knows(*strangers(federation, 3))
    in_place(node.peers_path, comments + text_of(node))
    node.start()
    node.wait_started()
    failing = FailingCall(node, "read", "error=EIO", path=node.peers_path)
    goes_on(node, "read gives EIO", other, failing.begin, failing.end)
    node.stop()

    before = node.peers()
    by_rename(node.peers_path, with_entry(text_of(node), edited, "edited"))
    bad = text_of(node)
    node.launcher = failing_start({"read": "error=EIO:when=1", "pread64": "error=EIO:when=1"}, node.peers_path)
    node.start()
    node.wait_started()
    node.launcher = []
    expect(set(node.peers()) == {*before, edited.public_key}, f"not salvaged: {node.peers()}")
    expect(comments in text_of(node), "the comments of the backup are gone")
    expect(set_aside(node)[0].read_text(encoding="utf-8") == bad, "the damaged file is not what it was")
    expect([line["detail"] for line in node.find(RESTORED)] == ["Input/output error"], f"{node.log.lines}")
    node.stop()

    good = text_of(node)
    node.launcher = failing_start({"read": "error=EIO"}, node.peers_path, *backups(node))
    refused_start(node, "peers.yaml: error: ")
    node.launcher = []
    expect(text_of(node) == good and len(set_aside(node)) == 1, "a start that was refused changed something")
    command(node, 0, "check")


NO_FILES = {"a directory": (os.mkdir, os.rmdir), "a FIFO": (os.mkfifo, os.unlink)}


def peers_not_a_file(federation, _):
    """A directory or a FIFO in the place of peers.yaml blocks nobody: not a node, its start or stop, nor a command."""
    node, *others = federation.star(3)
    node.knows(*strangers(federation, 3))
    away = node.folder / "away"
    node.start()
    for other, (name, (make, remove)) in zip(others, NO_FILES.items()):
        def put():
            node.peers_path.rename(away)
            make(node.peers_path)
            for arguments in (["list"], ["check"], ["add", f"{other.address}/p2p/{other.peer_id}"],
                              ["remove", other.peer_id]):
                command(node, 1, *arguments)

        def take_away():
            remove(node.peers_path)
            away.rename(node.peers_path)

        node.wait_started()
        goes_on(node, name, other, put, take_away)
        known, aside = node.peers(), len(set_aside(node))
        put()
        node.wait_line(BROKEN, NOTICED_SECONDS)
        node.stop()
        expect(node.peers() == known, f"{name}, after the stop: {node.peers()} is not {known}")
        put()
        node.start()
        node.wait_line(RESTORED, NOTICED_SECONDS)
        expect(node.peers() == known, f"{name}, after the start: {node.peers()} is not {known}")
        expect(len(set_aside(node)) == aside + 2, f"{name}: {set_aside(node)}")
    node.wait_started()
    node.stop()

    for path in backups(node):
        path.unlink()
    for name, (make, remove) in NO_FILES.items():
        node.peers_path.rename(away)
        make(node.peers_path)
        refused_start(node, "peers.yaml: error: ")
        remove(node.peers_path)
        away.rename(node.peers_path)


def peers_rights(federation, _):
    """A node that may not read peers.yaml goes on from memory, and does not start; one that may not write does both."""
    node, *others = federation.star(4)
    if os.geteuid() == 0:
        node.launcher = ["setpriv", f"--bounding-set={RIGHTS}", "--inh-caps=-all"]
    folder = node.folder / "place"
    folder.mkdir()
    node.peers_path = folder / "peers.yaml"
    node.knows(*strangers(federation, 3))
    node.peers_path.chmod(0o640)
    node.start("--peers", "place/peers.yaml")
    node.wait_started()
    goes_on(node, "mode 000", others[0], lambda: node.peers_path.chmod(0), lambda: node.peers_path.chmod(0o640))
    survives(node, "a folder of mode 555", others[1], lambda: folder.chmod(0o555), lambda: folder.chmod(0o755))
    expect(node.peers_path.stat().st_mode & 0o777 == 0o640, "the mode is not what it was")
    if os.geteuid() == 0:
        os.chown(node.peers_path, SOMEBODY, SOMEBODY)
        node.peers_path.chmod(0o444)
    others[2].start()
    wait_until(lambda: others[2].public_key not in node.peers() and "another's file is not written", BACK_SECONDS)
    node.stop()

    good = text_of(node)
    node.peers_path.chmod(0)
    refused_start(node, "peers.yaml: error: ", "--peers", "place/peers.yaml")
    node.peers_path.chmod(0o640)
    expect(text_of(node) == good, "a start that was refused changed the file")


SCENARIOS = {one.__name__: one for one in (peers_unreadable_sector, peers_not_a_file, peers_rights)}
