"""Properties that join the student's functions with one another: an inverse, an adjoint, another way to the answer.

Nothing here is compared with the reference; it only has to have the property too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.cases.offered import Anything
from grader.checks.comparing import Tolerance, as_array, mismatch
from grader.checks.properties.questions import (
    broken,
    fitting_answers,
    numeric,
    ordinary,
    planned,
    question,
    require_input,
    require_name,
    rng_of,
)
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import require_tolerance, require_weight
from grader.messages import number_text, value_text
from grader.protocol import Outcome

__all__ = ["adjoint_of", "idempotent", "round_trip", "same_as"]

Scenario = Callable[..., Any]
"""Calls in sequence, as in `grader.cases.scenarios`: the student's module first, the inputs by name."""


def _asking(contract: Contract) -> Scenario:
    """The exercise's own call as a scenario, so that others can go on from its answer."""
    if contract.scenario is not None:
        return contract.scenario

    def ask(student: Any, **inputs: Any) -> Any:
        step = contract.script(inputs).steps[0]
        return getattr(student, step.name)(*step.args, **step.kwargs)

    return ask


def _through(contract: Contract, scenario: Scenario) -> Contract:
    """The contract with other calls, that may come to anything."""
    return replace(contract, scenario=scenario, returns=Anything())


@dataclass(frozen=True)
class AdjointOf:
    """⟨forward(v), y⟩ = ⟨v, answer(y)⟩."""

    kind: ClassVar[str] = "adjoint_of"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    forward: Scenario | None
    name: str
    wrt: str
    rtol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The answer is the adjoint of {self.name}: ⟨{self.name}(v), {self.wrt}⟩ = ⟨v, answer⟩"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        require_input(self.kind, contract, self.wrt)
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        forward = self.forward
        assert forward is not None
        value = contract.expected(case.inputs)
        several = isinstance(value, list | tuple)
        require(not several, f"{contract.where}: adjoint_of", "a single result", value_text(value))
        if self.wrt not in case.inputs or not numeric(value) or not np.size(value):
            return None
        v = rng_of(contract, case.inputs).standard_normal(np.shape(value))
        given = v if np.ndim(v) else float(v)
        onward = _through(contract, lambda student, **inputs: forward(student, given, **inputs))
        image = onward.expected(case.inputs)
        y = case.inputs[self.wrt]
        fits = numeric(image) and np.shape(image) == np.shape(y)
        where = f"{contract.where}: adjoint_of: {self.name}"
        require(fits, where, f"a result of shape {np.shape(y)}, as {self.wrt}", value_text(image))
        return question(self, contract, case, [(onward, case.inputs)], v=given)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes, promised=False)
        if isinstance(values, Failure):
            return values
        answer, image = values
        v, y = np.asarray(trial.expected["v"], float), np.asarray(trial.inputs[self.wrt], float)
        law = f"⟨{self.name}(v), {self.wrt}⟩ and ⟨v, answer⟩ have to be equal for every v"
        for what, value, shape in (("the answer", answer, v.shape), (f"{self.name}(v)", image, y.shape)):
            if not numeric(value) or as_array(value).shape != shape:
                text = f"expected {what} of shape {shape}, got {value_text(value)}."
                return broken(contract, trial, law, Failure("property", text))
        here, there = as_array(image).astype(float) * y, as_array(answer).astype(float) * v
        # Sums cancel: each is good to what its terms are.
        room = self.rtol * float(np.abs(here).sum() + np.abs(there).sum())
        left, right = float(here.sum()), float(there.sum())
        if abs(left - right) <= room:
            return None
        text = f"the first is {number_text(left)}, the second {number_text(right)} (tolerance {room:.2g})."
        failure = Failure(
            "property", text, number_text(left), number_text(right), error=abs(left - right), tolerance=room
        )
        return broken(contract, trial, law, failure)


@dataclass(frozen=True)
class RoundTrip:
    """What the answer is made of can be had back from it."""

    kind: ClassVar[str] = "round_trip"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    back: Scenario | None
    name: str
    of: str
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"{self.name} gives {self.of} back"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        require_input(self.kind, contract, self.of)
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        ask, back = _asking(contract), self.back
        assert back is not None
        if self.of not in case.inputs:
            return None
        there_and_back = _through(
            contract, lambda student, **inputs: back(student, ask(student, **inputs), **inputs)
        )
        return question(self, contract, case, [(there_and_back, case.inputs)])

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes, promised=False)
        if isinstance(values, Failure):
            return values
        tolerance = Tolerance(self.rtol, self.atol)
        found = mismatch(trial.inputs[self.of], values[1], tolerance, scale=trial.expected["scale"])
        law = f"{self.name} has to give {self.of} back"
        return None if found is None else broken(contract, trial, law, found)


@dataclass(frozen=True)
class Idempotent:
    """Done once more, nothing changes."""

    kind: ClassVar[str] = "idempotent"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    of: str
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"Applied to its own answer as {self.of}, nothing changes"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        require_input(self.kind, contract, self.of)
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        ask = _asking(contract)

        def twice(student: Any, **inputs: Any) -> Any:
            return ask(student, **{**inputs, self.of: ask(student, **inputs)})

        given: Mapping[str, Any] = case.inputs
        return question(self, contract, case, [(_through(contract, twice), given)])

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes, promised=False)
        if isinstance(values, Failure):
            return values
        once, twice = values
        found = mismatch(once, twice, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        law = f"applied to its own answer as {self.of}, the answer changes"
        return None if found is None else broken(contract, trial, law, found)


@dataclass(frozen=True)
class SameAs:
    """Another way, through the student's own functions, leads to the same answer."""

    kind: ClassVar[str] = "same_as"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    what: str
    other: Scenario | None
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The answer is the same as {self.what}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        assert self.other is not None
        return question(self, contract, case, [(replace(contract, scenario=self.other), case.inputs)])

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        answer, other = values
        found = mismatch(other, answer, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        law = f"the answer has to be the same as {self.what}"
        return None if found is None else broken(contract, trial, law, found)


def adjoint_of(
    forward: Scenario,
    *,
    wrt: str,
    rtol: float = 1e-6,
    weight: float = 1,
    hidden: bool = False,
) -> AdjointOf:
    """The answer is the adjoint (the transpose) of a linear function of the student's own.

    ⟨forward(v), y⟩ = ⟨v, answer(y)⟩ for random v of the answer's shape.

    Args:
        forward: A scenario `forward(student, v, **inputs)`: returns an array in the shape of y.
        wrt: The input y that the answer is linear in.
        rtol: Relative to the sum of the products' sizes.
    """
    require(callable(forward), "adjoint_of", "a scenario forward(student, v, **inputs)", forward)
    require_name("adjoint_of: wrt", wrt)
    require_tolerance("adjoint_of", rtol=rtol)
    require_weight("adjoint_of", weight)
    return AdjointOf(forward, _name(forward, "forward"), wrt, rtol, weight, hidden)


def round_trip(
    back: Scenario,
    *,
    of: str,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> RoundTrip:
    """The way back from the answer ends where it began.

    Args:
        back: A scenario `back(student, answer, **inputs)` that goes on after the answer.
        of: The input that it has to give back.
    """
    require(callable(back), "round_trip", "a scenario back(student, answer, **inputs)", back)
    require_name("round_trip: of", of)
    require_tolerance("round_trip", rtol=rtol, atol=atol)
    require_weight("round_trip", weight)
    return RoundTrip(back, _name(back, "the way back"), of, rtol, atol, weight, hidden)


def idempotent(
    of: str, *, rtol: float = 1e-6, atol: float = 1e-9, weight: float = 1, hidden: bool = False
) -> Idempotent:
    """Applied to its own answer as the input `of`, the function changes nothing."""
    require_name("idempotent", of)
    require_tolerance("idempotent", rtol=rtol, atol=atol)
    require_weight("idempotent", weight)
    return Idempotent(of, rtol, atol, weight, hidden)


def same_as(
    what: str,
    other: Scenario,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> SameAs:
    """The answer agrees with what other functions of the student's come to: "batched equals looped".

    Args:
        what: The other way, completing "The answer is the same as …".
        other: A scenario `other(student, **inputs)` that computes the answer that way.
    """
    require(isinstance(what, str) and bool(what), "same_as", "words for the other way", what)
    require(callable(other), "same_as", "a scenario other(student, **inputs)", other)
    require_tolerance("same_as", rtol=rtol, atol=atol)
    require_weight("same_as", weight)
    return SameAs(what, other, rtol, atol, weight, hidden)


def _name(function: Callable[..., Any], otherwise: str) -> str:
    name = str(getattr(function, "__name__", otherwise))
    return otherwise if name == "<lambda>" else name
