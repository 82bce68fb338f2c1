#!/usr/bin/env python3
"""tests/integration/run_scenario.py: one scenario with real processes, sockets, files and signals.

Prints what was seen; exit status 1 if the scenario failed, 77 if it did not, and this machine lacks what all of it
needs (go-libp2p, root).
"""

import argparse
import importlib
import signal
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "interop"))

import pace
from federation import Federation
from peer_process import PeerError
from waiting import Failure, Skipped


def scenarios():
    """Of all files *_scenarios.py beside this one, by name."""
    found = {}
    for path in sorted(Path(__file__).resolve().parent.glob("*_scenarios.py")):
        own = importlib.import_module(path.stem).SCENARIOS
        if twice := found.keys() & own:
            sys.exit(f"two scenarios are called {', '.join(sorted(twice))}")
        found |= own
    return found


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exit that ends the nodes, too
    known = scenarios()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", choices=known)
    parser.add_argument("--node", required=True, help="path of btc-federation")
    parser.add_argument("--go", help="path of go-peer (tests/interop/build_go_peer)")
    parser.add_argument("--sanitized", action="store_true", help="the programs are of a sanitizer build")
    args = parser.parse_args()
    pace.sanitized = args.sanitized
    scenario = known[args.scenario]
    go = args.go if args.go and Path(args.go).exists() else None
    if args.go and not go and not hasattr(scenario, "also_without_go"):
        print(f"SKIPPED: no go peer at {args.go} (is go installed?)")
        return 77
    print(scenario.__doc__, flush=True)
    began = time.monotonic()
    try:
        with Federation(args.node) as federation:
            scenario(federation, go)
    except Skipped as reason:
        print(f"SKIPPED: {reason}")
        return 77
    except (Failure, PeerError) as error:
        print(f"FAIL {args.scenario} after {time.monotonic() - began:.1f} s: {error}")
        return 1
    print(f"ok {args.scenario} ({time.monotonic() - began:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
