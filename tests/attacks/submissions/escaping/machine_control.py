"""Asks to restart the machine, to load another kernel or a module, to rename it, and to read its log.

All arguments are invalid (a magic number of 0, no memory, a length of -1): only the kernel's answer is looked at,
which is another one for those who may and for those who may not.

Aims at: the refusal of each (seccomp), no capability (jail, confined).
Must not: get as far as the question whether the arguments are valid.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import errno
import os

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)
NUMBERS = {
    "x86_64": (169, 246, 175, 176, 170, 171, 103, 167, 163, 179),
    "aarch64": (142, 104, 105, 106, 161, 162, 116, 224, 89, 60),
}


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    reboot, kexec, load, unload, host, domain, log, swap, account, quota = NUMBERS[os.uname().machine]
    missing = os.path.join(os.getcwd(), "no-such-file").encode()
    attempts = {
        "restart": (reboot, 0, 0, 0, 0),
        "load another kernel": (kexec, 0, 0, 0, 0x1234),
        "load a module": (load, 0, 0, b""),
        "unload a module": (unload, b"no_such_module", 0),
        "rename the machine": (host, b"x", -1),
        "rename its domain": (domain, b"x", -1),
        "read its log": (log, 3, 0, -1),
        "swap": (swap, missing, 0),
        "account": (account, missing),
        "set quotas": (quota, 0x800008 << 8, missing, 0, 0),
    }
    reached = []
    for what, args in attempts.items():
        ctypes.set_errno(0)
        libc.syscall(*args)
        if ctypes.get_errno() not in REFUSED:
            reached.append(f"may {what}: {errno.errorcode.get(ctypes.get_errno(), 'done')}")
    return reached
