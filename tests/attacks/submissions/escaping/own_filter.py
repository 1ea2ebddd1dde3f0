"""Filters its own system calls, by which the worker's answers could be rewritten on their way out.

Aims at: the refusal of seccomp and PR_SET_SECCOMP (seccomp).
Must not: get as far as the question whether the filter is valid: its address is 0.
Verdict: reply
Shown in: bare
"""

import ctypes
import errno
import os

NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 317, "aarch64": 277}[os.uname().machine]
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    attempts = {
        "seccomp": lambda: libc.syscall(number, 1, 0, None),
        "prctl": lambda: libc.prctl(SET_SECCOMP, FILTER, None, 0, 0),
    }
    reached = []
    for name, attempt in attempts.items():
        ctypes.set_errno(0)
        attempt()
        if ctypes.get_errno() == errno.EFAULT:
            reached.append(f"may filter by {name}")
    return reached
