"""From what came back for an exercise to its verdict: each check judged, made small, weighed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from grader.banks import Planned, PlannedCheck
from grader.boxes import Loaded, Session
from grader.checks import Failure, Trial, judged, signature
from grader.errors import FaultError
from grader.evidence import evidence_of, hidden_message
from grader.protocol import Outcome
from grader.results import CheckResult, ExerciseResult, Status
from grader.runs import Run, offered
from grader.shrinking import shrink

__all__ = ["Judge"]

_GATE = 0.5


class Judge:
    """Judges the exercises of one submission, in order."""

    def __init__(
        self, file: str, loaded: Loaded, session: Session, *, seed: int, names: Sequence[str]
    ) -> None:
        self._file, self._loaded, self._session, self._seed = file, loaded, session, seed
        self._taken = frozenset(names)

    def exercise(self, planned: Planned, run: Run, before: Sequence[ExerciseResult]) -> ExerciseResult:
        """The verdict on one exercise; `before` are those on the exercises that stand before it."""
        if run.fault:
            checks = [_fault(check, run.fault) for check in planned.checks]
        else:
            checks = list(self._checks(planned, run))
        broken = [
            done.name
            for done in before
            if done.name in planned.needs and done.status in ("failed", "skipped")
        ]
        if broken:
            checks = [_masked(check, broken[0]) for check in checks]
        return _total(planned, checks, run)

    def _checks(self, planned: Planned, run: Run) -> Iterator[CheckResult]:
        """Each check's verdict; the first decides whether the others count."""
        first = planned.checks[0].name
        decided: CheckResult | None = None
        for check in planned.checks:
            if decided is None:
                decided = self._check(planned, check, run.replies[check.name])
                yield decided
            elif decided.status == "fault":
                # Unknown is not right: manners earn nothing beside values that could not be judged.
                yield _fault(check, f"needs {first}, which could not be judged")
            elif decided.cases_failed > _GATE * decided.cases:
                yield _result(check, "skipped", because=first)
            else:
                yield self._check(planned, check, run.replies[check.name])

    def _check(self, planned: Planned, check: PlannedCheck, replies: list[list[Outcome]]) -> CheckResult:
        failed: list[tuple[Trial, Failure]] = []
        try:
            for trial, outcomes in zip(check.trials, replies, strict=True):
                failure = judged(check.check, planned.contract, trial, outcomes)
                if failure is not None:
                    failed.append((trial, failure))
        except FaultError as error:  # of the machine; what an answer brings about is `judged` a failure
            return _fault(check, str(error))
        if not failed:
            return _result(check, "passed", cases=len(check.trials))
        trial, failure = min(failed, key=lambda item: item[0].entries)
        counts = {"cases": len(check.trials), "cases_failed": len(failed), "hint": check.hint}
        failure = self._worded(planned, failure)
        if check.check.hidden:
            return _result(check, "failed", message=hidden_message(failure), kind=failure.kind, **counts)
        smaller = self._smaller(planned, check, trial, failure)
        trial, failure = smaller or (trial, failure)
        try:
            evidence = evidence_of(planned.contract, trial, failure, self._file, shrunk=smaller is not None)
        except Exception:  # the verdict stands without a case to show
            evidence = None
        return _result(
            check, "failed", message=failure.message, kind=failure.kind, evidence=evidence, **counts
        )

    def _worded(self, planned: Planned, failure: Failure) -> Failure:
        """The failure, with what only the whole submission knows."""
        name = signature(planned.contract)
        if not self._loaded.mode:
            return Failure(
                "import", f"{name}: could not be run, because the file cannot be imported (see above)."
            )
        if (
            failure.kind == "missing"
            and failure.line is None
            and planned.contract.name not in self._loaded.names
        ):
            spare = [name for name in self._loaded.names if name not in self._taken]
            close = difflib.get_close_matches(planned.contract.name, spare, n=1)
            tip = f" Did you mean your {close[0]!r}? It has to be named as in the exercise." if close else ""
            return Failure("missing", f"{failure.message}{tip}")
        return failure

    def _smaller(
        self, planned: Planned, check: PlannedCheck, trial: Trial, failure: Failure
    ) -> tuple[Trial, Failure] | None:
        def run(smaller: Trial) -> list[Outcome]:
            return self._session.run(smaller.scripts, offered=offered(planned, [smaller]))

        if failure.kind == "import":
            return None
        try:
            return shrink(run, check.check, planned.contract, trial, failure, seed=self._seed)
        except Exception:
            return None  # no box any more, or no judge: the case that failed is shown as it was found


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
        update={
            "status": "skipped",
            "because": because,
            "message": "",
            "kind": "",
            "hint": "",
            "evidence": None,
        }
    )


def _total(planned: Planned, checks: list[CheckResult], run: Run) -> ExerciseResult:
    """Points by weight of the checks that could be judged."""
    weights = sum(check.weight for check in checks)
    scored = []
    for check in checks:
        points = planned.points * check.weight / weights if check.status == "passed" else 0.0
        scored.append(check.model_copy(update={"score": _points(points)}))
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
        score=_points(planned.points * earned / weights),
        max_score=_points(planned.points * judged / weights),
        because=because,
        checks=scored,
        output=run.output,
        wall_s=round(run.wall_s, 3),
    )


def _points(points: float) -> float:
    return round(points, 4)
