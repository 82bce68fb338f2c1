#!/usr/bin/env python3
"""tools/check_layers.py: includes point downwards only.

The order of the layers is the list in src/CMakeLists.txt, lowest first. A file of a layer may include its own layer
and what stands before it. Further rules: pure layers include nothing of the operating system; the folders of the
federation see only each other's interface headers; public headers need nothing of src/.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Machines and what decides without doing: no sockets, threads, clocks or files.
PURE = {
    "libp2p/crypto", "libp2p/multi", "libp2p/wire", "libp2p/multistream", "libp2p/noise", "libp2p/yamux",
    "libp2p/identify", "libp2p/ping", "libp2p/perf", "libp2p/policy", "config/text", "config/reload", "store/text",
    "store/merge", "peers",
    "exchange", "control",
}
IMPURE_HEADERS = re.compile(
    r"boost/asio.*|thread|fstream|iostream|filesystem|future|mutex|condition_variable|unistd\.h|fcntl\.h|sys/.*|ares\.h")

# Folders that know each other only through interfaces: the headers of src/store/ and src/config/ themselves (not of
# their layers below), and those listed here.
FEDERATION = ("config", "store", "peers", "exchange")
INTERFACES = set()


def layer_order():
    text = (ROOT / "src/CMakeLists.txt").read_text()
    found = re.search(r"foreach\(layer\s+([^)]*)\)", text)
    if not found:
        sys.exit("check_layers: src/CMakeLists.txt has no foreach(layer ...) list")
    return found.group(1).split()


class Layers:
    def __init__(self):
        self.order = layer_order()
        self.rank = {layer: rank for rank, layer in enumerate(self.order)}
        # A folder above layers (store of store/text) may hold headers of its own; they stand below all of them.
        self.groups = {layer.split("/")[0] for layer in self.order if "/" in layer} - set(self.order)
        for group in self.groups:
            self.rank[group] = min(rank for layer, rank in self.rank.items() if layer.startswith(group + "/")) - 0.5

    def of_path(self, path):
        """The layer of a path below src/ ("libp2p/yamux/frame.hpp"), or None."""
        fitting = [layer for layer in self.order if path.startswith(layer + "/")]
        if not fitting and path.count("/") == 1 and path.endswith(".hpp") and path.split("/")[0] in self.groups:
            return path.split("/")[0]
        return max(fitting, key=len, default=None)

    def of_include(self, name):
        """The layer that a quoted include belongs to, or None for what is not ours.

        A public header belongs to the layer that implements it (the one with a source of its stem)."""
        if name.startswith("libp2p/") and (ROOT / "include" / name).exists():
            owners = [self.of_path(p.relative_to(ROOT / "src").as_posix())
                      for p in (ROOT / "src/libp2p").rglob(Path(name).stem + ".cpp")]
            return min(filter(None, owners), key=self.rank.get, default="base")
        return self.of_path(name)


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found.group(1), found.group(2)


def crosses_federation(layer, other):
    ours, theirs = layer.split("/")[0], other.split("/")[0]
    return ours != theirs and ours in FEDERATION and theirs in FEDERATION


def check_source(layers, path, report):
    """A file of src/."""
    layer = layers.of_path(path.relative_to(ROOT / "src").as_posix())
    if layer is None:
        report(path, 1, "belongs to no layer of src/CMakeLists.txt")
        return
    for number, kind, name in includes(path):
        if layer in PURE and IMPURE_HEADERS.fullmatch(name):
            report(path, number, f"{layer} is pure: it must not include <{name}>")
        if kind == "<":
            continue
        other = layers.of_include(name)
        if other is None:
            report(path, number, f'"{name}" is in no layer; use the path below src/ or include/')
        elif layers.rank[other] > layers.rank[layer]:
            report(path, number, f"{layer} stands below {other} and must not include {name}")
        elif crosses_federation(layer, other) and other not in layers.groups and name not in INTERFACES:
            report(path, number, f"{name} is no interface header (INTERFACES in tools/check_layers.py)")


def check_public(path, report):
    """A file of include/: whoever installs the library has nothing else."""
    for number, kind, name in includes(path):
        if kind == '"' and not (ROOT / "include" / name).exists():
            report(path, number, f'a public header must not include "{name}", which is not installed')


def main():
    problems = []

    def report(path, number, message):
        problems.append(f"{path.relative_to(ROOT)}:{number}: {message}")

    layers = Layers()
    for pattern in ("*.hpp", "*.cpp"):
        for path in sorted((ROOT / "src").rglob(pattern)):
            check_source(layers, path, report)
    for path in sorted((ROOT / "include").rglob("*.hpp")):
        check_public(path, report)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
