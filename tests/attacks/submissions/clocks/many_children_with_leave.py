"""Shares the work among four processes, where the assignment grants them: 4 s of CPU time together where 1 s was.

Aims at: CPU time that is counted for all processes of the box (control group).
Must not: use more CPU time than granted, in any number of processes.
Verdict: timeout, killed
Shown in: nowhere: clocks/many_children.py shows it in the bare box, which counts the worker's own time
Limits: cpu_s=1 wall_s=9 processes=8
Needs: processes
"""

import os
import time


def compute():
    before = time.process_time()
    while time.process_time() - before < 1:
        pass
    os._exit(7)


def attack(lure):
    children = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            compute()
        children.append(pid)
    done = [pid for pid in children if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7]
    return [f"used {len(done)} s of CPU time"]
