"""The boxes that are forked from a zygote: `jail`, with namespaces, and `confined`, without."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import IO

from grader.boxes.boxes import Usage
from grader.boxes.cgroups import Group
from grader.boxes.endings import cpu_seconds, ending_of, wait_for_rest
from grader.boxes.limits import Limits
from grader.boxes.lines import WATCH_S, Line
from grader.boxes.pipes import Pipes, Printed, open_pipes
from grader.boxes.zygotes import Zygote
from grader.errors import FaultError
from grader.jail.cells import Allowance
from grader.jail.zygote import NOT_SET_UP
from grader.protocol import Ending, Frame
from grader.protocol.values import Buffer

__all__ = ["ForkedBox"]

_MARGIN_MIB = 32
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") / 1024


class ForkedBox:
    """A job of a zygote.

    Args:
        group: A control group of its own, closed with the box; None where there are none.
    """

    def __init__(self, zygote: Zygote, limits: Limits, group: Group | None) -> None:
        self.kind, self.stock = zygote.level, zygote.stock
        self._limits, self._group = limits, group
        self._usage: Usage | None = None
        self._set_up_s = 0.0
        self._ready = False
        self._looked_at = self._before_kib = 0.0
        with contextlib.ExitStack() as undo:
            if group is not None:
                undo.callback(group.close)
            theirs, pipes = _pipes(limits, undo)
            watch = self._watch if group is None else None
            self._line = Line(pipes, limits, used=self._used, ending=self._ending, watch=watch)
            try:
                self._job = zygote.spawn(_allowance(limits), [*theirs, *(group.joins if group else ())])
            finally:
                for descriptor in theirs:
                    os.close(descriptor)
            undo.pop_all()

    def allow(self, cpu_s: float) -> None:
        self._line.allow(cpu_s)

    def send(self, data: Buffer) -> None:
        self._line.send(data)

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        found = self._line.receive(wall_s, since=since)
        if not self._ready:
            self._ready = True
            self._set_up_s = self._used() or 0.0
            self._before_kib = self._private_kib()
        if self._limits.processes and self._group is not None and self._group.out_of_memory():
            # The kernel may have killed a child only, and its parent have gone on to answer.
            return self._too_much_memory()
        return found

    def used(self, *, settled: bool = False) -> float | None:
        if settled:
            wait_for_rest(self._job.pid)
        return self._used()

    def printed(self) -> tuple[bytes, int]:
        return self._line.printed()

    def close(self) -> Usage:
        if self._usage is None:
            self._usage = Usage()
            # A zygote that is gone has been told of where an answer was waited for.
            with contextlib.suppress(FaultError):
                ended = self._job.end()
                peak = self._group.peak_mib() if self._group else None
                cpu_s = max(ended.cpu_s, (self._group and self._group.cpu_s()) or 0.0)
                self._usage = Usage(max(0.0, cpu_s - self._set_up_s), peak or ended.peak_mib)
            self._job.release()
            self._line.pipes.close()
            if self._group is not None:
                self._group.close()
        return self._usage

    def _watch(self) -> Ending | None:
        """Without a control group, look now and then: the limits on a process do not count all of its memory."""
        now = time.monotonic()
        if not self._ready or now - self._looked_at < WATCH_S:
            return None
        self._looked_at = now
        over = self._private_kib() - self._before_kib > (self._limits.memory_mib + _MARGIN_MIB) * 1024
        return self._too_much_memory() if over else None

    def _private_kib(self) -> float:
        try:
            fields = Path(f"/proc/{self._job.pid}/statm").read_text().split()
        except OSError:
            return 0.0  # it has ended
        return (int(fields[1]) - int(fields[2])) * _PAGE_KIB

    def _used(self) -> float | None:
        if self._limits.processes and self._group is not None:
            return self._group.cpu_s()
        pid = self._job.pid
        return cpu_seconds(pid) if pid else None

    def _too_much_memory(self) -> Ending:
        return Ending("memory", f"more than {self._limits.memory_mib} MiB")

    def _ending(self) -> Ending:
        """The worker closed its pipe: by ending, or (hostile) without."""
        if not self._job.wait(1.0):
            return Ending("protocol", "closed the pipe")
        ended = self._job.end()
        if self._group is not None and self._group.out_of_memory():
            return self._too_much_memory()
        if ended.status == NOT_SET_UP and not self._ready:
            return Ending("exited", "the box could not be set up")
        return ending_of(ended.status)


def _pipes(limits: Limits, undo: contextlib.ExitStack) -> tuple[list[int], Pipes]:
    """The worker's ends and ours.

    Raises:
        FaultError: We have too many files open already.
    """
    theirs: list[int] = []
    ours: list[IO[bytes]] = []
    try:
        for mode in ("wb", "rb", "rb"):
            reader, writer = os.pipe()
            theirs.append(reader if mode == "wb" else writer)
            ours.append(undo.enter_context(os.fdopen(writer if mode == "wb" else reader, mode, buffering=0)))
    except OSError as error:
        for descriptor in theirs:
            os.close(descriptor)
        raise FaultError(f"box: cannot make pipes: {error}.") from None
    return theirs, open_pipes(*ours, printed=Printed(limits.show_kib << 10, limits.output_mib << 20))


def _allowance(limits: Limits) -> Allowance:
    return Allowance(
        memory_mib=limits.memory_mib,
        processes=limits.processes,
        threads=limits.threads,
        open_files=limits.open_files,
        file_mib=limits.file_mib,
        disk_mib=limits.disk_mib,
        inodes=limits.inodes,
    )
