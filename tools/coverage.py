#!/usr/bin/env python3
"""tools/coverage.py --build DIR --profiles DIR: line and branch coverage of src/ and include/, with a gate.

Merges the raw profiles, asks llvm-cov about every program and about every object file of the layers (so that what no
test links counts as uncovered instead of being left out; llvm-cov 19 cannot read every archive), prints the totals and the worst files, and exits with 1
under the gate. Generated code lives in the build folder and is not counted.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GATE_LINES_PERCENT = 90.0
WORST_SHOWN = 20


def merge(profiles, out):
    raw = sorted(profiles.glob("*.profraw"))
    if not raw:
        sys.exit(f"coverage: no profiles in {profiles}: did any test run?")
    listing = profiles / "files.txt"
    listing.write_text("".join(f"{path}\n" for path in raw))
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "--failure-mode=all", f"--input-files={listing}", "-o", out],
                   check=True)


def has_coverage(path):
    """Whether the file is an ELF program or object."""
    return path.is_file() and path.open("rb").read(4) == b"\x7fELF"


def export(build, profile):
    objects = [p for p in sorted((build / "bin").iterdir()) if has_coverage(p)]
    objects += [p for p in sorted((build / "src").rglob("*.cpp.o")) if has_coverage(p)]
    command = ["llvm-cov-19", "export", "-summary-only", f"-instr-profile={profile}"]
    for path in objects:
        command += ["-object", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("coverage: llvm-cov failed")
    return json.loads(done.stdout)["data"][0]["files"]


def percent(covered, count):
    return 100.0 * covered / count if count else 100.0


def measured(files):
    """(path, summary) of our own files."""
    for entry in files:
        path = Path(entry["filename"])
        for folder in ("src", "include"):
            if path.is_relative_to(ROOT / folder):
                yield path.relative_to(ROOT), entry["summary"]


def not_built(build):
    """Sources that no target compiles: the gate must not depend on what somebody forgot to list."""
    commands = json.loads((build / "compile_commands.json").read_text())
    compiled = {Path(command["file"]) for command in commands}
    return [path.relative_to(ROOT) for path in sorted((ROOT / "src").rglob("*.cpp")) if path not in compiled]


def report(files):
    worst = sorted(files, key=lambda f: f[1]["lines"]["covered"] - f[1]["lines"]["count"])
    print(f"\n{'lines':>8} {'branches':>9}  {'missed':>6}  file")
    for path, summary in worst[:WORST_SHOWN]:
        lines, branches = summary["lines"], summary["branches"]
        print(f"{percent(lines['covered'], lines['count']):7.1f}% {percent(branches['covered'], branches['count']):8.1f}%"
              f"  {lines['count'] - lines['covered']:6}  {path}")
    total = {}
    for kind in ("lines", "branches"):
        covered = sum(summary[kind]["covered"] for _, summary in files)
        count = sum(summary[kind]["count"] for _, summary in files)
        total[kind] = percent(covered, count)
        print(f"{kind}: {covered} of {count}, {total[kind]:.1f} %")
    return total["lines"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--profiles", type=Path, required=True)
    args = parser.parse_args()

    profile = args.profiles / "all.profdata"
    merge(args.profiles, profile)
    files = list(measured(export(args.build, profile)))
    forgotten = not_built(args.build)
    if forgotten:
        sys.exit("coverage: no target compiles " + ", ".join(map(str, forgotten)))
    lines = report(files)
    if lines < GATE_LINES_PERCENT:
        sys.exit(f"coverage: {lines:.1f} % of lines is under the gate of {GATE_LINES_PERCENT:.0f} %")


if __name__ == "__main__":
    main()
