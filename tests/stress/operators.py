"""What those who run the nodes do meanwhile: reload conf.yaml, good and bad, and edit peers.yaml by hand.

At every rest each node must run with the last good file that it was given, and each comment must be where it was put.
"""

import itertools
import json
import re
import signal
import socket

from config_scenarios import said
from node_process import new_identity
from peers_file import FLOW, KEY
from peers_scenarios import by_rename, in_place, text_of
from reload_scenarios import FAILED, reload_json
from waiting import expect, lasting, wait_until

AWAY_SECONDS = (0.5, 10)     # how long a node listens elsewhere
PHANTOM_SECONDS = (0.5, 10)  # how long an entry stays of a peer that is not there
SIGNAL_SECONDS = 20          # for a reload that a signal asked for
SETTLE_SECONDS = 20          # for an edit that was overtaken by a write of the node
LASTING_SECONDS = 3          # longer than a node waits with a write
PHANTOMS = 3
RELOADED = ("Configuration reloaded", "Configuration is as it was", FAILED)


class Desk:
    """What one operator has written, and has a right to find."""

    def __init__(self, node, spare_port):
        self.node = node
        self.conf = node.folder / "conf.yaml"
        self.home, self.elsewhere = node.address, f"/ip4/127.0.0.1/tcp/{spare_port}"
        self.addresses = [self.home]
        self.good = self.conf.read_text(encoding="utf-8")
        self.notes = {}      # key -> comment behind it
        self.additions = {}  # key -> address that was added to its entry
        self.phantoms = set()

    def write(self, text):
        """Whole at any instant: what is wrong in a file is meant to be."""
        other = self.conf.with_name("conf.yaml.new")
        other.touch(mode=0o600)
        other.write_text(text, encoding="utf-8")
        other.rename(self.conf)

    def keep(self, text, addresses):
        self.write(text)
        self.good, self.addresses = text, addresses

    def text(self, addresses, rng, edition):
        level = rng.choice(("info", "info", "info", "debug"))
        return (f"# edition {edition}\n"
                f'node: {{ private_key: "{self.node.identity.private_key}" }}\n'
                f"network: {{ addresses: [{', '.join(addresses)}] }}\n"
                f"peers: {{ exchange_interval: {rng.randint(1, 3)}s, connection_timeout: {rng.randint(5, 10)}s, "
                f"max_connections: {rng.randint(64, 1024)} }}\n"
                f"logging: {{ level: {level} }}\n")


class Operators:
    """One at each node. Their actions join those of the churn, and keep off nodes that it has stopped or frozen."""

    def __init__(self, federation, churn, rng):
        self.churn, self.rng = churn, rng
        self.desks = {node: Desk(node, federation.free_port()) for node in churn.nodes}
        self.homes = {node.public_key: node.address for node in churn.nodes}
        self.phantoms = [new_identity(federation.program).public_key for _ in range(PHANTOMS)]
        self.nowhere = f"/ip4/127.0.0.1/tcp/{federation.free_port()}"
        self.taken_port = federation.free_port()
        self.edition = 0
        churn.add_actions(self.reload_good, self.reload_bad, self.note, self.add_address, self.add_phantom)

    def some_desk(self):
        node = self.churn.some_running()
        return node and self.desks[node]

    # --- conf.yaml ----------------------------------------------------------------------------------------------

    def ask(self, node, good):
        """A reload by command or by signal; returns when it is over."""
        if self.rng.random() < 0.5:
            record = reload_json(node, 0 if good else 1)
            expect((record["outcome"] in ("applied", "unchanged")) == good, f"{node}: {record}")
            return
        before = reloads(node)
        node.send(signal.SIGHUP)
        wait_until(lambda: len(reloads(node)) == len(before) and f"{node} does not answer SIGHUP", SIGNAL_SECONDS)
        line = reloads(node)[-1]
        expect((line["message"] != FAILED) == good, f"{node}: {line}")

    def reload_good(self):
        if desk := self.some_desk():
            self.edition += 1
            addresses = self.rng.choice(([desk.home], [desk.home, desk.elsewhere], [desk.elsewhere]))
            desk.keep(desk.text(addresses, self.rng, self.edition), addresses)
            self.ask(desk.node, good=True)
            if addresses != [desk.home]:
                self.churn.later(AWAY_SECONDS, lambda: self.come_home(desk))
        return desk

    def come_home(self, desk):
        """Whatever has become of the node since: if it does not run, its next start reads the file."""
        desk.keep(desk.good.replace(f"[{', '.join(desk.addresses)}]", f"[{desk.home}]"), [desk.home])
        if desk.node.process:
            if not desk.node.frozen:  # one that is frozen has started, and hears of it when it thaws
                desk.node.wait_started()
            desk.node.send(signal.SIGHUP)

    def reload_bad(self):
        """Nothing of it is applied, and the file is left alone."""
        if desk := self.some_desk():
            node = desk.node
            reload_json(node)  # signals that are on their way have to find the good file
            bad = self.rng.choice((self.wrong_value, self.wrong_place, self.cut_off, self.needs_restart, self.no_log,
                                   self.port_taken))(desk.good)
            with socket.create_server(("127.0.0.1", self.taken_port)):
                desk.write(bad)
                self.ask(node, good=False)
            expect(desk.conf.read_text(encoding="utf-8") == bad, f"{node} touched the bad file")
            desk.write(desk.good)
            expect(not self.differs(desk), f"{node} took something of a bad file: {self.differs(desk)}")
        return desk

    def wrong_value(self, text):
        return re.sub(r"exchange_interval: \w+", "exchange_interval: 0s", text)

    def wrong_place(self, text):
        return text.replace("peers: { ", "peers: { level: info, ")

    def cut_off(self, text):
        return text[:self.rng.randrange(text.index("tcp/"), text.index("]"))]

    def needs_restart(self, text):
        return text.replace("network: { ", "network: { loops: 2, ")

    def no_log(self, text):
        return re.sub(r"logging: {.*}", "logging: { level: info, file_output: true, file_name: no/such/node.log }", text)

    def port_taken(self, text):
        return re.sub(r"addresses: \[.*\]", f"addresses: [/ip4/127.0.0.1/tcp/{self.taken_port}]", text)

    def differs(self, desk):
        """Between what the node runs with and the file."""
        return reload_json(desk.node, 0, "--dry-run")["changes"]

    # --- peers.yaml ---------------------------------------------------------------------------------------------

    def change(self, desk, lines, atomic=False):
        """As a human's editor writes it back, whatever the node has written meanwhile."""
        write = by_rename if atomic else self.rng.choice((by_rename, in_place))
        write(desk.node.peers_path, "".join(lines))

    def some_entry(self, desk):
        """(lines, index of one entry's line, its key); of those that are really there."""
        lines = text_of(desk.node).splitlines(keepends=True)
        entries = [(index, found[1]) for index, line in enumerate(lines)
                   if (found := KEY.fullmatch(line.strip())) and found[1] not in self.phantoms]
        return (lines, *self.rng.choice(entries)) if entries else None

    def note(self):
        """A comment behind a key, in the place of an older one."""
        desk = self.some_desk()
        if not desk or not (entry := self.some_entry(desk)):
            return False
        lines, index, key = entry
        self.edition += 1
        desk.notes[key] = f"# note {self.edition}"
        lines[index] = f"{lines[index].split(' #')[0].rstrip()}  {desk.notes[key]}\n"
        self.change(desk, lines)
        return True

    def add_address(self):
        """One more, where nobody is; once for an entry. Only while the peer is known to be at home: with the edit
        the entry is the operator's, and its addresses stay."""
        desk = self.some_desk()
        if not desk or not (entry := self.some_entry(desk)) or entry[2] in desk.additions:
            return False
        lines, index, key = entry
        if not any(self.homes[key] in line for line in entry_lines(lines, index)):
            return False
        while not lines[index].lstrip().startswith("addresses:"):
            index += 1
        if FLOW.fullmatch(lines[index].strip()):
            lines[index] = lines[index].replace("]", f", {self.nowhere}]")
        else:
            item = lines[index + 1]
            lines.insert(index + 1, f"{item[:item.index('-')]}- {self.nowhere}\n")
        desk.additions[key] = self.nowhere
        self.change(desk, lines)
        return True

    def add_phantom(self):
        desk = self.some_desk()
        free = desk and [key for key in self.phantoms if key not in desk.phantoms]
        if not free:
            return False
        key = self.rng.choice(free)
        desk.phantoms.add(key)
        head, tail = text_of(desk.node).split("peers:\n", 1)
        self.change(desk, [head, "peers:\n", f"  - public_key: {key}\n    addresses: [{self.nowhere}]\n", tail])
        self.churn.later(PHANTOM_SECONDS, lambda: self.remove_phantom(desk, key))
        return True

    def remove_phantom(self, desk, key):
        """Its lines and no other. By another name for the file: the node may be about to start."""
        lines = text_of(desk.node).splitlines(keepends=True)
        for index in [index for index, line in enumerate(lines) if line.startswith(f"  - public_key: {key}")]:
            del lines[index:index + len(entry_lines(lines, index))]
        desk.phantoms.discard(key)
        self.change(desk, lines, atomic=True)

    # --- at rest ------------------------------------------------------------------------------------------------

    def settle(self):
        """What is still to be undone. A removal that crossed a write of the node is made again, as a human would."""
        def left():
            there = [(desk, key) for desk in self.desks.values() for key in self.phantoms if key in desk.node.peers()]
            for desk, key in there:
                self.remove_phantom(desk, key)
            return there and f"removed and still there: {[f'{desk.node}: {key}' for desk, key in there]}"
        wait_until(lasting(left, LASTING_SECONDS), SETTLE_SECONDS)

    def wrong(self):
        """What is not as the last good files and the hands want it."""
        for desk in self.desks.values():
            if found := self.wrong_at(desk):
                return f"{desk.node}: {found}"
        return None

    def wrong_at(self, desk):
        if desk.conf.read_text(encoding="utf-8") != desk.good:
            return "conf.yaml is not what the operator wrote"
        if changes := self.differs(desk):
            return f"it does not run with its conf.yaml: {changes}"
        keyless = desk.good.replace(desk.node.identity.private_key, "")
        if (desk.node.folder / "conf.yaml.last-good").read_text(encoding="utf-8") != keyless:
            return "conf.yaml.last-good is not the last good file without its key"
        listening = json.loads(said(desk.node, 0, "status", "--json")[0])["listening"]
        if sorted(listening) != sorted(desk.addresses):
            return f"it listens on {listening}, not on {desk.addresses}"
        peers, lines = desk.node.peers(), text_of(desk.node).splitlines()
        for key, note in desk.notes.items():
            if not any(key in line and line.endswith(note) for line in lines):
                return f"the comment {note!r} behind {key} is gone"
        for key, address in desk.additions.items():
            if address not in peers[key]:
                return f"{address} of {key} is gone"
        return None

    def forgive(self):
        """Reloads that failed are alarms, and meant here."""
        for desk in self.desks.values():
            desk.node.alarms = [line for line in desk.node.alarms if line["message"] != FAILED]


def entry_lines(lines, index):
    """From the line of its key to the last that is indented as deep as an entry's."""
    inside = itertools.takewhile(lambda line: line.startswith("    "), lines[index + 1:])
    return [lines[index], *inside]


def reloads(node):
    node.refresh()
    return [line for line in node.log.lines if line["message"] in RELOADED]
