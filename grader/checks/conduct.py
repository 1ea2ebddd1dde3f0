"""Checks of conduct: what a call does beside its answer."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import answer, signature
from grader.checks.comparing import Tolerance, mismatch
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.checks.values import changed, require_weight
from grader.errors import AssignmentError
from grader.messages import kind_text, value_text
from grader.places import place_words
from grader.protocol import Callback, Opaque, Outcome, Ref, Script

__all__ = ["leaves_inputs_alone", "no_warnings", "refuses"]

_FEW = 6
_TELLING = frozenset(
    {
        "Fortran order",
        "array that is not contiguous",
        "zeros",
        "the low end of the range",
        "the high end of the range",
        "every axis as short as it can be",
        "axes of length 1",
    }
)
"""Cases in which an in-place change or a view is likely, besides ordinary ones."""
_EXACT = Tolerance(0.0, 0.0)


@dataclass(frozen=True)
class LeavesInputsAlone:
    """Arguments are as before after the call, and the answer shares no memory with them."""

    kind: ClassVar[str] = "leaves_inputs_alone"
    title: ClassVar[str] = "Arguments stay as they were, and the result shares no memory with them"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    weight: float
    hidden: bool

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        trials = []
        for case in _spread(cases):
            script = contract.script(case.inputs, probe=True)
            given = _given(script)
            names = [
                next((name for name, value in case.inputs.items() if _same(value, item)), f"number {at + 1}")
                for at, item in enumerate(given)
            ]
            expected = {"given": [_watched(item) for item in given], "names": names}
            trials.append(Trial(case.note, case.inputs, case.sizes, (script,), expected, case.entries))
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = answer(contract, outcomes[0])
        if isinstance(reply, Failure):
            return reply
        name = signature(contract)
        before, after = trial.expected["given"], reply.after
        if not isinstance(after, list) or len(after) != len(before):
            return Failure(
                "protocol", f"{name}: expected {len(before)} arguments back, got {kind_text(after)}."
            )
        for parameter, was, now in zip(trial.expected["names"], before, after, strict=True):
            if mismatch(was, now, _EXACT, scale=1.0) is not None:
                text = f"{name}: changes its argument {parameter} in place; work on a copy."
                return Failure(
                    "inputs", text, f"{parameter} = {value_text(was)}", f"{parameter} = {value_text(now)}"
                )
        if mismatch(reply.value, reply.again, _EXACT, scale=1.0) is not None:
            text = f"{name}: the result shares memory with an argument (it is the argument, or a view of it)."
            return Failure("inputs", f"{text} Return an array of its own, such as a copy.")
        return None


def _given(script: Script) -> list[Any]:
    """The arguments that a probe looks at."""
    steps = script.steps
    return [
        steps[at].args[place] if isinstance(place, int) else steps[at].kwargs[place]
        for at, place in script.given()
    ]


def _same(value: Any, item: Any) -> bool:
    """Whether an argument is this input; a scenario's arrays are read-only views of the inputs."""
    arrays = isinstance(value, np.ndarray) and isinstance(item, np.ndarray)
    return value is item or (arrays and np.may_share_memory(value, item))


def _watched(value: Any) -> Any:
    """The value with `Opaque` for what a call may change, or what is made anew in the worker."""
    if isinstance(value, Callback | Ref | np.random.Generator):
        return Opaque(type(value).__name__)
    if isinstance(value, list | tuple):
        return type(value)(_watched(item) for item in value)
    return {key: _watched(item) for key, item in value.items()} if isinstance(value, dict) else value


def _spread(cases: Sequence[Case]) -> list[Case]:
    special = [case for case in cases if case.note in _TELLING or case.note.endswith("has length 1")]
    return spread([case for case in cases if case.ordinary], _FEW) + special


@dataclass(frozen=True)
class NoWarnings:
    """No floating-point warning on valid input."""

    kind: ClassVar[str] = "no_warnings"
    title: ClassVar[str] = "No overflow or invalid operation happens on the way"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    weight: float
    hidden: bool

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        chosen = spread([case for case in cases if case.ordinary], _FEW)
        chosen += [case for case in cases if not case.ordinary]
        with warnings.catch_warnings(action="error", category=RuntimeWarning):
            for case in chosen:
                contract.expected(case.inputs)  # a warning in the reference: no student could do without
        return [
            Trial(case.note, case.inputs, case.sizes, (contract.script(case.inputs),), None, case.entries)
            for case in chosen
        ]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = answer(contract, outcomes[0])
        if isinstance(reply, Failure):
            return reply
        seen = [warning for warning in reply.warnings if warning[0] == "RuntimeWarning"]
        if not seen:
            return None
        category, text, line = seen[0]
        place = f" ({place_words(line)})" if line else ""
        message = f"{signature(contract)}: {category}{place}: {text}."
        return Failure("warning", message, "no warning", f"{category}: {text}", line=line or None)


Bad = Callable[..., Mapping[str, Any] | Sequence[Mapping[str, Any]]]
"""From the inputs, by name, to the changes that make them bad: one dict, or several."""


@dataclass(frozen=True)
class Refuses:
    """Bad input raises ValueError."""

    kind: ClassVar[str] = "refuses"
    title: ClassVar[str] = "Bad input raises ValueError"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    makers: tuple[Bad, ...]
    weight: float
    hidden: bool

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        ordinary = [case for case in cases if case.ordinary] or list(cases)
        trials = []
        for make in self.makers:
            what = (make.__doc__ or "").strip().splitlines()[0].rstrip(".")
            for case in (ordinary[0], ordinary[len(ordinary) // 2]):
                for new in _several(contract, make, case.inputs):
                    _require_refusal(contract, new, what)
                    trials.append(Trial(what, new, case.sizes, (contract.script(new),), what, case.entries))
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = answer(contract, outcomes[0])
        outcome = outcomes[0]
        error = getattr(outcome, "error", None)
        if error is not None and "ValueError" in (error.type_name, *error.bases):
            return None
        start = f"{signature(contract)}: {trial.expected}: expected a ValueError"
        if error is not None and error.kind == "raised" and isinstance(reply, Failure):
            got = f"{error.type_name}: {error.text}"
            return Failure("refusal", f"{start}, got {got}", "ValueError", got, line=error.line)
        if isinstance(reply, Failure):
            return reply
        got = value_text(reply.value)
        return Failure("refusal", f"{start}, got the answer {got}.", "ValueError", got)


def _several(contract: Contract, make: Bad, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    one_or_more: list[Any] = []

    def note(**given: Any) -> Mapping[str, Any]:
        made = make(**given)
        one_or_more.extend([made] if isinstance(made, Mapping) else list(made))
        return {}

    changed(contract, note, inputs, "refuses")
    require(bool(one_or_more), f"{contract.where}: refuses", "at least one change of the inputs", one_or_more)
    return [changed(contract, lambda new=new, **_: new, inputs, "refuses") for new in one_or_more]


def _require_refusal(contract: Contract, inputs: Mapping[str, Any], what: str) -> None:
    try:
        got = value_text(contract.expected(inputs))
    except AssignmentError as error:
        if isinstance(error.__cause__, ValueError):
            return
        got = f"{type(error.__cause__).__name__}: {error.__cause__}"
    raise AssignmentError(
        f"{contract.where}: refuses: {what}: expected a ValueError of the reference, got {got}.",
        mend=f"The input was {contract.call(contract.name, inputs)}.",
    )


def leaves_inputs_alone(*, weight: float = 1, hidden: bool = False) -> LeavesInputsAlone:
    """Arguments are unchanged after the call, and the result is no view of them."""
    require_weight("leaves_inputs_alone", weight)
    return LeavesInputsAlone(weight, hidden)


def no_warnings(*, weight: float = 1, hidden: bool = False) -> NoWarnings:
    """No RuntimeWarning (overflow, invalid value, division by zero) on valid input."""
    require_weight("no_warnings", weight)
    return NoWarnings(weight, hidden)


def refuses(*makers: Bad, weight: float = 1, hidden: bool = False) -> Refuses:
    """Bad input raises ValueError.

    Args:
        makers: Functions called with good inputs by name; each returns a dict of the inputs that make them
            bad, or a list of such dicts. The first line of its docstring says what is bad about them.
    """
    require(bool(makers), "refuses", "at least one function that makes bad input", makers)
    for make in makers:
        require(callable(make), "refuses", "functions that make bad input", make)
        named = bool((make.__doc__ or "").strip())
        name = getattr(make, "__name__", make)
        require(
            named, f"refuses: {name}", "a docstring", None, "Its first line tells the student what is bad."
        )
    require_weight("refuses", weight)
    return Refuses(makers, weight, hidden)
