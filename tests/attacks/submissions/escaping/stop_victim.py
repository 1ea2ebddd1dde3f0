"""Stops a process of the same user outside, by each of the calls that can.

Aims at: a process namespace (jail), signals that go to the worker itself only (seccomp), another user.
Must not: reach it.
Verdict: reply
Shown in: bare
"""

import ctypes
import os
import signal


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    victim = lure["victim_pid"]
    numbers = {"x86_64": (200, 234, 129), "aarch64": (130, 131, 138)}[os.uname().machine]
    stop = int(signal.SIGSTOP)
    info = ctypes.create_string_buffer(bytes([stop, 0, 0, 0, 0, 0, 0, 0]) + (-1).to_bytes(4, "little", signed=True), 128)
    attempts = {
        "kill": lambda: libc.kill(victim, stop),
        "tkill": lambda: libc.syscall(numbers[0], victim, stop),
        "tgkill": lambda: libc.syscall(numbers[1], victim, victim, stop),
        "rt_sigqueueinfo": lambda: libc.syscall(numbers[2], victim, stop, info),
    }
    return [f"reached it by {name}" for name, attempt in attempts.items() if attempt() == 0]
