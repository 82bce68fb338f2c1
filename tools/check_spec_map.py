#!/usr/bin/env python3
"""tools/check_spec_map.py: docs/spec-map.md names only what exists.

In each table row (requirement | code | test) the code column names files below src/libp2p/, the test column what
would break: `Suite.Test` of a file in tests/, `Suite.Test/Case` where a table of inputs has a row of that name, or
`interop:group/case` of tests/interop/cases.py. A section may also name fuzz targets: `fuzz_NAME`.
The same holds for the tests that a limits.hpp names, and every anchor of the map that code refers to is there.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs/spec-map.md"

TEST = re.compile(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", re.M)
NAMED_TEST = re.compile(r"^([A-Z]\w+)\.([A-Z]\w+)(?:/(\w+))?$")
TOKEN = re.compile(r"`([^`]+)`")
ANCHOR_USE = re.compile(r"docs/spec-map\.md((?:,? ?#[a-z-]+)+)")
LIMIT_TEST = re.compile(r"\b([A-Z]\w+)\.([A-Z]\w+|\*)(?!\w)(?<!Suite\.Test)")


def tests():
    """(suite, test) -> the text of the file that has it."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("*_test.cpp")):
        text = path.read_text()
        for suite, name in TEST.findall(text):
            found.setdefault((suite, name), []).append(text)
    return found


def interop_cases():
    """The keys of GROUPS in tests/interop/cases.py, as "group/case"."""
    tree = ast.parse((ROOT / "tests/interop/cases.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "GROUPS":
            return {f"{group.value}/{case.value}" for group, cases in zip(node.value.keys, node.value.values)
                    for case in cases.keys}
    sys.exit("check_spec_map: tests/interop/cases.py has no GROUPS")


class Known:
    def __init__(self):
        self.tests = tests()
        self.interop = interop_cases()

    def is_test(self, name):
        if name.startswith("interop:"):
            return name.removeprefix("interop:") in self.interop
        parts = NAMED_TEST.match(name)
        if not parts:
            return False
        suite, test, case = parts.groups()
        texts = self.tests.get((suite, test), [])
        return any(case is None or f'"{case}"' in text for text in texts)

    def has_suite(self, suite):
        return any(known == suite for known, _ in self.tests)


def check_map(known, report):
    for number, line in enumerate(MAP.read_text().splitlines(), 1):
        for target in re.findall(r"`fuzz_(\w+)`", line):
            if not (ROOT / f"fuzz/{target}_fuzz.cpp").exists():
                report(MAP, number, f"there is no fuzz target {target}")
        if not line.startswith("|") or re.match(r"^\|[\s:|-]+\|$", line) or line.startswith("| requirement"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) != 3:
            report(MAP, number, "a row has three columns: requirement, code, test")
            continue
        files, names = TOKEN.findall(cells[1]), TOKEN.findall(cells[2])
        if not files or not names:
            report(MAP, number, "a row names at least one file and one test")
        for name in files:
            if not (ROOT / "src/libp2p" / name).is_file():
                report(MAP, number, f"there is no file src/libp2p/{name}")
        for name in names:
            if not known.is_test(name):
                report(MAP, number, f"there is no test {name}")


def check_code(known, report):
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
               for heading in re.findall(r"^#+ +(.+)$", MAP.read_text(), re.M)}
    for folder in ("src", "include"):
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for use in ANCHOR_USE.findall(line):
                    for anchor in re.findall(r"#([a-z-]+)", use):
                        if anchor not in anchors:
                            report(path, number, f"docs/spec-map.md has no section #{anchor}")
                if path.name == "limits.hpp":
                    for suite, test in LIMIT_TEST.findall(line):
                        exists = known.has_suite(suite) if test == "*" else (suite, test) in known.tests
                        if not exists:
                            report(path, number, f"there is no test {suite}.{test}")


def main():
    problems = []

    def report(path, number, message):
        problems.append(f"{path.relative_to(ROOT)}:{number}: {message}")

    known = Known()
    check_map(known, report)
    check_code(known, report)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
