"""Moves a page of the stack elsewhere and lets it grow there: it stays a stack, which no limit counts.

Aims at: the control group; without one, the grader's own look at the worker's memory.
Must not: hold 200 MiB where 48 were granted, for a second.
Verdict: reply, error, memory, killed, crashed, timeout
Shown in: bare
Limits: memory_mib=48 disk_mib=16
"""

import ctypes
import time

SIZE = 200 << 20


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mremap.restype = ctypes.c_void_p
    libc.mremap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
    libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    end = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ").value
    page = (end & ~4095) - (1 << 20)  # below the frames in use
    ctypes.memset(page, 1, 4096)
    place = libc.mremap(page, 4096, SIZE, 1)
    if place in (None, 2**64 - 1):
        return []
    libc.memset(place, 1, SIZE)
    time.sleep(1)
    return [f"held {SIZE >> 20} MiB of moved stack"]
