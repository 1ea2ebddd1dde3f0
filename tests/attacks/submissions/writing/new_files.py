"""Makes files and folders outside its own folder.

Aims at: the root of its own (jail, docker), Landlock (confined).
Must not: have made one.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    name = os.path.join(lure["folder"], lure["marker"])
    for what, make in (
        ("a file", lambda: os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))),
        ("a folder", lambda: os.mkdir(name + ".d")),
        ("a link", lambda: os.symlink("/", name + ".link")),
        ("a pipe", lambda: os.mkfifo(name + ".fifo")),
        ("a file without a name", lambda: os.close(os.open(lure["folder"], os.O_TMPFILE | os.O_WRONLY))),
    ):
        try:
            make()
            found.append(what)
        except OSError:
            pass
    return found
