"""Hangs extended attributes and flags on a file outside: what Landlock does not cover.

Aims at: the root of its own (jail, docker), seccomp (confined).
Must not: set one.
Verdict: reply
Shown in: bare
"""

import fcntl
import os
import struct


def attack(lure):
    path, found = lure["victim_file"], []
    for name in ("user.lure", "trusted.lure", "security.lure"):
        for place in (path, lure["folder"]):
            try:
                os.setxattr(place, name, b"1")
                found.append(f"set {name}")
            except OSError:
                pass
    try:
        with open(path) as file:
            fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x40))  # FS_IOC_SETFLAGS: do not dump
            found.append("set a flag")
    except OSError:
        pass
    return found
