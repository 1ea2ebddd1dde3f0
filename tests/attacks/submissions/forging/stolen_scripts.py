"""Reads the calls that are still to come, and looks for the expected values beside them.

Aims at: keeping expected values out of the box: what comes in holds inputs alone.
Must not: find an answer.
Verdict: reply, protocol, timeout, exited
Shown in: naive framed
Graded: yes

Costs: fine, because a call that was taken from the pipe is lost to the worker.
"""
import gc
import os
import stat
import sys

KEYS = ("want", "expected", "answer", "value", "solution", "oracle")


def coming():
    """What waits in the pipes that can be read."""
    found = b""
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode) or stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.set_blocking(fd, False)
                found += os.read(fd, 1 << 20)
        except OSError:
            continue
        finally:
            try:
                os.set_blocking(fd, True)
            except OSError:
                pass
    return found


def lie(x, *rest):
    waiting = coming()
    for thing in gc.get_objects():
        if type(thing) is dict and "x" in thing and any(key in thing for key in KEYS):
            try:
                if list(thing["x"]) == list(x):
                    return next(thing[key] for key in KEYS if key in thing)
            except Exception:
                continue
    return [0.0] * (len(waiting) and 1)


scale = extremes = energy = lie
