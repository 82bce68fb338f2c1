"""Federations form, and form again after restarts, crashes and frozen processes."""

import signal
import time

from federation import established, missing_connections, missing_entries, start, wait_mesh, wait_single
from node_process import new_identity
from peer_process import Listener
from waiting import Skipped, expect, expect_for, lasting, wait_until

CONNECT_SECONDS = 5
PING_SECONDS = 12    # idle for so long, every connection has been pinged once (after 8 s)
NOTICE_SECONDS = 3   # a peer that ended: the kernel closes its connections
FROZEN_SECONDS = 25  # a peer that is silent
REST_SECONDS = 2    # what has lasted for so long was not left over from before
BACK_SECONDS = 25    # the longest back-off, and a handshake


class Stranger:
    """go-libp2p: speaks no exchange, dials only whom it is told of, and is told on by its signed record alone."""

    def __init__(self, federation, program):
        self.identity = new_identity(federation.program)
        self.peer_id, self.public_key = self.identity.peer_id, self.identity.public_key
        self.port = federation.free_port()
        self.address = f"/ip4/127.0.0.1/tcp/{self.port}"
        self.listener = Listener(program, "--addr", self.address, "--key", self.identity.private_key, control=True)

    def __repr__(self):
        return "the go-libp2p node"

    def connect(self, node):
        self.listener.send(f"connect {node.address}/p2p/{node.peer_id}")
        answer = self.listener.read_line(CONNECT_SECONDS)
        expect(answer["ok"], f"{self} cannot connect to {node}: {answer}")


def chain(federation, go_peer):
    """Five nodes, each knowing only one other, and a go-libp2p node that knows the last: a mesh well within a round."""
    nodes = federation.chain(5)
    nodes[0].knows(nodes[1])
    for node in nodes:
        node.configure(peers="")  # the default interval: nobody may have to wait for a round
    if not go_peer:
        start(nodes)
        wait_mesh(nodes)
        raise Skipped("no go-libp2p node (is go installed?); without it the mesh held")
    stranger = Stranger(federation, go_peer)
    with stranger.listener as listener:
        expect(listener.peer_id == stranger.peer_id, f"go-peer calls itself {listener.peer_id}")
        start(nodes)
        stranger.connect(nodes[-1])
        wait_mesh(nodes, [stranger])
        count = established(stranger.port)
        expect(count >= len(nodes) - 1, f"{count} connections came in at the go-libp2p node")
        print(f"{count} connections came in at the go-libp2p node, which dialled one")
        wait_single(nodes)
        expect_for(lambda: missing_connections(nodes, [stranger]), PING_SECONDS)
        federation.stop_all()


chain.also_without_go = True


def star(federation, _):
    """Seven nodes that know only the eighth."""
    nodes = federation.star(8)
    start(nodes)
    wait_mesh(nodes)


def loops(federation, _):
    """A star whose nodes have one to three network threads each; then a member is lost and comes back."""
    nodes = federation.star(6)
    for count, node in enumerate(nodes):
        node.configure(network=f"loops: {1 + count % 3}")
    start(nodes)
    wait_mesh(nodes)
    wait_single(nodes)
    threads = [len(node.threads("network-")) for node in nodes]
    expect(threads == [1, 2, 3, 1, 2, 3], f"network threads: {threads}")
    victim = nodes[5]
    victim.kill()
    wait_until(lambda: noticed_by_none(nodes[:5], victim), NOTICE_SECONDS)
    start([victim])
    wait_mesh(nodes, seconds=BACK_SECONDS)


def restart(federation, _):
    """All but the first are restarted: their files bring the mesh back."""
    first, *others = nodes = federation.chain(5)
    start(nodes)
    wait_mesh(nodes)
    took = [node.stop() for node in others]
    print(f"stopped within {max(took):.2f} s")
    wait_until(lambda: first.connected() and f"{first} still counts {first.connected()}", NOTICE_SECONDS)
    expect(not missing_entries(nodes), missing_entries(nodes))
    start(others)
    wait_mesh(nodes)


def crash(federation, _):
    """kill -9 of one: all others notice, lose nobody else, and have it back after its return."""
    nodes = federation.chain(5)
    start(nodes)
    wait_mesh(nodes)
    victim, rest = nodes[2], nodes[:2] + nodes[3:]
    victim.kill()
    took = wait_until(lambda: noticed_by_none(rest, victim), NOTICE_SECONDS)
    print(f"noticed by all after {took:.2f} s: {reason_for(rest[0], victim)}")
    expect_only_lost(rest, victim)
    start([victim])
    wait_mesh(nodes, seconds=BACK_SECONDS)
    expect_only_lost(rest, victim)


def frozen(federation, _):
    """SIGSTOP: the silent peer is dropped, and taken back after SIGCONT."""
    nodes = federation.chain(4)
    start(nodes)
    wait_mesh(nodes)
    victim, rest = nodes[1], nodes[:1] + nodes[2:]
    victim.send(signal.SIGSTOP)
    took = wait_until(lambda: noticed_by_none(rest, victim), FROZEN_SECONDS)
    print(f"dropped by all after {took:.2f} s: {reason_for(rest[0], victim)}")
    for node in rest:
        expect("does not answer" in reason_for(node, victim), f"{node} says: {reason_for(node, victim)}")
    expect_only_lost(rest, victim)
    victim.send(signal.SIGCONT)
    woken = time.monotonic()
    # It wakes up with connections that the others have given up, and its log says so a little later.
    wait_mesh(rest, [victim], seconds=BACK_SECONDS, since=woken)
    wait_until(lasting(lambda: missing_connections(nodes), REST_SECONDS), BACK_SECONDS)


def noticed_by_none(nodes, victim):
    return "; ".join(f"{node} still counts {victim}" for node in nodes if victim.peer_id in node.connected())


def reason_for(node, victim):
    return next(line["reason"] for line in reversed(node.closed) if line["peer"] == victim.peer_id)


def expect_only_lost(nodes, victim):
    for node in nodes:
        node.refresh()
        others = [line for line in node.closed if line["last"] and line["peer"] != victim.peer_id]
        expect(not others, f"{node} lost somebody else too: {others}")


SCENARIOS = {"chain": chain, "star": star, "loops": loops, "restart": restart, "crash": crash, "frozen": frozen}
