"""The contract of libp2p-peer, as scripts and measurements rely on it: what `dial --test` prints for each test.

Each Contract names all fields of a result line with their types, and checks that the values belong together. A field
that is missing, new or of another type is a break of the contract.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from cases import NOISE, SERVED, YAMUX, base58, expect

NUMBER, WHOLE = (int, float), int
COMMON = {"impl": str, "test": str, "ok": bool, "cpu_total_s": NUMBER}
MIB = 1 << 20
SHOWN_TIMES = 1000
BYTES = 3 * MIB + 17


@dataclass(frozen=True)
class Contract:
    test: str
    options: tuple
    fields: dict
    check: Callable  # of the result and the listener


def check_fields(got, fields):
    expect(list(got) == list(fields), f"fields {list(got)} instead of {list(fields)}")
    for name, kind in fields.items():
        good = isinstance(got[name], kind) and isinstance(got[name], bool) == (kind is bool)
        expect(good, f"{name} is {got[name]!r}")
        expect(kind not in (NUMBER, WHOLE) or got[name] >= 0, f"{name} is {got[name]}")


def check_ordered(got):
    expect(0 < got["min_ms"] <= got["p50_ms"] <= got["p99_ms"], f"times out of order: {got}")


def near(one, other):
    return abs(one - other) <= 0.01 * max(one, other) + 1e-6


def ping(got, _):
    expect(got["count"] == 1100, f"{got['count']} pings")
    expect(len(got["rtts_ms"]) == SHOWN_TIMES, f"{len(got['rtts_ms'])} times are shown")
    expect(min(got["rtts_ms"]) >= got["min_ms"], f"the least time is {min(got['rtts_ms'])}, not {got['min_ms']}")
    expect(got["seconds"] * 1e3 >= sum(got["rtts_ms"]), f"{got['seconds']} s for {sum(got['rtts_ms'])} ms")
    check_ordered(got)


def few_pings(got, _):
    expect(got["count"] == len(got["rtts_ms"]) == 4, f"{got}")
    expect(got["min_ms"] == min(got["rtts_ms"]) and got["p99_ms"] == max(got["rtts_ms"]), f"{got}")
    expect(got["p50_ms"] in got["rtts_ms"], f"{got}")


def identify(got, listener):
    expect(got["agent"] == f"libp2p-peer/{listener.ready['version']}", f"agent {got['agent']}")
    expect(set(got["protocols"]) == SERVED, f"protocols {got['protocols']}")
    expect(got["listenAddrs"] == [listener.address.split("/p2p/")[0]], f"listenAddrs {got['listenAddrs']}")
    expect(got["observedAddr"].startswith("/ip4/127.0.0.1/tcp/"), f"observedAddr {got['observedAddr']}")
    key = base64.b64decode(got["publicKey"], validate=True)
    expect(base58(bytes([0, len(key)]) + key) == listener.peer_id, f"publicKey is not {listener.peer_id}'s")
    expect(got["signedPeerRecord"] is True and got["earlyMuxer"] is True, f"{got}")
    expect((got["security"], got["muxer"]) == (NOISE, YAMUX), f"{got['security']} and {got['muxer']}")


def transfer(got, _):
    expect(got["bytes"] == BYTES, f"{got['bytes']} bytes")
    expect(near(got["mib_s"] * got["seconds"], got["bytes"] / MIB), f"the rate does not fit: {got}")


def echo(got, listener):
    transfer(got, listener)
    expect(got["equal"] is True, "not equal")


def echo_of_nothing(got, _):
    expect(got["bytes"] == 0 and got["equal"] is True, f"{got}")


def handshakes(got, _):
    expect((got["count"], got["errors"], got["first_error"], got["concurrency"]) == (7, 0, "", 2), f"{got}")
    expect(near(got["conns_s"] * got["seconds"], got["count"]), f"the rate does not fit: {got}")
    expect(near(got["cpu_ms_per_handshake"] * got["count"], got["cpu_s"] * 1e3), f"the CPU time does not fit: {got}")
    check_ordered(got)


def idle(got, _):
    expect((got["count"], got["opened"], got["alive"]) == (3, 3, 3), f"{got}")
    expect(got["hold_s"] >= 0.2, f"held for {got['hold_s']} s")


def accepted(got, _):
    expect((got["protocol"], got["accepted"], got["reason"]) == ("/echo/1.0.0", True, ""), f"{got}")


def refused(got, _):
    expect((got["protocol"], got["accepted"]) == ("/no/such/1.0.0", False) and got["reason"], f"{got}")


TIMES = {"p50_ms": NUMBER, "p99_ms": NUMBER, "min_ms": NUMBER, "seconds": NUMBER}
PING = {"count": WHOLE, **TIMES, "cpu_s": NUMBER, "rtts_ms": list}
TRANSFER = {"bytes": WHOLE, "seconds": NUMBER, "mib_s": NUMBER, "cpu_s": NUMBER}
ECHO = {**TRANSFER, "equal": bool}
IDENTIFY = {"agent": str, "protocolVersion": str, "protocols": list, "listenAddrs": list, "observedAddr": str,
            "publicKey": str, "signedPeerRecord": bool, "security": str, "muxer": str, "earlyMuxer": bool}
HANDSHAKES = {"count": WHOLE, "errors": WHOLE, "first_error": str, "concurrency": WHOLE, **TIMES, "conns_s": NUMBER,
              "cpu_s": NUMBER, "cpu_ms_per_handshake": NUMBER}
IDLE = {"count": WHOLE, "opened": WHOLE, "alive": WHOLE, "open_seconds": NUMBER, "hold_s": NUMBER}
PROTOCOL = {"protocol": str, "accepted": bool, "reason": str}

CONTRACTS = (
    Contract("ping", ("--count", 1100), PING, ping),
    Contract("ping", ("--count", 4, "--warmup", 0), PING, few_pings),
    Contract("identify", (), IDENTIFY, identify),
    Contract("perf-up", ("--bytes", BYTES), TRANSFER, transfer),
    Contract("perf-down", ("--bytes", BYTES), TRANSFER, transfer),
    Contract("echo", ("--bytes", BYTES), ECHO, echo),
    Contract("echo", ("--bytes", 0), ECHO, echo_of_nothing),
    Contract("handshakes", ("--count", 7, "--concurrency", 2, "--warmup", 3), HANDSHAKES, handshakes),
    Contract("idle", ("--count", 3, "--concurrency", 2, "--hold", 0.2), IDLE, idle),
    Contract("protocol", ("--protocol", "/echo/1.0.0"), PROTOCOL, accepted),
    Contract("protocol", ("--protocol", "/no/such/1.0.0"), PROTOCOL, refused),
)
