"""Opens Python's own files and the grader's for writing, to poison what the next worker loads. It writes nothing.

Aims at: the read-only root (jail, docker), Landlock (confined).
Must not: be given one, nor make a file beside them.
Verdict: reply
Shown in: bare
Needs: numpy, root
"""

import json
import os
import sys
import sysconfig


def attack(lure):
    grader, numpy = (sys.modules[name].__file__ for name in ("grader.protocol", "numpy"))
    found = []
    for name in (os.__file__, json.__file__, numpy, grader):
        try:
            os.close(os.open(name, os.O_WRONLY))
            found.append(f"may write {os.path.basename(name)}")
        except OSError:
            pass
    for place in {sysconfig.get_paths()["purelib"], os.path.dirname(os.__file__), os.path.dirname(grader)}:
        try:
            os.close(os.open(place, os.O_TMPFILE | os.O_WRONLY))  # without a name: the folder is as it was
            found.append(f"may make files in {place}")
        except OSError:
            pass
    return found
