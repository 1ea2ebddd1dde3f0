"""Lifts its own limit on open files, then opens two thousand.

Aims at: the hard limit on open files (RLIMIT_NOFILE).
Must not: use up the system's table of open files.
Verdict: reply, error, exited, killed
Shown in: bare
"""

import os
import resource


def attack(lure):
    opened = []
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        while len(opened) < 2_000:
            opened.append(os.dup(2))
    except (OSError, ValueError):
        pass
    for descriptor in opened:
        os.close(descriptor)
    return [f"opened {len(opened)} files"] if len(opened) == 2_000 else []
