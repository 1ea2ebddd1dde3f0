"""Asks to set the system's clock. What it asks for is no valid time, so nothing changes even where it may.

Aims at: the refusal of settimeofday and adjtimex (seccomp), no capability (jail).
Must not: get as far as the question whether the time is valid.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import errno
import struct

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    reached = []
    zone = struct.pack("ii", 10**6, 0)  # at most 15 hours are a zone
    adjustment = struct.pack("I4x", 0x4000) + bytes(300)  # ADJ_TICK, to a tick of 0
    for name, args in {"settimeofday": (None, zone), "adjtimex": (adjustment,)}.items():
        ctypes.set_errno(0)
        libc[name](*args)
        if ctypes.get_errno() not in REFUSED:
            reached.append(f"{name} may be called")
    return reached
