"""Runs machine code of its own, past Python and past the C library.

Aims at: that all rules are the kernel's (seccomp, namespaces), none Python's.
Must not: have a socket, or a child, by that.
Verdict: reply, crashed, killed
Shown in: bare
"""

import ctypes
import mmap
import os

# x86_64: mov eax, 41; mov edi, 2; mov esi, 1; xor edx, edx; syscall; ret
# aarch64: mov x0, 2; mov x1, 1; mov x2, 0; mov x8, 198; svc 0; ret
SOCKET = {
    "x86_64": "b829000000 bf02000000 be01000000 31d2 0f05 c3",
    "aarch64": "400080d2 210080d2 020080d2 c81880d2 010000d4 c0035fd6",
}


def attack(lure):
    try:
        descriptor = call(bytes.fromhex(SOCKET[os.uname().machine]))
    except OSError:
        return []
    return [f"has a socket: {descriptor}"] if descriptor >= 0 else []


def call(code):
    """Runs machine code that was written into memory of our own; `eax` is its answer."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
