"""System calls that fail or hang under a node, by strace."""

import shutil
import signal
import subprocess
from pathlib import Path

from waiting import Skipped

TRACER_SECONDS = 10


def need_tracer():
    if shutil.which("strace") is None:
        raise Skipped("no strace")


def strace(faults, paths):
    """`faults`: call -> fault, as strace has them: error=EIO, error=EIO:when=1 for the first call of a thread alone,
    delay_enter=60s. With `paths` only calls that concern these files fail."""
    command = ["strace", "-o", "/dev/null", "-e", f"trace={','.join(faults)}"]
    for call, fault in faults.items():
        command += ["-e", f"inject={call}:{fault}"]
    for path in paths:
        command += ["-P", str(Path(path).resolve())]
    return command


class FailingCall:
    """Attached to a node, or to that thread of it alone: `call` has this `fault` for as long as it is."""

    def __init__(self, node, call, fault, path=None, thread=None):
        self.node, self.thread, self.command = node, thread, strace({call: fault}, [path] if path else [])

    def begin(self):
        target = ["-p", str(self.node.threads(self.thread)[0])] if self.thread else \
            ["-f", "-p", str(self.node.process.pid)]
        self.tracer = subprocess.Popen([*self.command, *target], stderr=subprocess.PIPE)
        line = self.tracer.stderr.readline().decode()
        if "attached" not in line:
            self.tracer.wait(TRACER_SECONDS)
            raise Skipped(f"strace cannot attach: {line.strip()}")

    def end(self):
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.communicate(timeout=TRACER_SECONDS)


def failing_start(faults, *paths):
    """For `Node.launcher`: the calls fail on the node's main thread, which reads its files at the start. strace steps
    aside (-D), so that the process that is started is the node."""
    return [*strace(faults, paths), "-D", "-qqq"]


def killed_at(call, number):
    """A launcher: kill -9 where the program makes this call for that time; its status is the program's."""
    return ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
            f"inject={call}:signal=KILL:when={number}"]
