"""Writes 48 MiB into files that it has deleted: they are in no folder and take room all the same.

Aims at: the size of the working folder (jail), Landlock (confined).
Must not: fill the disk with more than the 16 MiB granted.
Verdict: reply, killed, memory
Shown in: bare
Limits: file_mib=4 disk_mib=16
"""

import os


def attack(lure):
    written = 0
    files = []
    try:
        for number in range(12):
            files.append(open(f"{number}.bin", "wb"))
            os.unlink(f"{number}.bin")
            written += files[-1].write(bytes(4 << 20))
            files[-1].flush()
    except OSError:
        pass
    for file in files:
        try:
            file.close()
        except OSError:
            continue
    return [f"holds {written >> 20} MiB"] if written == 48 << 20 else []
