"""Finds out which machine this is: its identifier, serial number, disks, mounts and boot line.

Aims at: a /proc of its own and no /sys (jail), Landlock (confined).
Must not: read anything that tells this machine from another.
Verdict: reply
Shown in: bare
"""


def attack(lure):
    found = []
    for name in ("/etc/machine-id", "/etc/hostname", "/sys/class/dmi/id/product_uuid", "/proc/cmdline",
                 "/sys/class/net/lo/address", "/proc/partitions", "/proc/sys/kernel/random/boot_id",
                 "/proc/net/route", "/proc/modules"):
        try:
            with open(name, "rb") as file:
                if file.read(64) not in (b"", b"box\n"):  # the name that a container was given
                    found.append(f"read {name}")
        except OSError:
            pass
    return found
