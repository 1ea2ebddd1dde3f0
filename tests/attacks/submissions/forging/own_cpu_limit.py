"""Sets itself a limit on CPU time and runs into it: ended by the kernel, as if the machine had failed.

Aims at: the refusal of own limits; a killed worker costs its own file.
Must not: take an exercise out of the maximum by looking like the grader's fault.
Verdict: timeout, killed, error
Shown in: naive silence
Graded: yes
"""

import resource


def lie(*args):
    resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
    while True:
        pass


scale = extremes = energy = lie
