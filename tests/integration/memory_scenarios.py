"""The private key in the memory of the program: only in pages that are locked and kept out of core dumps.

Where the system lets it lock none, the operator is told.
"""

import hashlib
import os
import subprocess
from pathlib import Path

import process_memory
from failing_calls import need_tracer
from federation import start
from node_process import forms_of_secret, run
from reload_scenarios import forgive, reload_json, wait_connected
from waiting import expect, wait_until

HELD_SECONDS = 60  # at most; it is let go before
UNLOCKED = "The private key may be written to a swap disk: raise the limit of locked memory (ulimit -l)"
ENOUGH_LOCKED = 1024 * 1024  # bytes, as docs/log-events.md has it


def needles(identity):
    """All that would give the key away: the seed in every form, and what Ed25519 signs with."""
    seed = forms_of_secret(identity)[0]
    halves = hashlib.sha512(seed).digest()  # the scalar, of which some bits are clamped, and the nonces' prefix
    return [*forms_of_secret(identity), halves[1:31], halves[32:]]


def expect_guarded(node, when):
    places = process_memory.find(node.process.pid, needles(node.identity))
    print(f"{when}: {places}")
    expect(places, f"{when}: the key is nowhere, so nothing was searched")
    bare = [place for place in places if not place.guarded()]
    expect(not bare, f"{when}: the private key of {node} lies open in {bare}")


def key_in_memory(federation, _):
    """A node holds its key in guarded memory only, also after handshakes and reloads; `check` leaves nothing of it."""
    node, peer = nodes = federation.chain(2)
    (peer.folder / "key").touch(mode=0o600)
    (peer.folder / "key").write_text(peer.identity.private_key, encoding="utf-8")
    path = peer.folder / "conf.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f'private_key: "{peer.identity.private_key}"',
                                                             "private_key_file: key"), encoding="utf-8")
    start(nodes)
    wait_connected(nodes)
    expect_guarded(node, "with the key in conf.yaml")
    expect_guarded(peer, "with the key in a file of its own")
    node.configure(peers="exchange_interval: 2s")
    expect(reload_json(node)["outcome"] == "applied", "not reloaded")
    expect_guarded(node, "after a reload")
    node.configure(peers="exchange_interval: 0s")
    expect(reload_json(node, 1)["outcome"] == "invalid", "a bad file was taken")
    expect_guarded(node, "after a reload that failed")
    forgive(node)
    node.stop()
    peer.stop()
    (peer.folder / "key").unlink()

    node.configure()
    expect_nothing_left(node, "check", "--config", "conf.yaml")
    node.configure(peers="exchange_interval: 0s")
    expect_nothing_left(node, "check", "--config", "conf.yaml")
    node.configure()
    expect_nothing_left(node, "config", "--effective", "--config", "conf.yaml")


def expect_nothing_left(node, *arguments):
    """The command, held by strace at its last system call, when all that it had is given back."""
    need_tracer()
    seen = node.folder / "strace.out"
    tracer = subprocess.Popen(["strace", "-qqq", "-o", str(seen), "-e", "trace=exit_group", "-e",
                               f"inject=exit_group:delay_enter={HELD_SECONDS}s", str(node.program), *arguments],
                              cwd=node.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: not (seen.exists() and b"exit_group(" in seen.read_bytes()) and f"{arguments} goes on", 20)
        pid = int(Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read_text(encoding="ascii"))
        expect(process_memory.find(pid, [os.fsencode(arguments[-1])]), "not even its arguments are found")
        left = process_memory.find(pid, needles(node.identity))
        print(f"{' '.join(arguments)}: {left or 'nothing left'}")
        expect(not left, f"{arguments} leaves the private key in {left}")
    finally:
        tracer.kill()  # which lets the program go on to its end
        tracer.communicate()
        seen.unlink(missing_ok=True)


def key_unlocked(federation, _):
    """A node that may not lock memory says so once, and runs; `check` says so, too."""
    node = federation.node()
    for limit, told in ((ENOUGH_LOCKED, 0), (0, 1)):
        node.launcher = locking_at_most(limit)
        node.start()
        node.wait_started()
        expect(reload_json(node)["outcome"] == "unchanged", "it did not look at its files again")
        node.refresh()
        expect(len(node.find(UNLOCKED, level="warn", event="config.key.unlocked")) == told,
               f"not told {told} times with a limit of {limit}: {node.tell()}")
        node.stop()
        launcher, *arguments = node.launcher
        done = run(launcher, *arguments, node.program, "check", folder=node.folder)
        print(f"{limit} bytes: {done.stderr.decode().strip() or 'nothing told'}")
        expect(done.returncode == 0 and done.stderr.decode().count(UNLOCKED) == told, f"check, limit {limit}: {done}")


def locking_at_most(limit):
    """A launcher: root's right to lock all it wants is taken away, too."""
    privileged = os.geteuid() == 0
    return ["prlimit", f"--memlock={limit}:{limit}",
            *(["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-all"] if privileged else [])]


SCENARIOS = {one.__name__: one for one in (key_in_memory, key_unlocked)}
