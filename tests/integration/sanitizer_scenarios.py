"""What the scenarios of the sanitizer builds rely on: a finding in a node fails them."""

import os
from pathlib import Path

from federation import Federation
from waiting import Failure, Skipped, expect

# What a sanitizer says of the faults in planted/, each of which is a library that a node can be made to load.
FINDINGS = {"libplanted_race.so": "ThreadSanitizer: data race",
            "libplanted_overflow.so": "AddressSanitizer: heap-buffer-overflow",
            "libplanted_leak.so": "LeakSanitizer: detected memory leaks",
            "libplanted_undefined.so": "runtime error: signed integer overflow"}


def life(program, environment):
    """What every scenario has of a node: it starts, stops in order, and says nothing beside its log."""
    with Federation(program) as federation:
        node = federation.node()
        node.environment = environment
        node.start()
        node.wait_started()


def without_names():
    """The program that looks up the names of functions would load the library, too, and could not."""
    variables = [f"{sanitizer}SAN_OPTIONS" for sanitizer in ("A", "L", "T", "UB")]
    return {name: f"{os.environ.get(name, '')}:symbolize=0" for name in variables}


def sanitizer_findings(federation, _):
    """A fault that is planted into a node fails whatever scenario runs it: one of each kind that this build can find."""
    planted = sorted(Path(federation.program).parent.glob("libplanted_*.so"))
    if not planted:
        raise Skipped("not a sanitizer build: nothing is planted")
    life(federation.program, {})
    for library in planted:
        try:
            life(federation.program, {"LD_PRELOAD": str(library)} | without_names())
        except Failure as failure:
            print(f"{library.name}: {FINDINGS[library.name]}")
            expect(FINDINGS[library.name] in str(failure), f"{library.name} has another effect: {failure}")
        else:
            raise Failure(f"{library.name} goes unnoticed")


SCENARIOS = {"sanitizer_findings": sanitizer_findings}
