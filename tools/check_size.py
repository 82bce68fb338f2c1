#!/usr/bin/env python3
"""tools/check_size.py: files under 400 lines, headers under 200 (outside tests), functions under 60.

Functions are found by indentation, which clang-format makes reliable: a line that is only "}" at depth 0 or 2 ends
one, and the nearest line above at the same depth begins it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
HEADER_LINES = 200
FUNCTION_LINES = 60
CODE = (".cpp", ".hpp", ".py", ".sh", ".go", ".rs", ".js", ".mjs", ".cmake", ".proto")
NOT_A_START = re.compile(r"\s*(}|\)|#|//|public:|private:|protected:|$)")


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return sorted(p for p in paths if p.is_file() and (p.suffix in CODE or p.name == "dev"))


def function_sizes(lines):
    """(first line number, lines) of each function of a formatted C++ file."""
    for depth in (0, 2):
        indent = " " * depth
        start = None
        for number, line in enumerate(lines, 1):
            if line == indent + "}":
                if start is not None:
                    yield start, number - start + 1
                start = None
            elif line.startswith(indent) and line[depth:depth + 1] not in ("", " ") and not NOT_A_START.match(line):
                start = number


def check(path):
    lines = path.read_text().splitlines()
    name = path.relative_to(ROOT)
    if len(lines) >= FILE_LINES:
        yield f"{name}: {len(lines)} lines; files stay under {FILE_LINES}: split it by idea"
    if path.suffix == ".hpp" and name.parts[0] != "tests" and len(lines) >= HEADER_LINES:
        yield f"{name}: {len(lines)} lines; headers stay under {HEADER_LINES}"
    if path.suffix in (".cpp", ".hpp"):
        for start, size in function_sizes(lines):
            if size >= FUNCTION_LINES:
                yield f"{name}:{start}: a function of {size} lines; they stay under {FUNCTION_LINES}"


def main():
    problems = [problem for path in tracked_files() for problem in check(path)]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
