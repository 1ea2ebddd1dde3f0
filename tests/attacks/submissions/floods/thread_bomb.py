"""Starts two hundred threads with small stacks.

Aims at: the limit on threads (control group, RLIMIT_NPROC).
Must not: have hundreds of threads.
Verdict: reply, error, killed, memory, timeout
Shown in: bare
Limits: memory_mib=64
"""

import threading

COUNT = 200


def attack(lure):
    threading.stack_size(64 * 1024)
    over = threading.Event()
    started = 0
    for _ in range(COUNT):
        try:
            threading.Thread(target=over.wait, args=(5,), daemon=True).start()
        except RuntimeError:
            break
        started += 1
    over.set()
    return [f"started {started} threads"] if started == COUNT else []
