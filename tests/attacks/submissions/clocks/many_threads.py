"""Computes in eight threads at once, outside Python's lock.

Aims at: the limit on CPU time, which counts all threads.
Must not: use more CPU time than granted, in any number of threads.
Verdict: timeout, memory, error
Shown in: nowhere: RLIMIT_CPU counts all threads of a process, the bare box's too
Held in: bare
Limits: memory_mib=128
"""

import hashlib
import threading


def compute():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10_000_000)


def attack(lure):
    threading.stack_size(256 * 1024)
    threads = [threading.Thread(target=compute, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ["all threads came to an end"]
