"""peers.yaml in the two forms that tests write and nodes write: enough of YAML for that, and no more."""

import re

KEY = re.compile(r'- public_key: *"?([A-Za-z0-9+/=]+)"?(?: +#.*)?')
FLOW = re.compile(r"addresses: *\[(.*)\]")
ITEM = re.compile(r"- *(/\S+)")


def read(path):
    """Public key -> addresses. A missing file holds nobody."""
    peers, addresses = {}, []
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return peers
    for line in map(str.strip, text.splitlines()):
        if key := KEY.fullmatch(line):
            addresses = peers.setdefault(key[1], [])
        elif flow := FLOW.fullmatch(line):
            addresses += re.findall(r'[^", ]+', flow[1])
        elif item := ITEM.fullmatch(line):
            addresses.append(item[1])
    return peers


def write(path, peers):
    """In the form of the earlier Go node."""
    lines = ["peers:"]
    for public_key, addresses in peers.items():
        lines += [f"  - public_key: {public_key}", "    addresses:", *(f"      - {one}" for one in addresses)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
