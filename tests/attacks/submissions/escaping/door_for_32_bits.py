"""Enters the kernel by the door for 32-bit programs, whose system calls have other numbers: `socket` is 359 there.

Aims at: that the filter (seccomp) asks which door a call came through.
Must not: have a socket, or any call that the filter refuses at the other door.
Verdict: reply, crashed, killed
Shown in: bare
"""

import ctypes
import mmap
import os

# push rbx; mov eax, 359; mov ebx, 2; mov ecx, 1; xor edx, edx; int 0x80; pop rbx; ret
SOCKET = bytes.fromhex("53 b867010000 bb02000000 b901000000 31d2 cd80 5b c3")


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
