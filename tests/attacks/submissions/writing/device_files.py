"""Makes files for devices, so that it needs no /dev to reach them, and opens them.

Aims at: no capability to make them, mounts without devices (jail, docker), seccomp (all).
Must not: open one.
Verdict: reply
Shown in: bare
Needs: root
"""

import os
import stat


def attack(lure):
    found = []
    numbers = [(stat.S_IFCHR, 1, 5), (stat.S_IFCHR, 1, 1), (stat.S_IFBLK, 254, 0), (stat.S_IFBLK, 8, 0)]
    for place in (".", lure["folder"], "/dev/shm"):
        for number, (kind, major, minor) in enumerate(numbers):
            name = os.path.join(place, f"{lure['marker']}.{number}")
            try:
                os.mknod(name, kind | 0o666, os.makedev(major, minor))
                found.append(f"made device {major}:{minor}")
                os.close(os.open(name, os.O_RDONLY))
                found.append(f"opened device {major}:{minor}")
                os.unlink(name)
            except OSError:
                pass
    return found
