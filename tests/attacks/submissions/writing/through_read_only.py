"""Opens a library's file for reading only, and changes what a reader can: mode, times, attributes, flags, locks.

Aims at: the read-only root (jail, docker), seccomp (confined: Landlock does not cover these).
Must not: change one, even to what it was.
Verdict: reply
Shown in: bare
"""

import ctypes
import fcntl
import json
import os
import struct


def attack(lure):
    found = []
    file = os.open(json.__file__, os.O_RDONLY)
    about = os.fstat(file)
    flags = bytearray(8)

    def keep_flags():
        fcntl.ioctl(file, 0x80086601, flags)
        fcntl.ioctl(file, 0x40086602, bytes(flags))

    for what, change in (
        ("mode", lambda: os.fchmod(file, about.st_mode & 0o7777)),
        ("owner", lambda: os.fchown(file, about.st_uid, about.st_gid)),
        ("times", lambda: os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))),
        ("size", lambda: os.ftruncate(file, about.st_size)),
        ("flags", keep_flags),
        ("a lease", lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)),
        ("room", lambda: os.posix_fallocate(file, 0, 1)),
        ("a signal to others", lambda: fcntl.fcntl(file, fcntl.F_NOTIFY, 0)),
    ):
        try:
            change()
            found.append(what)
        except (OSError, ValueError):
            pass
    os.close(file)
    return found
