"""Gives one file three thousand names, which take no inode each.

Aims at: the refusal of links (seccomp, Landlock), the size of the working folder (jail).
Must not: make links by the thousand.
Verdict: reply, killed, memory
Shown in: bare
Limits: inodes=500
"""

import os


def attack(lure):
    made = 0
    try:
        open("one", "w").close()
        for number in range(3_000):
            os.link("one", f"{number}")
            made += 1
    except OSError:
        pass
    return [f"made {made} names"] if made == 3_000 else []
