"""Takes 128 MiB of System V shared memory; it is removed before it is filled, so that none stays.

Aims at: the refusal of shmget (seccomp), an IPC namespace of its own (jail), the limit on memory (control group).
Must not: hold much more than the 48 MiB granted.
Verdict: reply, memory, killed
Shown in: bare
Limits: memory_mib=48
"""

import ctypes

SIZE = 128 << 20


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    segment = libc.shmget(0, ctypes.c_size_t(SIZE), 0o1600)
    if segment < 0:
        return []
    where = libc.shmat(segment, None, 0)
    libc.shmctl(segment, 0, None)
    if where in (None, ctypes.c_void_p(-1).value):
        return ["made a segment of shared memory"]
    ctypes.memset(where, 1, SIZE)
    return [f"holds {SIZE >> 20} MiB"]
