"""Runs all trials of a bank on one submission, so that hidden inputs cannot come out again.

First the visible checks of every exercise, whose output is kept for the report. Then, in a fresh worker, the
hidden ones, whose output is thrown away. In another fresh worker some visible cases are played again, the last
first: an answer that depends on the calls before it shows itself. What is run later (to make a failing case
small) has that worker: code that remembers a hidden input has no way left to say it, in a box that keeps it from
writing files elsewhere. Last, what is measured, in boxes of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Conversation
from grader.checks import Check, Runs, Trial
from grader.errors import FaultError
from grader.protocol import Ending, Heard, Outcome, Reply, Script
from grader.results import Output
from grader.testing import PytestCheck, run_checks

__all__ = ["Measure", "Run", "offered", "run_all", "shown_scripts"]

Replies = dict[str, list[list[Heard]]]
"""What came back, by check and trial."""


Measure = Callable[[Planned, PlannedCheck, Trial], Outcome]
"""Measures what a trial asks for; FaultError if the machine does not allow it."""

_REPLAYED = frozenset(("agrees", "satisfies", "gradient_of", "backward_of"))
_AGAIN = 6
_PATIENCE = 2
"""Tests of a notebook that may run into a time-out, each on its own; after as many, no other of the exercise is run."""


@dataclass
class Run:
    """One exercise as it was run."""

    replies: Replies = field(default_factory=dict)
    again: dict[int, list[Heard]] = field(default_factory=dict)
    """What came back when trials of the first check were played again, by their number."""
    faults: dict[str, str] = field(default_factory=dict)
    """Checks that could not be run, by name, and why, where that is ours."""
    output: Output = field(default_factory=Output)
    wall_s: float = 0.0


def run_all(
    bank: Bank,
    session: Conversation,
    progress: Callable[[str], None],
    *,
    source: str,
    measure: Measure,
    look: Measure | None = None,
) -> dict[str, Run]:
    """What came back for every trial, by exercise.

    Args:
        source: The student's text, for checks that read it.
        measure: Called for each trial of a check that measures.
        look: Called for each trial of a check of what the whole run leaves.
    """
    runs = {planned.contract.name: Run() for planned in bank.exercises}
    for planned in bank.exercises:
        progress(planned.contract.name)
        run = runs[planned.contract.name]
        _read(planned, source, run)
        _run(planned, _scripted(planned, hidden=False), session, run)
        text, cut = session.printed()
        run.output = Output(text=text, cut_bytes=cut)
    _test(bank, session, runs, hidden=False)
    if any(check.check.hidden for planned in bank.exercises for check in planned.checks):
        session.renew()
        for planned in bank.exercises:
            _run(planned, _scripted(planned, hidden=True), session, runs[planned.contract.name])
        _test(bank, session, runs, hidden=True)
    session.renew()
    for planned in reversed(bank.exercises):
        _replay(planned, session, runs[planned.contract.name])
    session.printed()
    for planned in bank.exercises:
        _measure(planned, "timing", measure, runs[planned.contract.name])
        _measure(planned, "cells", look or _nowhere, runs[planned.contract.name])
    return runs


def _scripted(planned: Planned, *, hidden: bool) -> list[PlannedCheck]:
    return [
        check for check in planned.checks if check.check.runs == "scripts" and check.check.hidden == hidden
    ]


def _read(planned: Planned, source: str, run: Run) -> None:
    """The text is the answer to every trial of a check that reads it."""
    for check in planned.checks:
        if check.check.runs == "source":
            run.replies[check.name] = [[Reply(source)] for _ in check.trials]


def _test(bank: Bank, session: Conversation, runs: Mapping[str, Run], *, hidden: bool) -> None:
    """Run the instructor's own tests."""
    pairs = [
        (runs[planned.contract.name], check)
        for planned in bank.exercises
        for check in planned.checks
        if check.check.runs == "tests" and check.check.hidden == hidden
    ]
    found = run_checks(
        [check.check for _, check in pairs if isinstance(check.check, PytestCheck)], session, seed=bank.seed
    )
    for run, check in pairs:
        results = [found[trial.expected] for trial in check.trials]
        why = next((result for result in results if isinstance(result, str)), None)
        if why is not None:
            run.faults[check.name] = why
        else:
            run.replies[check.name] = [[Reply(result)] for result in results]


def shown_scripts(planned: Planned) -> list[Script]:
    """What an exercise's visible checks ask, in one message: the first that a submission is sent of it."""
    return _scripts(_scripted(planned, hidden=False))


def _scripts(checks: Sequence[PlannedCheck]) -> list[Script]:
    return [script for check in checks for trial in check.trials for script in trial.scripts]


def _run(planned: Planned, checks: Sequence[PlannedCheck], session: Conversation, run: Run) -> None:
    """Run the trials of some checks of an exercise; they travel in one message.

    A test of a notebook travels alone: one that never ends costs the others nothing.
    """
    alone = [check for check in checks if getattr(check.check, "inside", False)]
    together = [check for check in checks if check not in alone]
    for some in ([together] if together else []) + [[check] for check in alone]:
        _run_some(planned, some, session, run, patience=_PATIENCE if some[0] in alone else 1)


def _run_some(
    planned: Planned, checks: Sequence[PlannedCheck], session: Conversation, run: Run, *, patience: int
) -> None:
    begun = time.monotonic()
    pairs = [(check.check, trial) for check in checks for trial in check.trials]
    scripts = _scripts(checks)
    stuck = _stuck(run.replies, patience)
    try:
        outcomes = [stuck] * len(scripts) if stuck else session.hear(scripts, offered=offered(planned, pairs))
    except FaultError as error:
        run.faults.update({check.name: str(error) for check in checks})
        return
    finally:
        run.wall_s += time.monotonic() - begun
    left = iter(outcomes)
    for check in checks:
        run.replies[check.name] = [[next(left) for _ in trial.scripts] for trial in check.trials]


def _replay(planned: Planned, session: Conversation, run: Run) -> None:
    """Play some trials of the check that decides again, the last first, unless they went wrong on the way."""
    check = planned.checks[0]
    replies = run.replies.get(check.name, [])
    ended = any(isinstance(outcome, Ending) for trial in replies for outcome in trial)
    if check.check.kind not in _REPLAYED or check.check.hidden or not replies or ended:
        return
    count = len(check.trials)
    numbers = sorted({at * (count - 1) // (_AGAIN - 1) for at in range(_AGAIN)}, reverse=True)
    pairs = [(check.check, check.trials[number]) for number in numbers]
    begun = time.monotonic()
    try:
        outcomes = session.hear([trial.scripts[0] for _, trial in pairs], offered=offered(planned, pairs))
    except FaultError as error:
        run.faults[check.name] = str(error)
        return
    finally:
        run.wall_s += time.monotonic() - begun
    run.again = {
        number: [outcome, *replies[number][1:]] for number, outcome in zip(numbers, outcomes, strict=True)
    }


def _nowhere(planned: Planned, check: PlannedCheck, trial: Trial) -> Outcome:
    raise FaultError("whole run: expected somebody who runs the whole notebook, got nobody.")


def _measure(planned: Planned, kind: Runs, measure: Measure, run: Run) -> None:
    begun = time.monotonic()
    for check in planned.checks:
        if check.check.runs != kind:
            continue
        stuck = _stuck(run.replies) if kind == "timing" else None
        try:
            run.replies[check.name] = [[stuck or measure(planned, check, trial)] for trial in check.trials]
        except FaultError as error:
            run.faults[check.name] = str(error)
    run.wall_s += time.monotonic() - begun


def _stuck(replies: Mapping[str, list[list[Heard]]], patience: int = 1) -> Ending | None:
    """The time-out that so many checks of this exercise ran into already, if they did: waiting once is enough."""
    found = [
        next((item for item in outcomes if isinstance(item, Ending) and item.verdict == "timeout"), None)
        for outcomes in ([outcome for trial in trials for outcome in trial] for trials in replies.values())
    ]
    endings = [item for item in found if item is not None]
    return endings[0] if len(endings) >= patience else None


def offered(planned: Planned, pairs: Sequence[tuple[Check, Trial]]) -> dict[int, Any]:
    """The functions offered in these trials, by number: those among the inputs, and the checks' own."""
    found: dict[int, Any] = {}
    for check, trial in pairs:
        found.update(planned.contract.offered(trial.inputs, trial.sizes))
        own = getattr(check, "offered", None)
        if own is not None:
            found.update(own(planned.contract, trial))
    return found
