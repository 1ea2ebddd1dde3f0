"""What a box is: a place with one worker in it that takes messages and answers them, or ends.

How the student's code ends is a value, an `Ending`. A box that cannot be started or kept is an exception,
a `FaultError`: ours, and never the student's loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from grader.boxes.prepared import Stock
from grader.protocol import Ending, Frame
from grader.protocol.values import Buffer

__all__ = ["KINDS", "Box", "Usage"]

KINDS = ("bare", "confined", "docker", "jail")
"""Kinds of box, weakest first."""


@dataclass(frozen=True)
class Usage:
    """What a box used, from the kernel where it says; None where it does not."""

    cpu_s: float | None = None
    memory_mib: float | None = None


class Box(Protocol):
    """One worker in its place. Not shared between threads."""

    @property
    def kind(self) -> str: ...

    @property
    def stock(self) -> Stock | None:
        """Messages that the worker knows from its start."""

    def allow(self, cpu_s: float) -> None:
        """Grant this many CPU seconds from now on."""

    def send(self, data: Buffer) -> None:
        """Queue one message; it travels while `receive` waits."""

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        """Wait for the next message, until `wall_s` seconds after `since` (of `time.monotonic`; now if None)."""

    def used(self, *, settled: bool = False) -> float | None:
        """CPU seconds of the worker until now, from the kernel; None where it does not say.

        Args:
            settled: Wait for a moment until the worker rests: of one that runs, some kernels leave out what it did
                since their last tick.
        """

    def printed(self) -> tuple[bytes, int]:
        """What was printed since the last call: the bytes kept, and how many more were cut."""

    def close(self) -> Usage:
        """End the worker and everything it started, remove what it wrote."""
