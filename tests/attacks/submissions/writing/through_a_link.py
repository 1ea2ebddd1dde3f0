"""Writes to a file outside through links that it makes in its own folder.

Aims at: the root of its own (jail, docker), Landlock and seccomp (confined).
Must not: change the file, nor give it a second name.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    for make in (os.symlink, os.link):
        try:
            make(lure["victim_file"], f"by_{make.__name__}")
            with open(f"by_{make.__name__}", "a") as file:
                file.write("touched")
            found.append(make.__name__)
        except OSError:
            pass
    return found
