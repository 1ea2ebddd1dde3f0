"""Answers with a list of ten times a list of ten times …, nine deep: a few hundred bytes here, a billion items as text.

Aims at: the limits of the box, within which an answer is written down; the size of the answer.
Must not: unfold in the grader.
Verdict: protocol, error, memory, timeout, killed
Shown in: nowhere: answers are written down inside the box, in every box
Held in: bare
Limits: memory_mib=64
"""


def attack(lure):
    value = ["ha"]
    for _ in range(9):
        value = [value] * 10
    return [value]
