"""What ./dev bench measures. Each measure runs one dialer against one fresh listener and returns {metric: value}."""

import os
import selectors
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from peer_process import Listener, PeerError, cpu_seconds, dial_ok, parse, resident_kib

MIB = 1 << 20
OWN = (("cpp", "cpp"), ("go", "go"))
ALL = (*OWN, ("cpp", "go"), ("go", "cpp"))
OPEN_SECONDS = 120  # for all idle connections to come up
SETTLE_SECONDS = 3  # after which an idle connection's memory is read: identify and its garbage are through


@dataclass(frozen=True)
class Sizes:
    handshakes: int
    perf_bytes: int
    pings: int
    idle: int


FULL = Sizes(handshakes=1000, perf_bytes=1024 * MIB, pings=10_000, idle=500)
QUICK = Sizes(handshakes=200, perf_bytes=128 * MIB, pings=1000, idle=100)


@dataclass(frozen=True)
class Metric:
    title: str
    unit: str
    more_is_better: bool = False


METRICS = {
    "handshake_ms": Metric("handshake, one at a time, p50", "ms"),
    "handshakes_s": Metric("handshakes, 8 workers", "1/s", more_is_better=True),
    "handshake_dialer_cpu": Metric("CPU of the dialer per handshake", "ms"),
    "handshake_listener_cpu": Metric("CPU of the listener per handshake", "ms"),
    "up_mib_s": Metric("perf up", "MiB/s", more_is_better=True),
    "up_sender_cpu": Metric("perf up, CPU of the sender", "s/GiB"),
    "up_receiver_cpu": Metric("perf up, CPU of the receiver", "s/GiB"),
    "down_mib_s": Metric("perf down", "MiB/s", more_is_better=True),
    "down_receiver_cpu": Metric("perf down, CPU of the receiver", "s/GiB"),
    "down_sender_cpu": Metric("perf down, CPU of the sender", "s/GiB"),
    "ping_ms": Metric("ping, p50", "ms"),
    "ping_p99_ms": Metric("ping, p99", "ms"),
    "ping_cpu": Metric("CPU of both per 1,000 pings", "ms"),
    "ping_one_ms": Metric("ping on one processor, p50", "ms"),
    "ping_one_p99_ms": Metric("ping on one processor, p99", "ms"),
    "idle_kib": Metric("memory per idle connection", "KiB"),
    "start_ms": Metric("start to listening", "ms"),
    "start_kib": Metric("memory of a fresh listener", "KiB"),
}


def handshakes(dialer, listener, sizes):
    with Listener(listener) as peer:
        single = dial_ok(dialer, peer.address, "handshakes", "--count", sizes.handshakes // 2, "--timeout", 120,
                         seconds=150)
        workers, before = 8, cpu_seconds(peer.pid)
        many = dial_ok(dialer, peer.address, "handshakes", "--count", sizes.handshakes, "--concurrency", workers,
                       "--warmup", workers, "--timeout", 120, seconds=150)
        if single["errors"] or many["errors"]:
            raise PeerError(f"handshakes failed: {single['first_error']} {many['first_error']}")
        listener_ms = 1000 * (cpu_seconds(peer.pid) - before) / (sizes.handshakes + workers)
    return {"handshake_ms": single["p50_ms"], "handshakes_s": many["conns_s"],
            "handshake_dialer_cpu": many["cpu_ms_per_handshake"], "handshake_listener_cpu": listener_ms}


def perf(way, dialer_role, listener_role):
    def run(dialer, listener, sizes):
        gib = sizes.perf_bytes / (1 << 30)
        with Listener(listener) as peer:
            before = cpu_seconds(peer.pid)
            got = dial_ok(dialer, peer.address, f"perf-{way}", "--bytes", sizes.perf_bytes, "--timeout", 120,
                          seconds=150)
            listener_cpu = cpu_seconds(peer.pid) - before
        return {f"{way}_mib_s": got["mib_s"], f"{way}_{dialer_role}_cpu": got["cpu_s"] / gib,
                f"{way}_{listener_role}_cpu": listener_cpu / gib}
    return run


def ping(dialer, listener, sizes):
    with Listener(listener) as peer:
        before = cpu_seconds(peer.pid)
        got = dial_ok(dialer, peer.address, "ping", "--count", sizes.pings, "--warmup", 200)
        cpu = got["cpu_s"] + cpu_seconds(peer.pid) - before
    return {"ping_ms": got["p50_ms"], "ping_p99_ms": got["p99_ms"], "ping_cpu": 1e6 * cpu / sizes.pings}


def ping_one(dialer, listener, sizes):
    """Both on one processor: what a ping costs, without what it takes to wake a processor that sleeps."""
    with one_processor(), Listener(listener) as peer:
        got = dial_ok(dialer, peer.address, "ping", "--count", sizes.pings, "--warmup", 200)
    return {"ping_one_ms": got["p50_ms"], "ping_one_p99_ms": got["p99_ms"]}


@contextmanager
def one_processor():
    """For this process and those that it starts meanwhile."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def idle(dialer, listener, sizes):
    """What the listener's resident memory grows by, after a few connections have warmed it up."""
    with Listener(listener) as peer:
        dial_ok(dialer, peer.address, "handshakes", "--count", 20)
        before = resident_kib(peer.pid)
        command = [dialer, "dial", peer.address, "--test", "idle", "--count", str(sizes.idle), "--concurrency", "8",
                   "--hold", str(2 * SETTLE_SECONDS), "--timeout", str(OPEN_SECONDS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
            try:
                wait_for_line(holder.stderr, b"idle:")
                time.sleep(SETTLE_SECONDS)  # part of the measure
                after = resident_kib(peer.pid)
                result = parse(holder.communicate(timeout=OPEN_SECONDS)[0])
            finally:
                holder.kill()  # does nothing when it has ended
        if not result["ok"] or result["alive"] != sizes.idle:
            raise PeerError(f"idle: {result}")
    return {"idle_kib": (after - before) / sizes.idle}


def wait_for_line(pipe, start):
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        text, deadline = b"", time.monotonic() + OPEN_SECONDS
        while not any(line.startswith(start) for line in text.split(b"\n")[:-1]):
            if not ready.select(max(0, deadline - time.monotonic())):
                raise PeerError(f"no line {start!r} within {OPEN_SECONDS} s")
            chunk = os.read(pipe.fileno(), 4096)
            if not chunk:
                raise PeerError(f"ended before the line {start!r}")
            text += chunk


def start(_, listener, __):
    with Listener(listener) as peer:
        return {"start_ms": 1000 * peer.ready_seconds, "start_kib": resident_kib(peer.pid)}


@dataclass(frozen=True)
class Measure:
    run: Callable
    directions: tuple


MEASURES = {
    "handshakes": Measure(handshakes, OWN),
    "perf-up": Measure(perf("up", "sender", "receiver"), ALL),
    "perf-down": Measure(perf("down", "receiver", "sender"), ALL),
    "ping": Measure(ping, OWN),
    "ping-one": Measure(ping_one, OWN),
    "idle": Measure(idle, OWN),
    "start": Measure(start, OWN),
}
