"""Lifts the limit on the first thread's stack and lets it grow by 200 MiB: no limit on data counts a stack.

Aims at: a hard limit on the stack, and the refusal of own limits.
Must not: hold 200 MiB where 48 were granted, for a second.
Verdict: reply, error, memory, killed, crashed, timeout
Shown in: bare
Limits: memory_mib=48 disk_mib=16
"""

import ctypes
import resource
import time

SIZE = 200 << 20


def attack(lure):
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return []
    end = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ").value
    ctypes.memset((end & ~4095) - SIZE, 1, SIZE - (1 << 20))
    time.sleep(1)
    return [f"held {SIZE >> 20} MiB of stack"]
