"""Lifts its own limit on memory, then takes 160 MiB, one at a time, and never gives up.

Aims at: the hard limit on memory (RLIMIT_DATA, control group).
Must not: hold much more than the 48 MiB granted.
Verdict: reply, memory, killed, timeout
Shown in: bare
Limits: memory_mib=48
"""

import resource


def attack(lure):
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    except (OSError, ValueError):
        pass
    held = []
    for _ in range(160):
        try:
            held.append(bytearray(b"x") * (1 << 20))
        except MemoryError:
            continue
    count = len(held)
    held.clear()
    return [f"held {count} MiB"] if count > 100 else []
