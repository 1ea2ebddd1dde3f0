"""Sets itself a limit on CPU time and computes over it: the kernel's own end should look like the grader's fault.

Aims at: the refusal of own limits; a worker that was killed is the student's matter.
Must not: end in any way that takes the points of the exercise out of the maximum.
Verdict: reply, error, killed, timeout
Shown in: bare
Limits: cpu_s=2
"""

import resource


def attack(lure):
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    except (OSError, ValueError):
        return []
    return ["could set itself a limit on CPU time"]
