"""Strangers that send garbage, half of something, or nothing: the node goes on, and small."""

import random
import socket
import struct

import garbage
from federation import start, wait_mesh
from node_process import descriptors, threads
from peer_process import resident_kib
from waiting import expect, wait_until

ROUNDS = 20         # of every kind of garbage
SILENT = 200        # more than the 128 handshakes that may be pending
MAX_GROWTH_KIB = 24 * 1024
MAX_LINES = 20      # about strangers, at info level and above
UPGRADE_SECONDS = 15  # a stranger has 10 s for its handshake


def garbage_is_survived(federation, _):
    """Garbage of every kind at once, and a node that joins meanwhile."""
    first, second, late = nodes = federation.star(3)
    start([first, second])
    wait_mesh([first, second])
    before = footprint(first)
    lines = len(first.log.lines)
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    links = []
    for _ in range(ROUNDS):
        links += [garbage.send(first.port, kind, rng) for kind in garbage.KINDS]
        if rng.random() < 0.5:
            cut(links.pop(rng.randrange(len(links))))
    start([late])
    wait_mesh(nodes)
    finish(first, links, before, lines, f"{ROUNDS} of each of {len(garbage.KINDS)} kinds, seed {seed}")


def silence_is_bounded(federation, _):
    """200 connections that say nothing: a member gets through, and they are closed after a while."""
    first, second, late = nodes = federation.star(3)
    start([first, second])
    wait_mesh([first, second])
    before = footprint(first)
    lines = len(first.log.lines)
    links = [garbage.connect(first.port) for _ in range(SILENT)]
    start([late])
    wait_mesh(nodes)
    finish(first, links, before, lines, f"{SILENT} silent connections")


def cut(link):
    """Ends with a RST."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def footprint(node):
    return {"KiB": resident_kib(node.process.pid), "descriptors": descriptors(node.process.pid),
            "threads": threads(node.process.pid)}


def finish(node, links, before, lines, what):
    """The node ends all these connections by itself, has not grown much, and has not filled its log."""
    peak = footprint(node)
    took = wait_until(lambda: (count := sum(not garbage.has_ended(link) for link in links)) and f"{count} are open",
                      UPGRADE_SECONDS)
    for link in links:
        link.close()
    wait_until(lambda: (still := descriptors(node.process.pid)) > before["descriptors"] + 4 and
               f"{still} descriptors, {before['descriptors']} before", 5)
    after = footprint(node)
    node.refresh()
    strange = [line for line in node.log.lines[lines:] if "peer" not in line]
    print(f"{what}: the last was closed after {took:.1f} s; {before} before, {peak} with them, {after} after them; "
          f"{len(strange)} lines about them")
    for seen in (peak, after):
        expect(seen["KiB"] - before["KiB"] < MAX_GROWTH_KIB, f"grew from {before} to {seen}")
        expect(seen["threads"] == before["threads"], f"threads: {before} before, {seen} then")
    expect(len(strange) <= MAX_LINES, f"{len(strange)} lines about strangers: {strange[:5]}")


SCENARIOS = {one.__name__: one for one in (garbage_is_survived, silence_is_bounded)}
