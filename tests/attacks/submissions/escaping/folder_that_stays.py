"""Makes its files hard to remove: folders without permissions, odd names, long names, a file that is a pipe.

Aims at: the grader's removal of the folder.
Must not: stay behind, or break the grader that cleans up.
Verdict: reply
Shown in: nowhere: every box must remove its folder, the bare one too; the harness sees what stays behind
Held in: bare
"""

import os


def attack(lure):
    for name in ("closed", "new\nline", "n" * 255, b"\xff\xfe", "-rf", "*"):
        try:
            os.mkdir(name)
            folder = os.fsencode(name)
            with open(folder + b"/file", "w") as file:
                file.write("x")
            os.chmod(folder + b"/file", 0)
            os.mkfifo(folder + b"/pipe")
        except OSError:
            pass
        try:
            os.chmod(name, 0)
        except OSError:
            continue
    try:
        os.chmod(".", 0)
    except OSError:
        pass
    return []
