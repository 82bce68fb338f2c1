"""docs/runbooks.md as a program: the blocks of each heading, run one after another in a node's directory.

A fence says whether it is run: `sh` by a shell, `console` line by line by this test in the place of a service manager
(`SERVICE`; what is not for a test is in `NOT_RUN`, with the reason), `text` and `yaml` are only looked at.
"""

import os
import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from node_process import check_no_secret
from waiting import expect

DOCS = Path(__file__).resolve().parents[2] / "docs"
STEP_SECONDS = 30
RUN, ILLUSTRATIONS = {"sh", "console"}, {"text", "yaml"}
HEADING_OR_FENCE = re.compile(r"^## (?P<heading>[^\n]+)$|^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
PLACEHOLDER = re.compile(r"\b[A-Z][A-Z_]+\b")

NOT_RUN = {
    "useradd --system --home-dir /var/lib/btc-federation --shell /usr/sbin/nologin btc-federation":
        "makes a user of the machine",
    "install -d -m 700 -o btc-federation -g btc-federation /var/lib/btc-federation": "needs that user",
    "install -m 755 build/release/bin/btc-federation /usr/bin/": "writes outside the test's folder",
    "install -m 644 packaging/systemd/btc-federation.service /etc/systemd/system/": "writes outside the test's folder",
    "systemctl daemon-reload": "needs a service manager",
    "journalctl -u btc-federation -o cat --since today | grep '\"level\":\"error\"'": "needs a journal",
}


def start(node):
    node.start()
    node.wait_started()


def restart(node):
    node.stop()
    start(node)


def reload(node):
    """What the unit's `notify-reload` does; what came of it is for the runbook's next block to show."""
    node.send(signal.SIGHUP)


SERVICE = {
    "systemctl enable --now btc-federation": start,
    "systemctl start btc-federation": start,
    "systemctl stop btc-federation": lambda node: node.stop(),
    "systemctl restart btc-federation": restart,
    "systemctl reload btc-federation": reload,
}


@dataclass(frozen=True)
class Block:
    language: str
    text: str


def read(path):
    """Heading -> blocks that are to be run; headings without one are left out."""
    blocks, heading = {}, None
    for match in HEADING_OR_FENCE.finditer(path.read_text(encoding="utf-8")):
        if match["heading"]:
            heading = match["heading"]
            continue
        expect(match["language"] in RUN | ILLUSTRATIONS,
               f"{path.name}, {heading}: a fence of {match['language'] or 'no language'}: is it to be run?")
        if match["language"] in RUN:
            blocks.setdefault(heading, []).append(Block(match["language"], match["text"]))
    return blocks


class Runbook:
    """One heading. Every `step` runs the next block."""

    def __init__(self, heading, blocks):
        self.heading, self.blocks, self.done = heading, blocks, 0

    def step(self, node, status=0, folder=None, **words):
        """Standard output and error of the next block. `words` are what stands for the placeholders in it."""
        expect(self.done < len(self.blocks), f"{self.heading}: has only {self.done} blocks")
        block = self.blocks[self.done]
        self.done += 1
        if block.language == "console":
            for line in block.text.splitlines():
                self.serve(node, line)
            return ""
        missing = set(PLACEHOLDER.findall(block.text)) - set(words)
        expect(not missing, f"{self.heading}: nothing is prepared for {missing} in\n{block.text}")
        text = PLACEHOLDER.sub(lambda match: str(words[match[0]]), block.text)
        return self.shell(node, text, status, folder or node.folder)

    def serve(self, node, line):
        if action := SERVICE.get(line):
            print(f"{self.heading}: {line}")
            action(node)
        else:
            expect(line in NOT_RUN, f"{self.heading}: nobody runs {line!r}, and no reason is given")
            print(f"{self.heading}: not run, {NOT_RUN[line]}: {line}")

    def shell(self, node, text, status, folder):
        path = f"{Path(node.program).parent}:{os.environ['PATH']}"
        done = subprocess.run(["timeout", str(STEP_SECONDS), "sh", "-eu", "-c", text], cwd=folder,
                              env=os.environ | {"PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        said = done.stdout.decode() + done.stderr.decode()
        print(f"{self.heading}:\n{text}{said}", flush=True)
        check_no_secret(said.encode(), node.identity, f"the output of {text!r}")
        expect(done.returncode == status, f"{self.heading}: exit status {done.returncode}, not {status}, of\n{text}")
        return said

    def end(self):
        expect(self.done == len(self.blocks), f"{self.heading}: {len(self.blocks) - self.done} blocks were not run")
