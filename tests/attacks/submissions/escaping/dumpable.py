"""Makes itself readable for other processes of its user again, and takes debuggers in.

Aims at: the refusal of PR_SET_DUMPABLE and PR_SET_PTRACER (seccomp).
Must not: be open to another submission that runs as the same user.
Verdict: reply
Shown in: bare
"""

import ctypes

GET_DUMPABLE, SET_DUMPABLE, SET_PTRACER = 3, 4, 0x59616D61


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    opened = []
    if libc.prctl(SET_DUMPABLE, 1, 0, 0, 0) == 0 and libc.prctl(GET_DUMPABLE, 0, 0, 0, 0) == 1:
        opened.append("is readable for others")
    if libc.prctl(SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0) == 0:
        opened.append("takes any debugger in")
    return opened
