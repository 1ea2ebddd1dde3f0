"""Makes device files in its folder and opens those that it finds. None is read or written.

Aims at: the refusal of mknod (seccomp), mounts without devices (jail), Landlock (confined).
Must not: reach memory, disks, logs or virtual machines by a device.
Verdict: reply
Shown in: bare
Needs: root
"""

import os
import stat

FOUND = ("mem", "port", "kmsg", "kvm", "fuse", "net/tun", "vda", "sda", "loop-control", "loop0", "vsock", "cpu/0/msr")


def attack(lure):
    reached = []
    for name, number in {"null": (1, 3), "mem": (1, 1)}.items():
        try:
            os.mknod(f"made-{name}", 0o600 | stat.S_IFCHR, os.makedev(*number))
            reached.append(f"made the device {name}")
            os.close(os.open(f"made-{name}", os.O_RDONLY))
            reached.append(f"opened the device {name} that it made")
        except OSError:
            continue
    for name in FOUND:
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDONLY | os.O_NONBLOCK))
        except OSError:
            continue
        reached.append(f"opened /dev/{name}")
    return reached
