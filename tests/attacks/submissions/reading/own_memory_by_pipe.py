"""Scans its own memory without /proc: the kernel copies any address into a pipe, or says that nothing is there.

Aims at: workers started anew or forked from one that never held a secret.
Must not: find the secret.
Verdict: reply
Shown in: naive fork
Limits: cpu_s=3 wall_s=8
"""

import ctypes
import gc
import hashlib
import os
import re

_CHUNK = 1 << 15


def attack(lure):
    pattern = re.compile(lure["token_start"].encode() + b"[0-9a-f]{32}")
    write = ctypes.CDLL(None, use_errno=True).write
    write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    source, sink = os.pipe()
    blocks = {id(item) >> 20 for item in gc.get_objects()} | {id(name) >> 20 for name in dir()}
    blocks |= {block + step for block in blocks for step in (-1, 1)}
    found, before = set(), b""
    for block in sorted(blocks)[:200]:
        for at in range(block << 20, (block + 1) << 20, _CHUNK):
            size = write(sink, at, _CHUNK)
            if size <= 0:
                before = b""
                continue
            data = os.read(source, size)
            for text in pattern.findall(before + data):
                if hashlib.sha256(text).hexdigest() == lure["token_digest"]:
                    found.add("the secret is in memory")
            before = data[-64:]
    os.close(source)
    os.close(sink)
    return sorted(found)
