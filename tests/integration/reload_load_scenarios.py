"""Reloads of a node that is at work: many connections of our own and of go-libp2p peers, with data on them."""

import json
import subprocess
import time
from pathlib import Path

import pace
from federation import missing_connections, start
from peer_process import PeerError
from reload_scenarios import RELOAD_SECONDS, forgive, reload_json
from waiting import expect, wait_until

THREADS = "loops: 3"
DIAL_SECONDS = 120  # for all of a dialer's work


class Dialer:
    """`PROGRAM dial` in the background."""

    def __init__(self, program, address, test, *options):
        self.process = subprocess.Popen([str(program), "dial", address, "--test", test, "--timeout", str(DIAL_SECONDS),
                                         *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_open(self):
        line = self.process.stderr.readline().decode()
        if " open" not in line:
            raise PeerError(f"{self.process.args}: {line!r} instead of the connections being open")

    def running(self):
        return self.process.poll() is None

    def report(self):
        out, err = self.process.communicate(timeout=DIAL_SECONDS)
        if self.process.returncode != 0:
            raise PeerError(f"{self.process.args}: exit status {self.process.returncode}: {out} {err}")
        return json.loads(out.splitlines()[-1])

    def end(self):
        if self.running():
            self.process.kill()
            self.process.wait()


def opened(node):
    node.refresh()
    return len(node.find("Connection established with peer"))


def configurations(ports):
    """Address, logging, peers, and what comes of it; each unlike the one before."""
    one, other = [f"/ip4/127.0.0.1/tcp/{port}" for port in ports]
    while True:
        yield one, "level: debug", "exchange_interval: 2s", "applied"
        yield one, "level: loud", "exchange_interval: 3s", "invalid"
        yield other, "level: info", "exchange_interval: 1s", "applied"
        # The listener of the other port is ready when the log file turns out to have no place: all of it goes back.
        yield one, "level: warn, file_output: true, file_name: no/such/node.log", "exchange_interval: 3s", "failed"


def reload_under_load(federation, go):
    """Listeners move, levels and intervals change, every second reload fails: no connection and no byte is lost."""
    count = pace.count(24, 8)  # of connections of each implementation, besides the one that pings
    pings_each = pace.count(40_000, 2_000)
    node, peer = nodes = federation.chain(2)
    node.configure(network=THREADS)
    start(nodes)
    wait_until(lambda: missing_connections(nodes), 20)
    programs = (Path(node.program).parent / "libp2p-peer", Path(go))
    target = f"{node.address}/p2p/{node.peer_id}"
    idle = [Dialer(program, target, "idle", "--count", str(count), "--concurrency", "4",
                   "--hold", str(pace.count(20, 12))) for program in programs]
    pings = []
    took, outcomes = [], {"applied": 0, "invalid": 0, "failed": 0}
    try:
        for dialer in idle:
            dialer.wait_open()
        pings += [Dialer(program, target, "ping", "--count", str(pings_each)) for program in programs]
        wait_until(lambda: 2 * count + 3 - opened(node), 20)
        ports = [federation.free_port(), node.port]
        for node.address, logging, peers, outcome in configurations(ports):
            if not any(dialer.running() for dialer in idle):
                break
            node.configure(logging, peers, THREADS)
            began = time.monotonic()
            record = reload_json(node, 0 if outcome == "applied" else 1)
            took.append(time.monotonic() - began)
            expect(record["outcome"] == outcome, f"{record}")
            moves = "network.addresses" in {change["key"] for change in record["changes"]}
            expect(moves == (outcome != "invalid"), f"{record}")
            outcomes[outcome] += 1
        held = [dialer.report() for dialer in idle]
        pinged = [dialer.report() for dialer in pings]
    finally:
        for dialer in idle + pings:
            dialer.end()
    print(f"{outcomes}, the longest {max(took):.2f} s, with {2 * count + 3} connections")
    for report in held:
        expect(report["opened"] == report["alive"] == count, f"connections were lost: {report}")
    for report in pinged:
        expect(report["ok"] and report["count"] == pings_each, f"{report}")
        print(f"{report['impl']}: {report['count']} pings answered, p99 {report['p99_ms']} ms")
    expect(min(outcomes.values()) >= pace.count(4, 1), f"too few reloads to tell anything: {outcomes}")
    expect(max(took) < pace.seconds(RELOAD_SECONDS), f"one took {max(took):.2f} s")
    expect(not missing_connections(nodes), f"the nodes lost each other: {missing_connections(nodes)}")
    forgive(node)
    forgive(peer)


SCENARIOS = {"reload_under_load": reload_under_load}
