"""Wall time and CPU of whole process trees, as a shell's `time` has it, for commands side by side."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "cost_of"]

Command = Sequence[str]


@dataclass(frozen=True)
class Cost:
    """What commands took, their descendants included."""

    wall_s: float
    cpu_s: float
    statuses: tuple[int, ...]

    def words(self, count: int) -> str:
        each = (
            f"{1e3 * self.wall_s / count:.1f} ms wall and {1e3 * self.cpu_s / count:.1f} ms CPU a submission"
        )
        return f"{self.wall_s:.1f} s wall, {self.cpu_s:.1f} s CPU: {each}"


def cost_of(
    commands: Sequence[Command],
    *,
    side_by_side: int = 1,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    said: Path | None = None,
) -> Cost:
    """Run commands, at most so many at a time, and add up what they took.

    CPU is what the kernel counts for a process and all of its descendants that were waited for (`os.wait4`).

    Args:
        folder: Where they run.
        said: Where what they print is written; nowhere by default.
    """
    waiting, running = list(reversed(commands)), dict[int, subprocess.Popen[bytes]]()
    cpu_s, statuses = 0.0, list[int]()
    begun = time.perf_counter()
    with open(said or os.devnull, "wb") as sink:
        while waiting or running:
            while waiting and len(running) < side_by_side:
                process = subprocess.Popen(
                    waiting.pop(),
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                )
                running[process.pid] = process
            pid, status, usage = os.wait4(-1, 0)
            ended = running.pop(pid, None)
            if ended is not None:
                ended.returncode = os.waitstatus_to_exitcode(status)
                cpu_s += usage.ru_utime + usage.ru_stime
                statuses.append(ended.returncode)
    return Cost(time.perf_counter() - begun, cpu_s, tuple(statuses))
