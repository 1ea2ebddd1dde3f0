"""Has six processes take 28 MiB each, where the assignment grants processes: no one of them is over the limit.

Aims at: the limit on the memory of all (control group).
Must not: hold more than the 48 MiB granted, in any number of processes.
Verdict: reply, memory, killed, timeout
Shown in: nowhere: floods/memory_children.py shows it in the bare box, which limits each process alone
Limits: processes=8 memory_mib=48 disk_mib=16
Needs: processes
"""

import os
import time

COUNT = 6


def hold(write):
    try:
        held = bytearray(b"x") * (28 << 20)
        os.write(write, b"x" if held else b"")
        time.sleep(1)  # until all of them hold theirs
        os.write(write, b".")
    finally:
        os._exit(0)


def attack(lure):
    read, write = os.pipe()
    children = []
    for _ in range(COUNT):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            hold(write)
        children.append(pid)
    os.close(write)
    for pid in children:
        os.waitpid(pid, 0)
    together = os.read(read, 100).count(b".")
    return [f"held {together * 28} MiB in {together} processes"] if together == COUNT else []
