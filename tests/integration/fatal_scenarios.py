"""Ends that no operator asked for: exit status 2, and words that say why."""

import random
import re
import resource
import signal
import socket

import garbage
from failing_calls import FailingCall, need_tracer
from waiting import expect, wait_until

FATAL = 2
PROVEN_SECONDS = 20
CUT_SECONDS = 10
FAILING_SECONDS = 30
NO_SPARE_MEMORY = {"MALLOC_TOP_PAD_": "0", "MALLOC_MMAP_THRESHOLD_": "4096"}  # malloc(3): it asks for what it needs


def hanging_disk(federation, _):
    """A stop that the disk holds up is cut short (when exactly, `RunnerTest` says): status 2."""
    need_tracer()
    node, other = federation.star(2)
    node.start()
    node.wait_started()
    hanging = FailingCall(node, "fsync", "delay_enter=60s", thread="disk")
    hanging.begin()
    other.start()
    node.wait_line("Peer's addresses are proven", PROVEN_SECONDS)  # which is to be saved
    node.send(signal.SIGTERM)

    def unheard():
        node.read_log()
        return not node.find("The stop took too long and is cut short") and f"{node} waits for its disk"

    wait_until(unheard, CUT_SECONDS)
    hanging.end()  # a process is not gone before the last of its threads
    status = node.exit_status(CUT_SECONDS)
    print(f"SIGTERM with a disk that hangs: exit status {status}, {node.alarms[0]['message']}")
    expect(status == FATAL, f"exit status {status}")
    expect(len(node.alarms) == 1, f"{node.alarms}")
    node.alarms.clear()


def call(node):
    return garbage.send(node.port, "hello and silence", random.Random())


def command(node):
    link = socket.socket(socket.AF_UNIX)
    link.connect(str(node.folder / "control.sock"))
    link.sendall(b'{"v":1,"id":1,"command":"status"}\n')
    return link


def no_memory(federation, _):
    """A node that is refused memory ends with status 2 and says so, whichever of its threads is the first."""
    for ask in (call, command):
        node = federation.node()
        node.environment = NO_SPARE_MEMORY
        node.start()
        node.wait_started()
        resource.prlimit(node.process.pid, resource.RLIMIT_DATA, (0, 0))
        asked = []

        def serves():
            if node.process.poll() is not None:
                return None
            try:
                asked.append(ask(node))
            except OSError:
                pass  # it ended meanwhile
            return f"{node} goes on after {ask.__name__} number {len(asked)}"

        wait_until(serves, FAILING_SECONDS)
        status = node.exit_status(0)
        said = node.error_path.read_text(encoding="utf-8")
        print(f"without memory, {ask.__name__}: exit status {status}, {said.strip()}")
        expect(status == FATAL, f"exit status {status}: {said}")
        expect(re.fullmatch(r"btc-federation: the [a-z ]+ failed: std::bad_alloc\n", said), said)
        node.error_path.write_text("", encoding="utf-8")  # heard: another word would be one too many


SCENARIOS = {one.__name__: one for one in (hanging_disk, no_memory)}
