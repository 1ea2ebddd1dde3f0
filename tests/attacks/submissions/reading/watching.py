"""Watches a folder outside: it is told when files there are opened and changed, without reading any.

Aims at: the root of its own (jail, docker), seccomp (confined: Landlock does not cover it).
Must not: be given a watch.
Verdict: reply
Shown in: bare
"""

import ctypes
import os


def attack(lure):
    libc, found = ctypes.CDLL(None, use_errno=True), []
    watcher = libc.inotify_init1(0)
    if watcher >= 0:
        for name in (lure["folder"], lure["victim_file"], os.path.dirname(lure["folder"])):
            if libc.inotify_add_watch(watcher, name.encode(), 0xFFF) >= 0:
                found.append(f"watches {os.path.basename(name)}")
        os.close(watcher)
    marks = libc.fanotify_init(0x4, 0)
    if marks >= 0:
        os.close(marks)
        found.append("was given a watch over whole file systems")
    return found
