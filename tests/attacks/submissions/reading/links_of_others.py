"""Follows the links that /proc keeps of other processes: their root, working folder and open files.

Aims at: a process list of its own (jail, docker), an unreadable /proc (confined).
Must not: read where one of them points.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    for pid in (lure["grader_pid"], lure["victim_pid"]):
        names = [f"/proc/{pid}/{name}" for name in ("root", "cwd", "exe")]
        try:
            names += [f"/proc/{pid}/fd/{name}" for name in os.listdir(f"/proc/{pid}/fd")][:16]
        except OSError:
            pass
        for name in names:
            try:
                os.readlink(name)
                found.append(f"followed {name}")
            except OSError:
                pass
    return found
