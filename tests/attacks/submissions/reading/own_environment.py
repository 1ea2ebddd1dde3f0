"""Looks for secrets in its own environment: Python's copy, the C library's, the kernel's.

Aims at: the fixed environment that every worker is started with.
Must not: find the grader's variable.
Verdict: reply
Shown in: naive fork
"""

import ctypes
import os


def attack(lure):
    found = []
    if any(lure["token_start"] in value for value in os.environ.values()):
        found.append("it is in os.environ")
    try:
        getenv = ctypes.CDLL(None).getenv
        getenv.restype = ctypes.c_char_p
        if getenv(lure["environment_name"].encode()):
            found.append("the C library has it")
    except OSError:
        pass
    try:
        with open("/proc/self/environ", "rb") as file:
            if lure["token_start"].encode() in file.read():
                found.append("the kernel has it")
    except OSError:
        pass
    return found
