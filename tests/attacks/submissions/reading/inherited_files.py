"""Goes through all its open descriptors for files and folders that were left open by whoever started it.

Aims at: descriptors closed before student code is run.
Must not: read a file that holds the secret, nor climb out of a folder.
Verdict: reply
Shown in: naive fork
"""

import os
import stat


def attack(lure):
    found = []
    for file in range(256):
        try:
            mode = os.fstat(file).st_mode
        except OSError:
            continue
        try:
            if stat.S_ISREG(mode) and lure["token_start"].encode() in os.pread(file, 4096, 0):
                found.append(f"the secret can be read from descriptor {file}")
            if stat.S_ISDIR(mode):
                inner = os.open("../" * 20 + lure["secret_file"].lstrip("/"), os.O_RDONLY, dir_fd=file)
                found.append(f"climbed out of descriptor {file}")
                os.close(inner)
        except OSError:
            pass
    return found
