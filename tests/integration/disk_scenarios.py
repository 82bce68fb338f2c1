"""peers.yaml on disks that fail: full, read-only, gone, or with system calls that give errors."""

import ctypes
import os
import subprocess

from failing_calls import FailingCall, need_tracer
from peers_scenarios import BACK_SECONDS, strangers, text_of, wait_connection
from waiting import Skipped, expect

NOTICED_SECONDS = 15  # learned peers are written within 5 s
AGAIN_SECONDS = 70    # a save that failed is tried again within a minute
CLONE_NEWNS = 0x20000


def own_disk(node):
    """A file system of 1 MiB for peers.yaml alone, in a mount namespace that ends with this process."""
    if os.geteuid() != 0:
        raise Skipped("a disk of its own needs root")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise Skipped(f"no mount namespace: {os.strerror(ctypes.get_errno())}")
    disk = node.folder / "disk"
    disk.mkdir()
    for arguments in (["--make-rprivate", "/"], ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]):
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
        if done.returncode != 0:
            raise Skipped(f"no tmpfs: {done.stderr.decode().strip()}")
    node.peers_path = disk / "peers.yaml"
    return disk


def survives(node, trouble, other, begin, end):
    """`other` is learned in the middle of `trouble`: said once, kept in memory, and written when it is over."""
    before = text_of(node)
    begin()
    other.start()
    wait_connection(node, other, True, BACK_SECONDS)
    node.wait_line("peers.yaml cannot be written: new peers are kept in memory until it can", NOTICED_SECONDS)
    print(f"{trouble}: {node.alarms[-1]['reason']}")
    end()
    node.wait_line("peers.yaml can be written again", AGAIN_SECONDS)
    expect(before.splitlines()[1] in text_of(node), f"{trouble}: the file is not what it was")
    expect(other.public_key in node.peers(), f"{trouble}: what was learned is lost")
    expect(len(node.alarms) == 1, f"{trouble}: said more than once: {node.alarms}")
    node.alarms.clear()
    node.log.lines.clear()


def peers_full_disk(federation, _):
    """On a full disk and on a read-only one the node goes on from memory, says so once, and writes when it can."""
    node, first, second = federation.star(3)
    disk = own_disk(node)
    filler = disk / "filler"

    def fill():
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                print(f"filled: {error.strerror}")

    def remount(mode):
        subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)

    try:
        node.knows(*strangers(federation, 3))
        node.start("--peers", "disk/peers.yaml")
        node.wait_started()
        survives(node, "full disk", first, fill, filler.unlink)
        survives(node, "read-only disk", second, lambda: remount("ro"), lambda: remount("rw"))
        expect(first.public_key in node.peers(), "the first one is gone")
        node.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def peers_failing_calls(federation, _):
    """EIO of write, of fsync and of the replacement, and no descriptors left: as on a full disk."""
    need_tracer()
    faults = (dict(call="fsync", fault="error=EIO"), dict(call="renameat2", fault="error=EIO"),
              dict(call="openat", fault="error=EMFILE"),
              dict(call="write", fault="error=EIO", thread="disk"))  # the log is written by another thread
    node, *others = federation.star(1 + len(faults))
    node.knows(*strangers(federation, 3))
    node.start()
    node.wait_started()
    for other, fault in zip(others, faults):
        failing = FailingCall(node, **fault)
        survives(node, f"{fault['call']}: {fault['fault']}", other, failing.begin, failing.end)
    for other in others:
        expect(other.public_key in node.peers(), f"{other} is gone")
    node.stop()


def peers_folder_gone(federation, _):
    """The folder of peers.yaml goes and comes back."""
    node, other = federation.star(2)
    folder, away = node.folder / "place", node.folder / "away"
    folder.mkdir()
    node.peers_path = folder / "peers.yaml"
    node.knows(*strangers(federation, 3))
    node.start("--peers", "place/peers.yaml")
    node.wait_started()
    survives(node, "folder gone", other, lambda: folder.rename(away), lambda: away.rename(folder))
    node.stop()


SCENARIOS = {one.__name__: one for one in (peers_full_disk, peers_failing_calls, peers_folder_gone)}
