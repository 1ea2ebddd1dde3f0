"""Judging again from stored answers: the same verdict where nothing changed, a new one without running code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch import Desk
from grader.batch.regrading import Regraded, regrade
from tests.batch.conftest import CLASS, Graded, Run
from tests.end_to_end.conftest import but
from tests.notebooks.built import notebook

Again = Callable[[], Regraded]


@pytest.fixture
def graded(grade_all: Run) -> Graded:
    near = but(scale="def scale(x, factor=2.0):\n    return np.asarray(x, float) * factor * 1.001\n")
    cells = notebook("%matplotlib inline", near, "def scale(x): return y", "while True: pass")
    return grade_all(
        {"hal": near, "ina": cells.decode(), **{name: text for name, text in CLASS.items() if name != "cyd"}}
    )


@pytest.fixture
def again(graded: Graded, root: Path, out: Path, box: str, monkeypatch: pytest.MonkeyPatch) -> Again:
    """Judges again; starting a box would fail."""

    def refuse(*args: object) -> None:
        raise AssertionError("student code would be run")

    def judge() -> Regraded:
        for name in [name for name in sys.modules if name.partition(".")[0] == "reference"]:
            del sys.modules[name]  # as in a process of its own
        desk = Desk(str(root), "tiny", box, 0)
        desk.warm()
        monkeypatch.setattr("grader.boxes.choice.open_box", refuse)
        monkeypatch.setattr("grader.batch.desks.open_box", refuse)
        return regrade(desk, graded[0], out)

    return judge


def change(root: Path, *pairs: tuple[str, str], file: str = "assignments/tiny/assignment.py") -> None:
    path = root / file
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_where_nothing_changed_nothing_changes(again: Again, graded: Graded) -> None:
    found = again()
    assert found.changes == []
    assert found.kept == {}
    assert {name: result.score for name, result in found.results.items()} == {
        name: result.score for name, result in graded[1].items()
    }
    ina = graded[1]["ina"], found.results["ina"]
    assert ina[0].problems == ina[1].problems != []
    assert ina[0].exercises[0].checks == ina[1].exercises[0].checks
    assert ina[0].submission == ina[1].submission
    before, after = graded[1]["bob"].exercises[0], found.results["bob"].exercises[0]
    assert before.checks[0].evidence == after.checks[0].evidence
    assert before.output == after.output


def test_other_points_and_hints_change_verdicts_without_running_code(
    again: Again, root: Path, out: Path
) -> None:
    change(root, ("points=4", "points=6"), ("written with a star", "written *"))
    found = again()
    assert {change.student: (change.before, change.after) for change in found.changes}["ada"] == (14.0, 16.0)
    [bob] = [change for change in found.changes if change.student == "bob"]
    assert bob.words[0] == "scale: 0 of 4 before, 0 of 6 now"
    assert "scale: agrees: worded anew" in bob.words
    assert "written *" in (out / "results" / "bob.json").read_text()
    assert {entry.person.student: entry.score for entry in found.entries}["ada"] == 16


def test_a_wider_tolerance_lets_pass_what_failed(again: Again, root: Path) -> None:
    change(
        root,
        ("returns=numbers, checks=[agrees(), leaves", "returns=numbers, checks=[agrees(rtol=0.01), leaves"),
    )
    found = again()
    assert found.kept == {}
    [hal] = [change for change in found.changes if change.before != change.after]
    assert (hal.student, hal.before, hal.after) == ("hal", 8.0, 12.0)  # scale_twice has its own check
    assert "scale: agrees: failed before, passed now" in hal.words


def test_mended_expected_values_are_judged_by(again: Again, root: Path) -> None:
    reference = "reference/tiny.py"
    change(root, ("return 2 * np.sum", "return 3 * np.sum"), file=reference)
    found = again()
    assert found.kept == {}
    [ada] = [change for change in found.changes if change.student == "ada"]
    assert "secret: 2 of 2 before, 0 of 2 now" in ada.words


def test_other_cases_are_not_judged_by_old_answers(again: Again, root: Path, graded: Graded) -> None:
    change(root, ('inputs={"x": real("n", low=41, high=43)}', 'inputs={"x": real("n", low=41, high=44)}'))
    found = again()
    assert found.changes == []
    assert sorted(found.kept) == sorted(graded[1])
    assert "expected a case that the submission has answered" in found.kept["ada"]
    assert found.entries == graded[0].entries


def test_other_offered_functions_are_not_judged_by_old_answers(again: Again, root: Path) -> None:
    change(root, ("return lambda t: c * t * t", "return lambda t: c * t * t * t"))
    found = again()
    assert "slope: the functions that it is offered have changed" in found.kept["ada"]


def test_lost_or_damaged_answers_leave_the_verdict_as_it_was(again: Again, out: Path) -> None:
    (out / "replies" / "ada.tape").unlink()
    tape = out / "replies" / "bob.tape"
    tape.write_bytes(tape.read_bytes()[:-40])
    found = again()
    assert found.changes == []
    assert "expected stored answers, got none" in found.kept["ada"]
    assert found.kept["bob"].startswith("bob.tape: expected stored answers")
