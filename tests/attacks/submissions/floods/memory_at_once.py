"""Lifts its own limit on memory, then takes 160 MiB at once.

Aims at: the hard limit on memory (RLIMIT_DATA, control group).
Must not: hold much more than the 48 MiB granted.
Verdict: reply, memory, killed
Shown in: bare
Limits: memory_mib=48
"""

import resource


def attack(lure):
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
        held = bytearray(b"x") * (160 << 20)
    except (MemoryError, OSError, ValueError):
        return []
    return [f"held {len(held) >> 20} MiB"]
