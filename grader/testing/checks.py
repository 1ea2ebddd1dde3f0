"""A function of a test file as a check of an exercise."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import ClassVar

from grader.boxes import Conversation
from grader.cases import Case, Contract
from grader.checks import Failure, Runs, Trial
from grader.protocol import Outcome, Reply

__all__ = ["Plain", "PytestCheck", "run_checks", "words_of"]


@dataclass(eq=False)
class Plain:
    """Steps that the reference answers with plain data in an assignment's tests: there, an object is no answer."""

    learn: Callable[[int], None] | None = None
    """Runs the tests on the reference: a bank from the cache was confirmed by another process."""
    steps: dict[str, set[str]] = field(default_factory=dict)
    """By test file."""

    def of(self, file: str, seed: int) -> set[str]:
        if file not in self.steps and self.learn is not None:
            self.learn(seed)
        return self.steps.get(file, set())


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
    plain: Plain = field(default_factory=lambda: Plain(), compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Every word of the file: it may look for any of them in a submission."""
        return words_of(Path(self.file))

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return [Trial(id.partition("[")[2].removesuffix("]"), {}, {}, (), id, 0) for id in self.ids]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        (outcome,) = outcomes
        found = outcome.value if isinstance(outcome, Reply) else None
        return found if isinstance(found, Failure) else None


@cache
def words_of(file: Path) -> tuple[str, ...]:
    """The words of a file, each once."""
    return tuple(dict.fromkeys(re.findall(r"[^\W\d]\w*", file.read_text(encoding="utf-8", errors="replace"))))


def run_checks(
    checks: Sequence[PytestCheck], session: Conversation, *, seed: int, reference: bool = False
) -> dict[str, Failure | str | None]:
    """What became of each case on the submission in the session, pytest started once a file.

    Args:
        reference: Whether it is the reference: where it gives plain data, submissions have to.
    Returns:
        By what pytest calls the case: a failure; None if it passed; words if it could not be run, and that is ours.
    """
    if not checks:
        return {}  # most courses have no test files, and grading goes without loading pytest
    from grader.testing.running import run_tests

    found: dict[str, Failure | str | None] = {}
    for file in dict.fromkeys(check.file for check in checks):
        here = [check for check in checks if check.file == file]
        ids = [id for check in here for id in check.ids]
        known = here[0].plain
        wanted = set() if reference else known.of(file, seed)
        results, plain = run_tests(Path(file), ids, session, seed=seed, plain=wanted)
        found.update(results)
        if reference:
            known.steps[file] = plain
    return found
