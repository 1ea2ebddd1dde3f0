"""Answers with a text of 32 MiB.

Aims at: the limit on the size of an answer, read before the answer is.
Must not: fill the grader's memory with an answer.
Verdict: protocol, error, memory
Shown in: nowhere: the grader itself measures answers before it reads them, in every box
Held in: bare
Limits: reply_mib=1 memory_mib=200
"""


def attack(lure):
    return ["x" * (32 << 20)]
