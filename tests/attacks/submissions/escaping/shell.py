"""Starts a shell, by each of Python's ways and by replacing itself.

Aims at: the refusal of exec (seccomp).
Must not: run any program.
Verdict: reply
Shown in: bare
"""

import os
import subprocess


def attack(lure):
    ran = []
    attempts = {
        "subprocess": lambda: subprocess.run(["/bin/sh", "-c", "exit 7"]).returncode,
        "os.system": lambda: os.waitstatus_to_exitcode(os.system("exit 7")),
        "posix_spawn": spawn,
        "popen": lambda: (os.popen("exit 7").close() or 0) >> 8,
    }
    for name, attempt in attempts.items():
        try:
            if attempt() == 7:
                ran.append(f"ran a shell by {name}")
        except (OSError, ValueError):
            continue
    return ran


def spawn():
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 7"], {})
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
