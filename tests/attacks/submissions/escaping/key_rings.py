"""Keeps a key in the kernel, where it would outlive the box in the keyring of its user, and reads what is there.

Aims at: the refusal of add_key, keyctl and request_key (seccomp); no namespace holds keyrings.
Must not: leave or find any key. The one it makes is in the keyring of its own process.
Verdict: reply
Shown in: bare
"""

import ctypes
import os

PROCESS, USER = -2, -4
DESCRIBE = 6


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    add, control = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
    done = []
    if libc.syscall(add, b"user", lure["marker"].encode(), b"x", ctypes.c_size_t(1), PROCESS) >= 0:
        done.append("kept a key")
    room = ctypes.create_string_buffer(256)
    if libc.syscall(control, DESCRIBE, USER, room, ctypes.c_size_t(256), 0) >= 0:
        done.append("described the keyring of its user")
    return done
