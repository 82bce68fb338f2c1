#!/usr/bin/env python3
"""tests/interop/run_contract.py: libp2p-peer against itself: every line that it prints, every status that it ends with.

One line per case; exit status 1 if one failed.
"""

import argparse
import base64
import json
import re
import signal
import socket
import subprocess
import sys
import time

from cases import STRANGER, expect
from contract import COMMON, CONTRACTS, check_fields
from counting_relay import CountingRelay
from peer_process import Listener, PeerError

READY = {"peer_id": str, "addrs": list, "impl": str, "version": str, "pid": int}
FAILURE = {"impl": str, "ok": bool, "error": str}

# The Ed25519 key of the libp2p specification's peer-ids test vectors, and the id that belongs to it.
SPEC_KEY = base64.b64encode(bytes.fromhex("7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"
                                          "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e")).decode()
SPEC_ID = STRANGER


def run(tool, *arguments):
    """(exit status, the one JSON object of standard output, standard error)."""
    done = subprocess.run([tool, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                          check=False)
    lines = done.stdout.decode().splitlines()
    expect(len(lines) == 1, f"{arguments}: {len(lines)} lines: {done}")
    return done.returncode, json.loads(lines[0]), done.stderr.decode()


def results(tool):
    """Every test of `dial` prints its fields, no more and no fewer, with values that belong together."""
    with Listener(tool) as listener:
        for contract in CONTRACTS:
            status, got, said = run(tool, "dial", listener.address, "--test", contract.test, *contract.options)
            name = f"{contract.test} {' '.join(map(str, contract.options))}"
            expect(status == 0 and got["ok"] is True, f"{name}: exit status {status}: {got}")
            expect((got["impl"], got["test"]) == ("cpp", contract.test), f"{name}: {got}")
            expect(said == ("idle: 3 open\n" if contract.test == "idle" else ""), f"{name} said {said!r}")
            try:
                check_fields(got, {**COMMON, **contract.fields})
                contract.check(got, listener)
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error


def handshakes_are_connections(tool):
    """Each counted handshake is a connection of its own; max(warmup, concurrency) more come first; so many at once."""
    with Listener(tool) as listener:
        port = int(listener.address.split("/")[4])
        for count, concurrency, warmup in ((6, 1, 2), (5, 3, 1)):
            with CountingRelay(port) as relay:
                address = f"/ip4/127.0.0.1/tcp/{relay.port}/p2p/{listener.peer_id}"
                status, got, _ = run(tool, "dial", address, "--test", "handshakes", "--count", count,
                                     "--concurrency", concurrency, "--warmup", warmup)
            expect(status == 0 and got["errors"] == 0, f"{got}")
            expect(relay.total == count + max(warmup, concurrency), f"{relay.total} connections for {got}")
            expect(relay.most == concurrency, f"{relay.most} connections at once for {got}")


def version(tool):
    status, got, said = run(tool, "version")
    check_fields(got, {"impl": str, "version": str, "compiler": str})
    expect(status == 0 and not said and got["impl"] == "cpp", f"{got}")
    expect(re.fullmatch(r"\d+\.\d+\.\d+", got["version"]), f"version {got['version']}")


def ready_line(tool):
    """`listen` says who it is and where, and ends with status 0 and no further word on SIGTERM and SIGINT."""
    number = run(tool, "version")[1]["version"]
    for end in (signal.SIGTERM, signal.SIGINT):
        with Listener(tool, "--addr", "/ip4/127.0.0.1/tcp/0", "--addr", "/ip4/127.0.0.2/tcp/0") as listener:
            check_fields(listener.ready, READY)
            expect((listener.ready["impl"], listener.ready["version"]) == ("cpp", number), f"{listener.ready}")
            expect(len(listener.addresses) == 2, f"{listener.addresses}")
            for host, address in zip(("127.0.0.1", "127.0.0.2"), listener.addresses):
                expect(re.fullmatch(f"/ip4/{host}/tcp/[1-9][0-9]*/p2p/{listener.peer_id}", address), address)
            listener.process.send_signal(end)
            status = listener.process.wait(10)
            rest, said = listener.process.stdout.read(), listener.process.stderr.read()
            expect((status, rest, said) == (0, b"", b""), f"{end.name}: exit status {status}, {rest}, {said}")


def default_address(tool):
    with Listener(tool) as one, Listener(tool) as other:
        for listener in (one, other):
            expect(len(listener.addresses) == 1 and listener.address.startswith("/ip4/127.0.0.1/tcp/"),
                   f"{listener.addresses}")
        expect(one.peer_id != other.peer_id, "two listeners have one fresh identity")


def given_key(tool):
    """`--key` is who it is, at both ends: the dialer finds that it would talk to itself."""
    with Listener(tool, "--key", SPEC_KEY) as listener:
        expect(listener.peer_id == SPEC_ID, f"the key of {SPEC_ID} made {listener.peer_id}")
        status, got, _ = run(tool, "dial", listener.address, "--test", "ping", "--count", 1)
        expect(status == 0 and got["ok"], f"{got}")
        status, got, _ = run(tool, "dial", listener.address, "--test", "ping", "--key", SPEC_KEY)
        expect(status == 1 and "itself" in got["error"], f"{got}")


def failures(tool):
    """What cannot be done ends with status 1 and one line that says why."""
    with Listener(tool) as listener, socket.create_server(("127.0.0.1", 0)) as silent:
        taken = listener.address.split("/p2p/")[0]
        wrong_peer = f"{taken}/p2p/{SPEC_ID}"
        never_answers = f"/ip4/127.0.0.1/tcp/{silent.getsockname()[1]}/p2p/{SPEC_ID}"
        for arguments, word in (
                ((), "subcommand"),
                (("dial", listener.address), "--test"),
                (("dial", "--test", "ping"), "MULTIADDR"),
                (("dial", listener.address, "--test", "pong"), "unknown test: pong"),
                (("dial", listener.address, "--test", "ping", "--speed", 9), "--speed"),
                (("dial", listener.address, "--test", "ping", "--count", 0), "--count"),
                (("dial", listener.address, "--test", "ping", "--timeout", "soon"), "--timeout"),
                (("dial", listener.address, "--test", "ping", "--key", "!"), "--key"),
                (("dial", listener.address, "--test", "protocol"), "--protocol"),
                (("dial", taken, "--test", "ping"), "/p2p/ID"),
                (("dial", "localhost:9000", "--test", "ping"), "localhost:9000"),
                (("dial", wrong_peer, "--test", "ping"), listener.peer_id),
                (("dial", wrong_peer, "--test", "handshakes"), listener.peer_id),
                (("dial", never_answers, "--test", "ping", "--timeout", 0.3), "dial failed"),
                (("listen", "--addr", taken), taken),
                (("listen", "--addr", "nowhere"), "nowhere"),
                (("listen", "--key", "c2hvcnQ="), "--key"),
                (("listen", "--colour"), "--colour")):
            check_failure(tool, arguments, word)
    check_failure(tool, ("dial", f"{taken}/p2p/{SPEC_ID}", "--test", "ping"), "refused")
    check_failure(tool, ("dial", f"{taken}/p2p/{SPEC_ID}", "--test", "idle", "--count", 2, "--hold", 30), "refused")


def check_failure(tool, arguments, word):
    status, got, _ = run(tool, *arguments)
    check_fields(got, FAILURE)
    expect(status == 1, f"{arguments}: exit status {status}")
    expect((got["impl"], got["ok"]) == ("cpp", False) and word in got["error"], f"{arguments}: no {word!r} in {got}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpp", required=True, help="path of libp2p-peer")
    tool = parser.parse_args().cpp
    failed = 0
    for case in (version, ready_line, default_address, given_key, results, handshakes_are_connections, failures):
        began, word = time.monotonic(), ""
        try:
            case(tool)
        except (AssertionError, PeerError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
            failed += 1
            word = f": {error!r}"
        print(f"{'FAIL' if word else 'ok'} {case.__name__} ({time.monotonic() - began:.1f} s){word}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
