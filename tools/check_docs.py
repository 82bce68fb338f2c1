#!/usr/bin/env python3
"""tools/check_docs.py: what the documents promise is there.

1. Every relative link in a *.md file leads to a file or folder (and, within Markdown, to a heading).
2. The events that code logs and the rows of docs/log-events.md are the same set. An event is the dotted literal that
   a logging call gets first: `log.warn("peer.dial.failed", ...)`, `log.at(level, "...", ...)`, `.event = "..."`.
   A row begins with it: "| `peer.dial.failed` | ...".
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVENTS_DOC = ROOT / "docs/log-events.md"

NAME = r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"'
EVENT_USES = [
    re.compile(r"(?:\.|->)(?:debug|info|warn|error)\(\s*" + NAME),
    re.compile(r"(?:\.|->)(?:at|write)\(\s*[\w:.]+,\s*" + NAME),
    re.compile(r"\.event\s*=\s*" + NAME),
]
EVENT_ROW = re.compile(r"^\|\s*`([a-z0-9_]+(?:\.[a-z0-9_]+)+)`\s*\|", re.M)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.S | re.M)


def listed(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT,
                         check=True, capture_output=True, text=True).stdout
    return sorted(ROOT / name for name in out.split("\0") if name and (ROOT / name).is_file())


def anchors(text):
    """The anchors of a document's headings, as forges make them, and explicit ones."""
    made = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#+ +(.+?) *#*$", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        made.add(plain.replace(" ", "-"))
    return made


def check_links(path):
    text = path.read_text()
    for link in LINK.findall(CODE.sub("", text)):
        if re.match(r"[a-z][a-z0-9+.\-]*:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        if not target.exists():
            yield f"{path.relative_to(ROOT)}: link to {link}: there is no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
            yield f"{path.relative_to(ROOT)}: link to {link}: there is no such heading"


def logged_events():
    """event -> where it is first logged."""
    found = {}
    for path in listed("src/*.cpp", "src/*.hpp", "apps/*.cpp"):
        text = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)
        for use in EVENT_USES:
            for match in use.finditer(text):
                found.setdefault(match.group(1), path.relative_to(ROOT))
    return found


def check_events():
    logged = logged_events()
    documented = set(EVENT_ROW.findall(EVENTS_DOC.read_text())) if EVENTS_DOC.exists() else set()
    for event in sorted(logged.keys() - documented):
        yield f"{logged[event]}: event {event} has no row in {EVENTS_DOC.relative_to(ROOT)}"
    for event in sorted(documented - logged.keys()):
        yield f"{EVENTS_DOC.relative_to(ROOT)}: event {event} is logged nowhere"


def main():
    problems = [problem for path in listed("*.md") for problem in check_links(path)]
    problems += check_events()
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
