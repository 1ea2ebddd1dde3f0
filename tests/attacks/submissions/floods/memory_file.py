"""Writes 160 MiB into a file that lives in memory alone (memfd_create).

Aims at: the refusal of memfd_create (seccomp), the limits on file size (RLIMIT_FSIZE) and memory (control group).
Must not: hold much more than the 48 MiB granted.
Verdict: reply, memory, killed
Shown in: bare
Limits: memory_mib=48
"""

import os
import resource

MIB = bytes(1 << 20)


def attack(lure):
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    except (OSError, ValueError):
        pass
    written = 0
    try:
        file = os.memfd_create("hoard")
        while written < 160 << 20:
            written += os.write(file, MIB)
    except OSError:
        pass
    return [f"wrote {written >> 20} MiB"] if written > 100 << 20 else []
