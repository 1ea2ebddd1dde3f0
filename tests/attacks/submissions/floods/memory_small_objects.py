"""Lifts its own limit on memory, then fills it with small objects until nothing is left for anybody.

Aims at: the hard limit on memory (RLIMIT_DATA, control group), the worker's own answer without memory.
Must not: hold much more than the 48 MiB granted.
Verdict: reply, error, memory, killed, timeout
Shown in: bare
Limits: cpu_s=3 wall_s=6 memory_mib=48
"""

import resource


def attack(lure):
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    except (OSError, ValueError):
        pass
    chain = None
    count = 0
    try:
        while count < 1_200_000:  # 90 bytes each
            chain = (chain, count)
            count += 1
    except MemoryError:
        pass
    return [f"held {count} objects"] if count == 1_200_000 else []
