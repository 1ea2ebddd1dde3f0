"""Looks for other workers near its own process number, as one that was started ahead for the next student.

Aims at: a process namespace (jail), signals that go to the worker itself only (seccomp), no /proc of others.
Must not: reach or read any. The signal that it sends is 0, which does nothing.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    own = os.getpid()
    found = []
    for pid in range(max(2, own - 300), own + 100):
        if pid == own:
            continue
        try:
            os.kill(pid, 0)
            found.append(f"could signal process {pid}")
        except OSError:
            pass
        try:
            os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY))
            found.append(f"could read process {pid}")
        except OSError:
            pass
    return found[:20]
