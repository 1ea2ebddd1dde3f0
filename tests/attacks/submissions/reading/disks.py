"""Reads the disks themselves, below any file system.

Aims at: a /dev without them (jail, docker), Landlock and another user (confined).
Must not: read a byte of a disk.
Verdict: reply
Shown in: nowhere: whether /dev has a disk is up to the machine; device_files makes one of its own
"""

import os
import stat


def attack(lure):
    found = []
    try:
        names = os.listdir("/dev")
    except OSError:
        names = ["sda", "vda", "nvme0n1", "loop0", "dm-0"]
    for name in names:
        try:
            if stat.S_ISBLK(os.stat(f"/dev/{name}").st_mode):
                file = os.open(f"/dev/{name}", os.O_RDONLY)
                if os.read(file, 512):
                    found.append(f"read a sector of {name}")
                os.close(file)
        except OSError:
            pass
    return found
