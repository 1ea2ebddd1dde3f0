"""A tiny course, its right answers, and a factory that grades a file of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from grader.banks import Bank, build_bank
from grader.courses import Course
from grader.grading import grade
from grader.results import CheckResult, ExerciseResult, Result
from grader.submissions import collect
from tests.strongest import open_strongest, strongest

__all__ = ["GOOD", "Grade", "but", "check_of", "exercise_of", "messages"]

REFERENCE = '''
import numpy as np


def scale(x, factor=2.0):
    """Multiply by a factor.

    Args:
        x: Numbers, any shape.
        factor: What to multiply by.
    Returns:
        Numbers, shape of x.
    Example:
        >>> scale(np.array([1.0, 2.0])).tolist()
        [2.0, 4.0]
    Source: Euclid, Elements, book V.
    """
    return np.asarray(x, float) * factor


def scale_twice(x):
    """Multiply by two, and by two again: use scale."""
    return scale(scale(x))


def extremes(x):
    """Smallest and largest entry of each row."""
    return x.min(axis=1), x.max(axis=1)


class Counter:
    """Counts up from a start."""

    def __init__(self, start):
        self.count = start

    def up(self, by):
        """Add to the count, and return it."""
        self.count += by
        return self.count


def slope(f, a):
    """Difference of f between a + 1 and a."""
    return f(a + 1.0) - f(a)


def secret(x):
    """Twice the sum of the squares."""
    return 2 * np.sum(np.square(np.asarray(x, float)))
'''

ASSIGNMENT = """
from grader import *
from reference import tiny


def parabola(c):
    return lambda t: c * t * t


def count(student, start, by):
    counter = student.Counter(start)
    first = counter.up(by)
    second = counter.up(1)
    return first, second, counter.count


def ordered(answer, x):
    return bool((answer[0] <= answer[1]).all())


numbers = real("*shape", low=-5, high=5)

assignment = Assignment(
    id="tiny",
    title="Tiny things",
    limits=Limits(cpu_s=1, wall_s=6, memory_mib=300, output_mib=1, show_kib=1),
    allow=["numpy"],
    exercises=[
        Exercise(tiny.scale, points=4, inputs={"x": numbers, "factor": real("", low=1, high=3)},
                 returns=numbers, checks=[agrees(), leaves_inputs_alone()],
                 hints={"agrees": "Multiplication is written with a star."}),
        Exercise(tiny.scale_twice, points=2, inputs={"x": numbers}, returns=numbers,
                 checks=[agrees()], after="scale"),
        Exercise(tiny.extremes, points=2, inputs={"x": real("rows columns", low=-5, high=5)},
                 returns=(real("rows"), real("rows")),
                 checks=[agrees(), satisfies("The smallest is not above the largest", ordered)]),
        Exercise(tiny.Counter, points=2,
                 inputs={"start": integer("", low=-9, high=9), "by": integer("", low=-9, high=9)},
                 returns=(integer("", low=-99, high=99),) * 3, checks=[agrees()], scenario=count),
        Exercise(tiny.slope, points=2,
                 inputs={"f": function(parabola, takes=[real("", low=-9, high=9)], c=real("", low=1, high=3)),
                         "a": real("", low=-5, high=5)},
                 returns=real(""), checks=[agrees()]),
        Exercise(tiny.secret, points=2, inputs={"x": real("n", low=41, high=43)}, returns=real(""),
                 checks=[agrees(hidden=True)]),
    ],
)
"""

GOOD = {
    "imports": "import numpy as np\n",
    "scale": "def scale(x, factor=2.0):\n    return np.asarray(x, float) * factor\n",
    "scale_twice": "def scale_twice(x):\n    return scale(scale(x))\n",
    "extremes": "def extremes(x):\n    return x.min(axis=1), x.max(axis=1)\n",
    "Counter": (
        "class Counter:\n    def __init__(self, start):\n        self.count = start\n"
        "    def up(self, by):\n        self.count += by\n        return self.count\n"
    ),
    "slope": "def slope(f, a):\n    return f(a + 1.0) - f(a)\n",
    "secret": "def secret(x):\n    return 2 * (np.asarray(x, float) ** 2).sum()\n",
}


def but(**parts: str) -> str:
    """The right solution with some parts replaced; `scale` begins at line 4."""
    return "\n\n".join({**GOOD, **parts}.values())


class Grade(Protocol):
    def __call__(self, text: str | bytes, *, bank: Bank = ..., name: str = ...) -> Result: ...


def exercise_of(result: Result, name: str) -> ExerciseResult:
    return next(exercise for exercise in result.exercises if exercise.name == name)


def check_of(result: Result, name: str, check: str = "agrees") -> CheckResult:
    return next(found for found in exercise_of(result, name).checks if found.name == check)


def messages(result: Result) -> dict[str, str]:
    """What each exercise's first check says, where it did not pass."""
    return {
        exercise.name: exercise.checks[0].message
        for exercise in result.exercises
        if exercise.status != "passed"
    }


def write_course(root: Path, *, assignment: str = ASSIGNMENT, id: str = "tiny") -> Course:
    (root / "reference").mkdir(parents=True)
    (root / "reference" / "__init__.py").write_text("")
    (root / "reference" / "tiny.py").write_text(REFERENCE)
    folder = root / "assignments" / id
    folder.mkdir(parents=True)
    (folder / "assignment.py").write_text(assignment)
    return Course(root)


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The tiny course; what its import leaves behind is removed at the end."""
    path, modules = list(sys.path), _references()
    yield write_course(tmp_path_factory.mktemp("course"))
    sys.path[:] = path
    for name in _references():
        del sys.modules[name]
    sys.modules.update(modules)


def _references() -> dict[str, Any]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "reference"}


@pytest.fixture(scope="session")
def bank(course: Course) -> Bank:
    return build_bank(course.load("tiny"), seed=3)


@pytest.fixture(scope="session")
def small(bank: Bank) -> Bank:
    """Two exercises of it, without a hidden check: three workers fewer for a grading."""
    return replace(
        bank, exercises=tuple(item for item in bank.exercises if item.contract.name in ("scale", "Counter"))
    )


@pytest.fixture
def grade_text(bank: Bank, tmp_path: Path) -> Grade:
    """Writes a file and grades it."""
    default = bank

    def run(text: str | bytes, *, bank: Bank = default, name: str = "tiny.py") -> Result:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return grade(
            bank, collect(path), lambda: open_strongest(bank.libraries, bank.limits), box=strongest()
        )

    return run


@pytest.fixture
def make_course(tmp_path: Path) -> Callable[..., Course]:
    """Writes another course, with an assignment of its own."""

    def make(assignment: str, *, id: str = "tiny", name: str = "other") -> Course:
        return write_course(tmp_path / name, assignment=assignment, id=id)

    return make
