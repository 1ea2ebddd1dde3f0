"""Makes another name for a file outside in its own folder, and reads that.

Aims at: the root of its own (jail, docker), Landlock and seccomp (confined).
Must not: read the file, nor give it a second name.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    folder = os.open(os.path.dirname(os.getcwd()), os.O_RDONLY | os.O_PATH)
    for name in (lure["secret_file"], f"/proc/self/root{lure['secret_file']}"):
        try:
            os.link(name, "mine", src_dir_fd=folder, follow_symlinks=True)
            with open("mine") as file:
                found.append(f"read {len(file.read())} characters by another name")
            os.unlink("mine")
        except OSError:
            pass
    os.close(folder)
    return found
