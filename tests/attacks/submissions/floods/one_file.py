"""Lifts its own limit on the size of files, then writes one of 48 MiB.

Aims at: the hard limit on file size (RLIMIT_FSIZE), the size of the working folder (jail), Landlock (confined).
Must not: write a file much larger than the 4 MiB granted.
Verdict: reply, killed, memory
Shown in: bare
Limits: file_mib=4
"""

import resource


def attack(lure):
    written = 0
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        with open("large", "wb", buffering=0) as file:
            while written < 48 << 20:
                written += file.write(bytes(1 << 20))
    except (OSError, ValueError):
        pass
    return [f"wrote {written >> 20} MiB into one file"] if written > 5 << 20 else []
