"""Takes 160 MiB of shared anonymous memory, which RLIMIT_DATA does not count.

Aims at: the refusal of shared anonymous mappings (seccomp), the limit on memory (control group).
Must not: hold much more than the 48 MiB granted.
Verdict: reply, memory, killed
Shown in: bare
Limits: memory_mib=48
"""

import mmap

SIZE = 160 << 20


def attack(lure):
    try:
        memory = mmap.mmap(-1, SIZE)
    except OSError:
        return []
    for at in range(0, SIZE, mmap.PAGESIZE):
        memory[at] = 1
    return [f"holds {SIZE >> 20} MiB"]
