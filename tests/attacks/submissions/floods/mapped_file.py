"""Maps a file of 48 MiB that is one hole and writes through the map, where no call to write is made.

Aims at: the limit on file size (RLIMIT_FSIZE), the size of the working folder (jail), Landlock (confined).
Must not: fill the disk with more than the 16 MiB granted.
Verdict: reply, killed, crashed, memory
Shown in: bare
Limits: file_mib=64 disk_mib=16
"""

import mmap

SIZE = 48 << 20


def attack(lure):
    try:
        with open("hole", "w+b") as file:
            file.truncate(SIZE)
            memory = mmap.mmap(file.fileno(), SIZE)
    except OSError:
        return []
    for at in range(0, SIZE, mmap.PAGESIZE):
        memory[at] = 1
    return [f"wrote {SIZE >> 20} MiB"]
