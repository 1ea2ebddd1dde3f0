"""Appends to, truncates and overwrites a file outside.

Aims at: the root of its own (jail, docker), Landlock (confined).
Must not: change the file.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    path, found = lure["victim_file"], []
    for what, flags in (("append", os.O_APPEND), ("truncate", os.O_TRUNC), ("overwrite", 0)):
        try:
            file = os.open(path, os.O_WRONLY | flags)
        except OSError:
            continue
        os.write(file, b"touched")
        os.close(file)
        found.append(what)
    try:
        os.truncate(path, 3)
        found.append("truncate by path")
    except OSError:
        pass
    return found
