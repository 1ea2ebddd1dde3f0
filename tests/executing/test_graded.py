"""Assignments whose exercises look at variables, figures and printed text, graded from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.banks import Bank, build_bank
from grader.cli import main
from grader.courses import Course
from grader.grading import grade
from grader.handouts import read_cases, write_handout
from grader.results import Result, read_result
from grader.submissions import Submission, read_submission
from tests.executing.course import ASSIGNMENT, RIGHT, handed_in
from tests.executing.notebooks import notebook, run_cells
from tests.strongest import open_strongest, strongest
from tests.test_courses import kept_imports

__all__ = ["kept_imports"]

pytest.importorskip("matplotlib", reason="matplotlib, which the figures are drawn with, is not installed")

Grade = Callable[..., Result]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("descent") / "course" / "assignments" / "descent"
    folder.mkdir(parents=True)
    (folder / "assignment.py").write_text(ASSIGNMENT)
    return folder.parents[1]


@pytest.fixture(scope="module")
def bank(course: Path) -> Bank:
    return build_bank(Course(course).load("descent"), seed=0)


@pytest.fixture(scope="module")
def graded(bank: Bank) -> Grade:
    def run(submission: Submission, *, of: Bank = bank, execute: bool = False) -> Result:
        def start() -> object:
            return open_strongest(of.libraries, of.limits)

        return grade(of, submission, start, box=strongest(), execute=execute)  # type: ignore[arg-type]

    return run


def states(result: Result) -> dict[str, str]:
    assert result.faults == []
    return {exercise.name: exercise.status for exercise in result.exercises}


def messages(result: Result) -> dict[str, str]:
    return {exercise.name: exercise.checks[0].message for exercise in result.exercises}


def test_a_right_notebook_earns_all_points_though_a_cell_of_it_fails(graded: Grade) -> None:
    result = graded(
        handed_in(
            ("import matplotlib", "import numpy\n1 / 0\nimport matplotlib"),
            ("%matplotlib inline", "import matplotlib.pyplot as plt"),
        )
    )

    assert set(states(result).values()) == {"passed"}
    assert [run.status for run in result.executed] == ["error", "ok", "ok", "ok", "ok"]
    assert result.executed[3].shown == ["image/png"]


def test_what_is_wrong_is_told_by_what_the_cells_leave(graded: Grade) -> None:
    result = graded(
        handed_in(
            ("arange(1, 11)", "arange(2, 12)"),
            ("plt.ylabel('Loss')", "plt.ylabel('error')"),
            (":.3f", ":.2e"),
        )
    )

    assert states(result) == {
        "square": "passed",
        "losses": "failed",
        "loss_curve": "failed",
        "final_loss": "failed",
    }
    told = messages(result)
    assert told["losses"] == "losses: largest error at [0]: expected 1.0, got 0.5 (tolerance 1e-06)."
    assert told["loss_curve"].startswith("loss_curve: line: y: largest error at [0]: expected 1.0, got 0.5")
    assert told["final_loss"] == "final_loss: expected 0.1 in what the cell prints, got 0.0909."


def test_where_a_cell_ends_the_kernel_functions_are_graded_all_the_same(graded: Grade) -> None:
    result = graded(handed_in(("losses = 1", "import os\nos._exit(1)\nlosses = 1")))

    assert states(result)["square"] == "passed"
    assert messages(result)["losses"] == (
        "losses: cannot be looked at, for the notebook was not run to its end: "
        "cell 3: it ended the process (status 1)."
    )
    assert [run.status for run in result.executed] == ["ok", "ok", "died", "not run", "not run"]


def test_a_python_file_is_run_as_one_cell(graded: Grade) -> None:
    text = "\n".join(RIGHT).replace("%matplotlib inline\n", "")

    result = graded(read_submission("descent.py", text.encode()))

    assert set(states(result).values()) == {"passed"}
    assert [(run.label, run.status) for run in result.executed] == [("descent.py", "ok")]


def test_two_whole_runs_say_the_same_but_for_times() -> None:
    cells = [*RIGHT, "import random\nprint(random.random(), np.random.rand(), object(), {'a', 'b', 'c'})"]

    first, second = (run_cells(strongest(), cells) for _ in range(2))

    assert [run.model_copy(update={"cpu_s": 0.0}) for run in first] == [
        run.model_copy(update={"cpu_s": 0.0}) for run in second
    ]


def test_public_cases_of_a_hand_out_hold_these_checks(graded: Grade, course: Path, tmp_path: Path) -> None:
    files = write_handout(Course(course).load("descent"), tmp_path)

    result = graded(handed_in(("plt.xlabel('step')\n", "")), of=read_cases(files.cases))

    assert states(result)["loss_curve"] == "failed"
    assert messages(result)["loss_curve"] == "loss_curve: expected a label of the x axis, got none."


def test_a_hand_out_says_what_cells_are_to_leave_and_a_filled_in_one_earns_all_points(
    graded: Grade, course: Path, tmp_path: Path
) -> None:
    write_handout(Course(course).load("descent"), tmp_path)
    document = json.loads((tmp_path / "descent.ipynb").read_text())
    cells = {
        cell["metadata"].get("tags", [""])[0]: cell
        for cell in document["cells"]
        if "tags" in cell["metadata"]
    }
    answers = dict(zip(("square", "losses", "loss_curve", "final_loss"), RIGHT[1:], strict=True))

    assert "".join(cells["exercise:losses"]["source"]).endswith("\nlosses = ...")
    assert "".join(cells["exercise:final_loss"]["source"]) == "# final_loss: Print the last loss."
    assert "\nlosses = ...\n" in (tmp_path / "descent.py").read_text()
    for name, source in answers.items():
        cells[f"exercise:{name}"]["source"] = source
    # The cell of the exercise is meant, whatever others print.
    document["cells"].append(
        {**cells["exercise:final_loss"], "id": "more", "metadata": {}, "source": "print('loss: 7')"}
    )
    result = graded(read_submission("descent.ipynb", json.dumps(document).encode()))

    assert set(states(result).values()) == {"passed"}


def test_a_batch_keeps_what_the_cells_left_and_judges_it_again(course: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.ipynb").write_bytes(handed_in().data)
    base = ["--course", str(course)]
    asked = ["batch", "descent", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--box", strongest()]

    batch = CliRunner().invoke(main, [*base, *asked, "--jobs", "1", "--execute"])
    again = CliRunner().invoke(main, [*base, "regrade", str(tmp_path / "out")])

    assert (batch.exit_code, batch.output.count("fault")) == (0, 0), batch.output
    assert again.exit_code == 0, again.output
    [path] = (tmp_path / "out" / "results").glob("*.json")
    result = read_result(path.read_bytes())
    assert result.percent == 100
    assert [run.status for run in result.executed] == ["ok"] * 5


def test_execute_runs_a_notebook_that_no_check_needs_run(course: Path, tmp_path: Path) -> None:
    other = course.parent / "plain" / "assignments" / "squares"
    other.mkdir(parents=True)
    start = ASSIGNMENT.index("        Exercise(losses")
    text = ASSIGNMENT[:start] + "    ],\n)\n"
    (other / "assignment.py").write_text(text.replace('"descent"', '"squares"'))
    (tmp_path / "work.ipynb").write_bytes(notebook(*RIGHT[:2], "1 / 0").data)
    asked = ["--course", str(other.parents[1]), "grade", "squares", str(tmp_path / "work.ipynb")]

    run = CliRunner().invoke(main, [*asked, "--box", strongest(), "--execute"])

    assert run.exit_code == 0, run.output
    assert "The whole notebook was run: 1 of 3 code cells failed.\n" in run.output
    assert "    cell 3, line 1 (1 / 0): ZeroDivisionError: division by zero\n" in run.output
