"""Makes forty files of 4 MiB that live in memory alone, each within the limit on one file.

Aims at: the refusal of memfd_create (seccomp), the limit on memory (control group).
Must not: hold much more than the 48 MiB granted.
Verdict: reply, memory, killed
Shown in: bare
Limits: memory_mib=48 file_mib=4
"""

import os

SIZE = 4 << 20


def attack(lure):
    files = []
    try:
        for _ in range(40):
            files.append(os.memfd_create("hoard"))
            os.write(files[-1], bytes(SIZE))
    except OSError:
        files = files[:-1]
    return [f"holds {len(files) * 4} MiB"] if len(files) == 40 else []
