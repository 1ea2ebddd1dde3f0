"""Has eight processes take 28 MiB each: no one of them is over the limit, together they are.

Aims at: the rule that a submission has threads only (seccomp), the limit on the memory of all (control group).
Must not: hold more than the 48 MiB granted, in any number of processes.
Verdict: reply, memory, killed, timeout
Shown in: bare
Limits: memory_mib=48
"""

import os
import time


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
    for _ in range(8):
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
    said = os.read(read, 100)
    together = said.count(b".") if said.startswith(b"x" * 8) else 0
    return [f"held {together * 28} MiB in {together} processes"] if together == 8 else []
