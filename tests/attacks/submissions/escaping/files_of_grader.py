"""Takes open files out of another process (pidfd_getfd), and opens them anew through /proc.

Aims at: the refusal of pidfd_open and pidfd_getfd (seccomp), a process namespace (jail), another user.
Must not: hold any.
Verdict: reply
Shown in: bare
"""

import ctypes
import os

OPEN, GET = 434, 438


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    taken = []
    for pid in (lure["grader_pid"], lure["victim_pid"]):
        held = libc.syscall(OPEN, pid, 0)
        if held < 0:
            continue
        for number in range(4):
            descriptor = libc.syscall(GET, held, number, 0)
            if descriptor >= 0:
                os.close(descriptor)
                taken.append(f"took file {number} of another process")
    try:
        for number in os.listdir(f"/proc/{lure['grader_pid']}/fd"):
            taken.append(f"saw file {number} of the grader")
    except OSError:
        pass
    return taken
