"""Asks whether files outside exist, how large they are and whose.

Aims at: the root of its own (jail, docker).
Must not: learn that the file is there.
Verdict: reply
Shown in: bare
Gap: confined: Landlock does not cover stat, access, chdir and readlink; contents stay closed
"""

import os


def attack(lure):
    found = []
    for name in (lure["secret_file"], lure["victim_file"], lure["folder"]):
        try:
            found.append(f"{os.path.basename(name)} has {os.stat(name).st_size} bytes")
        except OSError:
            pass
        if os.access(name, os.F_OK):
            found.append(f"{os.path.basename(name)} is there")
    return found
