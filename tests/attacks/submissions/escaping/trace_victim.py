"""Takes hold of a process outside as a debugger does.

Aims at: the refusal of ptrace (seccomp), a process namespace (jail), another user.
Must not: hold it.
Verdict: reply
Shown in: bare
"""

import ctypes

SEIZE, DETACH = 0x4206, 17


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    if libc.ptrace(SEIZE, lure["victim_pid"], None, None) < 0:
        return []
    libc.ptrace(DETACH, lure["victim_pid"], None, None)
    return ["held it as a debugger"]
