"""One btc-federation process in a folder of its own: files, life, and what its log says of its connections.

Only processes started here are ever signalled. The environment is handed on, so that an instrumented program finds
where its profile goes.
"""

import base64
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import peers_file
from json_log import JsonLog
from waiting import Failure, expect, wait_until

START_SECONDS = 10
STOP_SECONDS = 3  # what operators are promised


@dataclass(frozen=True)
class Identity:
    private_key: str
    public_key: str
    peer_id: str


def new_identity(program):
    printed = run(program, "keygen").stdout.decode()
    return Identity(**dict(line.split(": ", 1) for line in printed.splitlines()))


def run(program, *arguments, folder=None, seconds=20):
    """A command of the program that ends by itself."""
    try:
        return subprocess.run([str(program), *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{' '.join(arguments) or 'the node'} does not end within {seconds} s") from error


class Node:
    """A node that can be started again and again. Each run has a log of its own: run-1.log, run-1.err, ..."""

    def __init__(self, program, folder, name, port, identity=None):
        self.program, self.folder, self.name, self.port = program, Path(folder), name, port
        self.identity = identity or new_identity(program)
        self.peer_id = self.identity.peer_id
        self.public_key = self.identity.public_key
        self.address = f"/ip4/127.0.0.1/tcp/{port}"
        self.peers_path = self.folder / "peers.yaml"
        self.process, self.frozen, self.runs = None, False, 0
        self.alarms = []  # lines of level error, of all runs
        self.log_is_text = False  # then nothing is read from it
        self.environment = {}  # beyond that of the test
        self.launcher = []  # a command that becomes the program: `setpriv ...`
        self.folder.mkdir(parents=True)

    def __repr__(self):
        return self.name

    def configure(self, logging="", peers="exchange_interval: 1s", network="", addresses=None):
        """Writes conf.yaml. The arguments are the inside of a YAML section, or of a list, in flow form."""
        path = self.folder / "conf.yaml"
        path.touch(mode=0o600)
        path.write_text(f'node: {{ private_key: "{self.identity.private_key}" }}\n'
                        f"network: {{ addresses: [{addresses or self.address}], {network} }}\n"
                        f"peers: {{ {peers} }}\n"
                        f"logging: {{ {logging} }}\n", encoding="utf-8")

    def knows(self, *others):
        peers_file.write(self.peers_path, {other.public_key: [other.address] for other in others})

    def peers(self):
        return peers_file.read(self.peers_path)

    # --- life -----------------------------------------------------------------------------------------------

    def start(self, *arguments):
        """Does not wait: `wait_started` does."""
        expect(self.process is None, f"{self} runs already")
        self.runs += 1
        self.log = JsonLog(self.folder / f"run-{self.runs}.log")
        self.error_path = self.folder / f"run-{self.runs}.err"
        self.open = {}    # connection id -> peer id
        self.closed = []  # the lines of disconnects
        self.started_at = time.monotonic()
        with open(self.log.path, "wb") as out, open(self.error_path, "wb") as err:
            self.process = subprocess.Popen([*self.launcher, str(self.program), *arguments], cwd=self.folder,
                                            stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                            env=os.environ | self.environment)

    def wait_started(self):
        self.wait_line("Node started successfully", START_SECONDS)

    def send(self, number):
        self.process.send_signal(number)
        self.frozen = self.frozen and number != signal.SIGCONT or number == signal.SIGSTOP

    def stop(self, number=signal.SIGTERM):
        """An orderly stop: status 0 within 3 s. Returns the seconds it took."""
        if self.frozen:
            self.send(signal.SIGCONT)
        began = time.monotonic()
        self.send(number)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise Failure(f"{self} still runs {STOP_SECONDS} s after {signal.Signals(number).name}") from error
        took = time.monotonic() - began
        self.read_log()
        self.process = None
        expect(status == 0, f"{self}: exit status {status} after {signal.Signals(number).name}; {self.last_words()}")
        return took

    def threads(self, prefix):
        """The ids of those threads of the process whose name begins so."""
        paths = Path(f"/proc/{self.process.pid}/task").glob("*/comm")
        return [int(path.parent.name) for path in paths if path.read_text(encoding="ascii").startswith(prefix)]

    def blocks(self, number):
        """True if the main thread has blocked this signal."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        mask = next(line for line in status.splitlines() if line.startswith("SigBlk:")).split()[1]
        return int(mask, 16) >> number - 1 & 1 == 1

    def kill(self):
        """As a crash would: nothing is saved, nobody is told."""
        self.process.kill()
        self.process.wait()
        self.process, self.frozen = None, False
        self.read_log()

    def exit_status(self, seconds):
        """Of a process that ends by itself."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{self} does not end within {seconds} s") from error
        self.read_log()
        self.process = None
        return status

    # --- the log --------------------------------------------------------------------------------------------

    def read_log(self):
        """Follows the log. A node that has ended by itself is a failure."""
        for line in [] if self.log_is_text else self.log.read():
            if line["message"] == "Connection established with peer":
                self.open[line["conn"]] = line["peer"]
            elif line["message"] == "Peer disconnected":
                self.open.pop(line["conn"], None)
                self.closed.append(line)
            elif line["level"] == "error":
                self.alarms.append(line)

    def refresh(self):
        if self.process and self.process.poll() is not None:
            raise Failure(f"{self} has ended by itself, exit status {self.process.returncode}; {self.last_words()}")
        self.read_log()

    def connected(self):
        """Peer ids to which there is a connection, as the log says."""
        self.refresh()
        return set(self.open.values())

    def find(self, message, **fields):
        """The lines of this run with this message and these fields."""
        return [line for line in self.log.lines
                if line["message"] == message and all(line.get(key) == value for key, value in fields.items())]

    def wait_line(self, message, seconds, **fields):
        """The first such line of this run."""
        def missing():
            self.refresh()
            return not self.find(message, **fields) and f"{self} has not logged {message!r} {fields or ''}"
        wait_until(missing, seconds)
        return self.find(message, **fields)[0]

    def last_words(self):
        return f"standard error: {self.error_path.read_text(errors='replace').strip()[-10_000:] or '(empty)'}"

    def tell(self, count=12):
        """The end of the log, for whoever reads of a failure."""
        if not self.runs:
            return f"{self} was never started"
        lines = self.log.path.read_text(errors="replace").splitlines()[-count:]
        return "\n".join([f"--- {self} {self.peer_id} run {self.runs}, {self.last_words()}", *lines])

    def check_outputs(self):
        """What holds of every run: no secret in any file but conf.yaml, no word outside the log, no alarm in it."""
        for path in self.folder.iterdir():
            if path.is_file() and path.name != "conf.yaml":
                check_no_secret(path.read_bytes(), self.identity, path.name)
            if path.suffix == ".err":
                expect(not path.stat().st_size, f"{self} said on standard error: {path.read_text(errors='replace')}")
        expect(not self.alarms, f"{self} logged errors: {self.alarms}")


def forms_of_secret(identity):
    """The seed, as bytes and as text. The other half of a private key is public."""
    seed = base64.b64decode(identity.private_key)[:32]
    return (seed, seed.hex().encode(), seed.hex().upper().encode(), base64.b64encode(seed)[:40],
            base64.urlsafe_b64encode(seed)[:40])


def check_no_secret(data, identity, where):
    for form in forms_of_secret(identity):
        expect(form not in data, f"{where} holds the private key")


def memory_kib(pid):
    """What the process holds for itself."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon:")).split()[1])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))
