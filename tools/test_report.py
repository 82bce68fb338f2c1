#!/usr/bin/env python3
"""tools/test_report.py JUNIT: the last lines of ./dev test: what failed, what was skipped and why, the counts.

Exits with 1 if a test failed or none ran.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree


def skip_reason(case):
    """The line that tools/with_tools or the test itself printed."""
    output = case.findtext("system-out") or ""
    found = re.search(r"SKIPPED: *(.+)", output)
    return found.group(1).strip() if found else "the test gave no reason"


def main(path):
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"test report: ctest left no results ({error})")
        return 1

    by_status = {"run": [], "fail": [], "notrun": [], "disabled": []}
    for case in cases:
        by_status.setdefault(case.get("status"), []).append(case)
    skipped = by_status["notrun"] + by_status["disabled"]
    passed = by_status["run"]
    failed = [case for case in cases if case not in passed and case not in skipped]

    for case in skipped:
        print(f"SKIPPED {case.get('name')}: {skip_reason(case)}")
    for case in failed:
        print(f"FAILED  {case.get('name')}")
    suffix = f", {len(skipped)} skipped" if skipped else ""
    print(f"{len(passed)} passed, {len(failed)} failed{suffix}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
