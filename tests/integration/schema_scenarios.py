"""`config --schema`: what it accepts and refuses is compared with what the program does."""

import importlib
import json

from config_scenarios import said
from waiting import Skipped, expect

KEY = "A" * 86 + "=="  # of the right form, and no key
ADDRESSES = {"addresses": ["/ip4/127.0.0.1/tcp/9000"]}

# What the schema and the program say: accepted by both, refused by both, or what only one of them can know.
GOOD, WRONG, ONLY_PROGRAM, ONLY_SCHEMA = (True, True), (False, False), (True, False), (False, True)

# Each beside a network section that is good, if it has none of its own.
CASES = {
    "nothing else": ({}, GOOD),
    "version": ({"version": 1}, GOOD),
    "a newer version": ({"version": 2}, WRONG),
    "empty sections": ({"peers": None, "logging": None, "node": None}, GOOD),
    "no key": ({"node": {"private_key": None}}, GOOD),
    "an empty key": ({"node": {"private_key": ""}}, GOOD),
    "a key that is none": ({"node": {"private_key": KEY}}, ONLY_PROGRAM),
    "a key of another form": ({"node": {"private_key": KEY[:-1]}}, WRONG),
    "durations": ({"peers": {"exchange_interval": "1m30s", "connection_timeout": "1500ms"}}, GOOD),
    "a duration without a unit": ({"peers": {"exchange_interval": 30}}, WRONG),
    "a duration of nothing": ({"peers": {"exchange_interval": "0s"}}, ONLY_PROGRAM),
    "a word for a duration": ({"peers": {"exchange_interval": "often"}}, WRONG),
    "most connections": ({"peers": {"max_connections": 65536}}, GOOD),
    "too many connections": ({"peers": {"max_connections": 65537}}, WRONG),
    "no connections": ({"peers": {"max_connections": 0}}, WRONG),
    "half a connection": ({"peers": {"max_connections": 1.5}}, WRONG),
    "a list for a number": ({"peers": {"max_connections": [7]}}, WRONG),
    "a key of another section": ({"peers": {"level": "info"}}, WRONG),
    "an unknown key": ({"peers": {"max_conections": 7}}, ONLY_SCHEMA),
    "an unknown section": ({"peer": {}}, ONLY_SCHEMA),
    "a section that is a list": ({"peers": []}, WRONG),
    "logging": ({"logging": {"level": "debug", "format": "text", "console_output": False, "console_color": False,
                             "file_output": True, "file_name": "node.log", "file_max_size": "1MiB",
                             "file_max_backups": 3, "trace_peers": []}}, GOOD),
    "an unknown level": ({"logging": {"level": "loud"}}, WRONG),
    "a word for true": ({"logging": {"console_output": "sometimes"}}, WRONG),
    "a log file without a name": ({"logging": {"file_output": True}}, ONLY_PROGRAM),
    "a size without a unit": ({"logging": {"file_max_size": 1048576}}, WRONG),
    "an unknown unit": ({"logging": {"file_max_size": "1TB"}}, WRONG),
    "no addresses": ({"network": {}}, WRONG),
    "no network": ({"network": None}, WRONG),
    "an empty list of addresses": ({"network": {"addresses": []}}, WRONG),
    "an address that is none": ({"network": {"addresses": ["127.0.0.1:9000"]}}, WRONG),
    "a port of 70000": ({"network": {"addresses": ["/ip4/127.0.0.1/tcp/70000"]}}, ONLY_PROGRAM),
    "the same address twice": ({"network": {"addresses": 2 * ADDRESSES["addresses"]}}, WRONG),
    "a name to listen on": ({"network": {"addresses": ["/dns4/node1.example.com/tcp/9000"]}}, WRONG),
    "a name to announce": ({"network": ADDRESSES | {"announce_addresses": ["/dns4/node1.example.com/tcp/9000"]}}, GOOD),
    "loops": ({"network": ADDRESSES | {"loops": 16}}, GOOD),
    "too many loops": ({"network": ADDRESSES | {"loops": 17}}, WRONG),
}


def module(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Skipped(f"no Python module {name}: nobody has read the schema") from error


def configuration_schema(federation, _):
    """`config --schema` is a JSON Schema that accepts and refuses what the program does."""
    jsonschema = module("jsonschema")
    node = federation.node()
    schema = json.loads(said(node, 0, "config", "--schema")[0])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    path = node.folder / "conf.yaml"
    wrong = []

    def compare(name, document, expected):
        path.write_text(json.dumps(document), encoding="utf-8")  # which is YAML as well
        accepts = (validator.is_valid(document), json.loads(said(node, None, "check", "--json")[0])["ok"])
        if accepts != expected:
            wrong.append(f"{name}: (schema, program) say {accepts}, not {expected}")

    compare("no section", {}, WRONG)
    for name, (document, expected) in CASES.items():
        compare(name, {"network": ADDRESSES} | document, expected)
    print(f"{len(CASES) + 1} documents")
    expect(not wrong, "\n".join(wrong))

    # The default file, with its comments. It is YAML that is not JSON.
    yaml = module("yaml")
    default = yaml.safe_load(said(node, 0, "config", "--default")[0])
    errors = [error.message for error in validator.iter_errors(default)]
    expect(default["network"]["addresses"] and not errors, f"the schema refuses the default file: {errors}")


SCENARIOS = {"configuration_schema": configuration_schema}
