"""Test files of an assignment as checks: whose they are, what they cost, and what the report says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from grader.banks import build_bank, cached_bank
from grader.boxes import Limits
from grader.courses import Course
from grader.errors import AssignmentError
from grader.grading import grade
from grader.handouts import read_cases, write_handout
from grader.results import CheckResult, Result
from grader.submissions import collect
from tests.strongest import open_strongest, strongest

TESTS = """
    import numpy as np
    import pytest
    from hypothesis import given, strategies as st
    from hypothesis.extra.numpy import arrays

    @pytest.mark.hint("Divide by the sum.")
    @given(z=arrays(float, (2, 3), elements=st.floats(-50, 50)))
    def test_softmax_sums_to_one(student, z):
        \"\"\"Each row sums to one.\"\"\"
        np.testing.assert_allclose(student.softmax(z).sum(-1), 1, rtol=1e-9)

    @pytest.mark.points(2)
    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_softmax_keeps_the_shape(student, n):
        assert student.softmax(np.zeros((n, 2))).shape == (n, 2)

    @pytest.mark.hidden
    def test_softmax_loss_of_a_secret_row(student):
        assert student.softmax_loss(np.array([[123.0, 124.0]])) == pytest.approx(-1.6265, rel=1e-4)

    @pytest.mark.exercise("softmax")
    def test_ties(student):
        p = student.softmax(np.zeros((1, 2)))
        assert p[0, 0] == p[0, 1]

    @pytest.mark.points(3)
    @pytest.mark.after("softmax")
    def test_both_together(student):
        \"\"\"The loss belongs to the softmax.\"\"\"
        z = np.array([[0.0, 1.0]])
        assert student.softmax_loss(z) == pytest.approx(np.log(student.softmax(z)).sum())
"""
RIGHT = """
    import numpy as np

    def softmax(z):
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    def softmax_loss(z):
        return float(np.log(softmax(z)).sum())
"""


@pytest.fixture
def graded(course: Callable[..., Path], tmp_path: Path) -> Callable[[str], Result]:
    """Grades this text with the assignment and its tests."""
    root = course(test_soft=TESTS)

    def run(text: str) -> Result:
        file = tmp_path / "work.py"
        file.write_text(dedent(text))
        assignment = Course(root).load("soft")
        bank = build_bank(assignment, seed=3)
        return grade(
            bank, collect(file), lambda: open_strongest(("numpy",), assignment.limits), box=strongest()
        )

    return run


def check(result: Result, name: str) -> CheckResult:
    (found,) = [item for exercise in result.exercises for item in exercise.checks if item.name == name]
    return found


def test_tests_are_checks_of_the_exercise_they_name_or_exercises_of_their_own(
    course: Callable[..., Path],
) -> None:
    loaded = Course(course(test_soft=TESTS)).load("soft")
    found = {exercise.name: list(exercise.named_checks) for exercise in loaded.exercises}
    assert found == {
        "softmax": ["agrees", "test_softmax_sums_to_one", "test_softmax_keeps_the_shape", "test_ties"],
        "softmax_loss": ["agrees", "test_softmax_loss_of_a_secret_row"],
        "both_together": ["test_both_together"],
    }
    softmax, loss, both = loaded.exercises
    assert [item.weight for item in softmax.checks[1:]] == [1, 2, 1]
    assert softmax.checks[1].title == "Each row sums to one"
    assert softmax.checks[2].title == "Softmax keeps the shape"
    assert loss.checks[1].hidden
    assert (both.points, both.needs, both.statement.title) == (
        3,
        ("softmax",),
        "The loss belongs to the softmax.",
    )


def test_a_right_submission_earns_all_points(graded: Callable[[str], Result]) -> None:
    result = graded(RIGHT)
    assert (result.score, result.max_score, result.faults) == (6.0, 6.0, [])
    assert check(result, "test_softmax_keeps_the_shape").cases == 3


def test_a_failing_test_is_told_with_its_assertion_its_call_and_its_example(
    graded: Callable[[str], Result],
) -> None:
    wrong = RIGHT.replace(
        "return e / e.sum(-1, keepdims=True)", "return e / e.sum(-1, keepdims=True) * (1 + 1e-5)"
    )
    first, second = graded(wrong), graded(wrong)
    found = check(first, "test_softmax_sums_to_one")
    assert (found.status, found.kind, found.hint) == ("failed", "test", "Divide by the sum.")
    assert "Not equal to tolerance rtol=1e-09" in found.message
    assert "\nFailing case: test_softmax_sums_to_one(\n    z=array([[" in found.message
    assert found.evidence is not None
    assert found.evidence.call.startswith("softmax([[")
    assert check(second, "test_softmax_sums_to_one").message == found.message  # drawn from the run's seed
    assert check(first, "test_softmax_keeps_the_shape").status == "passed"
    assert first.exercises[0].score == pytest.approx(2 * 6 / 7, abs=1e-4)


def test_a_hidden_test_says_only_that_it_fails(graded: Callable[[str], Result]) -> None:
    wrong = RIGHT.replace(
        "    return float(", "    if z[0, 0] == 123:\n            return 0.0\n        return float("
    )
    found = check(graded(wrong), "test_softmax_loss_of_a_secret_row")
    assert (found.status, found.evidence) == ("failed", None)
    assert found.message == "A hidden case fails: what the test asserts does not hold."


def test_an_exception_of_the_student_s_and_an_odd_answer_are_failures_and_no_fault_of_ours(
    graded: Callable[[str], Result],
) -> None:
    odd = RIGHT.replace(
        "        e = np.exp", "        if len(z) == 3:\n            return None\n        e = np.exp"
    )
    found = check(graded(odd), "test_softmax_keeps_the_shape")
    assert (found.status, found.cases, found.cases_failed) == ("failed", 3, 1)
    assert found.message == "AttributeError: 'NoneType' object has no attribute 'shape'"
    raising = RIGHT.replace(
        "        e = np.exp", "        if len(z) == 3:\n            1 / 0\n        e = np.exp"
    )
    found = check(graded(raising), "test_softmax_keeps_the_shape")
    assert found.kind == "exception"
    assert "): ZeroDivisionError (line 6): division by zero" in found.message
    assert found.evidence is not None
    assert found.evidence.where is not None
    assert found.evidence.where.line == 6


@pytest.mark.timeout(120)
def test_a_bank_from_the_cache_knows_where_the_reference_gives_plain_data(
    course: Callable[..., Path], tmp_path: Path
) -> None:
    """A number that equals everything fails, though the reference was run by another process."""
    root = course(test_soft=TESTS)
    file = tmp_path / "work.py"
    liar = (
        "    class Liar:\n        def __eq__(self, other): return True\n\n"
        "    true = softmax_loss\n\n"
        "    def softmax_loss(z):\n        return Liar() if z.max() == 1 else true(z)\n"
    )
    file.write_text(dedent(RIGHT) + dedent(liar))
    for _ in range(2):
        assignment = Course(root).load("soft")
        bank = cached_bank(assignment, seed=3, source_hash="0" * 64, cache=tmp_path / "cache")
        found = grade(bank, collect(file), lambda: open_strongest(("numpy",), Limits()), box=strongest())
        assert check(found, "test_both_together").message.startswith("softmax_loss: expected plain data")


def test_an_exercise_that_is_a_test_is_skipped_because_of_what_failed_before(
    graded: Callable[[str], Result],
) -> None:
    both = graded(RIGHT.replace("return e / e.sum(-1, keepdims=True)", "return e")).exercises[2]
    assert (both.name, both.status, both.score) == ("both_together", "passed", 3.0)
    none = graded("x = 1").exercises[2]
    assert (none.status, none.because, none.score) == ("skipped", "softmax", 0.0)


def test_a_test_that_the_reference_fails_is_the_assignment_s_error(course: Callable[..., Path]) -> None:
    tests = "def test_softmax_is_wrong(student):\n    assert student.softmax_loss is None\n"
    loaded = Course(course(test_soft=tests)).load("soft")
    with pytest.raises(AssignmentError) as error:
        build_bank(loaded, seed=0)
    assert error.value.message.startswith(
        "test_soft.py: test_softmax_is_wrong: expected the reference to pass, got: assert "
    )


def test_test_files_may_be_all_there_is(course: Callable[..., Path]) -> None:
    alone = 'from grader import Assignment\nassignment = Assignment("soft", "Softmax", [])\n'
    tests = "def test_it(student):\n    assert student.softmax_of_two() == 1\n"
    root = course(assignment=alone, test_soft=tests)
    assert [exercise.name for exercise in Course(root).load("soft").exercises] == ["it"]
    (root / "assignments" / "soft" / "test_soft.py").unlink()
    with pytest.raises(AssignmentError, match="expected at least one exercise or test file, got none"):
        Course(root).load("soft")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def test_x(student: syntax", "a test file cannot be collected"),
        ("import absent_module", "No module named 'absent_module'"),
        ("import pytest\n@pytest.mark.points(0)\ndef test_x(student): pass",
         "test_soft.py: test_x: points: expected a number above 0, got (0,)."),
        ("import pytest\n@pytest.mark.hint()\ndef test_x(student): pass",
         "test_soft.py: test_x: hint: expected one text, got ()."),
        ("import pytest\n@pytest.mark.exercise('relu')\ndef test_x(student): pass",
         "test_soft.py: test_x: exercise: expected one of softmax, softmax_loss, got 'relu'."),
        ("import pytest\n@pytest.mark.after('softmax')\ndef test_softmax_x(student): pass",
         "test_soft.py: test_softmax_x: after: expected a test of no other exercise, got one of 'softmax'."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_to_the_instructor(
    course: Callable[..., Path], text: str, told: str
) -> None:
    with pytest.raises(AssignmentError) as error:
        Course(course(test_soft=text)).load("soft")
    assert told in error.value.message


def test_a_hand_out_holds_no_test_and_no_stub_for_one(course: Callable[..., Path], tmp_path: Path) -> None:
    files = write_handout(Course(course(test_soft=TESTS)).load("soft"), tmp_path / "out")
    assert "both_together" not in files.skeleton.read_text()
    readme = files.readme.read_text()
    assert "## `both_together`\n" in readme
    assert "- Each row sums to one\n" in readme
    assert "secret" not in readme
    bank: Any = read_cases(files.cases)
    assert {planned.contract.name for planned in bank.exercises} == {"softmax", "softmax_loss"}
    assert "checks that are made only there" in bank.not_covered
