#!/usr/bin/env python3
"""tools/check_headers.py: each public header stands alone on include/, and stays cheap to compile.

Users compile them in each of their files. CPU time depends on the machine and its load, so what is bounded is its
cause: the lines that the preprocessor makes of a header. docs/budgets.md has the times that belong to them.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILER = "clang++-19"
MOST_LINES = 90_000  # Asio's awaitable alone, without which there is no API, has 76,000


def check(header):
    name = header.relative_to(ROOT / "include")
    done = subprocess.run([COMPILER, "-std=c++20", f"-I{ROOT / 'include'}", "-E", "-P", "-x", "c++", "-"],
                          input=f'#include "{name}"\n', capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"include/{name}: does not stand alone: {done.stderr.strip()}"
    lines = done.stdout.count("\n")
    if lines > MOST_LINES:
        return f"include/{name}: {lines} lines with all it includes; public headers stay under {MOST_LINES}"
    return None


def main():
    headers = sorted((ROOT / "include").rglob("*.hpp"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(check, headers) if problem]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
