"""Changes how the kernel treats it: fixed addresses, readable means executable, another system's behaviour.

Aims at: the refusal of personality (seccomp).
Must not: change any.
Verdict: reply
Shown in: bare
"""

import ctypes

KINDS = {"fixed addresses": 0x40000, "readable is executable": 0x400000, "32 bits": 8}


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.personality.argtypes = [ctypes.c_ulong]
    changed = []
    for what, flags in KINDS.items():
        if libc.personality(flags) >= 0:
            changed.append(what)
    libc.personality(0)
    return changed
