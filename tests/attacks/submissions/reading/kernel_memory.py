"""Asks the kernel for its log, its memory and its symbols.

Aims at: a /proc without them and no devices (jail, docker), Landlock and seccomp (confined).
Must not: read a byte of any.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import os


def attack(lure):
    found = []
    for name in ("/dev/kmsg", "/dev/mem", "/dev/kmem", "/dev/port", "/proc/kmsg", "/proc/kcore", "/proc/vmcore",
                 "/proc/kpagecount", "/sys/kernel/debug", "/sys/kernel/tracing/trace", "/proc/sysvipc/shm"):
        try:
            file = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
            if os.read(file, 16):
                found.append(f"read {name}")
            os.close(file)
        except OSError:
            pass
    try:
        with open("/proc/kallsyms") as file:
            if int(file.readline().split()[0], 16):
                found.append("read addresses of the kernel")
    except (OSError, IndexError):
        pass
    buffer = ctypes.create_string_buffer(4096)
    if ctypes.CDLL(None, use_errno=True).klogctl(3, buffer, len(buffer)) > 0:
        found.append("read the kernel's log by a system call")
    return found
