"""Properties that the reference has and every right answer shares: what a change of the inputs does to the answer.

Each check calls the function at a point and at points derived from it, and compares the answers with one another.
`orders` holds those about greater and smaller, `relations` those that need more than one function.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import error_text
from grader.checks.comparing import Tolerance, as_array, mismatch
from grader.checks.properties.questions import (
    alike,
    broken,
    combined,
    fitting_answers,
    numeric,
    ordinary,
    partner,
    planned,
    question,
    require_input,
    require_name,
    rng_of,
)
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import Change, changed, require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import value_text
from grader.protocol import Opaque, Outcome

__all__ = ["changes_with", "linear_in", "symmetric_in"]


@dataclass(frozen=True)
class ChangesWith:
    """The answer changes in a known way when the inputs do."""

    kind: ClassVar[str] = "changes_with"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "scripts"
    what: str
    change: Change | None
    answer: Callable[..., Any] | None
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The answer changes as it must when {self.what}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        assert self.change is not None
        new = changed(contract, self.change, case.inputs, self.kind)
        value = contract.expected(case.inputs)
        if contract.infinite(value) is None:
            self._becomes(contract, value, case.inputs)  # its errors are the instructor's here
        return question(self, contract, case, [(contract, new)])

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        before, after = values
        law = f"the answer does not change as it must when {self.what}"
        try:
            wanted = self._becomes(contract, before, trial.inputs)
        except AssignmentError as error:
            # The reference passed: an answer that brings the rule down is no right one.
            reason = error_text(error.__cause__ or error)
            text = f"the first answer could not be changed: {reason}."
            return broken(contract, trial, law, Failure("property", text, got=value_text(before)))
        found = mismatch(wanted, after, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        return None if found is None else broken(contract, trial, law, found)

    def _becomes(self, contract: Contract, value: Any, inputs: Mapping[str, Any]) -> Any:
        assert self.answer is not None
        try:
            return self.answer(copy.deepcopy(value), **copy.deepcopy(dict(inputs)))
        except Exception as error:
            raise AssignmentError(
                f"{contract.where}: changes_with: expected what the answer becomes, "
                f"got {type(error).__name__}: {error}.",
                mend="`answer` is called with the first answer, then the inputs, by name, as they were before.",
            ) from error


@dataclass(frozen=True)
class LinearIn:
    """The answer is linear in one input."""

    kind: ClassVar[str] = "linear_in"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    name: str
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The answer is linear in {self.name}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        require_input(self.kind, contract, self.name)
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        other = partner(contract, case, self.name)
        if other is None or not numeric(contract.expected(case.inputs)):
            return None
        # Positive and below 1 together: what is between 0 and the two points stays in the domain. Together they
        # are not 1, so that a constant that is added shows itself.
        a, b = (round(float(part), 2) for part in rng_of(contract, case.inputs).uniform(0.2, 0.45, 2))
        mixed = combined(lambda one, two: a * one + b * two, case.inputs[self.name], other)
        others = [(contract, {**case.inputs, self.name: value}) for value in (other, mixed)]
        return question(self, contract, case, others, a=a, b=b)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        first, second, both = values
        a, b = trial.expected["a"], trial.expected["b"]
        law = f"the answer is not linear in {self.name}; at {a}·{self.name} + {b}·(another {self.name})"
        if not alike(first, second):
            text = f"expected answers of the same form, got {value_text(first)} and {value_text(second)}."
            return broken(contract, trial, law, Failure("property", text))
        wanted = combined(lambda one, two: a * one + b * two, first, second)
        # Terms may cancel: what is left carries the noise of both.
        scale = max(trial.expected["scale"], *(_largest(value) for value in (first, second)))
        found = mismatch(wanted, both, Tolerance(self.rtol, self.atol), scale=scale)
        return None if found is None else broken(contract, trial, law, found)


def _largest(value: Any) -> float:
    if isinstance(value, list | tuple):
        return max((_largest(item) for item in value), default=0.0)
    return 0.0 if isinstance(value, Opaque) else float(np.abs(as_array(value)).max(initial=0.0))


@dataclass(frozen=True)
class SymmetricIn:
    """Two inputs may change places."""

    kind: ClassVar[str] = "symmetric_in"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    first: str
    second: str
    sign: int
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        does = "stays the same" if self.sign > 0 else "changes its sign, and nothing else,"
        return f"The answer {does} when {self.first} and {self.second} change places"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        for name in (self.first, self.second):
            require_input(self.kind, contract, name)
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        if self.first not in case.inputs or self.second not in case.inputs:
            return None
        swapped = {self.first: case.inputs[self.second], self.second: case.inputs[self.first]}
        for name, value in swapped.items():
            misfit = contract.inputs[name].misfit(value, dict(case.sizes))
            if misfit is not None:
                raise AssignmentError(
                    f"{contract.where}: symmetric_in: expected inputs that can change places, "
                    f"but as {name}: {misfit.text}.",
                    mend="Give both inputs the same domain.",
                )
        if self.sign < 0 and not numeric(contract.expected(case.inputs)):
            return None
        return question(self, contract, case, [(contract, {**case.inputs, **swapped})])

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        before, after = values
        wanted = before if self.sign > 0 else combined(np.negative, before)
        found = mismatch(wanted, after, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        if found is None:
            return None
        does = "changes" if self.sign > 0 else "does more than change its sign"
        law = f"the answer {does} when {self.first} and {self.second} change places"
        return broken(contract, trial, law, found)


def changes_with(
    what: str,
    change: Change,
    answer: Callable[..., Any],
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> ChangesWith:
    """The answer follows a change of the inputs (equivariance).

    Args:
        what: The change, completing "The answer changes as it must when …".
        change: Called with the inputs by name; returns a dict of those that change.
        answer: Called with the answer before the change, then the inputs by name; returns the answer after it.
    """
    require(isinstance(what, str) and bool(what), "changes_with", "words for the change", what)
    require(callable(change), "changes_with", "a function of the inputs", change)
    require(callable(answer), "changes_with", "a function of the answer and the inputs", answer)
    require_tolerance("changes_with", rtol=rtol, atol=atol)
    require_weight("changes_with", weight)
    return ChangesWith(what, change, answer, rtol, atol, weight, hidden)


def linear_in(
    name: str, *, rtol: float = 1e-6, atol: float = 1e-9, weight: float = 1, hidden: bool = False
) -> LinearIn:
    """f(a·x + b·y) = a·f(x) + b·f(y) in the input `name`, the others as they are.

    The domain of `name` has to hold all that lies between 0 and two of its points.
    """
    require_name("linear_in", name)
    require_tolerance("linear_in", rtol=rtol, atol=atol)
    require_weight("linear_in", weight)
    return LinearIn(name, rtol, atol, weight, hidden)


def symmetric_in(
    first: str,
    second: str,
    *,
    sign: int = 1,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> SymmetricIn:
    """Two inputs may change places.

    Args:
        sign: 1 where the answer stays, −1 where it changes its sign.
    """
    require_name("symmetric_in", first)
    require_name("symmetric_in", second)
    require(first != second, "symmetric_in", "two inputs", (first, second))
    require(type(sign) is int and sign in (1, -1), "symmetric_in: sign", "1 or -1", sign)
    require_tolerance("symmetric_in", rtol=rtol, atol=atol)
    require_weight("symmetric_in", weight)
    return SymmetricIn(first, second, sign, rtol, atol, weight, hidden)
