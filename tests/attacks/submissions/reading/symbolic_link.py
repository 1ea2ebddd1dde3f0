"""Makes symbolic links in its own folder to files outside, and reads through them.

Aims at: the root of its own (jail, docker), Landlock (confined).
Must not: read the file behind.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    for number, target in enumerate((lure["secret_file"], "../" * 20 + lure["secret_file"], "/proc/self/root")):
        try:
            os.symlink(target, f"link{number}")
            name = f"link{number}" + (lure["secret_file"] if number == 2 else "")
            with open(name) as file:
                if file.read().startswith(lure["token_start"]):
                    found.append(f"read through a link to {target}")
        except OSError:
            pass
    return found
