"""Reads the files of users and passwords.

Aims at: the root of its own (jail, docker), Landlock and another user (confined).
Must not: return a line of the machine's password file.
Verdict: reply
Shown in: bare
"""

import pathlib


def attack(lure):
    found = []
    for name in ("/etc/shadow", "/etc/passwd", "/etc/sudoers", "/etc/ssh/sshd_config"):
        try:
            text = pathlib.Path(name).read_text()
        except OSError:
            continue
        if "/home/" in text or "/root:" in text or "$" in text:
            found.append(f"{name}: {len(text)} characters")
    return found
