"""Hangs when it is asked to end: at exit, in a finaliser, in a thread that Python waits for.

Aims at: an end by SIGKILL that runs no code of the student's.
Must not: keep the grader waiting when it closes the box.
Verdict: exited, timeout, protocol, error
Shown in: nowhere: no box waits for Python to end, not even the bare one
Held in: bare
Limits: wall_s=1
"""

import atexit
import sys
import threading
import time


class Clinging:
    def __del__(self):
        time.sleep(9)


def attack(lure):
    atexit.register(time.sleep, 9)
    threading.Thread(target=time.sleep, args=(9,)).start()
    sys.modules["clinging"] = Clinging()
    sys.exit(0)
