"""What an operator sees: files that are written or refused, exit statuses, signals, logs."""

import base64
import fcntl
import json
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import time

import json_log
import pace
import peers_file
from federation import missing_connections, start
from node_process import START_SECONDS, STOP_SECONDS, check_no_secret, run
from waiting import expect, wait_until

BUSY_SECONDS = 40  # a busy port is tried for 30 s


def first_start(federation, _):
    """A missing conf.yaml is written with defaults, comments and a new key, for its owner's eyes only."""
    node = federation.node()
    path = node.folder / "conf.yaml"
    path.unlink()
    node.start()
    node.wait_line("BTC Federation Node starting with config", 10, **{"node.private_key": "(set)"})
    node.stop()  # whether or not the default port was free
    mode = stat.S_IMODE(path.stat().st_mode)
    expect(mode == 0o600, f"conf.yaml has mode {mode:o}")
    text = path.read_text(encoding="utf-8")
    expect("addresses: [/ip4/0.0.0.0/tcp/9000, /ip6/::/tcp/9000]" in text, f"no default addresses in {text}")
    expect(text.count("  # ") > 20, "the defaults have no comments")
    peer_id = command(node, 0, "peer-id")
    print(f"conf.yaml is written with mode {mode:o}; the node is {peer_id}")

    # The operator edits it: the identity stays, and so does every other byte.
    edited = text.replace("addresses: [/ip4/0.0.0.0/tcp/9000, /ip6/::/tcp/9000]", f"addresses: [{node.address}]")
    path.write_text(edited, encoding="utf-8")
    node.start()
    node.wait_line("Listening addresses", 10, peer=peer_id, addrs=[node.address])
    node.wait_line("No peers configured - running in standalone mode", 10)
    node.stop()
    expect(path.read_text(encoding="utf-8") == edited, "the restart changed conf.yaml")

    # An empty key is filled in, the comments beside it stay.
    keyless = re.sub(r'private_key: "[^"]+"', 'private_key: ""', edited)
    path.write_text(keyless, encoding="utf-8")
    command(node, 1, "peer-id")
    node.start()
    node.wait_line("A new private key is generated", 10)
    node.wait_started()
    node.stop()
    filled = path.read_text(encoding="utf-8")
    expect(re.sub(r'private_key: "[^"]{88}"', 'private_key: ""', filled) == keyless, f"more than the key: {filled}")
    expect(command(node, 0, "peer-id") != peer_id, "the new key is the old one")


def command(node, status, *arguments):
    """Standard output of a command that ends with this status."""
    done = run(node.program, *arguments, folder=node.folder)
    expect(done.returncode == status, f"{arguments} exits with {done.returncode}, not {status}: {done}")
    check_no_secret(done.stdout + done.stderr, node.identity, f"the output of {arguments}")
    return done.stdout.decode().strip()


def busy_port(federation, _):
    """A busy port is tried for 30 s, then the node ends with status 1 and names the address."""
    unlucky, lucky, stopped = nodes = [federation.node(name) for name in ("unlucky", "lucky", "stopped")]
    holders = {node: socket.create_server(("127.0.0.1", node.port)) for node in nodes}
    for node in nodes:
        node.start()
    for node in nodes:
        node.wait_line("Address is busy, trying again", 10, addr=node.address)

    holders[lucky].close()
    lucky.wait_started()
    print("started when the port became free")
    print(f"stopped while it waited for the port, after {stopped.stop():.2f} s")

    status = unlucky.exit_status(BUSY_SECONDS)
    said = unlucky.error_path.read_text(encoding="utf-8")
    print(f"the port stayed busy: exit status {status}: {said.strip()}")
    expect(status == 1 and unlucky.address in said, f"exit status {status}, {said!r}")
    unlucky.error_path.write_text("")  # said and judged
    unlucky.alarms.clear()
    for holder in holders.values():
        holder.close()


WRONG_VALUES = {
    "network: { addresses: [/ip4/127.0.0.1/tcp/99999] }": ":1:24: ",
    "network: { addresses: [] }": ":1:",
    "network: { announce_addresses: [] }": ":1:",
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\npeers:\n  exchange_interval: 1ms": ":3:22: ",
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\npeers: { connection_timeout: 10 }": ":2:30: ",
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\npeers: { max_connections: -1 }": ":2:27: ",
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\nlogging: { level: loud }": ":2:19: ",
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\nlogging: { file_output: true }": ":2:",
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\nnode: { private_key: c2hvcnQ= }": ":2:22: ",
    "network: [": ":",
}


def wrong_configuration(federation, _):
    """Wrong values end `check` and the start with status 1 and FILE:LINE:COLUMN, each."""
    node = federation.node()
    path = node.folder / "conf.yaml"
    for text, place in WRONG_VALUES.items():
        path.write_text(text + "\n", encoding="utf-8")
        for arguments in ([], ["check"]):
            done = run(node.program, *arguments, folder=node.folder)
            said = done.stderr.decode()
            expect(done.returncode == 1, f"{arguments} exits with {done.returncode} for {text!r}: {said}")
            expect(f"conf.yaml{place}" in said, f"no conf.yaml{place!r} in {said!r} for {text!r}")
        print(said.strip())

    # All faults of a file at once; a key that is nearly right is no secret to print.
    key = node.identity.private_key
    broken_key = key[:-4] + ("gA==" if key.endswith("AA==") else "AA==")
    path.write_text(f"node: {{ private_key: \"{broken_key}\" }}\nnetwork: {{ addresses: [x] }}\n", encoding="utf-8")
    done = run(node.program, folder=node.folder)
    said = done.stderr.decode()
    expect(done.returncode == 1 and "conf.yaml:1:" in said and "conf.yaml:2:" in said, f"not both faults: {said}")
    check_no_secret(done.stdout + done.stderr, node.identity, "the message on a broken key")

    # What is not known is a warning, and other files are named as they are given.
    node.configure()
    with path.open("a", encoding="utf-8") as file:
        file.write("loging: {}\n")
    path.rename(node.folder / "other.yaml")
    done = run(node.program, "check", "--config", "other.yaml", folder=node.folder)
    said = done.stderr.decode()
    expect(done.returncode == 0 and "other.yaml:5:1: " in said and "logging" in said, f"{done}")
    print(said.strip())
    (node.folder / "other.yaml").rename(path)


def unusable_files(federation, _):
    """A file that cannot be written or read ends the start with status 1 and its name."""
    node = federation.node()
    (node.folder / "folder").mkdir()
    node.configure(logging="file_output: true, file_name: no/such/node.log")
    cases = {"no/such/node.log: error: ": [], "no/such/conf.yaml: ": ["--config", "no/such/conf.yaml"],
             "folder: error: ": ["--peers", "folder"]}
    for words, arguments in cases.items():
        done = run(node.program, *arguments, folder=node.folder)
        said = done.stderr.decode()
        expect(done.returncode == 1 and words in said, f"{arguments} exits with {done.returncode}: {said}")
        print(said.strip())

    node.configure()
    (node.folder / "conf.yaml").chmod(0o640)
    done = run(node.program, "check", folder=node.folder)
    print(done.stderr.decode().strip())
    expect(done.returncode == 0 and b"conf.yaml: warning: mode 0640" in done.stderr, f"others may read the key: {done}")


FEWEST = 4  # what the dynamic loader needs
ENOUGH = 40


def few_descriptors(federation, _):
    """Wherever descriptors run out, the start ends in words: status 1 for a file or a port, 2 for all else."""
    node = federation.node()
    statuses = {}
    for count in range(FEWEST, ENOUGH):
        status, said = start_with_descriptors(node, count)
        print(f"{count} descriptors: status {status} {said.strip()}")
        if status == 0:
            break
        expect(status in (1, 2) and "Too many open files" in said, f"exit status {status} with {count}: {said!r}")
        statuses[status] = said
    expect(status == 0, f"{ENOUGH} descriptors do not suffice")
    expect(set(statuses) == {1, 2}, f"not both kinds of failures: {statuses}")
    expect(statuses[2].startswith("btc-federation: "), statuses[2])


def start_with_descriptors(node, count):
    """(exit status, standard error) of a start with so few descriptors; one that succeeds is stopped."""
    out, err = node.folder / "limited.log", node.folder / "limited.txt"
    with open(out, "wb") as log, open(err, "wb") as said:
        process = subprocess.Popen([str(node.program)], cwd=node.folder, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=said, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                                                                                      (count, count)))
    try:
        wait_until(lambda: process.poll() is None and not logged(out, "Node started successfully")
                   and "it has neither started nor ended", START_SECONDS)
        process.terminate()
        return process.wait(STOP_SECONDS), err.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


def peers_files(federation, _):
    """Which peers.yaml starts a node, and which does not."""
    node, other = federation.node(), federation.node()
    good = f"peers:\n  - public_key: {other.public_key}\n    addresses: [{other.address}]\n"
    alone = "No peers configured - running in standalone mode"
    for name, text, message in (("missing", None, alone), ("an empty list", "peers: []\n", alone),
                                ("a null list", "peers:\n", alone),
                                ("one bad entry", good + "  - public_key: c2hvcnQ=\n", "Entry of peers.yaml left out")):
        node.peers_path.unlink(missing_ok=True)
        if text is not None:
            node.peers_path.write_text(text, encoding="utf-8")
        node.start()
        line = node.wait_line(message, 10)
        node.wait_started()
        node.stop()
        print(f"{name}: {line['message']} {line.get('reason', '')}")
    expect(line["line"] == 4 and node.find("Node started successfully", peers=1), f"{line}, or not one peer")
    command(node, 1, "check")

    node.peers_path.write_text("")
    for arguments in ([], ["check"]):
        done = run(node.program, *arguments, folder=node.folder)
        expect(done.returncode == 1 and b"peers.yaml:1: peers.yaml is empty" in done.stderr,
               f"zero bytes, {arguments}: {done}")
    print(done.stderr.decode().strip())
    expect(node.peers_path.read_bytes() == b"", "the damaged peers.yaml was touched")

    node.peers_path.write_text(good, encoding="utf-8")
    print(command(node, 0, "check"))
    expect(command(node, 0, "peer-id") == node.peer_id, "peer-id prints another one")
    expect(command(node, 0, "peer-id", "--public-key") == node.public_key, "peer-id --public-key prints another one")
    expect(re.search(r"\d+\.\d+", command(node, 0, "--version")), "--version prints no version")
    expect("--config" in command(node, 0, "--help"), "--help does not tell of --config")
    command(node, 1, "--no-such-option")


def signals(federation, _):
    """SIGTERM and SIGINT stop the node within 3 s, a second one at once; SIGHUP reloads and keeps connections."""
    node, peer = nodes = federation.chain(2)
    for number in (signal.SIGTERM, signal.SIGINT):
        start([one for one in nodes if not one.process])
        wait_until(lambda: missing_connections(nodes), 10)
        node.send(signal.SIGHUP)
        node.wait_line("Configuration is as it was", 5)
        print(f"{number.name}: exit status 0 after {node.stop(number):.2f} s")
        expect(node.find("Node stopped"), f"{node} did not log its end")

    # A peer that does not answer makes the stop slower, but not too slow.
    for impatient in (False, True):
        start([node])
        wait_until(lambda: missing_connections(nodes), 20)
        peer.send(signal.SIGSTOP)
        if not impatient:
            print(f"SIGTERM with a frozen peer: exit status 0 after {node.stop():.2f} s")
        else:
            node.send(signal.SIGTERM)
            node.wait_line("Node is stopping", 5)
            node.send(signal.SIGTERM)
            status = node.exit_status(1)
            print(f"SIGTERM twice with a frozen peer: exit status {status}")
            expect(status == -signal.SIGTERM, f"exit status {status} after a second SIGTERM")
        peer.send(signal.SIGCONT)
    stop_while_loading(federation.node())


def stop_while_loading(node):
    """SIGTERM before there is a loop that could hear it: it does not wait for the lock of peers.yaml, nor write it."""
    keys = [base64.b64encode(os.urandom(32)).decode() for _ in range(2)]
    peers_file.write(node.peers_path, {key: [node.address] for key in keys})
    with node.peers_path.open("a", encoding="utf-8") as file:  # whoever reads on has this to write
        file.write(f"removed:\n  - public_key: {keys[0]}\n")
    before = node.peers_path.read_bytes()
    with open(f"{node.peers_path}.lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node.start()
        wait_until(lambda: not node.blocks(signal.SIGTERM) and f"{node} does not block SIGTERM", 4)
        node.send(signal.SIGTERM)
        began = time.monotonic()
        status = node.exit_status(pace.seconds(STOP_SECONDS))
    print(f"SIGTERM while the lock is held: exit status {status} after {time.monotonic() - began:.2f} s")
    expect(status == 0 and not node.log.lines, f"exit status {status}, and it logged {node.log.lines}")
    expect(node.peers_path.read_bytes() == before, "it wrote peers.yaml")


def logs(federation, _):
    """The file is JSON and reopened by SIGUSR1, text is for people, debug traces messages; none holds the key."""
    hub, writer, talker = federation.star(3)
    hub.configure(logging="level: debug")
    writer.configure(logging="file_output: true, file_name: node.log, console_output: false")
    talker.configure(logging="format: text, level: debug, file_output: true, file_name: talker.log")
    path, moved = writer.folder / "node.log", writer.folder / "moved.log"
    hub.start()
    writer.start()
    hub.wait_line("Exchange message", 10, direction="out")
    wait_until(lambda: not path.exists() and "no node.log yet", 10)
    wait_until(lambda: not logged(path, "Connection established with peer") and "node.log has no connection", 10)
    path.rename(moved)
    writer.send(signal.SIGUSR1)
    wait_until(lambda: not path.exists() and "no new node.log", 5)
    wait_until(lambda: not logged(path, "Log file opened again") and "the new node.log does not say so", 5)
    expect(not logged(moved, "Log file opened again"), "the moved file is written on")
    expect(not writer.log.path.read_bytes(), "the console is off, and yet there is output")
    print(f"SIGUSR1: {len(logged(moved))} lines in the moved file, {len(logged(path))} in the new one")

    talker.log_is_text = True
    talker.start()
    other = talker.folder / "talker.log"
    wait_until(lambda: not (other.exists() and logged(other, "Exchange message")) and "no exchange is traced", 10)
    lines = talker.log.path.read_text(encoding="utf-8").splitlines()
    expect(any("Node started successfully" in line for line in lines), f"not in the text log: {lines}")
    expect(not any(line.startswith("{") or "\x1b" in line for line in lines), f"JSON or colour in {lines}")
    print(lines[0])
    traced = logged(other, "Exchange message")[0]
    print(json.dumps(traced))
    expect({"direction", "type", "size", "peer", "content"} <= set(traced), f"the trace tells too little: {traced}")


def logged(path, message=None):
    log = json_log.JsonLog(path)
    return [line for line in log.read() if message in (None, line["message"])]


SCENARIOS = {one.__name__: one for one in
             (first_start, busy_port, wrong_configuration, unusable_files, few_descriptors, peers_files, signals, logs)}
