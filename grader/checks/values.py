"""Checks of values: against the reference, and against a property that any right answer has."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import confirm, error_text, fitting, misfit_failure, signature
from grader.checks.comparing import Tolerance, holds_float32, magnitude, mismatch
from grader.checks.gradients.slopes import with_diagnosis
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.errors import AssignmentError
from grader.messages import value_text
from grader.protocol import Outcome

__all__ = ["agrees", "changed", "require_tolerance", "require_weight", "satisfies", "unchanged_when"]

_REPEATED = 3
_FEW = 8


def require_tolerance(where: str, **tolerances: float) -> None:
    """AssignmentError unless every tolerance is a number from 0 to 1."""
    for name, value in tolerances.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        require(number and 0 <= value < 1, f"{where}: {name}", "a number from 0 to 1", value)


def require_weight(where: str, weight: float) -> None:
    """AssignmentError unless the weight is a number above 0."""
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    require(number and 0 < weight < 1e6, f"{where}: weight", "a number above 0", weight)


@dataclass(frozen=True)
class Agrees:
    """The answer is the reference's, on every case."""

    kind: ClassVar[str] = "agrees"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return "The values are right"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        trials = []
        for number, case in enumerate(cases):
            script = contract.script(case.inputs)
            # The same input twice, now and then: an answer must not depend on the calls before it.
            scripts = (script, script) if number % (len(cases) // _REPEATED + 1) == 0 else (script,)
            tolerance = Tolerance(self.rtol, self.atol)
            if holds_float32(case.inputs):
                tolerance = tolerance.widened()
            expected = {
                "value": contract.expected(case.inputs),
                "rtol": tolerance.rtol,
                "atol": tolerance.atol,
                "scale": magnitude(case.inputs),
            }
            trial = Trial(case.note, case.inputs, case.sizes, scripts, expected, case.entries)
            trials.append(confirm(self, contract, trial, expected["value"]))
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        for number, outcome in enumerate(outcomes):
            reply = fitting(contract, trial.sizes, outcome)
            if isinstance(reply, Failure):
                return reply
            wanted = trial.expected
            tolerance = Tolerance(wanted["rtol"], wanted["atol"])
            found = mismatch(wanted["value"], reply.value, tolerance, scale=wanted["scale"])
            if found is None:
                continue
            infinite = contract.infinite(reply.value)
            if infinite is not None and contract.infinite(wanted["value"]) is None:
                named = misfit_failure(contract, infinite, reply.value)
                return replace(named, expected=found.expected, grid=found.grid)
            if number:
                again = " The first call with this input was right, the second is not."
                return replace(
                    found, kind="unstable", message=f"{signature(contract)}: {found.message}{again}"
                )
            found = replace(found, message=f"{signature(contract)}: {found.message}")
            return with_diagnosis(found, wanted["value"], reply.value, trial.sizes)
        return None


Change = Callable[..., Mapping[str, Any]]
"""From the inputs, by name, to those that change."""


def changed(contract: Contract, change: Change, inputs: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The inputs after `change`.

    Raises:
        AssignmentError: It fails, or returns anything but a dict of some of the inputs.
    """
    try:
        new = change(**copy.deepcopy(dict(inputs)))
    except Exception as error:
        raise AssignmentError(
            f"{contract.where}: {what}: expected changed inputs, got {type(error).__name__}: {error}.",
            mend="It is called with the inputs by name and returns a dict of those that change.",
        ) from error
    known = isinstance(new, Mapping) and set(new) <= set(contract.inputs)
    require(known, f"{contract.where}: {what}", f"a dict of some of {', '.join(contract.inputs)}", new)
    return {**inputs, **new}


@dataclass(frozen=True)
class UnchangedWhen:
    """The answer stays the same when the inputs change in a way that must not matter."""

    kind: ClassVar[str] = "unchanged_when"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    what: str
    change: Change | None
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The answer stays the same when {self.what}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        assert self.change is not None
        trials = []
        for case in spread([case for case in cases if case.ordinary], _FEW):
            new = changed(contract, self.change, case.inputs, self.kind)
            scripts = (contract.script(case.inputs), contract.script(new))
            answers = contract.expected(case.inputs), contract.expected(new)
            expected = {
                "scale": max(magnitude(case.inputs), magnitude(new)),
                "changed": contract.call(contract.name, new),
                "finite": contract.infinite(list(answers)) is None,
            }
            trial = Trial(self.what, case.inputs, case.sizes, scripts, expected, case.entries)
            trials.append(confirm(self, contract, trial, *answers))
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        replies = [fitting(contract, trial.sizes, outcome) for outcome in outcomes]
        for reply in replies:
            if isinstance(reply, Failure):
                return reply
            infinite = contract.infinite(reply.value) if trial.expected["finite"] else None
            if infinite is not None:
                return misfit_failure(contract, infinite, reply.value)
        first, second = (reply.value for reply in replies)  # type: ignore[union-attr]
        found = mismatch(first, second, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        if found is None:
            return None
        text = f"{signature(contract)}: the answer changes when {self.what}: {found.message}"
        return replace(found, kind="property", message=f"{text} Afterwards: {trial.expected['changed']}")


Predicate = Callable[..., bool | str | None]
"""From the answer and the inputs, by name, to True or None (fine), False, or words for what is wrong."""


@dataclass(frozen=True)
class Satisfies:
    """A function of the instructor's says whether the answer is right."""

    kind: ClassVar[str] = "satisfies"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "scripts"
    what: str
    predicate: Predicate | None
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return self.what

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        trials = []
        for case in cases:
            expected = {"value": contract.expected(case.inputs)}
            if contract.misfit(expected["value"], case.sizes) is None:
                self._verdict(
                    contract, expected["value"], case.inputs
                )  # its errors are the instructor's here
            scripts = (contract.script(case.inputs),)
            trial = Trial(case.note, case.inputs, case.sizes, scripts, expected, case.entries)
            trials.append(confirm(self, contract, trial, expected["value"]))
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = fitting(contract, trial.sizes, outcomes[0])
        if isinstance(reply, Failure):
            return reply
        try:
            verdict = self._verdict(contract, reply.value, trial.inputs)
        except AssignmentError as error:
            # The reference passed: were this a fault of ours, an answer made for it would win back the points.
            verdict = f"could not be checked: {error_text(error.__cause__ or error)}"
        if verdict is True:
            return None
        words = f": {verdict}" if isinstance(verdict, str) else ""
        text = f"{signature(contract)}: expected that {self.what[0].lower()}{self.what[1:]}{words}."
        return Failure("property", text, self.what, value_text(reply.value))

    def _verdict(self, contract: Contract, value: Any, inputs: Mapping[str, Any]) -> bool | str:
        assert self.predicate is not None
        try:
            verdict = self.predicate(value, **copy.deepcopy(dict(inputs)))
        except Exception as error:
            raise AssignmentError(
                f"{contract.where}: satisfies: expected True, False or words, got {type(error).__name__}: {error}.",
                mend="It is called with the answer, then the inputs by name, for every answer of the right shape.",
            ) from error
        known = verdict is None or isinstance(verdict, bool | np.bool_ | str)
        require(known, f"{contract.where}: satisfies", "True, False or words", verdict)
        return verdict if isinstance(verdict, str) else verdict is None or bool(verdict)


def agrees(*, rtol: float = 1e-6, atol: float = 1e-12, weight: float = 3, hidden: bool = False) -> Agrees:
    """The answer is the reference's, on ordinary cases and every edge.

    Args:
        rtol: Relative tolerance.
        atol: Absolute tolerance for inputs up to 1; it grows with the largest input.
        weight: Share of the exercise's points, relative to its other checks.
        hidden: Withhold inputs and answers from the student's report.
    """
    require_tolerance("agrees", rtol=rtol, atol=atol)
    require_weight("agrees", weight)
    return Agrees(rtol, atol, weight, hidden)


def unchanged_when(
    what: str,
    change: Change,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> UnchangedWhen:
    """The answer stays the same under a change of the inputs.

    Args:
        what: The change, completing "The answer stays the same when …".
        change: Called with the inputs by name; returns a dict of those that change.
    """
    require(isinstance(what, str) and bool(what), "unchanged_when", "words for the change", what)
    require(callable(change), "unchanged_when", "a function of the inputs", change)
    require_tolerance("unchanged_when", rtol=rtol, atol=atol)
    require_weight("unchanged_when", weight)
    return UnchangedWhen(what, change, rtol, atol, weight, hidden)


def satisfies(what: str, predicate: Predicate, *, weight: float = 1, hidden: bool = False) -> Satisfies:
    """Anything else that a right answer has: a plain function says so.

    Args:
        what: The property as a sentence, such as "Every row sums to one".
        predicate: Called with the answer, then the inputs by name; True or None is fine, False is not, and
            text says what is wrong.
    """
    require(isinstance(what, str) and bool(what), "satisfies", "a sentence", what)
    require(callable(predicate), "satisfies", "a function of the answer and the inputs", predicate)
    require_weight("satisfies", weight)
    return Satisfies(what, predicate, weight, hidden)
