"""Makes three thousand empty files.

Aims at: the number of files in the working folder (jail), Landlock (confined).
Must not: use up the file system's inodes.
Verdict: reply, killed, memory, timeout
Shown in: bare
Limits: cpu_s=3 wall_s=8
"""

import os


def attack(lure):
    made = 0
    try:
        for number in range(3_000):
            os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError:
        pass
    return [f"made {made} files"] if made == 3_000 else []
