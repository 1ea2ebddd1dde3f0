"""Answers at once and leaves a thread behind that prints for as long as it is let.

Aims at: the limit on output, and the end of threads that outlive the answer.
Must not: keep the grader reading after the answer, or slow down what comes next.
Verdict: reply, output
Shown in: nowhere: every box reads what is printed itself and counts it, the bare one too
Held in: bare
Limits: output_mib=1
"""

import os
import threading
import time


def flood(ends):
    while time.monotonic() < ends:
        os.write(2, b"x" * 60_000 + b"\n")


def attack(lure):
    threading.Thread(target=flood, args=(time.monotonic() + 8,), daemon=True).start()
    return []
