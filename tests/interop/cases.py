"""The interop cases. Each takes a Pair and raises PeerError or AssertionError when the peers disagree.

`tool` is libp2p-peer or go-peer, with the tests of the former. `driver` is a program that can also run the tests
half-close, sink, reset, reset-by-peer, streams and odd-echo, serves /test/reset/1.0.0 and /test/sink/1.0.0, and
obeys `listen --control`; go-peer is its own driver.
"""

import base64
from dataclasses import dataclass

from peer_process import Listener, dial, dial_ok

NOISE, YAMUX = "/noise", "/yamux/1.0.0"
SERVED = {"/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0", "/perf/1.0.0", "/echo/1.0.0"}
STRANGER = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq"
MIB = 1 << 20
CROSSINGS = 20
MOST_TRIES = 5 * CROSSINGS  # on a busy machine one dial in five or so ends before the other begins
CHECK_MS = 700  # longer than the 500 ms after which a node may judge duplicate connections


@dataclass(frozen=True)
class Implementation:
    name: str
    tool: str
    driver: str | None


@dataclass(frozen=True)
class Pair:
    dialer: Implementation
    listener: Implementation


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def with_tools(test, *options):
    """A case that is one dial between the tools."""
    def case(pair):
        with Listener(pair.listener.tool) as listener:
            return dial_ok(pair.dialer.tool, listener.address, test, *options)
    return case


def by_driver(test, *options, driver_listens=False):
    """A case that is one dial which needs a driver."""
    def case(pair):
        with Listener(pair.listener.driver if driver_listens else pair.listener.tool) as listener:
            return dial_ok(pair.dialer.driver, listener.address, test, *options)
    case.dialer_driver, case.listener_driver = True, driver_listens
    return case


def base58(data):
    digits, number = "", int.from_bytes(data, "big")
    while number:
        number, rest = divmod(number, 58)
        digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def identify(pair):
    with Listener(pair.listener.tool) as listener:
        got = dial_ok(pair.dialer.tool, listener.address, "identify")
        key = base64.b64decode(got["publicKey"], validate=True)
        expect(base58(bytes([0, len(key)]) + key) == listener.peer_id, f"publicKey is not {listener.peer_id}'s")
        expect(got["agent"], "no agent")
        expect(SERVED <= set(got["protocols"]), f"not among the protocols: {SERVED - set(got['protocols'])}")
        own = listener.address.split("/p2p/")[0]
        expect(own in got["listenAddrs"], f"{own} is not in {got['listenAddrs']}")
        expect(got["observedAddr"].startswith("/ip4/127.0.0.1/tcp/"), f"observedAddr {got['observedAddr']}")
        expect_noise(got)
        expect(got["earlyMuxer"] is True, "the muxer was not negotiated within the handshake")


def expect_noise(got):
    expect((got["security"], got["muxer"]) == (NOISE, YAMUX), f"{got['security']} and {got['muxer']}")


def record(pair):
    """The dialer certifies the listener's signed record: `signedPeerRecord` is true only then."""
    with Listener(pair.listener.tool) as listener:
        got = dial_ok(pair.dialer.tool, listener.address, "identify")
        expect(got["signedPeerRecord"] is True, "no valid signed record")
        if "recordAddrs" in got:
            own = listener.address.split("/p2p/")[0]
            expect(own in got["recordAddrs"], f"{own} is not in the record: {got['recordAddrs']}")


def tls_proposed(pair):
    """go proposes TLS before Noise; a peer with Noise alone declines the first and takes the second."""
    with Listener(pair.listener.tool) as listener:
        expect_noise(dial_ok(pair.dialer.tool, listener.address, "identify", "--tls-first"))


def tls_offered(pair):
    with Listener(pair.listener.tool, "--tls-first") as listener:
        expect_noise(dial_ok(pair.dialer.tool, listener.address, "identify"))


tls_proposed.only_dialer = "go"
tls_offered.only_listener = "go"


def wrong_peer(pair):
    with Listener(pair.listener.tool) as listener:
        address = listener.address.replace(listener.peer_id, STRANGER)
        got = dial(pair.dialer.tool, address, "ping", "--count", 1)
        expect(not got["ok"], "connected to a peer that is somebody else")
        expect(listener.peer_id in got["error"], f"the error does not say who answered: {got['error']}")
        dial_ok(pair.dialer.tool, listener.address, "ping", "--count", 1)


def protocols(pair):
    with Listener(pair.listener.tool) as listener:
        for protocol, served in (("/no/such/protocol/1.0.0", False), ("/echo/1.0.0", True)):
            got = dial_ok(pair.dialer.tool, listener.address, "protocol", "--protocol", protocol)
            expect(got["accepted"] is served, f"{protocol}: accepted is {got['accepted']}")


def echo_sizes(pair):
    """Around the edges of a Noise frame and of the first window."""
    with Listener(pair.listener.tool) as listener:
        for size in (1, 65519, 65521, 262143, 262145):
            got = dial_ok(pair.dialer.tool, listener.address, "echo", "--bytes", size)
            expect(got["equal"] is True and got["bytes"] == size, f"{size} bytes: {got}")


def handshakes(pair):
    with Listener(pair.listener.tool) as listener:
        got = dial_ok(pair.dialer.tool, listener.address, "handshakes", "--count", 40, "--concurrency", 4)
        expect(got["errors"] == 0 and got["count"] == 40, f"{got['errors']} failed: {got['first_error']}")


def idle(pair):
    with Listener(pair.listener.tool) as listener:
        got = dial_ok(pair.dialer.tool, listener.address, "idle", "--count", 16, "--concurrency", 4, "--hold", 12)
        expect(got["alive"] == 16, f"{got['alive']} of 16 idle connections answered after 12 s")


def crossed(pair):
    """Both dial each other at one moment: both stay connected, and no stream is cut, however many connections.

    Tried until it came to two connections so many times.
    """
    with Listener(pair.dialer.driver, control=True) as one, Listener(pair.listener.driver, control=True) as other:
        really, tries = 0, 0
        while really < CROSSINGS:
            expect(tries < MOST_TRIES, f"only {really} of {tries} dials crossed")
            tries += 1
            one.send(f"cross {other.address}")
            other.send(f"cross {one.address}")
            both_answer("cross", one, other)
            answers = both("check", f"check {CHECK_MS}", one, other)
            expect(all(answer["connections"] >= 1 for answer in answers), f"not connected: {answers}")
            really += any(answer["connections"] > 1 for answer in answers)
            both("drop", "drop", one, other)
        return {"note": f"{really} of {tries} crossed, and kept two connections"}


crossed.dialer_driver = crossed.listener_driver = crossed.symmetric = True


def both(verb, command, *peers):
    for peer in peers:
        peer.send(command)
    return both_answer(verb, *peers)


def both_answer(verb, *peers):
    answers = [peer.read_line(20) for peer in peers]
    for answer in answers:
        expect(answer["event"] == verb and answer["ok"], f"{verb}: {answer.get('error')}")
    return answers


GROUPS = {
    "identify": {"identify": identify, "signed record": record},
    "transfer": {
        "ping": with_tools("ping", "--count", 200),
        "echo of 16 MiB and 13 bytes": with_tools("echo", "--bytes", 16 * MIB + 13),
        "echo of edge sizes": echo_sizes,
        "echo of 16 MiB in odd chunks": by_driver("odd-echo", "--bytes", 16 * MIB),
        "perf up": with_tools("perf-up", "--bytes", 32 * MIB),
        "perf down after our half close": with_tools("perf-down", "--bytes", 32 * MIB),
    },
    "streams": {
        "half close by the dialer": by_driver("half-close"),
        "half close by the listener": by_driver("sink", "--bytes", 4 * MIB, driver_listens=True),
        "reset by the dialer": by_driver("reset"),
        "reset by the listener": by_driver("reset-by-peer", driver_listens=True),
        "200 streams at once": by_driver("streams", "--count", 200, "--concurrency", 200),
        "3000 streams one after another": by_driver("streams", "--count", 3000, "--concurrency", 1),
    },
    "connections": {
        "handshakes": handshakes,
        "idle": idle,
        "wrong peer id": wrong_peer,
        "unknown protocol": protocols,
        "TLS proposed first": tls_proposed,
        "TLS offered by the listener": tls_offered,
    },
    "crossed": {"crossed dials": crossed},
}
