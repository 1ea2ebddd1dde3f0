"""Lists the processes of this machine, with their command lines, files and limits.

Aims at: a process list of its own (jail, docker), an unreadable /proc (confined).
Must not: see a process that is not of this box.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    try:
        numbers = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    except OSError:
        numbers = set()
    if strangers := numbers & {lure["grader_pid"], lure["victim_pid"]}:
        found.append(f"sees {len(strangers)} of the two")
    for pid in (lure["grader_pid"], lure["victim_pid"]):
        for name in ("cmdline", "status", "stat", "limits", "mountinfo"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if file.read(64) and pid not in (os.getpid(), os.getppid()):
                        found.append(f"read {name} of another process")
            except OSError:
                pass
    return found
