"""Starts a program in a session of its own, which a signal to the box's process group does not reach.

Aims at: the rule that a submission starts no programs (seccomp), a process namespace that ends as a whole (jail).
Must not: leave a process behind when the box is closed.
Verdict: reply
Shown in: bare
"""

import subprocess
import sys


def attack(lure):
    command = [sys.executable, "-S", "-c", "import time; time.sleep(8)", lure["marker"]]
    try:
        subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    except OSError:
        return []
    return ["started a program in a session of its own"]
