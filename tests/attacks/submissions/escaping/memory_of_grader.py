"""Reads the grader's memory, which holds the expected values, by each way there is.

Aims at: the refusal of process_vm_readv (seccomp), a process namespace (jail), no /proc of others, another user.
Must not: get as far as the question whether the address is valid.
Verdict: reply
Shown in: bare
"""

import ctypes
import errno
import os


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def attack(lure):
    reached = []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.process_vm_readv.argtypes = [ctypes.c_int, *[ctypes.POINTER(Piece), ctypes.c_ulong] * 2, ctypes.c_ulong]
    room = ctypes.create_string_buffer(8)
    here, there = Piece(ctypes.addressof(room), 8), Piece(8, 8)
    for pid in (lure["grader_pid"], lure["victim_pid"]):
        libc.process_vm_readv(pid, here, 1, there, 1, 0)
        if ctypes.get_errno() == errno.EFAULT:
            reached.append("process_vm_readv may read others' memory")
        ctypes.set_errno(0)
        for name in ("mem", "maps", "auxv", "fd/0"):
            try:
                os.close(os.open(f"/proc/{pid}/{name}", os.O_RDONLY))
            except OSError:
                continue
            reached.append(f"opened {name} of another process")
    return reached
