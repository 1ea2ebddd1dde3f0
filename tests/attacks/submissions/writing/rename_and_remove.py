"""Renames, replaces and removes a file outside.

Aims at: the root of its own (jail, docker), Landlock (confined).
Must not: do any of it.
Verdict: reply
Shown in: bare
"""

import ctypes
import os


def attack(lure):
    path, found = lure["victim_file"], []
    with_ours = os.path.join(os.getcwd(), "mine")
    try:
        with open(with_ours, "w") as file:
            file.write("mine")
    except OSError:
        pass
    swap = ctypes.CDLL(None, use_errno=True).renameat2
    for what, change in (
        ("exchanged", lambda: swap(-100, with_ours.encode(), -100, path.encode(), 2) or found.append("exchanged")),
        ("renamed", lambda: os.rename(path, path + ".away")),
        ("taken", lambda: os.rename(path + ".away", with_ours)),
        ("replaced", lambda: os.replace(with_ours, path)),
        ("removed", lambda: os.unlink(path)),
        ("removed the folder", lambda: os.rmdir(lure["folder"])),
    ):
        try:
            change()
            if what != "exchanged":
                found.append(what)
        except OSError:
            pass
    return found
