"""Fills 48 MiB of /dev/shm, which is memory, in files that are within the limit each.

Aims at: a small /dev/shm of its own or none (jail), Landlock (confined), the limit on memory (control group).
Must not: hold much more than the 16 MiB granted to memory, and 16 MiB to files.
Verdict: reply, memory, killed
Shown in: bare
Limits: memory_mib=16 file_mib=4 disk_mib=16
"""

import os


def attack(lure):
    names = []
    written = 0
    try:
        for number in range(12):
            names.append(f"/dev/shm/{lure['marker']}-{number}")
            with open(names[-1], "wb") as file:
                written += file.write(bytes(4 << 20))
    except OSError:
        pass
    finally:
        for name in names:
            try:
                os.unlink(name)
            except OSError:
                pass
    return [f"held {written >> 20} MiB"] if written == 48 << 20 else []
