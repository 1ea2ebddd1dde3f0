"""Sets the times of a file outside: what Landlock does not cover.

Aims at: the root of its own (jail, docker), seccomp and another user (confined).
Must not: change a time.
Verdict: reply
Shown in: bare
"""

import ctypes
import os


def attack(lure):
    path, found = lure["victim_file"], []
    for what, times in (("to a day of its own", (0, 0)), ("to now", None)):
        try:
            os.utime(path, times)
            found.append(f"set {what}")
        except OSError:
            pass
    if ctypes.CDLL(None, use_errno=True).utimes(path.encode(), None) == 0:
        found.append("set to now by utimes")
    return found
