"""From what came back for an exercise to its verdict: each check judged, made small, weighed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.banks import Planned, PlannedCheck
from grader.boxes import Conversation, Loaded
from grader.checks import Failure, Trial, judged, signature
from grader.errors import FaultError
from grader.evidence import evidence_of, hidden_message
from grader.protocol import Heard, Outcome, Sealed
from grader.results import CheckResult, ExerciseResult, Status
from grader.runs import Run, offered
from grader.shrinking import shrink
from grader.verdicts import Verdicts

__all__ = ["Judge"]

_GATE = 0.5
_OF_VALUES = frozenset(("value", "shape", "type", "nonfinite", "property", "gradient"))
_KEEPS = (
    "does your code keep something from one call for the next "
    "(a global, a cache, a default argument that is changed)?"
)


class Judge:
    """Judges the exercises of one submission, in order."""

    def __init__(
        self,
        file: str,
        loaded: Loaded,
        session: Conversation,
        *,
        seed: int,
        names: Sequence[str],
        explain: bool = True,
        verdicts: Verdicts | None = None,
    ) -> None:
        self._verdicts = verdicts
        self._file, self._loaded, self._session, self._seed = file, loaded, session, seed
        self._explain = explain
        self._taken = frozenset(names)

    def exercise(self, planned: Planned, run: Run, before: Sequence[ExerciseResult]) -> ExerciseResult:
        """The verdict on one exercise; `before` are those on the exercises that stand before it."""
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
            if check.name in run.faults:
                found = _fault(check, run.faults[check.name])
                decided = decided or found
                yield found
            elif decided is not None and decided.inside and _is_inside(check):
                # Test cells of notebooks have points of their own each, whatever became of the others.
                yield self._check(planned, check, run.replies[check.name])
            elif decided is None:
                decided = self._check(planned, check, run.replies[check.name], run.again)
                yield decided
            elif decided.status == "fault":
                # Unknown is not right: manners earn nothing beside values that could not be judged.
                yield _fault(check, f"needs {first}, which could not be judged")
            elif decided.cases_failed > _GATE * decided.cases:
                yield _result(check, "skipped", because=first)
            else:
                yield self._check(planned, check, run.replies[check.name])

    def _check(
        self,
        planned: Planned,
        check: PlannedCheck,
        replies: list[list[Heard]],
        again: Mapping[int, list[Heard]] | None = None,
    ) -> CheckResult:
        failed: list[tuple[Trial, Failure]] = []
        try:
            for number, (trial, outcomes) in enumerate(zip(check.trials, replies, strict=True)):
                failure = self._judged(planned, check, number, outcomes)
                if failure is None and number in (again or {}):
                    failure = _unstable(self._judged(planned, check, number, (again or {})[number]))
                if failure is not None:
                    failed.append((trial, failure))
        except FaultError as error:  # of the machine; what an answer brings about is `judged` a failure
            return _fault(check, str(error))
        if not failed:
            return _result(check, "passed", cases=len(check.trials))
        # Those wrong in the first order can be made small; whether other calls are to blame is seen then.
        trial, failure = min(failed, key=lambda item: (item[1].kind == "unstable", item[0].entries))
        counts = {"cases": len(check.trials), "cases_failed": len(failed), "hint": check.hint}
        if check.check.runs != "cells":  # which know of no import
            failure = self._worded(planned, failure)
        if check.check.hidden:
            return _result(check, "failed", message=hidden_message(failure), kind=failure.kind, **counts)
        smaller = self._smaller(planned, check, trial, failure) if self._explain else None
        trial, failure = smaller or (trial, failure)
        failure = self._alone(planned, check, trial, failure) if self._explain else failure
        try:
            evidence = evidence_of(planned.contract, trial, failure, self._file, shrunk=smaller is not None)
        except Exception:  # the verdict stands without a case to show
            evidence = None
        return _result(
            check, "failed", message=failure.message, kind=failure.kind, evidence=evidence, **counts
        )

    def _judged(
        self, planned: Planned, check: PlannedCheck, number: int, outcomes: Sequence[Heard]
    ) -> Failure | None:
        """What is wrong with the answers to a trial; what was right before, byte for byte, is not looked at again."""
        place = planned.contract.name, check.name, number
        if self._verdicts is not None and self._verdicts.right(*place, outcomes):
            return None
        opened = [outcome.opened() if isinstance(outcome, Sealed) else outcome for outcome in outcomes]
        failure = judged(check.check, planned.contract, check.trials[number], opened)
        if failure is None and self._verdicts is not None:
            self._verdicts.note(*place, outcomes)
        return failure

    def _alone(self, planned: Planned, check: PlannedCheck, trial: Trial, failure: Failure) -> Failure:
        """The failure, or that there is none where this case comes first in a worker that knows no other."""
        if check.check.runs != "scripts" or failure.kind not in _OF_VALUES:
            return failure
        try:
            self._session.renew()
            found = judged(check.check, planned.contract, trial, self._again(planned, check, trial))
        except Exception:
            return failure  # no box any more
        if found is not None:
            return failure
        text = f"{failure.message} Alone, the same input is answered right: {_KEEPS}"
        return replace(failure, kind="unstable", message=text)

    def _again(self, planned: Planned, check: PlannedCheck, trial: Trial) -> list[Outcome]:
        return self._session.run(trial.scripts, offered=offered(planned, [(check.check, trial)]))

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
            return self._again(planned, check, smaller)

        if failure.kind == "import" or check.check.runs != "scripts":
            return None
        try:
            return shrink(run, check.check, planned.contract, trial, failure, seed=self._seed)
        except Exception:
            return None  # no box any more, or no judge: the case that failed is shown as it was found


def _unstable(failure: Failure | None) -> Failure | None:
    """What is wrong with an answer that was right when the cases came in another order."""
    if failure is None:
        return None
    text = f"{failure.message} In another order of the calls the same input was answered right: {_KEEPS}"
    return replace(failure, kind="unstable", message=text)


def _result(check: PlannedCheck, status: Status, **values: Any) -> CheckResult:
    return CheckResult(
        name=check.name,
        title=check.check.title,
        status=status,
        hidden=check.check.hidden,
        inside=_is_inside(check),
        weight=check.check.weight,
        **values,
    )


def _is_inside(check: PlannedCheck) -> bool:
    return bool(getattr(check.check, "inside", False))


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
    # A hand-out may hold only tests that tell and are worth nothing: there they share the points.
    even = not any(check.weight for check in checks)
    weighed = [(check, 1.0 if even else check.weight) for check in checks]
    weights = sum(weight for _, weight in weighed)
    scored = []
    for check, weight in weighed:
        points = planned.points * weight / weights if check.status == "passed" else 0.0
        scored.append(check.model_copy(update={"score": _points(points)}))
    judged = sum(weight for check, weight in weighed if check.status != "fault")
    earned = sum(weight for check, weight in weighed if check.status == "passed")
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
