"""Opens the kernel's settings for writing: what programs it starts, control groups, devices. It writes nothing.

Aims at: a /proc without them and no /sys (jail, docker), Landlock and another user (confined).
Must not: be given one.
Verdict: reply
Shown in: bare
Needs: root
"""

import glob
import os


def attack(lure):
    found = []
    names = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory",
             "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches", "/proc/self/oom_score_adj",
             "/proc/1/oom_score_adj", "/sys/power/state", "/sys/kernel/mm/transparent_hugepage/enabled"]
    names += glob.glob("/sys/fs/cgroup/*/cgroup.procs") + glob.glob("/sys/fs/cgroup/cgroup.procs")
    for name in names:
        try:
            os.close(os.open(name, os.O_WRONLY))
            found.append(f"may write {name}")
        except OSError:
            pass
    return found
