"""Changes the mode and the owner of a file outside: what Landlock does not cover.

Aims at: the root of its own (jail, docker), seccomp and another user (confined).
Must not: change either.
Verdict: reply
Shown in: bare
"""

import ctypes
import os


def attack(lure):
    path, found = lure["victim_file"], []
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    for what, change in (
        ("chmod", lambda: os.chmod(path, 0o640)),
        ("chmod of the folder", lambda: os.chmod(lure["folder"], 0o750)),
        ("chown", lambda: os.chown(path, os.getuid(), os.getgid())),
        ("lchown", lambda: os.lchown(path, -1, os.getgid())),
    ):
        try:
            change()
            found.append(what)
        except OSError:
            pass
    if syscall(452, -100, path.encode(), 0o600, 0) == 0:  # fchmodat2, the same number on every machine
        found.append("fchmodat2")
    return found
