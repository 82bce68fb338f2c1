"""Several nodes on loopback, what they know at first, and when they are a full mesh."""

import random
import shutil
import socket
import tempfile
import time
from pathlib import Path

from node_process import Node
from waiting import Failure, Skipped, wait_until

MESH_SECONDS = 10
SINGLE_SECONDS = 20
TCP_ESTABLISHED = "01"


class Federation:
    """Owns a folder and the nodes in it. At the end all are stopped in order; after a failure their logs are told."""

    def __init__(self, program):
        self.program = Path(program).resolve()
        self.nodes = []
        self.ports, self.leases = set(), []

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="btc-federation-"))
        return self

    def __exit__(self, kind, error, trace):
        held = kind in (None, Skipped)
        try:
            if held:
                self.stop_all()
                for node in self.nodes:
                    node.check_outputs()
        finally:
            if not held:
                for node in self.nodes:
                    print(node.tell(), flush=True)
            for node in self.nodes:
                if node.process:
                    node.kill()
            for lease in self.leases:
                lease.close()
            shutil.rmtree(self.folder)

    def stop_all(self):
        for node in self.nodes:
            if node.process:
                node.stop()

    def free_port(self):
        """Below the range from which outgoing connections take theirs, so that a node finds it free again."""
        for _ in range(1000):
            port = random.randrange(20000, 32000)
            if port in self.ports or not self.lease(port):
                continue
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            self.ports.add(port)
            return port
        raise Failure("no free port")

    def lease(self, port):
        """A port is free until its node starts: other runs on this machine must not choose it meanwhile."""
        lease = socket.socket(socket.AF_UNIX)
        try:
            lease.bind(f"\0btc-federation-test-port-{port}")  # an abstract name: leaves no file, ends with us
        except OSError:
            lease.close()
            return False
        self.leases.append(lease)
        return True

    def node(self, name=None, **settings):
        """A new node that knows nobody and is not started."""
        name = name or f"node-{len(self.nodes)}"
        node = Node(self.program, self.folder / name, name, self.free_port())
        node.configure(**settings)
        self.nodes.append(node)
        return node

    def chain(self, count):
        """Each knows only the one before it."""
        nodes = [self.node() for _ in range(count)]
        for before, node in zip(nodes, nodes[1:]):
            node.knows(before)
        return nodes

    def star(self, count):
        """All others know only the first."""
        hub, *joiners = nodes = [self.node() for _ in range(count)]
        for node in joiners:
            node.knows(hub)
        return nodes


def start(nodes):
    """All at once; returns when all listen."""
    for node in nodes:
        node.start()
    for node in nodes:
        node.wait_started()


def missing_connections(nodes, strangers=()):
    """Of a full mesh of `nodes`, each also connected with every one of `strangers` (plain libp2p nodes)."""
    missing = []
    for node in nodes:
        connected = node.connected()
        missing += [f"{node} is not connected with {other}" for other in [*nodes, *strangers]
                    if other is not node and other.peer_id not in connected]
    return "; ".join(missing)


def missing_entries(nodes, strangers=()):
    """Of peers.yaml files that hold all others, each at its address."""
    missing = []
    for node in nodes:
        peers = node.peers()
        for other in [*nodes, *strangers]:
            if other is not node and other.address not in peers.get(other.public_key, []):
                missing.append(f"{other} at {other.address} is not in {node}'s peers.yaml")
        for key in set(peers) - {other.public_key for other in [*nodes, *strangers]}:
            raise Failure(f"{node}'s peers.yaml holds {key}, whom nobody told it of")
        if node.public_key in peers:
            raise Failure(f"{node}'s peers.yaml holds itself")
    return "; ".join(missing)


def wait_mesh(nodes, strangers=(), seconds=MESH_SECONDS, since=None):
    """Connections of all pairs, at both ends, and full peers.yaml files: all within `seconds` of the latest start."""
    since = since or max(node.started_at for node in nodes)

    def waited_for(missing):
        wait_until(lambda: missing(nodes, strangers), seconds - (time.monotonic() - since))
        return time.monotonic() - since
    print(f"full mesh of {len(nodes) + len(strangers)}: connected after {waited_for(missing_connections):.2f} s, "
          f"in every peers.yaml after {waited_for(missing_entries):.2f} s", flush=True)


def wait_single(nodes, seconds=SINGLE_SECONDS):
    """Dials that crossed leave two connections of a pair for a while; in the end there is one."""
    def missing():
        return "; ".join(f"{node} has {len(node.open)} connections with {len(node.connected())} peers"
                         for node in nodes if len(node.connected()) != len(node.open))
    wait_until(missing, seconds)


def established(port):
    """TCP connections that came in at a port of 127.0.0.1, as the kernel counts them."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return sum(1 for row in rows if row[1] == f"0100007F:{port:04X}" and row[3] == TCP_ESTABLISHED)
