"""Shares the work among four processes, each of which uses less CPU time than granted: 1.6 s together where 1 s was.

Aims at: the rule that a submission has threads only (seccomp), the quota of the control group.
Must not: use more CPU time than granted, in any number of processes.
Verdict: reply, timeout, killed
Shown in: bare
Limits: cpu_s=1 wall_s=20
"""

import os
import time


def compute():
    before = time.process_time()
    while time.process_time() - before < 0.4:
        pass
    os._exit(7)


def attack(lure):
    children = []
    for _ in range(4):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            compute()
        children.append(pid)
    done = [pid for pid in children if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7]
    return [f"used {len(done) * 0.4} s of CPU time"] if len(done) == 4 else []
