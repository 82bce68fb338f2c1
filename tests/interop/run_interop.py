#!/usr/bin/env python3
"""tests/interop/run_interop.py: libp2p-peer against go-peer, each as dialer and as listener.

One line per case; exit status 1 if one failed, 77 if the go peer is not there (ctest: skipped).
"""

import argparse
import sys
import time
from pathlib import Path

from cases import GROUPS, Implementation, Pair
from peer_process import PeerError

TOTAL_SECONDS = 280


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpp", required=True, help="path of libp2p-peer")
    parser.add_argument("--cpp-driver", help="path of the C++ interop driver (see cases.py)")
    parser.add_argument("--go", required=True, help="path of go-peer")
    parser.add_argument("--group", action="append", choices=GROUPS, help="only these groups of cases")
    parser.add_argument("--case", help="only cases whose name contains this")
    return parser.parse_args()


def plan(groups, pairs, name_part):
    """(group, case, pair, function, why it is skipped or None) of what is to run."""
    for group in groups:
        for name, run in GROUPS[group].items():
            if name_part and name_part not in name:
                continue
            for pair in pairs[:1] if getattr(run, "symmetric", False) else pairs:
                if getattr(run, "only_dialer", pair.dialer.name) != pair.dialer.name:
                    continue
                if getattr(run, "only_listener", pair.listener.name) != pair.listener.name:
                    continue
                yield name, pair, run, missing_driver(run, pair)


def missing_driver(run, pair):
    for role, peer in (("dialer_driver", pair.dialer), ("listener_driver", pair.listener)):
        if getattr(run, role, False) and not peer.driver:
            return f"skipped: no {peer.name} driver"
    return None


def run_case(run, pair, deadline):
    """"ok" or "FAIL", and a word on it."""
    if time.monotonic() > deadline:
        return "FAIL", f"not begun: the {TOTAL_SECONDS} s for all cases are over"
    try:
        return "ok", (run(pair) or {}).get("note", "")
    except (PeerError, AssertionError, OSError, KeyError, TypeError, ValueError) as error:
        return "FAIL", str(error) if isinstance(error, (PeerError, AssertionError)) else repr(error)


def main():
    args = options()
    if not Path(args.go).exists():
        print(f"SKIPPED: no go peer at {args.go} (is go installed?)")
        return 77
    cpp, go = Implementation("cpp", args.cpp, args.cpp_driver), Implementation("go", args.go, args.go)
    pairs = (Pair(go, cpp), Pair(cpp, go))
    deadline = time.monotonic() + TOTAL_SECONDS
    counts = {"ok": 0, "FAIL": 0, "skipped": 0}
    for name, pair, run, skip in plan(args.group or GROUPS, pairs, args.case):
        began = time.monotonic()
        verdict, word = ("skipped", skip) if skip else run_case(run, pair, deadline)
        counts[verdict] += 1
        direction = f"{pair.dialer.name}->{pair.listener.name}"
        print(f"{verdict:8}{direction:9} {name} ({time.monotonic() - began:.1f} s)"
              f"{': ' + word if word else ''}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["FAIL"] or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
