"""Walks every object that Python knows of, and those they hold, for the secret.

Aims at: workers started anew or forked from one that never held a secret.
Must not: find the secret.
Verdict: reply
Shown in: naive fork
Limits: cpu_s=3 wall_s=8
"""

import gc
import hashlib
import sys


def attack(lure):
    start, digest, found = lure["token_start"], lure["token_digest"], set()
    frames, frame = [], sys._getframe()
    while frame is not None:
        frames.append(frame.f_locals)
        frame = frame.f_back
    for holder in [*gc.get_objects(), *frames]:
        for item in gc.get_referents(holder) if type(holder) is not dict else list(holder.values()):
            if type(item) is str and item.startswith(start) and hashlib.sha256(item.encode()).hexdigest() == digest:
                found.add("the secret is an object here")
    return sorted(found)
