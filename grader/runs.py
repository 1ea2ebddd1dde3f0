"""Runs all trials of a bank on one submission, so that hidden inputs cannot come out again.

First the visible checks of every exercise, whose output is kept for the report. Then, in a fresh worker, the
hidden ones, whose output is thrown away. What is run later (to make a failing case small) has a fresh worker
again: code that remembers a hidden input has no way left to say it, in a box that keeps it from writing
files elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Session
from grader.checks import Trial
from grader.errors import FaultError
from grader.protocol import Ending, Outcome
from grader.results import Output

__all__ = ["Run", "offered", "run_all"]

Replies = dict[str, list[list[Outcome]]]
"""What came back, by check and trial."""


@dataclass
class Run:
    """One exercise as it was run."""

    replies: Replies = field(default_factory=dict)
    fault: str = ""
    """Why it could not be run, where that is ours."""
    output: Output = field(default_factory=Output)
    wall_s: float = 0.0


def run_all(bank: Bank, session: Session, progress: Callable[[str], None]) -> dict[str, Run]:
    """What came back for every trial, by exercise."""
    runs = {planned.contract.name: Run() for planned in bank.exercises}
    for planned in bank.exercises:
        progress(planned.contract.name)
        run = runs[planned.contract.name]
        _run(planned, [check for check in planned.checks if not check.check.hidden], session, run)
        text, cut = session.printed()
        run.output = Output(text=text, cut_bytes=cut)
    hidden = {
        planned.contract.name: [check for check in planned.checks if check.check.hidden]
        for planned in bank.exercises
    }
    if any(hidden.values()):
        session.renew()
        for planned in bank.exercises:
            _run(planned, hidden[planned.contract.name], session, runs[planned.contract.name])
        session.renew()
    session.printed()
    return runs


def _run(planned: Planned, checks: Sequence[PlannedCheck], session: Session, run: Run) -> None:
    """Run the trials of some checks of an exercise; they travel in one message."""
    if run.fault or not checks:
        return
    begun = time.monotonic()
    trials = [trial for check in checks for trial in check.trials]
    scripts = [script for trial in trials for script in trial.scripts]
    stuck = _stuck(run.replies)
    try:
        outcomes = [stuck] * len(scripts) if stuck else session.run(scripts, offered=offered(planned, trials))
    except FaultError as error:
        run.fault = str(error)
        return
    finally:
        run.wall_s += time.monotonic() - begun
    left = iter(outcomes)
    for check in checks:
        run.replies[check.name] = [[next(left) for _ in trial.scripts] for trial in check.trials]


def _stuck(replies: Mapping[str, list[list[Outcome]]]) -> Outcome | None:
    """The time-out that this exercise ran into already, if any: waiting for it once is enough."""
    found = (outcome for trials in replies.values() for trial in trials for outcome in trial)
    return next((item for item in found if isinstance(item, Ending) and item.verdict == "timeout"), None)


def offered(planned: Planned, trials: Sequence[Trial]) -> dict[int, Any]:
    """The functions offered in these trials, by number."""
    found: dict[int, Any] = {}
    for trial in trials:
        found.update(planned.contract.offered(trial.inputs, trial.sizes))
    return found
