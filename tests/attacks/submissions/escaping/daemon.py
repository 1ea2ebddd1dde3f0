"""Leaves its process group, its session and its parent, and lives on as a daemon for eight seconds.

Aims at: the rule that a submission has threads only (seccomp), a process namespace that ends as a whole (jail).
Must not: leave a process behind when the box is closed.
Verdict: reply
Shown in: bare
"""

import os
import sys
import time


def attack(lure):
    read, write = os.pipe()
    try:
        child = os.fork()
    except OSError:
        return []
    if child == 0:
        try:
            leave()
            if os.fork() == 0:
                os.write(write, b"x")
                live(lure["marker"])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    return ["started a daemon"] if os.read(read, 1) else []


def live(marker):
    """The marker is in the name, by which the daemon can be found."""
    os.closerange(0, 256)
    try:
        os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(8)", marker])
    except OSError:
        time.sleep(8)


def leave():
    try:
        os.setsid()
    except OSError:
        pass  # then it lives on in the group of the worker
