#!/usr/bin/env python3
"""tools/check_banned.py [FILE ...]: calls that have one place, or none, in C++ code. Without files: all of them.

Comments and string literals are not looked at.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Ban(NamedTuple):
    pattern: re.Pattern
    reason: str
    allowed: re.Pattern = re.compile(r"(?!)")  # paths where it may stand; by default nowhere
    where: re.Pattern = re.compile(r"")  # paths that are looked at; by default all


REAL_WORLD = re.compile(r"(apps|bench|tests/(integration|interop|stress))/|src/base/system\.cpp|src/libp2p/io/asio/")
REAL_THREADS = re.compile(
    r"(apps|bench|tests/(integration|interop|stress))/|src/libp2p/io/asio/|src/node/|tests/.*_threads_test\.cpp")

BANS = [
    Ban(re.compile(r"(steady|system|high_resolution|utc)_clock::now\b|\b(clock_)?gettime(ofday)?\s*\(|\bstd::time\("),
        "time is an argument: take `now` or a `const Clock&`", allowed=REAL_WORLD),
    Ban(re.compile(r"\b(std::)?s?rand\s*\(\s*(\)|[a-z0-9]+\s*\))|\brandom_device\b|\bmt19937|\bdefault_random_engine\b"),
        "randomness is an argument: take a base::Rng&"),
    Ban(re.compile(r"\bstd::\w+_distribution\b"), "differs between libraries: use Rng::below"),
    Ban(re.compile(r"\bsleep_(for|until)\b|(?<![\w.>])(::|\bu|\bnano)sleep\s*\("),
        "wait for a condition, with a deadline"),
    Ban(re.compile(r"\bstd::(jthread\b|thread\b(?!::id)|async\s*\()|\bpthread_create\b"),
        "threads are made in one place", allowed=REAL_THREADS),
    Ban(re.compile(r"\.detach\s*\(\s*\)"), "every thread has an owner that joins it"),
    Ban(re.compile(r"\bstd::format\b|#\s*include\s*<(format|expected)>|\bstd::expected\b"),
        "not in libstdc++ 12 or not in C++20: use fmt, or base::Result"),
    Ban(re.compile(r"\basio::cancel_after\b"), "not in Boost 1.81: use within()"),
    Ban(re.compile(r"\bstd::deque\b"), "an empty one takes 704 bytes", where=re.compile(r"src/libp2p/")),
]

LITERALS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
BARE_NOLINT = re.compile(r"NOLINT\w*(?!\w)(?!\([\w\-.,* ]+\): \S)")


def code_only(text):
    """The text with comments and literals blanked, lines kept. Include lines keep their names."""

    def blank(found):
        if found.group(0).startswith("'") and found.start() and text[found.start() - 1].isalnum():
            return found.group(0)  # a digit separator
        return "".join("\n" if c == "\n" else " " for c in found.group(0))

    return LITERALS.sub(blank, text)


def check(path):
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text()
    for number, line in enumerate(text.splitlines(), 1):
        if "NOLINTEND" not in line and BARE_NOLINT.search(line):
            yield f"{name}:{number}: a suppression names its check and its reason: NOLINT(check): why"
    for number, line in enumerate(code_only(text).splitlines(), 1):
        for ban in BANS:
            if ban.where.match(name) and not ban.allowed.match(name) and ban.pattern.search(line):
                yield f"{name}:{number}: `{ban.pattern.search(line).group(0).strip()}`: {ban.reason}"


def all_files():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.cpp", "*.hpp"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def main():
    files = [Path(argument).resolve() for argument in sys.argv[1:]] or all_files()
    problems = [problem for path in files for problem in check(path)]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
