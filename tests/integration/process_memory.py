"""The memory of another process, and what the kernel was told of it."""

import contextlib
import re
from dataclasses import dataclass

from waiting import Skipped

NOT_MEMORY = ("[vvar]", "[vvar_vclock]", "[vsyscall]")  # of the kernel; cannot be read this way


@dataclass(frozen=True)
class Place:
    """A mapping in which something was found."""
    name: str
    rights: str
    locked: bool        # never on a swap disk
    not_in_dumps: bool  # MADV_DONTDUMP

    def guarded(self):
        return self.locked and self.not_in_dumps


def mappings(pid):
    """(begin, end, place) of everything that the process can read."""
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as lines:
        for line in lines:
            if heading := re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)", line):
                begin, end, rights, name = int(heading[1], 16), int(heading[2], 16), heading[3], heading[4].strip()
            elif line.startswith("VmFlags:") and "r" in rights and name not in NOT_MEMORY:
                flags = line.split()[1:]
                yield begin, end, Place(name or "anonymous", rights, "lo" in flags, "dd" in flags)


def find(pid, needles):
    """Where any of these bytes stand: places, one for each that was found."""
    found = []
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for begin, end, place in mappings(pid):
                content = b""
                with contextlib.suppress(OSError):  # unmapped meanwhile, or guard pages
                    memory.seek(begin)
                    while chunk := memory.read(end - begin - len(content)):
                        content += chunk
                found += [place for needle in needles if needle in content]
    except PermissionError as error:
        raise Skipped(f"the memory of another process cannot be read: {error}") from error
    return found
