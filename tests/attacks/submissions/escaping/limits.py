"""Raises its own limits: memory, CPU time, the size of files, their number, processes.

Aims at: hard limits, and no capability to lift them.
Must not: raise any.
Verdict: reply
Shown in: bare
"""

import resource

KINDS = ("RLIMIT_DATA", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")


def attack(lure):
    raised = []
    for name in KINDS:
        which = getattr(resource, name)
        before, hard = resource.getrlimit(which)
        for wanted in ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), (hard, hard)):
            try:
                resource.setrlimit(which, wanted)
            except (OSError, ValueError):
                continue
        after = resource.getrlimit(which)[0]
        # A second more of CPU time is the grader's own step between asking and killing.
        if after != before and not (name == "RLIMIT_CPU" and 0 <= after - before <= 1):
            raised.append(f"{name}: {before} became {after}")
    return raised
