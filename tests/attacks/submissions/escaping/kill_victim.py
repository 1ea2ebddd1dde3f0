"""Kills a process of the same user outside.

Aims at: a process namespace (jail), signals that go to the worker itself only (seccomp), another user.
Must not: reach it, by number or by descriptor.
Verdict: reply
Shown in: bare
"""

import os
import signal


def attack(lure):
    reached = []
    try:
        descriptor = os.pidfd_open(lure["victim_pid"])
        reached.append("held it by a descriptor")
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        reached.append("sent it a signal by that")
    except OSError:
        pass
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(lure["victim_pid"], number)
            reached.append(f"sent it {number.name}")
        except OSError:
            continue
    return reached
