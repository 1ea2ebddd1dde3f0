"""Scans its own memory, through /proc/self/mem, for what a process that was forked would have inherited.

Aims at: workers started anew or forked from one that never held a secret; an unreadable /proc/self/mem.
Must not: find the secret.
Verdict: reply
Shown in: naive fork
Limits: cpu_s=3 wall_s=8
"""

import hashlib
import re


def attack(lure):
    pattern = re.compile(lure["token_start"].encode() + b"[0-9a-f]{32}")
    found = []
    try:
        with open("/proc/self/maps") as file:
            spans = [line.split()[0] for line in file if line.split()[1].startswith("rw")]
        memory = open("/proc/self/mem", "rb", buffering=0)
    except OSError:
        return found
    with memory:
        for span in spans:
            low, high = (int(part, 16) for part in span.split("-"))
            for at in range(low, high, 1 << 22):
                try:
                    memory.seek(at)
                    data = memory.read(min(1 << 22, high - at))
                except (OSError, OverflowError, ValueError):
                    break
                for text in set(pattern.findall(data)):
                    if hashlib.sha256(text).hexdigest() == lure["token_digest"]:
                        found.append("the secret is in memory")
    return found
