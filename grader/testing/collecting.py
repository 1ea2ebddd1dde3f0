"""Test files of an assignment become checks of its exercises, or exercises of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, Exercise
from grader.boxes import Session, open_box
from grader.bundles import bundle
from grader.cases import anything
from grader.errors import AssignmentError
from grader.testing.checks import Plain, PytestCheck, run_checks

__all__ = ["confirm_tests", "with_tests"]


def with_tests(assignment: Assignment, folder: Path) -> Assignment:
    """The assignment with every `test_*.py` in its folder made into checks.

    Raises:
        AssignmentError: A test file cannot be collected, or a marker says something that cannot be meant.
    """
    if not any(folder.glob("test_*.py")):
        return assignment
    try:
        from grader.testing.running import collected
    except ImportError:
        mend = "Install pytest beside the grader."
        raise AssignmentError(
            f"{assignment.id}: expected pytest, since it has test files.", mend=mend
        ) from None

    functions: dict[tuple[str, str], list[Any]] = {}
    for item in collected(folder):
        functions.setdefault((str(item.path), item.originalname or item.name), []).append(item)
    exercises = {exercise.name: exercise for exercise in assignment.exercises}
    plain = Plain()
    for items in functions.values():
        _add(_check(items, plain), exercises, items)
    found = replace(assignment, exercises=list(exercises.values()))
    plain.learn = lambda seed: confirm_tests(found, seed=seed)
    return found


def _add(check: PytestCheck, exercises: dict[str, Exercise], items: Sequence[Any]) -> None:
    """Give one test function to its exercise, or make it one."""
    where = f"{Path(check.file).name}: {check.kind}"
    name = _marked(items[0], "exercise", str, "", where)
    if name and name not in exercises:
        raise AssignmentError(f"{where}: exercise: expected one of {', '.join(exercises)}, got {name!r}.")
    after = _marked(items[0], "after", str, "", where)
    home = name or _named(check.kind, exercises)
    if home is None:
        own = _own(check, float(_marked(items[0], "points", int | float, 1, where)), after)
        exercises[own.name] = own
        return
    if after:
        raise AssignmentError(
            f"{where}: after: expected a test of no other exercise, got one of {home!r}.",
            mend="What has to work first is said by the exercise: Exercise(..., after=...).",
        )
    exercise = exercises[home]
    if check.kind in exercise.named_checks:
        raise AssignmentError(f"{where}: expected a name that no other test of {home!r} has.")
    hints = {**exercise.hints, **({check.kind: check.hint} if check.hint else {})}
    exercises[home] = replace(exercise, checks=[*exercise.checks, check], hints=hints)


def _check(items: Sequence[Any], steps: Plain) -> PytestCheck:
    item = items[0]
    where = f"{item.path.name}: {item.originalname}"
    doc = inspect.cleandoc(item.function.__doc__ or "").partition("\n")[0].rstrip(".")
    plain = (item.originalname or item.name).removeprefix("test_").replace("_", " ")
    return PytestCheck(
        kind=item.originalname or item.name,
        title=doc or plain[:1].upper() + plain[1:],
        weight=float(_marked(item, "points", int | float, 1, where)),
        hidden=item.get_closest_marker("hidden") is not None,
        file=str(item.path),
        ids=tuple(found.nodeid for found in items),
        hint=_marked(item, "hint", str, "", where),
        plain=steps,
    )


def _marked(item: Any, name: str, kind: Any, default: Any, where: str) -> Any:
    """The one argument of a marker."""
    marker = item.get_closest_marker(name)
    if marker is None:
        return default
    value = marker.args[0] if len(marker.args) == 1 and not marker.kwargs else None
    fits = isinstance(value, kind) and not isinstance(value, bool) and (name != "points" or 0 < value < 1e6)
    if not fits:
        wanted = "a number above 0" if name == "points" else "one text"
        raise AssignmentError(f"{where}: {name}: expected {wanted}, got {marker.args!r}.")
    return value


def _named(test: str, exercises: dict[str, Exercise]) -> str | None:
    """The exercise that a test's name begins with: the longest that fits."""
    rest = test.removeprefix("test_")
    fitting = [name for name in exercises if rest == name or rest.startswith(f"{name}_")]
    return max(fitting, key=len, default=None)


def _own(check: PytestCheck, points: float, after: str) -> Exercise:
    """An exercise that is nothing but its test."""

    def reference() -> None: ...

    reference.__name__ = reference.__qualname__ = check.kind.removeprefix("test_")
    reference.__doc__ = f"{check.title}."
    hints = {check.kind: check.hint} if check.hint else {}
    return Exercise(
        reference,
        points=points,
        inputs={},
        returns=anything(),
        checks=[check],
        hints=hints,
        after=after or (),
    )


def confirm_tests(assignment: Assignment, *, seed: int) -> None:
    """Run every test once on the reference: a test that fails there could be passed by nobody.

    Raises:
        AssignmentError: One fails.
    """
    checks = [
        check for item in assignment.exercises for check in item.checks if isinstance(check, PytestCheck)
    ]
    if not checks:
        return
    references: list[Callable[..., Any]] = [
        item.reference for item in assignment.exercises if not item.is_tests
    ]
    session = Session(
        lambda: open_box(
            "bare", assignment.libraries, assignment.limits
        ),  # what runs in it is the course's own
        "reference.py",
        bundle(references),
        allow=assignment.allow,
        limits=assignment.limits,
    )
    try:
        found = run_checks(checks, session, seed=seed, reference=True)
    finally:
        session.close()
    for check in checks:
        where = f"{Path(check.file).name}: {check.kind}"
        for result in (found[id] for id in check.ids):
            if isinstance(result, str):
                raise AssignmentError(f"{where}: cannot be run on the reference: {result}.")
            if result is not None:
                raise AssignmentError(f"{where}: expected the reference to pass, got: {result.message}")
