"""The seconds that calls took, side by side, and what of them is somebody's own work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import cast

from grader.protocol import Outcome

__all__ = ["Series", "Taken"]

_LEAST_S = 5e-5
"""CPU seconds of own work that can be told from nothing on any machine."""
_TINY = 0.02
"""Share of a call that counts as own work at least."""


@dataclass(frozen=True)
class Taken:
    """One call: what came back and what it took."""

    outcome: Outcome
    cpu_s: float | None
    wall_s: float


@dataclass
class Series:
    """The seconds of the calls so far, one column for each size."""

    student: list[list[float]] = field(default_factory=list)
    reference: list[list[float]] = field(default_factory=list)
    crossing: list[list[float]] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    by_clock: bool = False
    share: float = 1.0

    def add(self, turns: Sequence[Mapping[str, list[Taken]]]) -> None:
        """The calls of a round, by side.

        Where it has two turns their mean counts: what was called before, a larger size or another side, leaves the
        processor's caches so or so, and a growth is read off small differences.
        """
        every = [taken for rows in turns for row in rows.values() for taken in row]
        self.by_clock = self.by_clock or any(taken.cpu_s is None for taken in every)
        for name in turns[0]:
            columns = zip(*(rows[name] for rows in turns), strict=True)
            getattr(self, name).append([fmean(map(self._seconds, column)) for column in columns])
        self.wall.append(turns[0]["student"][0].wall_s)

    def _seconds(self, taken: Taken) -> float:
        return taken.wall_s if self.by_clock else cast(float, taken.cpu_s)

    def own(self, name: str) -> list[list[float]]:
        """Seconds without those of crossing, by round; what is lost in noise counts as a little."""
        crossing = self._crossing()
        return [
            [max(second - cost, _TINY * second, 1e-9) for second, cost in zip(row, crossing, strict=True)]
            for row in getattr(self, name)
        ]

    def least(self) -> list[float]:
        """For each size, seconds of one's own that can be told from nothing beside the cost of crossing."""
        return [max(_LEAST_S, self.share * cost) for cost in self._crossing()]

    def measurable(self, name: str) -> list[int]:
        """Places of the sizes at which a side's own work can be told from nothing."""
        own = [median(column) for column in zip(*self.own(name), strict=True)]
        return [
            at for at, (second, least) in enumerate(zip(own, self.least(), strict=True)) if second > least
        ]

    def _crossing(self) -> list[float]:
        return [median(column) for column in zip(*self.crossing, strict=True)]
