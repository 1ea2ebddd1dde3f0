"""Calls that hang together, kept so that they can be played again: how objects outlive one script.

A box keeps nothing between two scripts. An object of the student's is therefore known by the calls that made it
and whatever was done to it since; each further step on it plays all of those again, in one script. Objects that
never met are kept apart, and the calls are forgotten with the last object that needs them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.protocol import Ref, Script, Step

__all__ = ["Done", "Place", "Tape", "script"]

_numbers = itertools.count()


@dataclass(frozen=True, eq=False)
class Done:
    """One step that was taken."""

    do: Any
    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True)
class Place:
    """An object: the result of a step, and the items to take from it."""

    step: Done
    path: tuple[int | str, ...] = ()


class Tape:
    """The steps that some objects need."""

    def __init__(self) -> None:
        self.steps: list[Done] = []
        self._into: Tape | None = None

    @property
    def whole(self) -> Tape:
        """The tape that this one has become part of."""
        found = self
        while found._into is not None:
            found = found._into
        return found

    @classmethod
    def joined(cls, tapes: Iterable[Tape]) -> Tape:
        """One tape of all of them: objects that meet have one past from now on."""
        first, *others = dict.fromkeys(tape.whole for tape in tapes) or [cls()]
        for other in others:
            other._into = first
            first.steps = sorted([*first.steps, *other.steps], key=lambda step: step.number)
            other.steps = []
        return first


def script(steps: Iterable[Done], replace: Callable[[Any, Callable[[Place], Ref]], Any]) -> Script:
    """The steps as one script that returns the last one's result.

    Args:
        replace: Puts a `Ref` in the place of every object in an argument.
    """
    slots: dict[Done, int] = {}

    def ref(place: Place) -> Ref:
        return Ref(slots[place.step], place.path)

    made: list[Step] = []
    for step in steps:
        args = tuple(replace(arg, ref) for arg in step.args)
        kwargs = {name: replace(value, ref) for name, value in step.kwargs.items()}
        slots[step] = len(made)
        made.append(Step(step.do, step.name, args, kwargs))
    return Script(tuple(made), Ref(len(made) - 1))
