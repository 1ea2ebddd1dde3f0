"""Lifts its own limit on the size of files, then makes one of a terabyte that takes no room: all of it is a hole.

Aims at: the hard limit on file size (RLIMIT_FSIZE), Landlock (confined).
Must not: make a file that whoever copies the folder chokes on.
Verdict: reply, killed, memory
Shown in: bare
Limits: file_mib=4
"""

import os
import resource


def attack(lure):
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        with open("hole", "wb") as file:
            file.truncate(1 << 40)
        size = os.stat("hole").st_size
    except (OSError, ValueError):
        return []
    return [f"made a file of {size} bytes"]
