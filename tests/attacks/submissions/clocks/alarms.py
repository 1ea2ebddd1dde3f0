"""Has a signal every millisecond whose handler raises, so that the worker's own code is interrupted as well.

Aims at: that whatever becomes of the worker is an ending, and the next exercise meets another one.
Must not: have the grader wait, or take for an answer what is none.
Verdict: reply, error, exited, protocol, timeout
Shown in: nowhere: the worker is in the student's hands in every box; the grader reads what it says with care
Held in: bare
"""

import signal


def attack(lure):
    def interrupt(number, frame):
        raise RuntimeError("again")

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    return []
