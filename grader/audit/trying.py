"""Tries a text on an exercise: its trials run in a box, every check judged, none left out for the others' sake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Box, Session
from grader.checks import Failure, Trial, judged
from grader.errors import FaultError
from grader.protocol import Ending, Outcome
from grader.runs import Measure, offered

__all__ = ["Bench", "Tried", "judge_all"]

Replies = dict[str, list[list[Outcome]]]


@dataclass
class Tried:
    """What became of a text."""

    replies: Replies = field(default_factory=dict)
    """Outcomes of every trial's scripts, by check."""
    failures: dict[str, Failure] = field(default_factory=dict)
    """The first failure of each check that fails."""
    faults: dict[str, str] = field(default_factory=dict)
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Bench:
    """Where texts are tried: boxes with what a bank's assignment grants."""

    bank: Bank
    start: Callable[[], Box]
    measure: Callable[[str], Measure] | None = None
    """Makes what measures a text; without it, checks that measure are left out."""

    def open(self, text: str) -> Session:
        """A session with the text, as a submission has."""
        bank = self.bank
        return Session(self.start, "reference.py", text, allow=bank.allow, limits=bank.limits)

    def try_text(self, planned: Planned, text: str, *, timing: bool = False) -> Tried:
        """Run and judge an exercise's checks on a text.

        Args:
            timing: Also the checks that measure.
        """
        tried = Tried()
        checks = [check for check in planned.checks if check.check.runs == "scripts"]
        pairs = [(check.check, trial) for check in checks for trial in check.trials]
        session = self.open(text)
        try:
            scripts = [script for _, trial in pairs for script in trial.scripts]
            outcomes = iter(session.run(scripts, offered=offered(planned, pairs)))
            for check in checks:
                tried.replies[check.name] = [
                    [next(outcomes) for _ in trial.scripts] for trial in check.trials
                ]
        finally:
            session.close()
        tried.cpu_s = session.cpu_s
        judge_all(planned, checks, tried)
        if timing and self.measure is not None:
            self._measure(planned, self.measure(text), tried)
        return tried

    def _measure(self, planned: Planned, measure: Measure, tried: Tried) -> None:
        timed = [check for check in planned.checks if check.check.runs == "timing"]
        for check in timed:
            try:
                tried.replies[check.name] = [[measure(planned, check, trial)] for trial in check.trials]
                judge_all(planned, [check], tried)
            except FaultError as error:
                tried.faults[check.name] = error.message


def judge_all(planned: Planned, checks: Sequence[PlannedCheck], tried: Tried) -> None:
    """Judge these checks' replies; each up to its first failure."""
    for check in checks:
        for trial, outcomes in zip(check.trials, tried.replies[check.name], strict=True):
            failure = judged(check.check, planned.contract, trial, outcomes)
            if failure is not None:
                tried.failures[check.name] = failure
                break


def ended(outcomes: Sequence[Outcome]) -> bool:
    """Whether a worker ended on the way."""
    return any(isinstance(outcome, Ending) for outcome in outcomes)


def trials_of(planned: Planned) -> list[Trial]:
    return [trial for check in planned.checks for trial in check.trials]
