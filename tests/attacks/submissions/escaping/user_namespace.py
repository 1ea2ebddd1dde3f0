"""Makes namespaces in which it would be root, and with that reach kernel code that is for root only.

Aims at: the refusal of unshare and of clone with namespaces (seccomp).
Must not: have any.
Verdict: reply
Shown in: bare
"""

import ctypes
import os

KINDS = {
    "users": 0x10000000,
    "users and mounts": 0x10020000,
    "users and network": 0x50000000,
    "users and processes": 0x30000000,
    "users and control groups": 0x12000000,
    "users and clocks": 0x10000080,
}


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    number, child_end = {"x86_64": (56, 17), "aarch64": (220, 17)}[os.uname().machine]
    made = []
    try:
        # In a child, so that each attempt begins anew; where there are none, one attempt is made here.
        for what, flags in KINDS.items():
            if (pid := os.fork()) == 0:
                os._exit(0 if libc.unshare(flags) == 0 else 1)
            if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0:
                made.append(f"namespaces of {what}")
    except OSError:
        for what, flags in KINDS.items():
            if libc.unshare(flags) == 0:
                made.append(f"namespaces of {what}")
    pid = libc.syscall(number, KINDS["users"] | child_end, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        os.waitpid(pid, 0)
        made.append("a child in a namespace of users")
    return made
