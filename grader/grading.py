"""Grades one submission: runs a bank's trials in a box, judges them out here, and adds up."""

from __future__ import annotations

import difflib
import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Box, Loaded, Session
from grader.checks import Failure, Trial, signature
from grader.errors import FaultError
from grader.evidence import evidence_of, hidden_message, place_of
from grader.protocol import Ending, Outcome, StudentError
from grader.results import CheckResult, ExerciseResult, Output, Problem, Result, SourceFile, Status, Where
from grader.shrinking import shrink
from grader.submissions import Submission

__all__ = ["grade"]

Progress = Callable[[str], None]
"""Told the name of each exercise before it is graded."""

_GATE = 0.5


def grade(
    bank: Bank,
    submission: Submission,
    start: Callable[[], Box],
    *,
    box: str,
    progress: Progress = lambda name: None,
    session: Session | None = None,
) -> Result:
    """Run and judge every exercise.

    Args:
        start: Starts a box with the bank's libraries.
        box: Kind of box, for the report.
        session: A session with the submission that was started ahead of time, if any.
    Returns:
        The result. What the grader itself could not do is in it as a fault, never as lost points.
    """
    begun = time.monotonic()
    problems = [_remark(submission, text, line) for text, line in submission.remarks]
    exercises: list[ExerciseResult] = []
    session = session or Session(
        start, submission.name, submission.text, allow=bank.allow, limits=bank.limits
    )
    try:
        try:
            loaded = session.load()
        except FaultError as error:
            loaded = Loaded("whole")
            problems.append(Problem(message=str(error), fault=True))
        problems.extend(_load_problems(submission, loaded))
        for planned in bank.exercises:
            progress(planned.contract.name)
            exercises.append(_Grading(bank, submission, session, loaded).exercise(planned, exercises))
    finally:
        session.close()
    return Result(
        grader=importlib.metadata.version("grader"),
        assignment=bank.assignment,
        title=bank.title,
        coverage="public" if bank.not_covered else "all",
        not_covered=bank.not_covered,
        submission=SourceFile(
            name=submission.name, sha256=submission.sha256, bytes=len(submission.data), text=submission.text
        ),
        score=_rounded(sum(exercise.score for exercise in exercises)),
        max_score=_rounded(sum(exercise.max_score for exercise in exercises)),
        exercises=exercises,
        problems=problems,
        seed=bank.seed,
        box=box,
        hashes=dict(bank.hashes),
        versions=_versions(bank.libraries),
        cpu_s=round(session.cpu_s, 3),
        wall_s=round(time.monotonic() - begun, 3),
        memory_mib=round(session.memory_mib, 1),
    )


class _Grading:
    """One submission's grading, exercise by exercise."""

    def __init__(self, bank: Bank, submission: Submission, session: Session, loaded: Loaded) -> None:
        self._bank, self._submission, self._session, self._loaded = bank, submission, session, loaded

    def exercise(self, planned: Planned, before: Sequence[ExerciseResult]) -> ExerciseResult:
        """Grade one exercise; `before` are those graded already."""
        begun = time.monotonic()
        try:
            outcomes = self._outcomes(planned)
            checks = list(self._checks(planned, outcomes))
        except FaultError as error:
            checks = [_fault(check, str(error)) for check in planned.checks]
        broken = [
            done.name
            for done in before
            if done.name in planned.needs and done.status in ("failed", "skipped")
        ]
        if broken:
            checks = [_masked(check, broken[0]) for check in checks]
        text, cut = self._session.printed()
        return _total(planned, checks, Output(text=text, cut_bytes=cut), time.monotonic() - begun)

    def _outcomes(self, planned: Planned) -> dict[str, list[list[Outcome]]]:
        """What came back, by check and trial; all trials of an exercise travel in one message."""
        trials = [trial for check in planned.checks for trial in check.trials]
        scripts = [script for trial in trials for script in trial.scripts]
        if not self._loaded.mode:
            outcomes: list[Outcome] = [Ending("exited", "the file could not be imported")] * len(scripts)
        else:
            outcomes = self._session.run(scripts, offered=_offered(planned, trials))
        left = iter(outcomes)
        return {
            check.name: [[next(left) for _ in trial.scripts] for trial in check.trials]
            for check in planned.checks
        }

    def _checks(self, planned: Planned, outcomes: Mapping[str, list[list[Outcome]]]) -> Iterator[CheckResult]:
        first = planned.checks[0].name
        closed = False
        for check in planned.checks:
            if closed:
                yield _result(check, "skipped", because=first)
                continue
            done = self._check(planned, check, outcomes[check.name])
            yield done
            closed = closed or (check.name == first and done.cases_failed > _GATE * done.cases)

    def _check(self, planned: Planned, check: PlannedCheck, outcomes: list[list[Outcome]]) -> CheckResult:
        failed: list[tuple[Trial, Failure]] = []
        try:
            for trial, replies in zip(check.trials, outcomes, strict=True):
                failure = check.check.judge(planned.contract, trial, replies)
                if failure is not None:
                    failed.append((trial, failure))
        except Exception as error:  # a judge is ours or the instructor's: never the student's loss
            return _fault(check, f"{check.name}: {type(error).__name__}: {error}")
        if not failed:
            return _result(check, "passed", cases=len(check.trials))
        trial, failure = min(failed, key=lambda item: item[0].entries)
        failure = self._worded(planned, failure)
        message, evidence = failure.message, None
        if check.check.hidden:
            message = hidden_message(failure)
        else:
            smaller = None if check.check.hidden else self._shrunk(planned, check, trial, failure)
            trial, failure = smaller or (trial, failure)
            message = failure.message
            evidence = evidence_of(
                planned.contract, trial, failure, self._submission.name, shrunk=smaller is not None
            )
        return _result(
            check,
            "failed",
            message=message,
            kind=failure.kind,
            hint=check.hint,
            cases=len(check.trials),
            cases_failed=len(failed),
            evidence=evidence,
        )

    def _worded(self, planned: Planned, failure: Failure) -> Failure:
        """The failure, with what only the whole submission knows."""
        name = signature(planned.contract)
        if not self._loaded.mode:
            text = f"{name}: could not be run, because the file cannot be imported (see above)."
            return Failure("import", text)
        if failure.kind == "missing" and failure.line is None:
            close = difflib.get_close_matches(planned.contract.name, self._loaded.names, n=1)
            tip = f" Did you mean your {close[0]!r}? It has to be named as in the exercise." if close else ""
            return Failure("missing", f"{failure.message}{tip}")
        return failure

    def _shrunk(
        self, planned: Planned, check: PlannedCheck, trial: Trial, failure: Failure
    ) -> tuple[Trial, Failure] | None:
        def run(smaller: Trial) -> list[Outcome]:
            return self._session.run(smaller.scripts, offered=_offered(planned, [smaller]))

        if failure.kind == "import":
            return None
        return shrink(run, check.check, planned.contract, trial, failure, seed=self._bank.seed)


def _offered(planned: Planned, trials: Sequence[Trial]) -> dict[int, Any]:
    offered: dict[int, Any] = {}
    for trial in trials:
        offered.update(planned.contract.offered(trial.inputs, trial.sizes))
    return offered


def _result(check: PlannedCheck, status: Status, **values: Any) -> CheckResult:
    return CheckResult(
        name=check.name,
        title=check.check.title,
        status=status,
        hidden=check.check.hidden,
        weight=check.check.weight,
        **values,
    )


def _fault(check: PlannedCheck, message: str) -> CheckResult:
    return _result(check, "fault", kind="fault", message=message)


def _masked(check: CheckResult, because: str) -> CheckResult:
    """A failed check of an exercise that calls one that failed: told as skipped, so that one error is told once."""
    if check.status not in ("failed", "skipped"):
        return check
    return check.model_copy(
        update={"status": "skipped", "because": because, "message": "", "hint": "", "evidence": None}
    )


def _total(planned: Planned, checks: list[CheckResult], output: Output, wall_s: float) -> ExerciseResult:
    """Points by weight of the checks that could be judged."""
    weights = sum(check.weight for check in checks)
    scored = []
    for check in checks:
        points = planned.points * check.weight / weights if check.status == "passed" else 0.0
        scored.append(check.model_copy(update={"score": _rounded(points)}))
    judged = sum(check.weight for check in checks if check.status != "fault")
    earned = sum(check.weight for check in checks if check.status == "passed")
    states = [check.status for check in checks]
    because = next((check.because for check in checks if check.because in planned.needs), "")
    status: Status = "passed"
    if "failed" in states:
        status = "failed"
    elif "skipped" in states:
        status = "skipped" if because else "failed"
    elif "fault" in states:
        status = "fault"
    return ExerciseResult(
        name=planned.contract.name,
        title=planned.title,
        statement=planned.statement,
        status=status,
        score=_rounded(planned.points * earned / weights),
        max_score=_rounded(planned.points * judged / weights),
        because=because,
        checks=scored,
        output=output,
        wall_s=round(wall_s, 3),
    )


def _rounded(points: float) -> float:
    return round(points, 4)


def _remark(submission: Submission, text: str, line: int | None) -> Problem:
    code = (
        submission.text.splitlines()[line - 1] if line and line <= len(submission.text.splitlines()) else ""
    )
    where = Where(file=submission.name, line=line, code=code) if line else None
    return Problem(message=text, where=where)


def _load_problems(submission: Submission, loaded: Loaded) -> list[Problem]:
    """What went wrong while the file was imported, and what that means for the rest."""
    found = loaded.problem
    if found is None:
        return []
    rest = {
        "": "Nothing in it could be graded.",
        "definitions": "Its functions and classes were graded all the same.",
        "bare definitions": "Its functions and classes were graded all the same, without values that it computes.",
        "whole": "",
    }[loaded.mode]
    if isinstance(found, Ending):
        ended = {
            "timeout": f"it did not end within {found.detail}",
            "output": f"it printed {found.detail}",
            "exited": "it ended the process (os._exit or the like)",
        }.get(found.verdict, f"the process {found.verdict} ({found.detail})")
        return [Problem(message=f"The file could not be imported to its end: {ended}. {rest}")]
    return [Problem(message=f"{_import_message(found)} {rest}", where=place_of(submission.name, found))]


def _import_message(error: StudentError) -> str:
    line = f" (line {error.line})" if error.line else ""
    if error.type_name in ("SyntaxError", "IndentationError", "TabError"):
        return f"The file is no valid Python: {error.type_name}{line}: {error.text}."
    if error.kind == "exit":
        return f"The file ends the program while it is imported{line}."
    return f"The file could not be imported to its end: {error.type_name}{line}: {error.text}."


def _versions(libraries: Sequence[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    return found | {name: importlib.metadata.version(name) for name in ("numpy", *libraries)}
