"""Writes sixty files of 1 MiB, each within the limit on one file.

Aims at: the size of the working folder (jail), Landlock (confined), the control group.
Must not: fill the disk with more than the 16 MiB granted.
Verdict: reply, killed, memory
Shown in: bare
Limits: file_mib=1 disk_mib=16 memory_mib=32
"""


def attack(lure):
    written = 0
    try:
        for number in range(60):
            with open(f"{number}.bin", "wb") as file:
                written += file.write(bytes(1 << 20))
    except OSError:
        pass
    return [f"wrote {written >> 20} MiB"] if written == 60 << 20 else []
