"""Fills memory and makes it read-only, again and again: the limit on data counts what can be written only.

Aims at: the control group; without one, the grader's own look at the worker's memory.
Must not: hold 200 MiB where 48 were granted, for a second.
Verdict: reply, error, memory, killed, timeout
Shown in: bare
Limits: memory_mib=48 disk_mib=16
"""

import ctypes
import time

PIECE = 4 << 20


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    held = 0
    while held < 200 << 20:
        place = libc.mmap(None, PIECE, 3, 0x22, -1, 0)
        if place in (None, 2**64 - 1):
            return []
        libc.memset(place, 1, PIECE)
        libc.mprotect(place, PIECE, 1)
        held += PIECE
    time.sleep(1)
    return [f"held {held >> 20} MiB"]
