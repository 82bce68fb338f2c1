"""Reads a node's log as it grows. Every line must be what docs/log-events.md promises."""

import json
import re

from waiting import Failure

FIRST_KEYS = ["time", "level", "component", "event", "message", "run"]
LEVELS = {"debug", "info", "warn", "error"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class JsonLog:
    """`lines`: all entries so far."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        self.offset = 0
        self.cut = b""  # a line that is not written to its end yet

    def read(self):
        """The entries that were added since the last call."""
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            data = file.read()
        self.offset += len(data)
        *whole, self.cut = (self.cut + data).split(b"\n")
        new = [entry(line) for line in whole]
        self.lines += new
        return new


def entry(line):
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise Failure(f"a log line is not JSON: {line[:300]!r}") from error
    good = (list(fields)[:len(FIRST_KEYS)] == FIRST_KEYS and fields["level"] in LEVELS
            and TIME.fullmatch(fields["time"]) and re.fullmatch("[0-9a-f]{8}", fields["run"]))
    if not good:
        raise Failure(f"a log line is not of the promised form: {line[:300]!r}")
    return fields
