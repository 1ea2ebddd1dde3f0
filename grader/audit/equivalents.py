"""Whether a mutant that no check fails is wrong at all: it is compared with the reference on many more cases."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.assignment import Assignment
from grader.audit.trying import Bench
from grader.banks import Planned, plan_exercise
from grader.boxes import Session
from grader.cases import Case, Contract, Function, draw_cases
from grader.checks import Failure, Trial, agrees, judged, leaves_inputs_alone
from grader.errors import AssignmentError
from grader.messages import call_text

__all__ = ["Comparison", "compared"]

CASES = 2_000
_CALLING_BACK = 300
"""Cases where a function of ours is offered: each of its calls crosses the border, a hundred of them in a case."""
_CHUNK = 250
_ALONE = 60
_CLOCK_S = 20.0
_OTHER_SEEDS = (101, 102, 103)
_BY_VALUE = frozenset(("agrees", "gradient_of", "backward_of", "differentiable", "satisfies"))


@dataclass(frozen=True)
class Comparison:
    """What many cases said."""

    equivalent: bool
    words: str
    """An input that tells the two apart, or what was compared."""


def compared(bench: Bench, assignment: Assignment, planned: Planned, text: str) -> Comparison:
    """Compare a text with the reference.

    Where the exercise's answers are no values to compare (random draws, trained models), its own checks
    decide again, with cases from other seeds.
    """
    if any(check.check.kind == "agrees" for check in planned.checks):
        return _by_value(bench, planned, text)
    for seed in _OTHER_SEEDS:
        other = _with_seed(assignment, planned.contract.name, seed)
        failures = bench.try_text(other, text).failures
        if failures:
            name, failure = next(iter(failures.items()))
            return Comparison(False, f"{name} with seed {seed}: {failure.message}")
    return Comparison(
        True, f"passes the checks with {len(_OTHER_SEEDS)} other seeds; values are not compared"
    )


_others: dict[tuple[str, str, int], Planned] = {}


def _with_seed(assignment: Assignment, name: str, seed: int) -> Planned:
    """The exercise with another seed; made once, since training the reference takes its time."""
    key = assignment.id, name, seed
    if key not in _others:
        _others[key] = plan_exercise(assignment, name, seed=seed)
    return _others[key]


def _by_value(bench: Bench, planned: Planned, text: str) -> Comparison:
    trials = _trials(planned.contract)
    session = bench.open(text)
    try:
        for begin in range(0, len(trials), _CHUNK):
            found = _differs(session, planned.contract, trials[begin : begin + _CHUNK])
            if found is not None:
                return Comparison(False, found)
    finally:
        session.close()
    return Comparison(True, f"agrees with the reference on {len(trials)} cases")


def _differs(session: Session, contract: Contract, trials: Sequence[tuple[Any, Trial]]) -> str | None:
    offered: dict[int, Any] = {}
    for _, trial in trials:
        offered.update(contract.offered(trial.inputs, trial.sizes))
    scripts = [trial.scripts[0] for _, trial in trials]
    for (check, trial), outcome in zip(trials, session.run(scripts, offered=offered), strict=True):
        failure: Failure | None = judged(check, contract, trial, [outcome] * len(trial.scripts))
        if failure is not None:
            return f"{call_text(contract.name, trial.inputs)}: {failure.message}"
    return None


_drawn: dict[str, list[tuple[Any, Trial]]] = {}


def _trials(contract: Contract) -> list[tuple[Any, Trial]]:
    """About 2,000 cases with the reference's answers; fewer where the reference is slow. Kept by contract."""
    key = f"{contract.where}: {contract.name}"
    if key not in _drawn:
        _drawn.clear()  # one exercise after the other is looked at
        _drawn[key] = list(_planned(contract))
    return _drawn[key]


def _planned(contract: Contract) -> Iterator[tuple[Any, Trial]]:
    values, conduct = agrees(), leaves_inputs_alone()
    stop = time.monotonic() + _CLOCK_S
    enough = _CALLING_BACK if any(isinstance(d, Function) for d in contract.inputs.values()) else CASES
    cases: list[Case] = []
    for seed in range(1_000, 1_000 + CASES):
        drawn = draw_cases(contract, seed=seed)
        cases.extend(drawn)
        if seed == 1_000:
            yield from ((conduct, trial) for trial in conduct.plan(contract, drawn)[:_ALONE])
        try:
            yield from ((values, trial) for trial in values.plan(contract, drawn))
        except AssignmentError:
            continue  # the reference has no answer somewhere; these cases say nothing
        if len(cases) >= enough or time.monotonic() > stop:
            return
