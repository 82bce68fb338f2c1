"""kill -9 of commands while they change peers.yaml: at random instants, and at each call that changes the disk."""

import base64
import itertools
import json
import random
import subprocess
import time

import pace
from failing_calls import killed_at, need_tracer
from peers_scenarios import command, in_place, text_of
from waiting import expect

ENTRIES = 200
INSTANTS = 24       # kills of each command
IMPORTED = 20       # entries of one import
NOTE = "# by hand"  # behind each entry of the operator's


def entries(keys):
    return "".join(f"  - public_key: {key}  {NOTE}\n    addresses: [/ip4/192.0.2.1/tcp/1]\n" for key in keys)


def new_keys(rng, count):
    return [base64.b64encode(rng.randbytes(32)).decode() for _ in range(count)]


def listed(node):
    return {peer["public_key"] for peer in json.loads(command(node, 0, "list", "--json"))["peers"]}


class Removal:
    """One peer goes, and no other."""
    name = "remove"

    def __init__(self, node, rng):
        self.node, self.before = node, listed(node)
        self.key = rng.choice(sorted(self.before))
        self.arguments = [self.key]

    def check_killed(self):
        expect(listed(self.node) in (self.before, self.before - {self.key}), "another one went, too")

    def check_done(self):
        expect(listed(self.node) == self.before - {self.key}, "not removed, or another one went, too")


class Import:
    """All come, or none yet."""
    name = "import"

    def __init__(self, node, rng):
        self.node, self.before, self.new = node, listed(node), new_keys(rng, IMPORTED)
        in_place(node.folder / "shared.yaml", "peers:\n" + entries(self.new))
        self.arguments = ["shared.yaml"]

    def check_killed(self):
        expect(listed(self.node) in (self.before, self.before | set(self.new)), "a part was imported, or one is lost")

    def check_done(self):
        expect(listed(self.node) == self.before | set(self.new), "not imported, or one is lost")


class Repair:
    """The damaged file stays, or is whole again, with what the operator had just added; the damaged one is kept."""
    name = "repair"

    def __init__(self, node, rng):
        self.node, self.before, self.new = node, listed(node), new_keys(rng, 1)
        for former in self.set_aside():
            former.unlink()
        good = text_of(node).replace("peers:\n", f"peers:\n{entries(self.new)}", 1)
        self.bad = good[:rng.randrange(len(good) // 2, len(good))] + "\n  x: [\n"
        in_place(node.peers_path, self.bad)
        self.arguments = []

    def set_aside(self):
        return list(self.node.folder.glob("peers.yaml.damaged-*"))

    def check_killed(self):
        expect(text_of(self.node) == self.bad or listed(self.node) == self.before | set(self.new), "neither old nor new")

    def check_done(self):
        expect(listed(self.node) == self.before | set(self.new), "not repaired")
        expect(self.bad in [path.read_text(encoding="utf-8") for path in self.set_aside()], "the damaged file is gone")


def is_killed(node, case, launcher=(), after=None):
    """True if the command was killed before it came to its end."""
    process = subprocess.Popen([*launcher, str(node.program), "peers", case.name, *case.arguments], cwd=node.folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() != 0


def took_whole(node, case):
    began = time.monotonic()
    expect(not is_killed(node, case), f"{case.name} fails")
    return time.monotonic() - began


def attempt(node, rng, kind, **how):
    """A command that is killed; then it is given again, and comes to its end."""
    case = kind(node, rng)
    notes = text_of(node).count(NOTE)
    killed = is_killed(node, case, **how)
    case.check_killed()
    command(node, 0, case.name, *case.arguments)
    case.check_done()
    leftovers = [path.name for path in node.folder.iterdir() if ".tmp-" in path.name]
    expect(not leftovers, f"left over: {leftovers}")
    if kind is not Repair:  # what it puts back comes without; the damaged file has them
        expect(text_of(node).count(NOTE) >= notes - (kind is Removal), "a comment is gone")
    return killed


def peers_commands_killed(federation, _):
    """A command that is killed has done all or nothing, blocks nobody, and loses nothing."""
    need_tracer()
    node, rng = federation.node(), random.Random(11)
    in_place(node.peers_path, "peers:\n" + entries(new_keys(rng, ENTRIES)))
    for kind in (Removal, Import, Repair):
        longest = min(took_whole(node, kind(node, rng)) for _ in range(3))
        killed = sum(attempt(node, rng, kind, after=rng.uniform(0, longest)) for _ in range(pace.count(INSTANTS, 10)))
        calls = []
        for call in ("write", "fsync", "renameat2", "?rename", "?renameat", "?link", "?linkat", "?unlink", "?unlinkat"):
            for number in itertools.count(1):
                if not attempt(node, rng, kind, launcher=killed_at(call, number)):
                    break
                calls.append(call)
        print(f"{kind.name}: killed at {killed} instants within {longest * 1000:.0f} ms, and at {len(calls)} calls: "
              + ", ".join(f"{calls.count(call)} {call.lstrip('?')}" for call in dict.fromkeys(calls)))
        expect(killed > 0 and len(calls) > 5, f"{kind.name} was hardly ever killed")


SCENARIOS = {peers_commands_killed.__name__: peers_commands_killed}
