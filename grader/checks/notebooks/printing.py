"""What a cell prints, or shows as text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.notebooks.remains import about_cell, answer_of, blame, remains_of, trial_of
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import value_text
from grader.protocol import Outcome

__all__ = ["Printed", "printed"]

_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SHOWN = 200


@dataclass(frozen=True)
class Printed:
    """A cell puts out the reference's number, or text that matches a pattern."""

    kind: ClassVar[str] = "printed"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "cells"
    matching: str
    cell: str
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        where = f"The cell {self.cell!r}" if self.cell else "A cell"
        return f"{where} prints what is asked for"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        value = answer_of(contract, self.kind)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number and (not self.matching or value is not None):
            raise AssignmentError(
                f"{contract.where}: printed: expected the reference to return the number, got {value_text(value)}.",
                mend="A reference that returns None needs printed(matching=…).",
            )
        return [trial_of({"value": float(value) if number else None})]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        found = remains_of(contract, outcomes, begun=True)
        if isinstance(found, Failure):
            return found
        outputs = about_cell(self.cell, contract.name, found.get("outputs", ()))
        if not outputs:
            text = f"{contract.name}: expected a cell with the id or tag {self.cell!r}, got none."
            return Failure("missing", text)
        wanted = trial.expected["value"]
        texts = [str(item.get("text", "")) for item in outputs]
        matches = [part for text in texts for part in self._parts(text)]
        if matches and wanted is None:
            return None
        if wanted is None:
            return self._failure(contract, f"text that matches {self.matching!r}", texts, found)
        numbers = [number for part in matches for number in _numbers(part)]
        if any(math.isclose(number, wanted, rel_tol=self.rtol, abs_tol=self.atol) for number in numbers):
            return None
        close = min(numbers, key=lambda number: abs(number - wanted), default=None)
        got = texts if close is None else [value_text(close)]
        return self._failure(contract, value_text(wanted), got, found)

    def _parts(self, text: str) -> Iterator[str]:
        """What is looked at: all of the text, or what the pattern matches of it."""
        if not self.matching:
            yield text
        for match in re.finditer(self.matching, text) if self.matching else ():
            yield match[1] or "" if match.re.groups else match[0]

    def _failure(
        self, contract: Contract, expected: str, texts: Sequence[str], found: Mapping[str, Any]
    ) -> Failure:
        whole = "\n".join(text for text in texts if text.strip())
        got = whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"
        shown = f"got {got.strip()}" if got.strip() else f"nothing of the kind was printed{blame(found)}"
        text = f"{contract.name}: expected {expected} in what the cell prints, {shown}."
        return Failure("printed", text, expected, got)


def _numbers(text: str) -> Iterator[float]:
    for match in _NUMBER.finditer(text):
        yield float(match[0].replace("_", ""))


def printed(
    matching: str = "",
    *,
    cell: str = "",
    rtol: float = 5e-3,
    atol: float = 1e-9,
    weight: float = 3,
    hidden: bool = False,
) -> Printed:
    """A cell puts out the number that the reference returns, or text of some form.

    Args:
        matching: A regular expression. Its first group, if it has one, is where the number stands; with a reference
            that returns None, that it matches is enough.
        cell: Id, tag or nbgrader's `grade_id` of the cell; by default the exercise's name, where a cell is called
            that, else any cell.
        rtol: Relative tolerance; the default lets pass what is rounded to three digits.
        atol: Absolute tolerance.
    """
    try:
        re.compile(matching)
    except (re.error, TypeError):
        require(False, "printed: matching", "a regular expression", matching)
    require(isinstance(cell, str), "printed: cell", "the id or tag of a cell", cell)
    require_tolerance("printed", rtol=rtol, atol=atol)
    require_weight("printed", weight)
    return Printed(matching, cell, rtol, atol, weight, hidden)
