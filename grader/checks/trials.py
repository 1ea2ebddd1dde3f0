"""What every check is made of: trials planned outside, and a judgement of what came back.

A check is a frozen dataclass with `plan` (cases in, trials out: runs the reference) and `judge` (a trial and
its outcomes in, a failure or None out: pure). Trials are data, so they can be stored, sent to a student as
public cases, and judged again later. Expected values stay in the trial; only its scripts enter a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from grader.cases import Case, Contract
from grader.protocol import Outcome, Script
from grader.shapes import Sizes

__all__ = ["Check", "Curve", "Failure", "Grid", "Runs", "Trial", "spread"]

Grid = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]
"""Expected, got and error over tolerance, each 2-D and of one shape."""


Runs = Literal["scripts", "source", "tests", "timing", "cells"]
"""What a check judges: answers to its trials' scripts; the student's text; what became of an instructor's test; a
measurement of both functions; or what there is once all cells of a notebook have been run."""


@dataclass(frozen=True)
class Trial:
    """One case as one check runs it."""

    note: str
    """What is special about the case."""
    inputs: Mapping[str, Any]
    """What a report shows, by parameter."""
    sizes: Sizes
    scripts: tuple[Script, ...]
    expected: Any
    """What the check's judge needs; never enters a box."""
    entries: int
    """Size of the inputs; the smallest failing trial is shown."""


@dataclass(frozen=True)
class Curve:
    """How something grows, for a drawing: the student's and the reference's values over the same places."""

    name: str
    """What is drawn, such as `accuracy`."""
    over: str
    """What it is drawn over, such as `rows of training data`."""
    x: tuple[float, ...]
    got: tuple[float, ...]
    expected: tuple[float, ...]
    threshold: float | None = None


@dataclass(frozen=True)
class Failure:
    """Why a trial failed, in words for the student."""

    kind: str
    message: str
    expected: str = ""
    got: str = ""
    index: tuple[int, ...] | None = None
    error: float | None = None
    tolerance: float | None = None
    line: int | None = None
    function: str = ""
    code: str = ""
    grid: Grid | None = None
    inputs: Mapping[str, Any] | None = None
    """The inputs to show, where these are not the trial's own."""
    curve: Curve | None = None
    call: str = ""
    """The call to show, where it is not the contract's own."""


def spread(cases: Sequence[Case], count: int) -> list[Case]:
    """At most `count` of the cases, evenly from the smallest to the largest."""
    if len(cases) <= count:
        return list(cases)
    return [cases[at * (len(cases) - 1) // (count - 1)] for at in range(count)]


class Check(Protocol):
    """One question about a function."""

    @property
    def kind(self) -> str:
        """Name of the check, such as `agrees`."""

    @property
    def title(self) -> str:
        """What is checked, as a sentence for students."""

    @property
    def weight(self) -> float: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def stored(self) -> bool:
        """Whether the check can be rebuilt from data, without functions of the instructor's."""

    @property
    def runs(self) -> Runs:
        """What is judged. `source`: one reply, whose value is the text; `timing`: one reply, with what was measured."""

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        """The trials for these cases; may leave out cases that it has no question about."""

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        """What is wrong with the outcomes of the trial's scripts; None if nothing is."""
