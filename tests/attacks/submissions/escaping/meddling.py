"""Changes the limits, the priority and the processors of a process outside.

Aims at: a process namespace (jail), such calls on the worker itself only (seccomp), another user.
Must not: reach it.
Verdict: reply
Shown in: bare
"""

import os
import resource


def attack(lure):
    victim = lure["victim_pid"]
    attempts = {
        "read its limits": lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE),
        "set its limits": lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (64, 64)),
        "set its priority": lambda: os.setpriority(os.PRIO_PROCESS, victim, 5),
        "set its processors": lambda: os.sched_setaffinity(victim, {0}),
        "set its scheduling": lambda: os.sched_setscheduler(victim, os.SCHED_BATCH, os.sched_param(0)),
    }
    done = []
    for what, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        done.append(what)
    return done
