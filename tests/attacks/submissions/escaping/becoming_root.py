"""Becomes root, or another user or group, by asking for it.

Aims at: the refusal of setuid and its kin (seccomp), no capability (jail, confined), a user of its own.
Must not: become anyone else, or be root outside.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import os


def attack(lure):
    became = []
    attempts = {
        "groups": lambda: os.setgroups([0]),
        "group": lambda: os.setresgid(0, 12345, 0),
        "user": lambda: os.setresuid(0, 12345, 0),
        "root again": lambda: os.setresuid(0, 0, 0),
    }
    for what, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        became.append(f"changed {what}")
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None).capget(header, held) == 0 and (held[0] or held[1] or held[3] or held[4]):
        became.append("holds capabilities")
    return became
