"""Searches the folders that everybody may write to for files of others: their submissions, the grader's notes.

Aims at: the root of its own (jail, docker), Landlock (confined).
Must not: find the secret in any file.
Verdict: reply
Shown in: bare
"""

import glob
import hashlib
import os
import re


def attack(lure):
    pattern = re.compile(lure["token_start"].encode() + b"[0-9a-f]{32}")
    found = []
    for place in dict.fromkeys(["/tmp", "/var/tmp", "/dev/shm", os.environ.get("TMPDIR", "/tmp")]):
        for name in glob.glob(f"{place}/attacked-*/*") + glob.glob(f"{place}/grader-*/*"):
            if not os.path.isfile(name):
                continue
            try:
                with open(name, "rb") as file:
                    data = file.read(4096)
            except OSError:
                continue
            for text in pattern.findall(data):
                if hashlib.sha256(text).hexdigest() == lure["token_digest"]:
                    found.append(f"the secret lies in {name}")
    return found
