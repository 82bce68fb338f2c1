#!/usr/bin/env python3
"""tools/tidy_sources.py < FILES: the sources to run clang-tidy on, so that every given C++ file is looked at.

A source that is in the compile database stands for itself. A header is seen through a source that includes it
(preferably the one of the same stem); .clang-tidy's header filter makes clang-tidy report on it there.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def includers(header, sources):
    """Sources that name the header in an #include, those of the same stem first."""
    for folder in ("include", "src", "tests"):
        if header.is_relative_to(ROOT / folder):
            name = header.relative_to(ROOT / folder).as_posix()
            break
    else:
        name = header.name
    pattern = re.compile(rf'#include "(?:[^"]*/)?{re.escape(name)}"')
    found = [source for source in sources if pattern.search(source.read_text())]
    return sorted(found, key=lambda s: (s.stem != header.stem, s.stem != f"{header.stem}_test", s))


def main():
    database = json.loads((ROOT / "build/lint/compile_commands.json").read_text())
    sources = {Path(entry["file"]) for entry in database}
    sources = {source for source in sources if source.is_relative_to(ROOT) and "build" not in source.parts}
    chosen = {}
    for line in sys.stdin:
        path = ROOT / line.strip()
        if path.suffix == ".cpp" and path in sources:
            chosen[path] = True
        elif path.suffix == ".hpp" and path.exists():
            through = includers(path, sources)
            if through and not any(source in chosen for source in through[:1]):
                chosen[through[0]] = True
    print("\n".join(str(path) for path in chosen))


if __name__ == "__main__":
    main()
