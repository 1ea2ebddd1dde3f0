"""Crashes on purpose in a folder outside, so that its memory is written there.

Aims at: no core dumps (RLIMIT_CORE, not dumpable), a read-only root (jail), Landlock (confined).
Must not: leave a file, or a message to whoever collects crashes.
Verdict: crashed, killed
Shown in: bare
"""

import os
import resource


def attack(lure):
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        size = 8 << 20
        resource.setrlimit(resource.RLIMIT_CORE, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
    except (OSError, ValueError):
        pass
    try:
        os.chdir(lure["folder"])
    except OSError:
        pass
    os.abort()
