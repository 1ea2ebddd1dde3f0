"""Keeps 40 MiB in the buffers of pairs of sockets that nobody reads.

Aims at: the limit on open files, the control group, the refusal of larger buffers (seccomp).
Must not: hold much more than the 16 MiB granted.
Verdict: reply, error, memory, killed
Shown in: bare
Limits: memory_mib=16
"""

import socket

CHUNK = bytes(16 << 10)


def attack(lure):
    held = 0
    pairs = []
    try:
        while held < 40 << 20 and len(pairs) < 400:
            pairs.append(socket.socketpair())
            for end in pairs[-1]:
                held += fill(end)
    except OSError:
        pass
    return [f"held {held >> 20} MiB in {len(pairs)} pairs"] if held > 32 << 20 else []


def fill(end):
    held = 0
    end.setblocking(False)
    try:
        while held < 1 << 20:
            held += end.send(CHUNK)
    except OSError:
        pass
    return held
