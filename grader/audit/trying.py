"""Tries a text on an exercise: its trials run in a box, every check judged, none left out for the others' sake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Box, Session
from grader.checks import Failure, judged
from grader.errors import FaultError
from grader.protocol import Outcome, Reply
from grader.runs import offered
from grader.testing import PytestCheck, run_checks

__all__ = ["Bench", "Tried", "judge_all"]

Replies = dict[str, list[list[Outcome]]]


@dataclass
class Tried:
    """What became of a text."""

    replies: Replies = field(default_factory=dict)
    """Outcomes of every trial's scripts, by check."""
    failures: dict[str, Failure] = field(default_factory=dict)
    """The first failure of each check that fails."""
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Bench:
    """Where texts are tried: boxes with what a bank's assignment grants."""

    bank: Bank
    start: Callable[[], Box]

    def open(self, text: str) -> Session:
        """A session with the text, as a submission has."""
        bank = self.bank
        return Session(self.start, "reference.py", text, allow=bank.allow, limits=bank.limits)

    def try_text(self, planned: Planned, text: str) -> Tried:
        """Run and judge an exercise's checks on a text, but for those that measure or read what is no student's."""
        session = self.open(text)
        try:
            tried = self.try_in(session, planned)
        finally:
            session.close()
        tried.cpu_s = session.cpu_s
        return tried

    def try_in(self, session: Session, planned: Planned) -> Tried:
        """As `try_text`, in a session that serves several exercises."""
        tried = Tried()
        checks = [check for check in planned.checks if check.check.runs == "scripts"]
        pairs = [(check.check, trial) for check in checks for trial in check.trials]
        scripts = [script for _, trial in pairs for script in trial.scripts]
        outcomes = iter(session.run(scripts, offered=offered(planned, pairs)))
        for check in checks:
            tried.replies[check.name] = [[next(outcomes) for _ in trial.scripts] for trial in check.trials]
        checks += self._test(planned, session, tried)
        judge_all(planned, checks, tried)
        return tried

    def _test(self, planned: Planned, session: Session, tried: Tried) -> list[PlannedCheck]:
        """Run the instructor's own tests; returns those that could be run."""
        tests = [check for check in planned.checks if check.check.runs == "tests"]
        if not tests:
            return []
        checks = [check.check for check in tests if isinstance(check.check, PytestCheck)]
        found = run_checks(checks, session, seed=self.bank.seed)
        for check in tests:
            results = [found[trial.expected] for trial in check.trials]
            why = next((result for result in results if isinstance(result, str)), None)
            if why is not None:
                raise FaultError(f"audit: {check.name}: {why}")
            tried.replies[check.name] = [[Reply(result)] for result in results]
        return tests


def judge_all(planned: Planned, checks: Sequence[PlannedCheck], tried: Tried) -> None:
    """Judge these checks' replies; each up to its first failure."""
    for check in checks:
        for trial, outcomes in zip(check.trials, tried.replies[check.name], strict=True):
            failure = judged(check.check, planned.contract, trial, outcomes)
            if failure is not None:
                tried.failures[check.name] = failure
                break
