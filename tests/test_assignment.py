"""What an instructor may write, and every field that cannot be meant: exercise, field, value, mend."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader
from grader import (
    Assignment,
    Exercise,
    Limits,
    agrees,
    defaulted,
    gradient_of,
    index,
    leaves_inputs_alone,
    list_of,
    optional,
    real,
    unchanged_when,
)
from grader.errors import AssignmentError


def scale(x: Any, factor: Any = 2.0) -> Any:
    """Scale by a factor."""
    return factor * x


def other(x: Any) -> Any:
    """Another one."""
    return x + 1


def silent(x: Any) -> Any:
    return x


class Net:
    """A network."""


EXERCISE: dict[str, Any] = {
    "reference": scale,
    "points": 2,
    "inputs": {"x": real("n")},
    "returns": real("n"),
    "checks": [agrees()],
}


def exercise(**fields: Any) -> Exercise:
    return Exercise(**{**EXERCISE, **fields})


def assignment(**fields: Any) -> Assignment:
    return Assignment(**{"id": "scaling", "title": "Scaling", "exercises": [exercise()], **fields})


# --- what is taken -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", grader.__all__)
def test_everything_that_instructors_import_is_a_function_or_a_class(name: str) -> None:
    assert callable(getattr(grader, name))


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'grader' has no attribute 'nothing'$"):
        grader.nothing  # noqa: B018


def test_an_exercise_takes_name_statement_and_order_of_arguments_from_its_reference() -> None:
    made = exercise(inputs={"factor": real(""), "x": real("n")}, after=["a", "b"])
    assert (made.name, made.where, made.statement.title) == (
        "scale",
        "exercise 'scale'",
        "Scale by a factor.",
    )
    assert made.needs == ("a", "b")
    assert exercise(after="a").needs == ("a",)
    contract = made.contract("scaling")
    assert list(contract.inputs) == ["x", "factor"]
    assert contract.where == "scaling: exercise 'scale'"
    assert contract.reference is scale


def test_checks_of_one_kind_are_numbered_from_the_second_on() -> None:
    checks = [agrees(), unchanged_when("x", other), leaves_inputs_alone(), unchanged_when("y", other)]
    made = exercise(checks=checks, hints={"unchanged_when_2": "Look twice."})
    assert list(made.named_checks) == ["agrees", "unchanged_when", "leaves_inputs_alone", "unchanged_when_2"]


def test_an_assignment_adds_up_and_loads_what_it_allows() -> None:
    made = assignment(
        exercises=[exercise(), exercise(reference=other, points=0.5, after="scale")],
        allow=["torch", "scipy", "numpy"],
    )
    assert made.points == 2.5
    assert made.libraries == ("numpy", "torch")
    assert assignment().libraries == ("numpy",)
    assert made.limits == Limits()


@pytest.mark.parametrize(
    "fields",
    [
        {"inputs": {"x": real("n"), "factor": defaulted(real("", low=1))}},
        {"inputs": {"x": index("n", below="3")}},
        {"inputs": {"x": real("n k"), "factor": optional(index("n", below="k"))}},
        {"inputs": {"x": real("*rest k")}, "axes": {"*rest": (0, 2), "k": (0, 5)}},
        {"inputs": {"x": list_of(real("rows columns"))}},
        {"examples": [{"x": np.ones(3)}, {"x": np.ones(0)}]},
        {"returns": (real("n"), real(""))},
        {"reference": Net, "scenario": lambda student, x: student.Net()},
        {"checks": (gradient_of(other, wrt="x"),)},
    ],
)
def test_an_exercise_may_be_written_like_this(fields: dict[str, Any]) -> None:
    assert exercise(**fields).name


# --- what is refused -----------------------------------------------------------------------------------------------

FUNCTION = silent.__qualname__
EXERCISES: list[tuple[dict[str, Any], str]] = [
    ({"reference": 3}, "Exercise: reference: expected a function or class, got 3."),
    ({"reference": silent},
     "exercise 'silent': reference: expected a docstring, got None.\nIt is the statement that students read."),
    ({"reference": max}, "exercise 'max': reference: expected a function with a signature, "
                         "got <built-in function max>.\nWrap it in a function of your own."),
    ({"points": 0}, "points: expected a number above 0, got 0."),
    ({"points": -1}, "points: expected a number above 0, got -1."),
    ({"points": math.nan}, "points: expected a number above 0, got nan."),
    ({"points": math.inf}, "points: expected a number above 0, got inf."),
    ({"points": True}, "points: expected a number above 0, got True."),
    ({"points": "2"}, "points: expected a number above 0, got '2'."),
    ({"inputs": None}, "inputs: expected a dict of domains by parameter, got None."),
    ({"inputs": [3]}, "inputs: expected a dict of domains by parameter, got [3]."),
    ({"inputs": {"x": 3}}, "input 'x': expected a domain such as real(...), got 3."),
    ({"inputs": {"x": "n"}}, "input 'x': expected a domain such as real(...), got 'n'."),
    ({"inputs": {"x": real("n"), "y": real("n")}},
     "inputs: expected parameters of the reference (x, factor), got 'y'."),
    ({"inputs": {}}, "inputs: expected a domain for 'x', which has no default, got None."),
    ({"inputs": {"x": real("n"), "factor": index("", below="k")}},
     "input 'factor': below: expected an axis of an input (n), got 'k'."),
    ({"inputs": {"x": real("n"), "factor": optional(index("", below="k"))}},
     "input 'factor': below: expected an axis of an input (n), got 'k'."),
    ({"inputs": {"x": real("n"), "factor": defaulted(index("", below="k"))}},
     "input 'factor': below: expected an axis of an input (n), got 'k'."),
    ({"returns": None}, "returns: expected a domain such as real(...), or a tuple of them, got None."),
    ({"returns": ()}, "returns: expected a domain such as real(...), or a tuple of them, got ()."),
    ({"returns": ("n",)}, "returns: expected a domain such as real(...), or a tuple of them, got ('n',)."),
    ({"returns": 3.5}, "returns: expected a domain such as real(...), or a tuple of them, got 3.5."),
    ({"axes": [("n", 1, 2)]}, "axes: expected a dict of (shortest, longest) by axis, got [('n', 1, 2)]."),
    ({"axes": {"m": (1, 2)}}, "axes: expected an axis of an input (n), got 'm'."),
    ({"axes": {"n": 3}}, "axes: 'n': expected (shortest, longest), got 3."),
    ({"axes": {"n": (3, 2)}}, "axes: 'n': expected (shortest, longest), got (3, 2)."),
    ({"axes": {"n": (-1, 2)}}, "axes: 'n': expected (shortest, longest), got (-1, 2)."),
    ({"axes": {"n": (1, 2, 3)}}, "axes: 'n': expected (shortest, longest), got (1, 2, 3)."),
    ({"axes": {"n": (1, 2.5)}}, "axes: 'n': expected (shortest, longest), got (1, 2.5)."),
    ({"examples": None}, "examples: expected a list of dicts of inputs, got None."),
    ({"examples": {"x": 1}}, "examples: expected a list of dicts of inputs, got {'x': 1}."),
    ({"examples": [{"y": 1}]}, "examples: example 1: expected a dict of inputs (x), got {'y': 1}."),
    ({"examples": [{"x": np.ones(2)}, {"x": 1}]},
     "examples: example 2: x: expected an array of shape (n,), got the number 1."),
    ({"scenario": 5}, "scenario: expected a function, got 5.\nWrite the calls in sequence: "
                      "def scenario(student, x): return student.scale(x).result"),
    ({"reference": Net}, "exercise 'Net': scenario: expected a function, since the reference is a class, got None.\n"
                         "Write the calls in sequence: def scenario(student, x): return student.Net(x).result"),
    ({"checks": []}, "checks: expected a list of checks, such as [agrees()], got []."),
    ({"checks": None}, "checks: expected a list of checks, such as [agrees()], got None."),
    ({"checks": "agrees"}, "checks: expected a list of checks, such as [agrees()], got 'agrees'."),
    ({"checks": agrees()}, "checks: expected a list of checks, such as [agrees()], "
                           "got Agrees(rtol=1e-06, atol=1e-12, weight=3, hidden=False)."),
    ({"checks": ["agrees"]}, "checks: expected checks, such as agrees(), got 'agrees'."),
    ({"checks": [leaves_inputs_alone()]},
     "checks: expected a check of values first (such as agrees, gradient_of or satisfies), got 'leaves_inputs_alone'.\n"
     "The first check decides whether the others count; conduct alone is no solution."),
    ({"hints": {"agree": "x"}}, "hints: expected names of its checks (agrees), got 'agree'."),
    ({"hints": ["agrees"]}, "hints: expected a dict of words by check, got ['agrees']."),
    ({"hints": {"agrees": 3}}, "hints: expected a dict of words by check, got {'agrees': 3}."),
    ({"after": 5}, "after: expected names of exercises, got 5."),
    ({"after": [5]}, "after: expected names of exercises, got [5]."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "text"), EXERCISES, ids=[text.splitlines()[0] for _, text in EXERCISES])
def test_an_exercise_that_cannot_be_meant_is_refused_with_field_value_and_mend(
    fields: Any, text: str
) -> None:
    with pytest.raises(AssignmentError) as error:
        exercise(**fields)
    assert str(error.value).removeprefix("exercise 'scale': ") == text


ASSIGNMENTS: list[tuple[dict[str, Any], str]] = [
    ({"id": "Scaling"}, "Assignment: id: expected small letters, digits and underscores, got 'Scaling'."),
    ({"id": ""}, "Assignment: id: expected small letters, digits and underscores, got ''."),
    ({"id": "a/../b"}, "Assignment: id: expected small letters, digits and underscores, got 'a/../b'."),
    ({"id": "a\n"}, "Assignment: id: expected small letters, digits and underscores, got 'a\\n'."),
    ({"id": 3}, "Assignment: id: expected small letters, digits and underscores, got 3."),
    ({"title": ""}, "assignment 'scaling': title: expected words, got ''."),
    ({"title": 3}, "assignment 'scaling': title: expected words, got 3."),
    ({"exercises": None}, "assignment 'scaling': exercises: expected a list of Exercise, got None."),
    ({"exercises": [agrees]},
     f"assignment 'scaling': exercises: expected a list of Exercise, got [{agrees!r}]."),
    ({"exercises": [exercise(), exercise()]}, "assignment 'scaling': exercises: expected each name once, got 'scale'."),
    ({"exercises": [exercise(after="other")]},
     "assignment 'scaling': exercise 'scale': after: expected an exercise that stands before it (none), got 'other'."),
    ({"exercises": [exercise(), exercise(reference=other, after="other")]},
     "assignment 'scaling': exercise 'other': after: expected an exercise that stands before it (scale), "
     "got 'other'."),
    ({"limits": 10}, "assignment 'scaling': limits: expected Limits(...), got 10."),
    ({"allow": "numpy"}, "assignment 'scaling': allow: expected a list of names of libraries, got 'numpy'."),
    ({"allow": [np]}, f"assignment 'scaling': allow: expected a list of names of libraries, got [{np!r}]."),
    ({"allow": 5}, "assignment 'scaling': allow: expected a list of names of libraries, got 5."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "text"), ASSIGNMENTS, ids=range(len(ASSIGNMENTS)))
def test_an_assignment_that_cannot_be_meant_is_refused_with_field_and_value(fields: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        assignment(**fields)
    assert str(error.value) == text


def test_a_single_exercise_instead_of_a_list_is_refused() -> None:
    with pytest.raises(AssignmentError, match=r"exercises: expected a list of Exercise, got Exercise\("):
        assignment(exercises=exercise())


# --- where in the instructor's file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("x = real('n', low=3, high=2)",
         "late/assignment.py, line 3: real('n'): expected low below high, got (3, 2).\nSwap them, or widen the range."),
        ("x = 1 / 0",
         "late/assignment.py, line 3: ZeroDivisionError: division by zero\nThe file has to run as it stands."),
        ("x = (", "late/assignment.py, line 3: SyntaxError: '(' was never closed (assignment.py, line 3)\n"
                  "The file has to run as it stands."),
        ("assignment = 3", "late/assignment.py: expected `assignment = Assignment(id='late', ...)`, got int.\n"
                           "The identifier is the name of the folder."),
    ],
)  # fmt: skip
def test_an_error_at_load_time_names_the_line(course: Callable[[str], Any], line: str, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        course(f"from grader import real\n\n{line}\n").load("late")
    assert str(error.value) == text


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    import sys

    from grader.courses import Course

    monkeypatch.setattr(sys, "path", list(sys.path))

    def made(source: str) -> Course:
        folder = tmp_path / "assignments" / "late"
        folder.mkdir(parents=True)
        (folder / "assignment.py").write_text(source)
        return Course(tmp_path)

    return made
