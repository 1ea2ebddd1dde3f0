"""Has every process start two more, four generations deep: 30 processes, all gone within four seconds.

Aims at: the rule that a submission has threads only (seccomp), the limit on processes (control group, RLIMIT_NPROC).
Must not: multiply.
Verdict: reply, killed, memory, timeout
Shown in: bare
"""

import os
import time


def grow(generations, write):
    """Runs in each process; writes a byte for every child it has."""
    for _ in range(2 if generations else 0):
        try:
            pid = os.fork()
        except OSError:
            continue
        if pid == 0:
            try:
                grow(generations - 1, write)
                time.sleep(3)
            finally:
                os._exit(0)
        os.write(write, b".")


def attack(lure):
    read, write = os.pipe()
    grow(4, write)
    time.sleep(0.5)
    os.set_blocking(read, False)
    try:
        count = len(os.read(read, 1000))
    except BlockingIOError:
        count = 0
    return [f"{count} processes came of two"] if count > 20 else []
