"""A variable that the notebook computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.checks.comparing import Tolerance, mismatch
from grader.checks.notebooks.remains import answer_of, blame, remains_of, trial_of
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import value_text
from grader.protocol import Opaque, Outcome

__all__ = ["Variable", "variable"]


@dataclass(frozen=True)
class Variable:
    """A global variable has the reference's value once all cells have been run."""

    kind: ClassVar[str] = "variable"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "cells"
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return "The variable is right after all cells were run"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        value = answer_of(contract, self.kind)
        misfit = contract.misfit(value, {})
        if value is None or misfit is not None:
            raise AssignmentError(
                f"{contract.where}: variable: expected the reference to return its value, got "
                f"{misfit.text if misfit else None}.",
                mend="The reference takes no arguments and returns what the variable should be.",
            )
        return [trial_of({"value": value})]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        found = remains_of(contract, outcomes)
        if isinstance(found, Failure):
            return found
        name, wanted = contract.name, trial.expected["value"]
        if not found.get("found"):
            text = (
                f"{name}: expected a variable of this name after all cells were run, got none{blame(found)}."
            )
            return Failure("missing", text)
        value = found["value"][0] if found.get("value") else Opaque("object", "it is no plain data")
        if isinstance(wanted, np.ndarray) and isinstance(value, list | tuple):
            value = _array(value)  # losses that were collected in a list are as good
        failure = self._wrong(contract, wanted, value)
        return failure and replace(failure, message=f"{name}: {failure.message}")

    def _wrong(self, contract: Contract, wanted: Any, value: Any) -> Failure | None:
        misfit = contract.misfit(value, {})
        if misfit is not None:
            got = value_text(value)
            return Failure(misfit.kind, f"{misfit.text}.", misfit.expected, got, misfit.index)
        return mismatch(wanted, value, Tolerance(self.rtol, self.atol), scale=1.0)


def _array(items: Sequence[Any]) -> Any:
    """The numbers of a list as an array; the list where it is none of numbers."""
    try:
        array = np.asarray(items)
    except ValueError:
        return items
    return array if array.dtype.kind in "fiubc" else items


def variable(*, rtol: float = 1e-6, atol: float = 1e-9, weight: float = 3, hidden: bool = False) -> Variable:
    """A global variable named like the exercise is what the reference returns, once all cells have been run.

    Args:
        rtol: Relative tolerance.
        atol: Absolute tolerance.
    """
    require_tolerance("variable", rtol=rtol, atol=atol)
    require_weight("variable", weight)
    return Variable(rtol, atol, weight, hidden)
