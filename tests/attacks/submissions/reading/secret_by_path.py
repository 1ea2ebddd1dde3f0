"""Opens a file outside by its path, by every way into the file system it knows.

Aims at: the root of its own (jail, docker), Landlock (confined).
Must not: return the file's first bytes.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    path, found = lure["secret_file"], []
    up = "../" * 20
    for name in (path, up + path, f"/proc/self/root{path}", f"/proc/1/root{path}", f"/proc/self/cwd/{up}{path}",
                 f"/proc/{lure['grader_pid']}/root{path}", f"/proc/{lure['victim_pid']}/cwd/{up}{path}"):
        for flags in (os.O_RDONLY, os.O_RDWR):
            try:
                file = os.open(name, flags)
            except OSError:
                continue
            data = os.read(file, 64)
            os.close(file)
            if data.startswith(lure["token_start"].encode()):
                found.append(f"read {name}")
                break
    return found
