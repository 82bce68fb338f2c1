"""Runs programs with the command line of libp2p-peer: listeners, dials, and what /proc says of them.

Only processes started here are ever ended. Every wait has a limit.
"""

import json
import os
import select
import subprocess
import time

READY_SECONDS = 20
STOP_SECONDS = 10
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class PeerError(Exception):
    """A program did not do what its command line promises; the text says what."""


class Listener:
    """`PROGRAM listen`, ready once entered. With `control` it obeys `ask`, as tests/interop/go/control.go says."""

    def __init__(self, program, *options, control=False):
        self.command = [str(program), "listen", *options, *(["--control"] if control else [])]
        self.control = control
        self.pending = b""

    def __enter__(self):
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE if self.control else subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.set_blocking(self.process.stderr.fileno(), False)
        try:
            self.ready = self.read_line(READY_SECONDS)
            self.ready_seconds = time.monotonic() - began
            self.peer_id, self.addresses, self.pid = (self.ready[key] for key in ("peer_id", "addrs", "pid"))
            self.address = self.addresses[0]
            if self.pid != self.process.pid:
                raise PeerError(f"pid {self.pid} in the ready line; the process is {self.process.pid}")
        except (PeerError, KeyError, IndexError, TypeError) as error:
            self.end()
            raise PeerError(f"{self.command[0]} listen: not ready: {error!r}{self.said()}") from error
        return self

    def __exit__(self, kind, error, trace):
        status = self.end()
        if kind is None and status != 0:
            raise PeerError(f"{self.command[0]} listen: exit status {status} after SIGTERM{self.said()}")

    def end(self):
        """Orderly by SIGTERM; a process that does not obey is killed, and then the status is not 0."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.stderr_text = (self.process.stderr.read() or b"").decode(errors="replace")
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                if pipe:
                    pipe.close()

    def said(self):
        text = getattr(self, "stderr_text", "").strip()
        return f"; its last words: {text[-500:]}" if text else ""

    def send(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def read_line(self, seconds):
        """The next JSON line of standard output."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.pending:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self.process.stdout], [], [], wait)[0]:
                raise PeerError(f"no answer within {seconds} s")
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                raise PeerError("its standard output ended")
            self.pending += chunk
        line, self.pending = self.pending.split(b"\n", 1)
        return parse(line)


def parse(line):
    try:
        return json.loads(line)
    except ValueError as error:
        raise PeerError(f"not JSON: {line[:200]!r}") from error


def dial(program, address, test, *options, seconds=60):
    """The result of `PROGRAM dial`, whether ok or not. The exit status must agree with it."""
    command = [str(program), "dial", address, "--test", test, *map(str, options)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{test}: no result within {seconds} s") from error
    lines = done.stdout.splitlines()
    if len(lines) != 1:
        raise PeerError(f"{test}: {len(lines)} lines of output, exit status {done.returncode}: "
                        f"{done.stderr.decode(errors='replace').strip()[-500:]}")
    result = parse(lines[0])
    if done.returncode != (0 if result.get("ok") is True else 1):
        raise PeerError(f"{test}: exit status {done.returncode} with the result {result}")
    return result


def dial_ok(program, address, test, *options, seconds=60):
    result = dial(program, address, test, *options, seconds=seconds)
    if not result["ok"]:
        raise PeerError(f"{test}: {result.get('error')}")
    return result


def cpu_seconds(pid):
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        after_name = file.read().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS_PER_SECOND


def resident_kib(pid):
    """What a process holds in memory now."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise PeerError(f"process {pid} has no memory")
