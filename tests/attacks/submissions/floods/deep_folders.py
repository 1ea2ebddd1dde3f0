"""Nests two thousand folders, so that removing them recurses deeper than Python can, and paths are too long.

Aims at: the number of files in the working folder (jail), Landlock (confined), the grader's removal of the folder.
Must not: break the grader that cleans up, or stay behind.
Verdict: reply, killed, memory, timeout
Shown in: nowhere: every box must remove its folder, the bare one too; the harness sees what stays behind
Held in: bare
Limits: cpu_s=2
"""

import os


def attack(lure):
    try:
        for _ in range(2_000):
            os.mkdir("d" * 20)
            os.chdir("d" * 20)
    except OSError:
        pass
    return []
