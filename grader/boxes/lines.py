"""The line to a worker: messages both ways within the limits on time and output, over any kind of pipes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from grader.boxes.limits import Limits
from grader.boxes.pipes import Pipes
from grader.errors import ProtocolError
from grader.protocol import Ending, Frame, FrameReader
from grader.protocol.frames import FrameSizeError
from grader.protocol.values import Buffer

__all__ = ["WATCH_S", "Line"]

WATCH_S = 0.05
"""Seconds between two looks at a worker that somebody has to watch."""

_MIB = 1 << 20
_POLL_S = 0.5
_LEAST_S = 0.01
_PROCESSORS = os.cpu_count() or 1  # asked once: the answer takes as long as a message


class Line:
    """What every box does the same way once its worker has pipes.

    Args:
        pipes: Our ends.
        limits: Of the submission.
        used: CPU seconds of the worker until now; None where that is unknown.
        ending: How the worker ended, asked for once it has closed its pipe.
        watch: Whether it must be ended now, asked for again and again; it decides itself how often it looks.
    """

    def __init__(
        self,
        pipes: Pipes,
        limits: Limits,
        *,
        used: Callable[[], float | None],
        ending: Callable[[], Ending],
        watch: Callable[[], Ending | None] | None = None,
    ) -> None:
        self.pipes = pipes
        self._limits = limits
        self._used, self._ending, self._watch = used, ending, watch
        self._reader = FrameReader(max_body=limits.reply_mib * _MIB)
        self._granted: float | None = None

    def allow(self, cpu_s: float) -> None:
        """Grant this many CPU seconds from now on."""
        used = self._used()
        self._granted = None if used is None else used + cpu_s

    def send(self, data: Buffer) -> None:
        self.pipes.write(data)

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        deadline = (time.monotonic() if since is None else since) + wall_s
        while True:
            try:
                frame = self._reader.next()
            except FrameSizeError:
                return Ending("protocol", f"answered with more than {self._limits.reply_mib} MiB")
            except ProtocolError as error:
                return Ending("protocol", error.message)
            # Before the frame: an answer after too much output counts no more than none.
            if self.pipes.printed_total > self._limits.output_mib * _MIB:
                return Ending("output", f"more than {self._limits.output_mib} MiB")
            if self._watch is not None and (ending := self._watch()) is not None:
                return ending
            if frame is not None:
                return frame
            if self.pipes.closed:
                return self._ending()
            left = deadline - time.monotonic()
            if left <= 0:
                return Ending("timeout", f"{wall_s:g} s by the clock")
            grant = self._grant_left()
            if grant is not None and grant <= 0:
                return Ending("timeout", f"{self._limits.cpu_s:g} s of CPU time")
            pause = _POLL_S if grant is None else _pause(grant)
            self.pipes.pump(min(left, pause, _POLL_S if self._watch is None else WATCH_S), self._reader)

    def printed(self) -> tuple[bytes, int]:
        return self.pipes.take_printed()

    def _grant_left(self) -> float | None:
        if self._granted is None:
            return None
        used = self._used()
        return None if used is None else self._granted - used


def _pause(grant: float) -> float:
    """Seconds in which a worker cannot use up its grant, even on all processors at once."""
    return min(_POLL_S, max(_LEAST_S, grant / _PROCESSORS))
