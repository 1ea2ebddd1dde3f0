"""A bank: all trials of an assignment, drawn from one seed, with their expected values.

Computed once, outside, and kept on disk under a hash of everything it depends on, so that every submission
of a run is asked the same and a batch pays for the reference once. Files in the cache are frames of the
protocol: data, no objects.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, Exercise
from grader.boxes import Limits
from grader.cases import Contract, Offered, draw_cases
from grader.checks import Check, Trial, require_discerning
from grader.errors import AssignmentError, ProtocolError
from grader.notebooks.given import Given
from grader.protocol import FrameReader, Script, encode, pack, unpack
from grader.skeletons import given_cells
from grader.testing import confirm_tests
from grader.written import Written

__all__ = [
    "Bank",
    "Planned",
    "PlannedCheck",
    "build_bank",
    "cache_folder",
    "cached_bank",
    "plan_exercise",
    "trial_from_data",
    "trial_to_data",
]


@dataclass(frozen=True)
class PlannedCheck:
    """A check with the trials it will judge."""

    name: str
    check: Check
    trials: tuple[Trial, ...]
    hint: str = ""


@dataclass(frozen=True)
class Planned:
    """An exercise as it is graded."""

    contract: Contract
    title: str
    points: float
    needs: tuple[str, ...]
    checks: tuple[PlannedCheck, ...]
    statement: str = ""


@dataclass(frozen=True)
class Bank:
    """Everything that grading a submission needs, drawn and computed."""

    assignment: str
    title: str
    limits: Limits
    allow: tuple[str, ...]
    libraries: tuple[str, ...]
    seed: int
    exercises: tuple[Planned, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)
    not_covered: str = ""
    """For a hand-out's bank: what only the course's own grading looks at."""
    forbid: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    """The notebook that is handed out: what of it has to stay."""
    written: tuple[Written, ...] = ()
    """Questions that people grade."""

    @property
    def points(self) -> float:
        """What it is all worth."""
        return round(sum(one.points for one in self.exercises) + sum(one.points for one in self.written), 4)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What checks look for in a submission: of a notebook, no more is run than these need."""
        found = {
            planned.contract.name: None
            for planned in self.exercises
            if any(check.check.runs != "cells" for check in planned.checks)
        }
        for planned in self.exercises:
            for check in planned.checks:
                found.update(dict.fromkeys(getattr(check.check, "names", ())))
                for trial in check.trials:
                    for script in trial.scripts:
                        found.update({step.name: None for step in script.steps if step.do == "call"})
        return tuple(found)


def build_bank(assignment: Assignment, *, seed: int) -> Bank:
    """Draw every case and run the reference on it.

    Raises:
        AssignmentError: A domain, the reference or a check does not hold what it promises.
    """
    confirm_tests(assignment, seed=seed)
    trials = {exercise.name: _plan(assignment, exercise, seed) for exercise in assignment.exercises}
    return _assemble(assignment, seed, trials)


def plan_exercise(assignment: Assignment, name: str, *, seed: int) -> Planned:
    """One exercise's trials, drawn and computed; those of the others are not.

    Raises:
        AssignmentError: As `build_bank`.
    """
    exercise = next(found for found in assignment.exercises if found.name == name)
    return _planned(assignment, exercise, _plan(assignment, exercise, seed))


def cached_bank(assignment: Assignment, *, seed: int, source_hash: str, cache: Path | None = None) -> Bank:
    """The bank from the cache, or built and put there.

    Args:
        source_hash: Hash of the instructor's sources, as `Course.source_hash` gives it.
        cache: Folder of the cache; by default `$GRADER_CACHE`, else the user's cache folder.
    """
    key = _key(assignment, seed, source_hash)
    path = (cache or cache_folder()) / "banks" / f"{assignment.id}-{key[:32]}.bank"
    trials = _read(path, assignment)
    if trials is None:
        confirm_tests(assignment, seed=seed)
        trials = {exercise.name: _plan(assignment, exercise, seed) for exercise in assignment.exercises}
        _write(path, trials)
    return _assemble(assignment, seed, trials, {"assignment": source_hash, "cases": key})


Trials = Mapping[str, Mapping[str, tuple[Trial, ...]]]


def _assemble(
    assignment: Assignment, seed: int, trials: Trials, hashes: Mapping[str, str] | None = None
) -> Bank:
    exercises = [_planned(assignment, exercise, trials[exercise.name]) for exercise in assignment.exercises]
    return Bank(
        assignment.id,
        assignment.title,
        assignment.limits,
        tuple(assignment.allow),
        assignment.libraries,
        seed,
        tuple(exercises),
        dict(hashes or {}),
        forbid=tuple(assignment.forbid),
        given=given_cells(assignment),
        written=tuple(assignment.written),
    )


def _planned(assignment: Assignment, exercise: Exercise, trials: Mapping[str, tuple[Trial, ...]]) -> Planned:
    checks = tuple(
        PlannedCheck(name, check, trials[name], exercise.hints.get(name, ""))
        for name, check in assignment.checks_of(exercise).items()
    )
    return Planned(
        contract=exercise.contract(assignment.id),
        title=exercise.statement.title,
        points=float(exercise.points),
        needs=exercise.needs,
        checks=checks,
        statement=exercise.statement.text,
    )


def _plan(assignment: Assignment, exercise: Exercise, seed: int) -> dict[str, tuple[Trial, ...]]:
    contract = exercise.contract(assignment.id)
    cases = draw_cases(contract, seed=seed)
    planned: dict[str, tuple[Trial, ...]] = {}
    for name, check in assignment.checks_of(exercise).items():
        trials = tuple(check.plan(contract, cases))
        if not planned and check.runs not in ("tests", "cells"):
            require_discerning(check, contract, trials)
        for trial in trials:
            _require_plain(trial, contract, name)
        planned[name] = trials
    return planned


def _require_plain(trial: Trial, contract: Contract, check: str) -> None:
    try:
        encode(trial_to_data(trial))
    except ProtocolError as error:
        raise AssignmentError(
            f"{contract.where}: {check}: expected inputs and answers of plain data, got {error.message}",
            mend="Numbers, text, lists, tuples, dicts, arrays of numbers, tensors and generators can cross.",
        ) from None


def _key(assignment: Assignment, seed: int, source_hash: str) -> str:
    """Hash of all that trials depend on: sources, seed, this engine, and the libraries' versions."""
    digest = hashlib.sha256()
    names = ["grader", "numpy", "hypothesis", *(["torch"] if "torch" in assignment.libraries else [])]
    versions = [f"{name}={importlib.metadata.version(name)}" for name in names]
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # only laws are judged with it
        versions.append(f"scipy={importlib.metadata.version('scipy')}")
    for part in (source_hash, str(seed), platform.python_version(), *versions):
        digest.update(part.encode() + b"\0")
    engine = Path(__file__).parent
    folders = sorted(
        path for part in ("cases", "checks", "protocol") for path in (engine / part).rglob("*.py")
    )
    folders += sorted((engine / "testing").glob("*.py"))
    for path in (
        *folders,
        *(engine / f"{name}.py" for name in ("shapes", "messages", "assignment", "banks", "bundles")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where banks are kept: `$GRADER_CACHE`, else a folder of the user's cache."""
    named = os.environ.get("GRADER_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "grader"


def _write(path: Path, trials: Trials) -> None:
    """Write atomically; a cache that cannot be written is no reason to fail."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        frames = []
        for name, checks in trials.items():
            data = {check: [trial_to_data(trial) for trial in found] for check, found in checks.items()}
            frames.append(pack({"exercise": name, "checks": data}))
        content = b"".join(frames)
        partial.write_bytes(hashlib.sha256(content).digest() + content)
        partial.replace(path)


def _read(path: Path, assignment: Assignment) -> Trials | None:
    """The trials in a cache file; None if it is absent, damaged or incomplete."""
    try:
        stored = path.read_bytes()
        if stored[:32] != hashlib.sha256(stored[32:]).digest():
            return None
        reader = FrameReader(max_body=1 << 40)
        reader.feed(stored[32:])
        found: dict[str, dict[str, tuple[Trial, ...]]] = {}
        for _ in assignment.exercises:
            frame = reader.next()
            if frame is None:
                return None
            data = unpack(frame)
            found[data["exercise"]] = {
                name: tuple(trial_from_data(item) for item in items) for name, items in data["checks"].items()
            }
    except (OSError, ProtocolError, LookupError, TypeError, AttributeError):
        return None
    wanted = {exercise.name: set(exercise.named_checks) for exercise in assignment.exercises}
    return found if {name: set(checks) for name, checks in found.items()} == wanted else None


def trial_to_data(trial: Trial) -> dict[str, Any]:
    """The trial as plain data for the codec."""
    return {
        "note": trial.note,
        "inputs": {name: _input_to_data(value) for name, value in trial.inputs.items()},
        "sizes": dict(trial.sizes),
        "scripts": [script.to_value() for script in trial.scripts],
        "expected": trial.expected,
        "entries": trial.entries,
    }


def trial_from_data(data: Mapping[str, Any]) -> Trial:
    """The trial again; KeyError, TypeError or ProtocolError if the data is not one."""
    return Trial(
        data["note"],
        {name: _input_from_data(value) for name, value in data["inputs"].items()},
        data["sizes"],
        tuple(Script.from_value(script) for script in data["scripts"]),
        data["expected"],
        data["entries"],
    )


def _input_to_data(value: Any) -> tuple[Any, ...]:
    if isinstance(value, Offered):
        return ("offered", value.key, value.input, dict(value.made_from))
    return ("plain", value)


def _input_from_data(data: tuple[Any, ...]) -> Any:
    return Offered(*data[1:]) if data[0] == "offered" else data[1]
