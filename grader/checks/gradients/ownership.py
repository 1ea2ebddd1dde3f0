"""A backward against differences of the student's own forward, which runs in the box at points beside a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract, anything
from grader.cases.domains import require
from grader.checks.answers import answer, confirm, signature
from grader.checks.comparing import magnitude
from grader.checks.gradients.backwards import chosen_cases, shown_after
from grader.checks.gradients.derivatives import Array, sizes_of, slopes
from grader.checks.gradients.pullbacks import (
    Names,
    Pullback,
    Settled,
    named,
    require_fit,
    require_names,
    taken,
    words_of,
)
from grader.checks.gradients.pulled import gradients_of, judge_parts, parts_of
from grader.checks.gradients.slopes import numbers_of
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.protocol import Outcome, Script
from grader.shapes import shape_text

__all__ = ["OwnBackward", "own_backward"]

_SMALL, _LARGE = 2, 3
_MAX_ENTRIES = 16
_DIRECTIONS = 2
_STEPS = (3.2e-2, 8e-3, 2e-3, 5e-4)
"""Wider than for a reference: the student's forward may compute in float32, whose noise is 1e-7."""
_AGREEMENT = 1e-3
_SAYS = " Your backward does not belong to your forward."


@dataclass(frozen=True)
class OwnBackward:
    """The gradients are those of the student's own forward, right or wrong."""

    kind: ClassVar[str] = "own_backward"
    title: ClassVar[str] = "The backward belongs to your own forward"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    forward: Callable[..., Any] | None
    at: Callable[..., Any] | None
    wrt: str
    single: bool
    cotangent: str | None
    rtol: float
    weight: float
    hidden: bool

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        where = f"{contract.where}: {self.kind}"
        require_fit(
            where, contract, self.wrt, single=self.single, cotangent=self.cotangent, made=bool(self.at)
        )
        pullback = self._pullback(where, contract)
        small, large = chosen_cases(pullback, cases, most=_MAX_ENTRIES)
        still = len(cases) == 1
        trials = []
        for lines, chosen in ((0, spread(small, _SMALL)), (_DIRECTIONS, spread(large, _LARGE))):
            for case in chosen:
                found = pullback.settled(contract, case, lines=lines, steps=_STEPS, still=still)
                if not found.smooth.any():
                    continue  # a kink along every direction: there is nothing to hold the student against
                trials.append(self._trial(contract, pullback, case, found, lines))
        for name in words_of(self.wrt):
            if not any(name in trial.expected["judged"] for trial in trials):
                raise AssignmentError(
                    f"{where}: expected a case where the forward has a derivative by {name}, got none.",
                    mend="Its differences disagree everywhere: narrow the inputs' domains, or avoid the kinks.",
                )
        return trials

    def _pullback(self, where: str, contract: Contract) -> Pullback:
        """The forward as it runs out here, on the reference's functions."""
        forward = self.forward
        assert forward is not None

        def call(**inputs: Any) -> Any:
            given = taken(forward, inputs, self.cotangent)
            return replace(contract, scenario=forward, returns=anything()).expected(given)

        return Pullback(where, call, "the forward", tuple(words_of(self.wrt)), self.cotangent, self.at)

    def _trial(self, contract: Contract, pullback: Pullback, case: Case, found: Settled, lines: int) -> Trial:
        arguments = pullback.arguments(found.inputs)
        asked = replace(contract, scenario=self.forward, returns=anything())
        kept = [line for line, smooth in zip(found.directions, found.smooth, strict=True) if smooth]

        def parameters(vector: Array) -> dict[str, Any]:
            assert self.forward is not None
            return taken(self.forward, {**arguments, **found.point.rebuilt(vector)}, self.cotangent)

        base = found.point.vector
        points = [base, *(base + sign * step * line for step in _STEPS for sign in (1, -1) for line in kept)]
        scripts = [asked.script(parameters(vector)) for vector in points]
        value = contract.expected(found.inputs)
        expected = {
            **parts_of(found, self.wrt, value, single=self.single, by_entry=not lines),
            "value": value,
            "scale": magnitude(found.inputs),
            "forward": _called(scripts[0]),
            "given": list(parameters(base)),
            "cotangent": 1.0 if self.cotangent is None else arguments[self.cotangent],
        }
        every = (contract.script(found.inputs), *scripts)
        entries = shown_after(case, rich=expected["rich"])
        trial = Trial(case.note, found.inputs, found.sizes, every, expected, entries)
        answers = [asked.expected(parameters(vector)) for vector in points]
        return confirm(self, contract, trial, value, *answers)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        gradients = gradients_of(contract, trial, outcomes[0])
        if isinstance(gradients, Failure):
            return gradients
        numbers = self._forwards(contract, trial, outcomes[1:])
        if isinstance(numbers, Failure):
            return numbers
        own = _slopes_of(trial, numbers)
        if own is None:
            text = (
                f"{signature(contract)}: expected your own {trial.expected['forward']} to have a derivative where the "
                "formula has one, got values beside this point that no slope fits: does it round, or draw at random?"
            )
            return Failure("gradient", text)
        found = judge_parts(
            contract,
            replace(trial, expected=own),
            outcomes[0],
            against=f"your own {trial.expected['forward']} by {{}}",
            rtol=self.rtol + 2 * own["error"],
        )
        return found and replace(found, message=found.message + _SAYS)

    def _forwards(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Array | Failure:
        """⟨cotangent, forward⟩ at each point."""
        name, given = trial.expected["forward"], trial.expected["given"]
        named_so = replace(contract, name=name, inputs={item: anything() for item in given})
        cotangent = np.asarray(trial.expected["cotangent"], float)
        where = f"{signature(contract)}: your own {signature(named_so)}"
        values = []
        for outcome in outcomes:
            reply = answer(named_so, outcome)
            if isinstance(reply, Failure):
                text = f"{reply.message.rstrip('.')}. {signature(contract)} cannot be held against it."
                return replace(reply, message=text)
            got = numbers_of(reply.value, where)
            if isinstance(got, Failure):
                return replace(
                    got, message=got.message.replace("a gradient of numbers", "an array of numbers")
                )
            if got.shape != cotangent.shape:
                shapes = f"shape {shape_text(cotangent.shape)}", shape_text(got.shape)
                text = (
                    f"{where}: expected {shapes[0]}, that of {self.cotangent or 'a number'}, got {shapes[1]}."
                )
                return Failure("shape", text, *shapes)
            with np.errstate(all="ignore"):
                values.append(float((cotangent * got.astype(float)).sum()))
        return np.asarray(values)


def _called(script: Script) -> str:
    """The student's function that a forward calls last."""
    return next(step.name for step in reversed(script.steps) if step.do in ("call", "invoke"))


def _slopes_of(trial: Trial, numbers: Array) -> Mapping[str, Any] | None:
    """What the trial keeps, with the slopes of the student's forward in place of the reference's.

    None where most of them cannot be told: the reference's could at each of these points.
    """
    kept = trial.expected
    count = (len(numbers) - 1) // (2 * len(_STEPS))
    moved = numbers[1:].reshape(len(_STEPS), 2, count)
    found = slopes(np.full(count, numbers[0]), moved, _STEPS)
    smooth = found.smooth(_AGREEMENT)
    if 2 * int(smooth.sum()) < count or not count:
        return None
    kept = {**kept, "error": float((found.error / sizes_of(found.value))[smooth].max())}
    if kept["lines"]:
        lines = [
            {**line, "slope": float(slope)}
            for line, slope, fine in zip(kept["lines"], found.value, smooth, strict=True)
            if fine
        ]
        return {**kept, "lines": lines}
    left = iter(zip(found.value, smooth, strict=True))
    parts = []
    for part in kept["parts"]:
        numeric, judged = np.zeros(part["numeric"].shape), np.zeros(part["numeric"].shape, bool)
        for index in np.argwhere(part["judged"]):
            slope, judged[tuple(index)] = next(left)
            numeric[tuple(index)] = slope / part["sizes"][tuple(index)]
        parts.append({**part, "numeric": np.where(np.isfinite(numeric), numeric, 0.0), "judged": judged})
    return {**kept, "parts": parts}


def own_backward(
    forward: Callable[..., Any],
    *,
    wrt: Names,
    cotangent: str | None = "dout",
    at: Callable[..., Any] | None = None,
    rtol: float = 1e-4,
    weight: float = 1,
    hidden: bool = False,
) -> OwnBackward:
    """The gradients are those of the student's own forward, whatever that computes.

    Args:
        forward: A scenario: `forward(student, **inputs)` returns the array that the cotangent belongs to. It is called
            with the exercise's inputs by name, as far as it has such parameters.
        wrt, cotangent, at: As for `backward_of`.
        rtol: Relative tolerance; wide enough for a forward in float32.
    """
    kind = OwnBackward.kind
    require(callable(forward), kind, "a scenario", forward)
    require(at is None or callable(at), f"{kind}: at", "a function of the inputs", at)
    require_names(kind, wrt)
    require_tolerance(kind, rtol=rtol)
    require_weight(kind, weight)
    return OwnBackward(forward, at, named(wrt), isinstance(wrt, str), cotangent, rtol, weight, hidden)
