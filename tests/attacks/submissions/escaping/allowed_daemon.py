"""Leaves a daemon behind where the assignment allows processes.

Aims at: a process namespace that ends as a whole (jail), the control group.
Must not: leave a process behind when the box is closed.
Verdict: reply
Shown in: nowhere: the bare box allows processes to all, and escaping/daemon.py shows it there
Needs: processes
"""

import os
import sys
import time


def attack(lure):
    try:
        child = os.fork()
    except OSError:
        return []
    if child == 0:
        try:
            leave()
            if os.fork() == 0:
                os.closerange(0, 256)
                try:
                    os.execv(
                        sys.executable,
                        [sys.executable, "-S", "-c", "import time; time.sleep(8)", lure["marker"]],
                    )
                except OSError:
                    time.sleep(8)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return []


def leave():
    try:
        os.setsid()
    except OSError:
        pass  # then it lives on in the group of the worker
