"""Keeps 48 MiB in the buffers of pipes that nobody reads.

Aims at: the refusal to enlarge pipes (seccomp), the limit on open files, the control group.
Must not: hold much more than the 16 MiB granted.
Verdict: reply, error, memory, killed
Shown in: bare
Limits: memory_mib=16
"""

import fcntl
import os

MIB = bytes(1 << 20)


def attack(lure):
    held = 0
    pipes = []
    for _ in range(48):
        try:
            pipes.append(os.pipe())
            fcntl.fcntl(pipes[-1][1], fcntl.F_SETPIPE_SZ, len(MIB))
        except OSError:
            if len(pipes) > 40:
                break
        if pipes:
            os.set_blocking(pipes[-1][1], False)
            try:
                held += os.write(pipes[-1][1], MIB)
            except OSError:
                continue
    for pair in pipes:
        for end in pair:
            os.close(end)
    return [f"held {held >> 20} MiB in {len(pipes)} pipes"] if held > 32 << 20 else []
