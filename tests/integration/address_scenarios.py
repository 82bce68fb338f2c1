"""Addresses of every kind on real sockets: both families, wildcards, names."""

import socket

import peers_file
from federation import missing_connections, start
from waiting import Skipped, expect, wait_until

CONNECTED = "Connection established with peer"
IP4, IP6 = "/ip4/127.0.0.1/", "/ip6/::1/"

# What a peer is known by, and where a connection may then lead.
WAYS = {
    "/ip4/127.0.0.1": (IP4,),
    "/ip6/::1": (IP6,),
    "/dns4/localhost": (IP4,),
    "/dns6/localhost": (IP6,),
    "/dns/localhost": (IP4, IP6),
}


def wildcards(federation, _):
    """The default's two wildcards share one port; the node is reached at each, by address and by name."""
    if not has_ip6_loopback():
        raise Skipped("this host has no ::1")
    hub = federation.node("hub")
    bound = [f"/ip4/0.0.0.0/tcp/{hub.port}", f"/ip6/::/tcp/{hub.port}"]
    hub.configure(addresses=", ".join(bound))
    start([hub])
    hub.wait_line("Listening addresses", 5, addrs=bound)

    nodes = [hub]
    for way, families in WAYS.items():
        node = federation.node()
        nodes.append(node)
        peers_file.write(node.peers_path, {hub.public_key: [f"{way}/tcp/{hub.port}"]})
        start([node])
        # Nobody else knows it yet: its first connection is its own dial.
        line = node.wait_line(CONNECTED, 10)
        expect(line["peer"] == hub.peer_id and line["direction"] == "outbound", f"{node} met somebody else: {line}")
        expect(line["addr"].startswith(families), f"{way} led to {line['addr']}")
        seen = hub.wait_line(CONNECTED, 5, peer=node.peer_id, direction="inbound")
        expect(seen["addr"].startswith(families), f"the hub saw who dialled {way} at {seen['addr']}")
        print(f"{way} led to {line['addr']}")
    wait_until(lambda: missing_connections(nodes), 20)


def has_ip6_loopback():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


SCENARIOS = {one.__name__: one for one in (wildcards,)}
