"""Waiting for conditions, and the one error of this harness."""

import time

POLL_SECONDS = 0.02


class Failure(Exception):
    """A node did not do what it should; the text says what was seen."""


class Skipped(Exception):
    """This machine cannot do what the scenario needs; the text says what."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def wait_until(missing, seconds):
    """Asks `missing` for what there is still to wait for, until it says nothing. Returns the seconds it took."""
    began = time.monotonic()
    while still := missing():
        if time.monotonic() - began > seconds:
            raise Failure(f"not within {seconds:.1f} s: {still}")
        time.sleep(POLL_SECONDS)  # the pace of asking, not what is waited for
    return time.monotonic() - began


def lasting(missing, seconds):
    """For `wait_until`: nothing is missing, and that has been so for a while."""
    since = None

    def still():
        nonlocal since
        if text := missing():
            since = None
            return text
        since = since or time.monotonic()
        return time.monotonic() - since < seconds and f"it has not lasted for {seconds} s"
    return still


def expect_for(missing, seconds):
    """The opposite: nothing may be missing for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if still := missing():
            raise Failure(f"for {seconds} s it should have lasted: {still}")
        time.sleep(POLL_SECONDS)
