"""Makes itself more important than the grader: a higher priority, real-time scheduling, first in line for the disk.

Aims at: the refusal of setpriority, sched_setscheduler and ioprio_set (seccomp), no capability (jail).
Must not: be preferred to anything.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import os


def attack(lure):
    reached = []
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 251, "aarch64": 30}[os.uname().machine]
    attempts = {
        "a higher priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
        "real-time scheduling": lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
        "first in line for the disk": lambda: check(libc.syscall(number, 1, 0, 1 << 13)),
    }
    for what, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        reached.append(what)
    for undo in (
        lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)),
        lambda: os.setpriority(os.PRIO_PROCESS, 0, 0),
    ):
        try:
            undo()
        except OSError:
            continue
    return reached


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
