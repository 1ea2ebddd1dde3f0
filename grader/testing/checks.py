"""A function of a test file as a check of an exercise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from grader.boxes import Conversation
from grader.cases import Case, Contract
from grader.checks import Failure, Runs, Trial
from grader.protocol import Outcome, Reply

__all__ = ["PytestCheck", "run_checks"]


@dataclass(frozen=True)
class PytestCheck:
    """One test function; each of its parameters' combinations is a case."""

    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "tests"
    kind: str
    """The function's name."""
    title: str
    weight: float
    hidden: bool
    file: str
    ids: tuple[str, ...]
    """What pytest calls its cases."""
    hint: str = ""

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return [Trial(id.partition("[")[2].removesuffix("]"), {}, {}, (), id, 0) for id in self.ids]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        (outcome,) = outcomes
        found = outcome.value if isinstance(outcome, Reply) else None
        return found if isinstance(found, Failure) else None


def run_checks(
    checks: Sequence[PytestCheck], session: Conversation, *, seed: int
) -> dict[str, Failure | str | None]:
    """What became of each case on the submission in the session, pytest started once a file.

    Returns:
        By what pytest calls the case: a failure; None if it passed; words if it could not be run, and that is ours.
    """
    if not checks:
        return {}  # most courses have no test files, and grading goes without loading pytest
    from grader.testing.running import run_tests

    found: dict[str, Failure | str | None] = {}
    for file in dict.fromkeys(check.file for check in checks):
        ids = [id for check in checks if check.file == file for id in check.ids]
        found.update(run_tests(Path(file), ids, session, seed=seed))
    return found
