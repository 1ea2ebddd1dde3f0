"""Runs a program that lies in no folder: a copy of Python in a file in memory, started by its descriptor.

Aims at: the refusal of memfd_create and execveat (seccomp).
Must not: run any program.
Verdict: reply
Shown in: bare
"""

import os
import subprocess

PROGRAMS = ("/bin/true", "/usr/bin/true", "/bin/busybox")


def attack(lure):
    for path in PROGRAMS:
        try:
            descriptor = os.memfd_create("program", 0)
            with open(path, "rb") as program:
                os.write(descriptor, program.read(8 << 20))
            done = subprocess.run([f"/proc/self/fd/{descriptor}"], pass_fds=[descriptor], capture_output=True)
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0:
            return ["ran a program from memory"]
    return []
