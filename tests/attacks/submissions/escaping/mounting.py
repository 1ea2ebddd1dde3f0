"""Mounts an empty file system over its own folder, by the old calls and the new, in a mount namespace of its own.

Aims at: the refusal of mount and of its successors (seccomp), no capability (jail).
Must not: mount anything.
Verdict: reply
Shown in: bare
Needs: root
"""

import ctypes
import os

NEW_MOUNTS, PRIVATE, RECURSIVE = 0x20000, 1 << 18, 1 << 14
FSOPEN, OPEN_TREE = 430, 428


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
    done = []
    # Where that is refused, the rest is tried all the same: there it can only hit the box's own mounts.
    apart = libc.unshare(NEW_MOUNTS) == 0
    if apart:
        done.append("has mounts of its own")
        libc.mount(None, b"/", None, PRIVATE | RECURSIVE, None)
    folder = os.path.join(os.getcwd(), "mounted")
    try:
        os.mkdir(folder)
    except OSError:
        folder = os.getcwd()
    if libc.mount(b"none", folder.encode(), b"tmpfs", 0, b"size=4k") == 0:
        done.append("mounted a file system")
        libc.umount2(folder.encode(), 2)
    if (tree := libc.syscall(FSOPEN, b"tmpfs", 0)) >= 0:
        done.append("made a file system to mount")
        os.close(tree)
    if (tree := libc.syscall(OPEN_TREE, -100, b"/", 1)) >= 0:
        done.append("copied a tree of mounts")
        os.close(tree)
    return done
