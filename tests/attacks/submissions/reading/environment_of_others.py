"""Reads the environment of the grader and of another process from /proc, where keys often lie.

Aims at: a process list of its own (jail, docker), an unreadable /proc (confined).
Must not: find the grader's variable.
Verdict: reply
Shown in: bare
"""


def attack(lure):
    found = []
    for pid in (lure["grader_pid"], lure["victim_pid"]):
        for name in (f"/proc/{pid}/environ", f"/proc/{pid}/task/{pid}/environ"):
            try:
                with open(name, "rb") as file:
                    if lure["environment_name"].encode() in file.read():
                        found.append(f"read {name}")
            except OSError:
                pass
    return found
