"""What the witnesses hold, second by second: memory, descriptors, threads from the system, and from the nodes
themselves connections, streams, tasks (coroutines that run) and timers (deadlines that wait).
"""

import csv
import json
import shutil
import socket
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass

from node_process import descriptors, memory_kib, threads
from waiting import Failure, expect, wait_until

INTERVAL_SECONDS = 1
ANSWER_SECONDS = 20
REST_SAMPLES = 5


@dataclass(frozen=True)
class Gauge:
    name: str
    title: str
    spare: int  # how much more of it there may be at a later rest


GAUGES = (
    Gauge("memory_kib", "memory of its own, KiB", 4096),
    Gauge("descriptors", "descriptors", 2),
    Gauge("threads", "threads", 0),
    Gauge("connections", "connections", 0),
    Gauge("streams", "streams", 4),
    Gauge("tasks", "tasks: coroutines that run", 4),
    Gauge("timers", "timers: deadlines that wait", 8),
)


def status(node):
    """As `btc-federation status --json`, without a process for it."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(ANSWER_SECONDS)
        link.connect(str(node.folder / "control.sock"))
        link.sendall(b'{"v":1,"command":"status"}\n')
        answer = link.makefile("rb").readline()
    return json.loads(answer)["result"]


def measure(node):
    """A value for each gauge, in their order."""
    pid = node.process.pid
    from_outside = memory_kib(pid), descriptors(pid), threads(pid)  # before the question takes a descriptor
    told = status(node)
    return (*from_outside, sum(told["connections"][way] for way in ("inbound", "outbound")),
            sum(told["streams"].values()), told["tasks"], told["timers"])


class Sampler:
    """Measures the witnesses from a thread of its own until it is left. `phase` 0 is before the churn."""

    def __init__(self, witnesses):
        self.witnesses = witnesses
        self.rows = []  # (seconds, phase, at rest, node, values)
        self.phase, self.at_rest = 0, False
        self.ended, self.trouble = threading.Event(), None
        self.thread = threading.Thread(target=self.run, name="sampler")

    def __enter__(self):
        self.began = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def run(self):
        try:
            while not self.ended.wait(INTERVAL_SECONDS):
                self.take()
        except Exception as error:  # whatever it is, `check` tells it
            self.trouble = error

    def take(self):
        phase, at_rest = self.phase, self.at_rest
        for node in self.witnesses:
            seconds = time.monotonic() - self.began
            self.rows.append((round(seconds, 1), phase, at_rest, node, measure(node)))

    def grown(self, first):
        """What a witness holds more of now than at the rest after phase `first`; memory is judged at the end."""
        for node in self.witnesses:
            for gauge, before, now in list(zip(GAUGES, self.resting(node, first), measure(node)))[1:]:
                if now > before + gauge.spare:
                    return f"{node} has {now} {gauge.name}, {before} at the rest after phase {first}"
        return None

    def measure_rest(self):
        self.at_rest = True
        enough = len(self.rows) + REST_SAMPLES * len(self.witnesses)
        wait_until(lambda: self.check() or len(self.rows) < enough and "too few samples of the rest", ANSWER_SECONDS)
        self.at_rest = False

    def check(self):
        """Nothing that goes wrong in the thread stays there."""
        if self.trouble:
            raise Failure(f"a witness cannot be measured: {self.trouble!r}")

    def resting(self, node, phase):
        """The medians of all gauges while the federation was at rest after `phase`."""
        rows = [values for _, one, at_rest, witness, values in self.rows if at_rest and one == phase and witness is node]
        expect(rows, f"{node} was not measured at the rest after phase {phase}")
        return [round(statistics.median(column)) for column in zip(*rows)]

    def table(self):
        lines = [f"{'rest':>4}  {'':8}" + "".join(f"{gauge.name:>13}" for gauge in GAUGES)]
        for phase in sorted({row[1] for row in self.rows if row[2]}):
            for node in self.witnesses:
                values = self.resting(node, phase)
                lines.append(f"{phase:4}  {node!r:8}" + "".join(f"{value:13}" for value in values))
        return "\n".join(lines)

    def judge(self, first, last):
        """At the rest after phase `last` a witness holds what it held after phase `first`."""
        for node in self.witnesses:
            for gauge, before, after in zip(GAUGES, self.resting(node, first), self.resting(node, last)):
                expect(after <= before + gauge.spare, f"{node}: {gauge.name} grew from {before} to {after}")

    # --- for people -----------------------------------------------------------------------------------------

    def write(self, folder):
        """samples.csv, and NAME.png for each gauge."""
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "samples.csv", "w", encoding="ascii", newline="") as file:
            table = csv.writer(file)
            table.writerow(["seconds", "phase", "at_rest", "node", *(gauge.name for gauge in GAUGES)])
            table.writerows([seconds, phase, int(at_rest), repr(node), *values]
                            for seconds, phase, at_rest, node, values in self.rows)
        subprocess.run(["gnuplot", "-"], input=self.script(), cwd=folder, text=True, check=True)

    def script(self):
        """For gnuplot: a line for each witness, and grey where the federation rested."""
        lines = ["set terminal pngcairo size 1100,420", "set datafile separator ','", "set key outside",
                 "set xlabel 'seconds'", "set yrange [0:*]", "set grid ytics"]
        for phase in sorted({row[1] for row in self.rows if row[2]}):
            times = [row[0] for row in self.rows if row[2] and row[1] == phase]
            lines.append(f"set object rectangle from {times[0]},graph 0 to {times[-1]},graph 1 "
                         "behind fillcolor rgb '#dddddd' fillstyle solid noborder")
        for column, gauge in enumerate(GAUGES, 5):
            curves = ", ".join(f"'< grep ,{node}, samples.csv' using 1:{column} with lines title '{node}'"
                               for node in self.witnesses)
            lines += [f"set output '{gauge.name}.png'", f"set title '{gauge.title}'", f"plot {curves}"]
        return "\n".join(lines) + "\n"


def need_plots():
    """Before the run, not after it."""
    expect(shutil.which("gnuplot"), "no gnuplot for the plots: ./dev stress installs it")
