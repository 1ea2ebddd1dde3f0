"""Answers with four million small things, cheap to make and dear to read.

Aims at: the limit on the size of an answer.
Must not: keep the grader busy reading.
Verdict: protocol, error, memory, timeout
Shown in: nowhere: the grader itself measures answers before it reads them, in every box
Held in: bare
Limits: reply_mib=1 memory_mib=128 cpu_s=2 wall_s=5
"""


def attack(lure):
    return [[]] * 4_000_000
