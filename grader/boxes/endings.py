"""What the kernel says of a worker: how it ended, and the CPU time it has used."""

from __future__ import annotations

import signal
import sys
import time

from grader.protocol import Ending
from grader.worker.failures import OUT_OF_MEMORY

__all__ = ["cpu_seconds", "ending_of", "wait_for_rest"]

_REST_S = 0.002


def ending_of(code: int) -> Ending:
    """The verdict on a worker that ended by itself.

    Args:
        code: Exit status, or the negative number of the signal that ended it.
    """
    if code == OUT_OF_MEMORY:
        return Ending("memory", "nothing was left for the worker itself")
    if code >= 0:
        return Ending("exited", f"status {code}")
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
    # The filter of system calls ends a process so when it aborts, and for nothing else.
    if name == "SIGSYS":
        name = "SIGABRT"
    return Ending("killed" if name in ("SIGKILL", "SIGTERM") else "crashed", name)


def cpu_seconds(pid: int) -> float | None:
    """CPU seconds of all threads of a process, by the kernel's clock of it; None if there is no such process."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) makes of a process
    except OSError:
        return None


def wait_for_rest(pid: int) -> None:
    """Wait until a process's first thread neither runs nor is about to, for two milliseconds at most."""
    until = time.monotonic() + _REST_S
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
        except (OSError, IndexError):
            return  # no such process, or no such files
        if state != b"R":
            return
