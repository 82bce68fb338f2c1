"""The operator's commands that only concern conf.yaml, as a shell or another program uses them."""

import json
import os
import stat
import subprocess

from node_process import check_no_secret, run
from waiting import expect


def said(node, status, *arguments, variables=None):
    """(standard output, standard error) of a command that ends with this status, or with any if that is None."""
    done = subprocess.run([str(node.program), *arguments], cwd=node.folder, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=20, check=False, env=os.environ | (variables or {}))
    check_no_secret(done.stdout + done.stderr, node.identity, f"the output of {arguments}")
    expect(status in (None, done.returncode), f"{arguments} exits with {done.returncode}, not {status}: {done}")
    return done.stdout.decode(), done.stderr.decode()


def configuration_commands(federation, _):
    """config --default, --effective, --schema, check --json, --set and the environment."""
    node = federation.node()
    node.configure()
    path = node.folder / "conf.yaml"

    text, _ = said(node, 0, "config", "--default")
    other = node.folder / "default.yaml"
    other.touch(mode=0o600)
    other.write_text(text, encoding="utf-8")
    said(node, 0, "check", "--config", "default.yaml")
    text, _ = said(node, 0, "check", "--peers", "misspelt.yaml")
    expect("misspelt.yaml: not there, 0 peers" in text, f"a missing peers.yaml is told as {text}")

    text, _ = said(node, 0, "config", "--effective", "--set", "logging.level=warn",
                   variables={"BTC_FEDERATION_PEERS_MAX_CONNECTIONS": "64", "BTC_FEDERATION_LOGGING_LEVEL": "debug"})
    print(text)
    lines = {line.split()[0].rstrip(":"): line for line in text.splitlines() if line.startswith("  ")}
    for key, value, origin in (("private_key", "(set)", "conf.yaml:1"), ("exchange_interval", "1s", "conf.yaml:3"),
                               ("max_connections", "64", "BTC_FEDERATION_PEERS_MAX_CONNECTIONS"),
                               ("level", "warn", "--set logging.level"), ("loops", "1", "default")):
        expect(f": {value} " in lines[key] and lines[key].endswith(f"# {origin}"), f"{key}: {lines[key]}")

    schema = json.loads(said(node, 0, "config", "--schema")[0])
    keys = {f"{section}.{key}" for section, one in schema["properties"].items() for key in one.get("properties", {})}
    expect(keys == {f"{section}.{key}" for section, key in keys_of(text)}, f"the schema names {keys}")

    expect(json.loads(said(node, 0, "check", "--json")[0]) == {"ok": True, "config": [], "peers": []}, "not good")
    path.write_text(path.read_text(encoding="utf-8") + "loging: {}\nlogging: {}\n", encoding="utf-8")
    found = json.loads(said(node, 1, "check", "--json")[0])
    print(json.dumps(found))
    expect(not found["ok"] and [(one["severity"], one["line"]) for one in found["config"]] ==
           [("warning", 5), ("error", 6)], f"{found}")

    said(node, 1, "config", "--set", f"node.private_key={node.identity.private_key}")
    said(node, 1, "config", "--default", "--schema")
    for command in (("reload",), ("reload", "--dry-run"), ("status",), ("config", "--history")):
        error = said(node, 1, *command, "--set", "peers.max_connections=7")[1]
        expect("--set: a running node keeps what it was started with" in error, f"{command} says {error}")


def keys_of(effective):
    section = None
    for line in effective.splitlines():
        if line.startswith("  "):
            yield section, line.split(":")[0].strip()
        else:
            section = line.split(":")[0]


def key_outside(federation, _):
    """A node whose private key stands in a file of its own."""
    node = federation.node()
    path = node.folder / "conf.yaml"
    done = run(node.program, "keygen", "--file", "key", folder=node.folder)
    printed = dict(line.split(": ", 1) for line in done.stdout.decode().splitlines())
    expect(done.returncode == 0 and set(printed) == {"public_key", "peer_id"}, f"{done}")
    key_path = node.folder / "key"
    mode = stat.S_IMODE(key_path.stat().st_mode)
    expect(mode == 0o600, f"the key's file has mode {mode:o}")
    expect(run(node.program, "keygen", "--file", "key", folder=node.folder).returncode == 1, "keygen overwrote a key")

    path.write_text(f"node: {{ private_key_file: key }}\nnetwork: {{ addresses: [{node.address}] }}\n", encoding="utf-8")
    path.chmod(0o644)  # there is no secret in it
    before = path.read_bytes()
    expect(said(node, 0, "peer-id")[0].strip() == printed["peer_id"], "the key is another one")
    expect(said(node, 0, "check")[1] == "", "check complains")
    node.start()
    node.wait_line("Listening addresses", 10, peer=printed["peer_id"])
    node.stop()
    expect(path.read_bytes() == before, "conf.yaml was written")

    key_path.rename(node.folder / "credentials_private_key")
    done = run(node.program, folder=node.folder)
    print(done.stderr.decode().strip())
    expect(done.returncode == 1 and b"the private key is not there" in done.stderr, f"{done}")

    # The service manager's credential, instead of both.
    credentials = node.folder / "credentials"
    credentials.mkdir()
    (node.folder / "credentials_private_key").rename(credentials / "private_key")
    path.write_text(f"network: {{ addresses: [{node.address}] }}\n", encoding="utf-8")
    output = said(node, 0, "peer-id", variables={"CREDENTIALS_DIRECTORY": str(credentials)})[0]
    expect(output.strip() == printed["peer_id"], "the credential is not used")


SCENARIOS = {one.__name__: one for one in (configuration_commands, key_outside)}
