"""Runs programs that become root by themselves, and looks whether it could become more than it is.

Aims at: the refusal of exec (seccomp), no_new_privs, mounts without setuid (jail).
Must not: start any of them, or be able to gain privileges by them.
Verdict: reply
Shown in: bare
"""

import ctypes
import os
import stat
import subprocess

GET_NO_NEW_PRIVS = 39


def attack(lure):
    gained = []
    if ctypes.CDLL(None).prctl(GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1:
        gained.append("may gain privileges by programs")
    for folder in ("/usr/bin", "/usr/sbin", "/usr/lib/dbus-1.0"):
        for name in ("su", "sudo", "passwd", "mount", "newgrp", "chsh", "dbus-daemon-launch-helper"):
            path = os.path.join(folder, name)
            try:
                if not os.stat(path).st_mode & stat.S_ISUID:
                    continue
                subprocess.run([path, "--help"], capture_output=True, stdin=subprocess.DEVNULL, timeout=1)
            except (OSError, subprocess.SubprocessError):
                continue
            gained.append(f"ran {path}")
    return gained
