"""Raises an exception whose text has 40 MB, from a function whose name has 100 kB.

Aims at: the limits on what is told of an exception.
Must not: travel into the report in full.
Verdict: error, memory, protocol
Shown in: nowhere: the worker cuts texts before they travel and the grader measures them, in every box
Held in: bare
Limits: memory_mib=200 reply_mib=1
"""


def attack(lure):
    name = "f" * 100_000
    space = {}
    exec(f"def {name}():\n    raise type('E' * 100_000, (Exception,), {{}})('x' * 40_000_000)\n", space)
    space[name]()
    return []
