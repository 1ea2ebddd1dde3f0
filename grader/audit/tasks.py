"""The pieces that an audit's work is cut into, each run in a process of its own and known by its content."""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import inspect
import json
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.assignment import Assignment
from grader.audit.equivalents import compared
from grader.audit.mutants import Mutant, mutants_of
from grader.audit.records import FalseFailure, MutantResult, TrivialResult, WrongSubmission
from grader.audit.trivial import noisy, trivial_results
from grader.audit.trying import Bench, Tried, judge_all
from grader.banks import Bank, Planned, build_bank, cache_folder, cached_bank, trial_to_data
from grader.boxes import Box, Limits, open_box, patient
from grader.bundles import bundle
from grader.checks import check_to_data
from grader.courses import Course
from grader.errors import AssignmentError, FaultError
from grader.grading import grade
from grader.jail.kernel import die_with_parent
from grader.protocol import pack
from grader.results import Result
from grader.submissions import collect

__all__ = ["Desk", "Task", "prepare_process", "run_task"]

Task = tuple[str, ...]
"""What to do: `("reference", exercise)`, `("mutants", exercise, first, last)`, `("submission", kind, path)`,
`("seed", number)`."""

Record = FalseFailure | MutantResult | TrivialResult | WrongSubmission

_LEAST_CPU_S = 1.0
_TIMES = 5
"""A mutant is granted so many times what the reference takes, and at least so many seconds."""
_TRIES = 3
"""How often a submission is graded whose time could not be measured."""
_PATIENCE = 4
"""Times the assignment's own limit for a comparison: it has many more cases, and time is not the question."""


@dataclass(frozen=True)
class Desk:
    """Everything that a process needs to work on tasks; can be sent to it."""

    root: str
    id: str
    box: str
    seed: int
    most: int
    """Mutants of an exercise at most; 0 for all."""

    def __reduce__(self) -> tuple[Any, ...]:
        # What was loaded stays here: an assignment holds functions that no other process can be sent.
        return Desk, (self.root, self.id, self.box, self.seed, self.most)

    @functools.cached_property
    def course(self) -> Course:
        return Course(Path(self.root))

    @functools.cached_property
    def assignment(self) -> Assignment:
        return self.course.load(self.id)

    @functools.cached_property
    def bank(self) -> Bank:
        return cached_bank(self.assignment, seed=self.seed, source_hash=self.course.source_hash(self.id))

    def planned(self, name: str, bank: Bank | None = None) -> Planned:
        return next(found for found in (bank or self.bank).exercises if found.contract.name == name)

    def mutants(self, name: str) -> list[Mutant]:
        """The mutants of an exercise, evenly chosen where there are too many."""
        found = _mutants(self, name)
        if not self.most or len(found) <= self.most:
            return found
        return [found[at * len(found) // self.most] for at in range(self.most)]

    def bench(self, bank: Bank, limits: Limits | None = None) -> Bench:
        granted = limits or bank.limits
        start = functools.partial(_start, self.box, bank.libraries, granted)
        return Bench(replace(bank, limits=granted), start)

    @functools.cached_property
    def references(self) -> dict[str, Callable[..., Any]]:
        """The references by exercise; one that is nothing but tests, or looks at what cells leave, has none."""
        return {
            exercise.name: exercise.reference
            for exercise in self.assignment.exercises
            if not exercise.is_tests
        }

    def referred(self, bank: Bank) -> list[Planned]:
        """The exercises that have a reference to try checks on: tests of notebooks have none."""
        return [
            planned
            for planned in bank.exercises
            if not all(getattr(check.check, "inside", False) for check in planned.checks)
        ]

    def bundle(self) -> str:
        return bundle(self.references.values())


@functools.lru_cache(maxsize=4)
def _mutants(desk: Desk, name: str) -> list[Mutant]:
    references, planned = desk.references, desk.planned(name)
    if name not in references:
        return []
    scripts = [script for check in planned.checks for trial in check.trials for script in trial.scripts]
    called = {step.name for script in scripts for step in script.steps if step.do == "call"}
    beside = [references[other] for other in sorted(called - {name}) if other in references]
    return mutants_of(references[name], exercise=name, others=list(references), beside=beside)


def _start(kind: str, libraries: tuple[str, ...], limits: Limits) -> Box:
    return open_box(kind, libraries, limits)


_desk: Desk | None = None


def prepare_process(desk: Desk) -> None:
    """Called once in each process that works on tasks."""
    global _desk  # noqa: PLW0603 - a process pool hands its tasks to plain functions
    _desk = desk
    if sys.platform == "linux":
        die_with_parent()  # a killed audit must not leave processes that work on
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():  # killed before we could say so
        os._exit(1)
    patient()  # others want the processor while we wait
    gc.set_threshold(100_000, 50, 100)  # thousands of trials at a time, none of them garbage
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache_folder() / "hypothesis"))


def run_task(task: Task) -> list[dict[str, Any]]:
    """The records of a task, as data; from the cache where they were made before."""
    assert _desk is not None
    path = cache_folder() / "audits" / f"{_key(_desk, task)}.json"
    with contextlib.suppress(OSError, ValueError):
        stored: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return stored
    records = _TASKS[task[0]](_desk, task)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(records), encoding="utf-8")
        partial.replace(path)
    return records


def _reference(desk: Desk, task: Task) -> list[dict[str, Any]]:
    """The reference in a box, its noisy variant, and the trivial answers."""
    planned = desk.planned(task[1])
    bench = desk.bench(desk.bank)
    tried = bench.try_text(planned, desk.bundle())
    found = [_record(item) for item in _false(planned, tried, "the reference", desk.seed)]
    if found:
        return found
    found += [_record(item) for item in _false_noise(planned, tried, desk.seed)]
    return found + [_record(item) for item in trivial_results(planned, tried.replies)]


def _false(planned: Planned, tried: Tried, what: str, seed: int) -> list[FalseFailure]:
    return [
        FalseFailure(
            what=what, seed=seed, exercise=planned.contract.name, check=name, message=failure.message
        )
        for name, failure in tried.failures.items()
    ]


def _false_noise(planned: Planned, tried: Tried, seed: int) -> list[FalseFailure]:
    shaken = Tried(noisy(planned, tried.replies, seed))
    judge_all(planned, [check for check in planned.checks if check.name in shaken.replies], shaken)
    return _false(planned, shaken, "the reference with the noise of reordered sums", seed)


def _mutant_results(desk: Desk, task: Task) -> list[dict[str, Any]]:
    planned = desk.planned(task[1])
    chosen = desk.mutants(task[1])[int(task[2]) : int(task[3])]
    used = desk.bench(desk.bank).try_text(planned, desk.bundle()).cpu_s
    granted = min(desk.bank.limits.cpu_s, max(_LEAST_CPU_S, _TIMES * used))
    bench = desk.bench(desk.bank, replace(desk.bank.limits, cpu_s=granted))
    return [_record(_tried_mutant(desk, bench, planned, mutant)) for mutant in chosen]


def _tried_mutant(desk: Desk, bench: Bench, planned: Planned, mutant: Mutant) -> MutantResult:
    failures = bench.try_text(planned, mutant.text).failures
    result = MutantResult(
        id=mutant.id,
        exercise=mutant.exercise,
        operator=mutant.operator,
        before=mutant.before,
        after=mutant.after,
        status="killed",
    )
    if failures:
        first = next(iter(failures.values()))
        return result.model_copy(update={"checks": list(failures), "kind": first.kind})
    limits = replace(desk.bank.limits, cpu_s=_PATIENCE * desk.bank.limits.cpu_s)
    comparison = compared(desk.bench(desk.bank, limits), desk.assignment, planned, mutant.text)
    status = "equivalent" if comparison.equivalent else "survived"
    return result.model_copy(update={"status": status, "witness": comparison.words[:1500]})


def _submission(desk: Desk, task: Task) -> list[dict[str, Any]]:
    _, kind, name = task
    path = desk.course.folder(desk.id) / "submissions" / kind / name
    result = _graded(desk, path)
    failed = [
        (exercise.name, check)
        for exercise in result.exercises
        for check in exercise.checks
        if check.status == "failed"
    ]
    if kind == "accepted":
        return [
            _record(
                FalseFailure(
                    what=f"submissions/accepted/{name}",
                    seed=desk.seed,
                    exercise=exercise,
                    check=check.name,
                    message=check.message,
                )
            )
            for exercise, check in failed
        ]
    got = sorted(f"{exercise}: {check.name}" for exercise, check in failed)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    expected = sorted(first.removeprefix("# fails: ").split("; ")) if first.startswith("# fails: ") else []
    caught = bool(got) and set(expected) <= set(got)
    return [_record(WrongSubmission(file=name, caught=caught, expected=expected, got=got))]


def _graded(desk: Desk, path: Path) -> Result:
    """A submission's result; what measures is asked again where the machine was too busy, and may then stay open."""
    bank = desk.bank
    start = functools.partial(_start, desk.box, bank.libraries, bank.limits)
    for _ in range(_TRIES):
        result = grade(bank, collect(path), start, box=desk.box, explain=False)
        if not result.faults:
            return result
    measured = {
        f"{planned.contract.name}: {check.name}"
        for planned in bank.exercises
        for check in planned.checks
        if check.check.runs == "timing"
    }
    for fault in result.faults:
        if not any(fault.startswith(f"{name}: ") for name in measured):
            raise FaultError(f"audit: {path.name}: {fault}")
    return result


def _seed(desk: Desk, task: Task) -> list[dict[str, Any]]:
    """The reference, and the reference with noise, on the cases of another seed."""
    seed = int(task[1])
    try:
        bank = build_bank(desk.assignment, seed=seed)
    except AssignmentError as error:
        # With this seed nobody's submission would be graded, a right one's neither.
        words = {"what": "no cases could be drawn", "message": error.message}
        return [_record(FalseFailure(seed=seed, exercise=desk.id, check="the bank", **words))]
    session = desk.bench(bank).open(desk.bundle())
    found: list[FalseFailure] = []
    try:
        for planned in desk.referred(bank):
            tried = desk.bench(bank).try_in(session, planned)
            found += _false(planned, tried, "the reference", seed)
            found += _false_noise(planned, tried, seed)
    finally:
        session.close()
    return [_record(item) for item in found]


_TASKS: dict[str, Callable[[Desk, Task], list[dict[str, Any]]]] = {
    "reference": _reference,
    "mutants": _mutant_results,
    "submission": _submission,
    "seed": _seed,
}
_KINDS = {record.__name__: record for record in (FalseFailure, MutantResult, TrivialResult, WrongSubmission)}


def _record(item: Record) -> dict[str, Any]:
    return {"record": type(item).__name__, **item.model_dump()}


def read_record(data: dict[str, Any]) -> Record:
    """The record again."""
    fields = dict(data)
    found: FalseFailure | MutantResult | TrivialResult | WrongSubmission = _KINDS[
        fields.pop("record")
    ].model_validate(fields)
    return found


def _key(desk: Desk, task: Task) -> str:
    """Hash of all that a task's records depend on."""
    digest = hashlib.sha256(repr((task, desk.box, desk.seed, desk.most, _engine())).encode())
    if task[0] in ("reference", "mutants"):
        planned = desk.planned(task[1])
        digest.update(_asked(planned))
        if not all(check.check.stored for check in planned.checks):
            digest.update(desk.course.source_hash(desk.id).encode())
        if task[0] == "mutants":
            for mutant in desk.mutants(task[1])[int(task[2]) : int(task[3])]:
                digest.update(mutant.id.encode())
        else:
            digest.update(desk.bundle().encode())
    else:
        digest.update(desk.course.source_hash(desk.id).encode())
    if task[0] == "submission":
        digest.update((desk.course.folder(desk.id) / "submissions" / task[1] / task[2]).read_bytes())
    return digest.hexdigest()[:40]


def _asked(planned: Planned) -> bytes:
    """What an exercise's checks ask and judge by, as bytes."""
    parts = []
    for check in planned.checks:
        parts.append(repr(check_to_data(check.check)).encode())
        parts.extend(pack(trial_to_data(trial)) for trial in check.trials)
    return hashlib.sha256(b"\0".join(parts)).digest()


@functools.cache
def _engine() -> str:
    """Hash of the engine's parts that decide over a verdict, and of Python."""
    digest = hashlib.sha256(sys.version.encode())
    folder = Path(inspect.getsourcefile(Course) or "").parent
    for part in ("audit", "cases", "checks", "protocol", "worker"):
        for path in sorted((folder / part).rglob("*.py")):
            digest.update(path.read_bytes())
    for name in ("banks", "bundles"):
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()
