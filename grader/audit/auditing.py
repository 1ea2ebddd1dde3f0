"""Audits an assignment: cuts the work into tasks, has processes do them, and adds up what they say."""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from grader.audit.records import (
    Audit,
    ExerciseAudit,
    FalseFailure,
    MutantResult,
    TrivialResult,
    WrongSubmission,
)
from grader.audit.tasks import Desk, Task, prepare_process, read_record, run_task
from grader.banks import Planned
from grader.errors import FaultError, FormatError

__all__ = ["audit"]

_PIECE = 20
"""Mutants in one task."""

Progress = Callable[[int, int], None]
"""Told how many of how many tasks are done."""


def audit(desk: Desk, *, jobs: int, seeds: int, progress: Progress = lambda done, count: None) -> Audit:
    """Measure how well an assignment's checks tell wrong from right.

    Args:
        desk: The assignment, and how its texts are run.
        jobs: Processes beside this one.
        seeds: How many further seeds the reference is graded with.
    Raises:
        AssignmentError: The assignment cannot be graded at all.
        FaultError: A process ended; what was done is kept, and the next audit goes on from there.
    """
    begun = time.monotonic()
    bank = desk.bank
    tasks = list(_tasks(desk, seeds))
    records = [read_record(item) for item in _done(desk, tasks, jobs, progress)]
    mutants = _reasoned(desk, [item for item in records if isinstance(item, MutantResult)])
    trivial = [item for item in records if isinstance(item, TrivialResult)]
    wrong = [item for item in records if isinstance(item, WrongSubmission)]
    accepted = [f"submissions/accepted/{task[2]}" for task in tasks if task[:2] == ("submission", "accepted")]
    return Audit(
        grader=importlib.metadata.version("grader"),
        assignment=desk.id,
        title=desk.assignment.title,
        seed=desk.seed,
        seeds=seeds,
        exercises=[_row(planned, mutants, trivial, wrong) for planned in bank.exercises],
        mutants=mutants,
        trivial=trivial,
        wrong=wrong,
        right=["the reference", "the reference with the noise of reordered sums", *accepted],
        false_failures=[item for item in records if isinstance(item, FalseFailure)],
        hashes=dict(bank.hashes),
        wall_s=round(time.monotonic() - begun, 3),
    )


def _tasks(desk: Desk, seeds: int) -> Iterator[Task]:
    """All of the work, in the order of the report."""
    for planned in desk.referred(desk.bank):
        name = planned.contract.name
        yield ("reference", name)
        count = len(desk.mutants(name))
        for first in range(0, count, _PIECE):
            yield ("mutants", name, str(first), str(min(count, first + _PIECE)))
    folder = desk.course.folder(desk.id) / "submissions"
    for kind in ("accepted", "wrong"):
        yield from (("submission", kind, path.name) for path in sorted((folder / kind).glob("*.py")))
    yield from (("seed", str(desk.seed + 1 + number)) for number in range(seeds))


def _done(desk: Desk, tasks: Sequence[Task], jobs: int, progress: Progress) -> list[dict[str, Any]]:
    """Everything that the tasks say, in their order, whoever was first."""
    found: dict[Task, list[dict[str, Any]]] = {}
    # Not forked from here: this process has threads, and boxes of its own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, prepare_process, (desk,)) as pool:
        futures = {pool.submit(run_task, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                found[futures[future]] = future.result()
                progress(len(found), len(tasks))
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, RuntimeError):  # a process of the pool is gone
                raise FaultError(f"audit: {error}.", mend="Start it again; it goes on from there.") from None
            raise
    return [item for task in tasks for item in found[task]]


def _row(
    planned: Planned,
    mutants: Sequence[MutantResult],
    trivial: Sequence[TrivialResult],
    wrong: Sequence[WrongSubmission],
) -> ExerciseAudit:
    name = planned.contract.name
    own = [mutant for mutant in mutants if mutant.exercise == name]
    failed = [item.checks for item in own] + [item.checks for item in trivial if item.exercise == name]
    handed_in = [item.removeprefix(f"{name}: ") for submission in wrong for item in submission.got]
    kills = {
        check.name: sum(check.name in checks for checks in failed) + handed_in.count(check.name)
        for check in planned.checks
    }
    count = {
        status: sum(mutant.status == status for mutant in own)
        for status in ("killed", "survived", "equivalent")
    }
    return ExerciseAudit(name=planned.contract.name, kills=kills, **count)


def _reasoned(desk: Desk, mutants: Sequence[MutantResult]) -> list[MutantResult]:
    """The results with the instructor's word on each survivor that has one."""
    reasons = _reasons(desk.course.folder(desk.id) / "survivors.toml")
    return [
        mutant.model_copy(update={"reason": reasons.get((mutant.exercise, mutant.after), "")})
        if mutant.status == "survived"
        else mutant
        for mutant in mutants
    ]


def _reasons(path: Path) -> dict[tuple[str, str], str]:
    """Reasons by exercise and changed line.

    Raises:
        FormatError: The file is not laid out as the documentation of `grader audit` says.
    """
    if not path.exists():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return {(item["exercise"], item["after"]): item["reason"] for item in data["survivor"]}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise FormatError(
            f"{path.name}: expected [[survivor]] tables with exercise, after and reason, got {error!r}."
        ) from None
