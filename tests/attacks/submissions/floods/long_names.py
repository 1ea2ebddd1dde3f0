"""Gives one thousand empty files names of 255 bytes, and texts to their attributes: room that no file's size counts.

Aims at: the number of files and the size of the working folder (jail), Landlock (confined).
Must not: fill the disk past the size and number granted.
Verdict: reply, killed, memory
Shown in: bare
Limits: inodes=300 cpu_s=2 wall_s=6
"""

import os


def attack(lure):
    made = 0
    try:
        for number in range(1_000):
            name = f"{number}".ljust(255, "n")
            os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
            made += 1
            try:
                os.setxattr(name, "user.room", bytes(500))
            except OSError:
                continue
    except OSError:
        pass
    return [f"made {made} files"] if made == 1_000 else []
