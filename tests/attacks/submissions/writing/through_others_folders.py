"""Writes to a file outside by way of another process's root and working folder.

Aims at: a process list of its own (jail, docker), an unreadable /proc (confined).
Must not: change the file.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    path, found = lure["victim_file"], []
    for pid in (lure["victim_pid"], lure["grader_pid"], "self", "thread-self", 1):
        for place in ("root", "cwd/" + "../" * 20):
            try:
                with open(f"/proc/{pid}/{place}/{path}", "a") as file:
                    file.write("touched")
                found.append(f"wrote by way of {pid}/{place[:4]}")
            except OSError:
                pass
    return found
