"""Properties about greater and smaller: answers that grow with an input, and answers that stay within bounds."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract, entry_text
from grader.cases.domains import require
from grader.checks.answers import signature
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
)
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import number_text, value_text
from grader.protocol import Opaque, Outcome

__all__ = ["bounded", "monotone_in"]

Bound = float | Callable[..., Any]
"""A number, or a function of the inputs by name."""


@dataclass(frozen=True)
class MonotoneIn:
    """Where no entry of an input falls, no entry of the answer does."""

    kind: ClassVar[str] = "monotone_in"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    name: str
    increasing: bool
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The answer does not {'fall' if self.increasing else 'rise'} when {self.name} rises"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        require_input(self.kind, contract, self.name)
        return planned(self, contract, ordinary(cases), self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        other = partner(contract, case, self.name)
        if other is None or not numeric(contract.expected(case.inputs)):
            return None
        point = case.inputs[self.name]
        low, high = (combined(function, point, other) for function in (np.minimum, np.maximum))
        if mismatch(low, high, Tolerance(0.0, 0.0), scale=1.0) is None:
            return None
        lower = replace(case, inputs={**case.inputs, self.name: low})
        return question(self, contract, lower, [(contract, {**case.inputs, self.name: high})])

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        before, after = values
        falls = "falls" if self.increasing else "rises"
        law = f"the answer {falls} when {self.name} rises"
        if not alike(before, after):
            text = f"expected answers of the same form, got {value_text(before)} and {value_text(after)}."
            return broken(contract, trial, law, Failure("property", text))
        # What is above its lower end agrees with itself: what is left over has fallen.
        wanted = combined(np.maximum if self.increasing else np.minimum, before, after)
        found = mismatch(wanted, after, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        if found is None:
            return None
        bound = "at least" if self.increasing else "at most"
        worded = replace(found, message=found.message.replace("expected ", f"expected {bound} ", 1))
        return broken(contract, trial, law, worded)


@dataclass(frozen=True)
class Bounded:
    """Every entry of the answer is within bounds."""

    kind: ClassVar[str] = "bounded"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    low: Bound | None
    high: Bound | None
    words: str
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"Every entry of the answer is {self.words}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return planned(self, contract, cases, self._ask)

    def _ask(self, contract: Contract, case: Case) -> Trial | None:
        if not numeric(contract.expected(case.inputs)):
            return None
        bounds = {side: self._bound(contract, side, case.inputs) for side in ("low", "high")}
        return question(self, contract, case, [], **bounds)

    def _bound(self, contract: Contract, side: str, inputs: Mapping[str, Any]) -> Any:
        bound = self.low if side == "low" else self.high
        if not callable(bound):
            return bound
        where = f"{contract.where}: bounded: {side}"
        try:
            value = bound(**copy.deepcopy(dict(inputs)))
        except Exception as error:
            raise AssignmentError(
                f"{where}: expected a bound, got {type(error).__name__}: {error}.",
                mend="It is called with the inputs by name and returns a number or an array like the answer.",
            ) from error
        require(numeric(value), where, "a number, or an array like the answer", value)
        return value

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        for side, clip in (("low", np.maximum), ("high", np.minimum)):
            bound = trial.expected[side]
            found = None if bound is None else self._beyond(trial, values[0], bound, clip)
            if found is not None:
                words = "at least" if side == "low" else "at most"
                text = found.message.replace("expected ", f"expected {words} ", 1)
                message = f"{signature(contract)}: {text}"
                return replace(found, kind="property", message=message, expected=f"{words} {found.expected}")
        return None

    def _beyond(self, trial: Trial, value: Any, bound: Any, clip: Callable[..., Any]) -> Failure | None:
        """The entry that is farthest beyond a bound; None if none is."""
        if isinstance(value, list | tuple):
            parts = bound if isinstance(bound, list | tuple) else [bound] * len(value)
            found = (self._beyond(trial, *pair, clip) for pair in zip(value, parts, strict=True))
            return next((failure for failure in found if failure is not None), None)
        if isinstance(value, Opaque):
            return None
        have = as_array(value)
        clipped = np.asarray(clip(have, bound))
        wrong = mismatch(clipped, value, Tolerance(self.rtol, self.atol), scale=trial.expected["scale"])
        if wrong is None or wrong.index is None or clipped.shape != have.shape:
            return wrong
        limit, got = (value_text(part[wrong.index].item()) for part in (clipped, have))
        text = f"expected {limit}{entry_text(wrong.index)}, got {got}."
        return replace(wrong, message=text, expected=limit, got=value_text(value))


def monotone_in(
    name: str,
    *,
    increasing: bool = True,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> MonotoneIn:
    """No entry of the answer falls when no entry of the input `name` does, the other inputs as they are.

    Args:
        increasing: False for answers that do not rise.
    """
    require_name("monotone_in", name)
    require(isinstance(increasing, bool), "monotone_in: increasing", "True or False", increasing)
    require_tolerance("monotone_in", rtol=rtol, atol=atol)
    require_weight("monotone_in", weight)
    return MonotoneIn(name, increasing, rtol, atol, weight, hidden)


def bounded(
    low: Bound | None = None,
    high: Bound | None = None,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 1,
    hidden: bool = False,
) -> Bounded:
    """Every entry of the answer is at least `low` and at most `high`.

    Args:
        low, high: Numbers, or functions of the inputs by name that return a number or an array like the
            answer (for several results, a tuple of them or one for all); None is no bound.
    """
    require(low is not None or high is not None, "bounded", "low, high or both", None)
    for side, bound in (("low", low), ("high", high)):
        number = isinstance(bound, int | float) and not isinstance(bound, bool) and np.isfinite(bound)
        fits = bound is None or number or callable(bound)
        require(fits, f"bounded: {side}", "a number or a function of the inputs", bound)
    require_tolerance("bounded", rtol=rtol, atol=atol)
    require_weight("bounded", weight)
    return Bounded(low, high, _words(low, high), rtol, atol, weight, hidden)


def _words(low: Bound | None, high: Bound | None) -> str:
    texts = [
        f"{word} {'its bound' if callable(bound) else number_text(bound)}"
        for word, bound in (("at least", low), ("at most", high))
        if bound is not None
    ]
    return " and ".join(texts)
