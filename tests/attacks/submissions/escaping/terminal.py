"""Types commands into the terminal that the grader was started from. No character is given, so none is typed.

Aims at: the refusal of TIOCSTI (seccomp), a session without a terminal, no terminals in /dev (jail, confined).
Must not: get as far as the question which character.
Verdict: reply
Shown in: bare
"""

import ctypes
import errno
import fcntl
import os
import signal
import termios


def attack(lure):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ioctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p]
    reached = []
    opened = [0, 1, 2]
    try:
        opened.append(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        pass
    try:
        opened += os.openpty()
        fcntl.ioctl(opened[-1], termios.TIOCSCTTY, 0)
    except OSError:
        pass
    for descriptor in opened:
        ctypes.set_errno(0)
        if libc.ioctl(descriptor, termios.TIOCSTI, None) < 0 and ctypes.get_errno() == errno.EFAULT:
            reached.append(f"may type into the terminal at descriptor {descriptor}")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what the end of its own terminal would send
    for descriptor in opened[3:]:
        os.close(descriptor)
    return reached
