"""Connections that are no libp2p: what a port on the internet gets to see."""

import random
import socket

HELLO = b"\x13/multistream/1.0.0\n"
NOISE = b"\x07/noise\n"


def noise_frame(rng, length):
    return length.to_bytes(2, "big") + rng.randbytes(length)


KINDS = {
    "random bytes": lambda rng: rng.randbytes(rng.randrange(1, 4096)),
    "http": lambda _: b"GET / HTTP/1.1\r\nHost: node\r\n\r\n",
    "tls": lambda rng: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(512),
    "long token": lambda _: b"\xff\xff\xff\xff\x7f" + b"a" * 1000,
    "many proposals": lambda _: HELLO + b"\x05/foo\n" * 500,
    "half a hello": lambda _: HELLO[:7],
    "hello and silence": lambda _: HELLO + NOISE,
    "noise of a wrong key": lambda rng: HELLO + NOISE + noise_frame(rng, 32) + noise_frame(rng, 200),
    "empty noise frames": lambda _: HELLO + NOISE + b"\0\0" * 1000,
    "huge noise frame": lambda rng: HELLO + NOISE + noise_frame(rng, 65535),
}


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def send(port, kind, rng):
    """Opens a connection and says this. The node may end it at any byte."""
    link = connect(port)
    try:
        link.sendall(KINDS[kind](rng))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has heard enough
    return link


def send_any(port, rng: random.Random):
    return send(port, rng.choice(list(KINDS)), rng)


def has_ended(link):
    """Whether the node has closed it; what it said before is read and dropped."""
    link.setblocking(False)
    try:
        while link.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
