"""Assignments of nbgrader and otter, brought over and graded: as many points as there, and no more told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.audit.tasks import Desk
from grader.banks import Bank, build_bank
from grader.cli import main
from grader.courses import Course
from grader.errors import AssignmentError
from grader.grading import grade
from grader.handouts import read_cases, write_handout
from grader.importing import (
    Imported,
    find_notebooks,
    import_notebook,
    released_notebook,
    source_notebook,
)
from grader.importing.literals import number, quoted, text_block
from grader.notebooks.markers import Family, released
from grader.reports import render_html, render_text
from grader.results import Result, write_result
from grader.submissions import collect, read_submission
from tests.notebooks.built import code, markdown, notebook
from tests.strongest import open_strongest, strongest
from tests.test_courses import kept_imports

__all__ = ["kept_imports"]

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "notebooks" / "imported"
DEMOS: dict[Family, tuple[str, float]] = {"nbgrader": ("nbgrader_problem1", 3), "otter": ("otter_lab", 7)}
"""The notebook, and the points that its tests give."""

pytestmark = pytest.mark.usefixtures("kept_imports")


def autograded(family: Family) -> bytes:
    """A demonstration without the questions that a person grades."""
    document = json.loads((FOLDER / f"{DEMOS[family][0]}.ipynb").read_bytes())
    kept: list[Any] = []
    inside = False
    for cell in document["cells"]:
        text, meta = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
        inside = inside or "name: q3" in text
        by_hand = meta.get("task") or (meta.get("grade") and meta.get("solution"))
        if not inside and not by_hand:
            kept.append(cell)
        inside = inside and "END QUESTION" not in text
    return json.dumps({**document, "cells": kept}).encode()


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., Imported]:
    """Imports a notebook into a course of its own."""

    def bring(family: Family, data: bytes, id: str = "lab") -> Imported:
        (tmp_path / "lab.ipynb").write_bytes(data)
        return import_notebook(tmp_path / "lab.ipynb", id, family, tmp_path / "course")

    return bring


def bank_of(done: Imported) -> Bank:
    return build_bank(Course(done.folder.parents[1]).load(done.id), seed=0)


def graded(bank: Bank, name: str, data: bytes) -> Result:
    submission = read_submission(name, data)
    start = lambda: open_strongest(bank.libraries, bank.limits)  # noqa: E731
    return grade(bank, submission, start, box=strongest(), explain=False)


def filled(done: Imported, old: str = "", new: str = "") -> bytes:
    """The hand-out with the solution in its cells, a part of which may be changed."""
    document = json.loads(released(done.source))
    pieces = [piece for piece in done.source.pieces if piece.released is not None]
    for piece, cell in zip(pieces, document["cells"], strict=True):
        if piece.role == "solution":
            cell["source"] = piece.code.replace(old, new) if old else piece.code
    return json.dumps(document).encode()


@pytest.mark.parametrize("family", DEMOS)
def test_the_solution_earns_every_point_and_the_unsolved_form_none(
    family: Family, bring: Callable[..., Imported]
) -> None:
    done = bring(family, autograded(family))
    bank = bank_of(done)
    points = DEMOS[family][1]
    submissions = done.folder / "submissions"
    right = collect(submissions / "accepted" / "solution.py")
    wrong = collect(submissions / "wrong" / "unsolved.py")
    assert graded(bank, right.name, right.data).score == points == done.composed.points
    result = graded(bank, wrong.name, wrong.data)
    assert (result.score, result.max_score) == (0, points)
    failing = [
        f"{one.name}: {check.name}"
        for one in result.exercises
        for check in one.checks
        if check.status != "passed"
    ]
    assert wrong.text.splitlines()[0] == f"# fails: {'; '.join(failing)}"
    assert graded(bank, "lab.ipynb", filled(done)).score == points
    assert graded(bank, "lab.ipynb", released(done.source)).score == 0


@pytest.mark.parametrize(
    ("family", "old", "new", "points"),
    [
        # The cell that asks for a ValueError fails, the three others have their points.
        ("nbgrader", "raise ValueError", "print", 2),
        # Of q1, the case of x fails, and 2 + 2 · 2/3 points stay; q2 is whole.
        ("otter", "6 ** 2", "6 * 2", 2 + 2 * 2 / 3 + 3),
        # Of q2, all or nothing, the visible case passes; q1 is whole.
        ("otter", "return total(v) / n", "return 0", 4),
    ],
)
def test_what_is_half_right_earns_what_it_did_there(
    family: Family, old: str, new: str, points: float, bring: Callable[..., Imported]
) -> None:
    done = bring(family, autograded(family))
    result = graded(bank_of(done), "lab.ipynb", filled(done, old, new))
    assert result.score == pytest.approx(points, abs=1e-3)


def test_nothing_hidden_is_handed_out_or_reported(bring: Callable[..., Imported], tmp_path: Path) -> None:
    done = bring("otter", autograded("otter"))
    assignment = Course(done.folder.parents[1]).load("lab")
    bank = build_bank(assignment, seed=0)
    write_handout(assignment, tmp_path / "out")
    handed = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    result = graded(bank, "lab.ipynb", filled(done, "return y", "return abs(v) + (v > 100)"))
    told = render_text(result) + render_html(result) + write_result(result)
    assert "secret" in (done.folder / "assignment.py").read_text()
    for text in (handed, told, released(done.source).decode()):
        assert "secret" not in text
        assert "below zero" not in text
        assert "square(-4)" not in text


@pytest.mark.parametrize("family", DEMOS)
def test_the_notebook_that_is_handed_out_is_graded_when_it_is_filled_in(
    family: Family, bring: Callable[..., Imported], tmp_path: Path
) -> None:
    done = bring(family, autograded(family))
    out = tmp_path / "out"
    files = write_handout(Course(done.folder.parents[1]).load("lab"), out)
    assert files.notebook.read_bytes() == released(done.source)
    assert graded(read_cases(files.cases), "lab.ipynb", filled(done)).score == DEMOS[family][1]


def test_a_hand_out_s_tests_that_only_tell_share_the_points(
    bring: Callable[..., Imported], tmp_path: Path
) -> None:
    """Of q2, all or nothing, the hand-out has the visible case alone, which the course's grading gives nothing."""
    done = bring("otter", autograded("otter"))
    files = write_handout(Course(done.folder.parents[1]).load("lab"), tmp_path / "out")
    result = graded(read_cases(files.cases), "lab.ipynb", filled(done, "return total(v) / n", "return 0"))
    assert [(one.name, one.score, one.max_score) for one in result.exercises] == [("q1", 4, 4), ("q2", 3, 3)]


def test_an_audit_grades_the_submissions_and_has_no_reference_to_change(
    bring: Callable[..., Imported],
) -> None:
    done = bring("otter", autograded("otter"))
    desk = Desk(str(done.folder.parents[1]), "lab", strongest(), 0, 0)
    assert desk.references == {}
    assert desk.referred(bank_of(done)) == []


def test_a_cell_that_is_hidden_in_part_tells_its_visible_part(bring: Callable[..., Imported]) -> None:
    def meta(id: str, **more: Any) -> dict[str, Any]:
        return {"nbgrader": {"grade_id": id, "schema_version": 3, "grade": False, "locked": False} | more}

    tests = "'Small ones'\nassert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(9) == 9\n### END HIDDEN TESTS"
    cells = [
        markdown("# The lab\n## One\nWrite f."),
        code(
            "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION",
            metadata=meta("f", solution=True),
        ),
        code(tests, metadata=meta("t", solution=False, points=2, grade=True)),
    ]
    done = bring("nbgrader", notebook(*cells))
    assert done.source.title == "The lab"
    result = graded(bank_of(done), "a.py", b"def f(x):\n    return 1")
    (exercise,) = result.exercises
    assert [(check.title, check.status, check.hidden) for check in exercise.checks] == [
        ("Small ones", "passed", False),
        ("Small ones, with hidden tests", "failed", True),
    ]
    assert (result.score, result.max_score) == (0, 2)
    assert graded(bank_of(done), "a.py", b"def f(x):\n    return x").score == 2


def test_the_assignment_s_text_is_formatted_and_names_written_answers(bring: Callable[..., Imported]) -> None:
    for family, (name, _) in DEMOS.items():
        done = bring(family, (FOLDER / f"{name}.ipynb").read_bytes(), id=family)
        text = (done.folder / "assignment.py").read_text()
        ruff = [
            sys.executable,
            "-m",
            "ruff",
            "format",
            "--check",
            "--config",
            str(ROOT / "pyproject.toml"),
            "-",
        ]
        assert subprocess.run(ruff, input=text, text=True, capture_output=True, check=False).returncode == 0
        compile(text, "assignment.py", "exec")
        assert "    written=[\n        # Mark scheme, or the instructor's own answer:\n" in text
        assert done.composed.written == {"nbgrader": 3, "otter": 1}[family]


@pytest.mark.parametrize("family", DEMOS)
def test_written_answers_are_found_in_the_cells_that_were_handed_out_for_them(
    family: Family, bring: Callable[..., Imported]
) -> None:
    name, points = DEMOS[family]
    done = bring(family, (FOLDER / f"{name}.ipynb").read_bytes())
    bank = bank_of(done)
    empty = graded(bank, "lab.ipynb", released(done.source))
    assert {one.status for one in empty.written} <= {"unanswered", "missing"}
    document = json.loads(filled(done))
    for cell in document["cells"]:
        if any(tag.startswith("written:") for tag in cell["metadata"].get("tags", [])):
            cell["source"] = "# Because of the outliers."
    result = graded(bank, "lab.ipynb", json.dumps(document).encode())
    answers = {one.name: one.answer for one in result.written if one.status == "answered"}
    assert set(answers.values()) == {"# Because of the outliers."}
    assert (
        set(answers)
        == {
            "nbgrader": {"sum_of_squares_equation", "sum_of_squares_application"},
            "otter": {"q3"},
        }[family]
    )
    assert result.score == points


def test_what_is_there_is_never_overwritten(bring: Callable[..., Imported]) -> None:
    done = bring("otter", autograded("otter"))
    (done.folder / "assignment.py").write_text("mine")
    with pytest.raises(AssignmentError, match="expected no assignment of that name yet"):
        bring("otter", autograded("otter"))
    assert (done.folder / "assignment.py").read_text() == "mine"
    assert source_notebook(done.folder) == autograded("otter")
    assert source_notebook(done.folder.parent) is released_notebook(done.folder.parent) is None


def test_a_notebook_that_asks_nothing_leaves_no_folder(
    bring: Callable[..., Imported], tmp_path: Path
) -> None:
    with pytest.raises(
        AssignmentError, match="expected a notebook with questions of nbgrader, got one without"
    ):
        bring("nbgrader", notebook("x = 1"))
    with pytest.raises(AssignmentError, match="expected a notebook, or an assignment's folder"):
        find_notebooks(tmp_path / "nothing")
    assert not (tmp_path / "course").exists()


def test_files_beside_the_notebook_are_copied_or_named(
    bring: Callable[..., Imported], tmp_path: Path
) -> None:
    (tmp_path / "numbers.csv").write_text("1,2")
    done = bring(
        "otter", autograded("otter").replace(b"numbers.csv", b"numbers.csv\\n    - ../out.csv\\n    - no.csv")
    )
    assert done.copied == ("numbers.csv",)
    assert (done.folder / "numbers.csv").read_text() == "1,2"
    told = "\n".join(done.remarks)
    assert "../out.csv is outside of the notebook's folder" in told
    assert "no.csv is no file there" in told
    assert "what runs in a box does not see them" in told


def test_the_command_imports_tries_and_tells(tmp_path: Path) -> None:
    (tmp_path / "ps1").mkdir()
    (tmp_path / "ps1" / "lab one.ipynb").write_bytes(autograded("otter"))
    (tmp_path / "ps1" / "table.csv").write_text("1")
    args = ["import", "otter", str(tmp_path / "ps1"), "--to", str(tmp_path / "course"), "--box", strongest()]
    ran = CliRunner().invoke(main, args)
    assert ran.exit_code == 0, ran.output
    for words in (
        "ps1_lab_one: 7 points",
        "6 checks that run beside the student's code: weaker trust",
        "copied: table.csv",
        "not brought over:",
        "solutions_pdf: no PDF is made.",
        "submissions/accepted/solution.py: 7 of 7 points",
        "submissions/wrong/unsolved.py: 0 of 7 points",
    ):
        assert words in ran.output
    again = CliRunner().invoke(main, args)
    assert again.exit_code == 2
    assert "never overwritten" in again.output


def test_the_command_says_where_the_solution_itself_fails(tmp_path: Path) -> None:
    (tmp_path / "lab.ipynb").write_bytes(autograded("otter").replace(b"6 ** 2", b"6 ** 3"))
    args = [
        "import",
        "otter",
        str(tmp_path / "lab.ipynb"),
        "--to",
        str(tmp_path / "course"),
        "--box",
        strongest(),
    ]
    ran = CliRunner().invoke(main, args)
    assert ran.exit_code == 1
    assert "the solution fails q1: q1 - 1: q1: `x == 36`: expected True, got False." in ran.output


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (0.5, "0.5"), (2 / 3, "2 / 3"), (1 / 7, "1 / 7"), (0.1, "0.1")]
)
def test_points_are_written_as_a_person_would(value: float, text: str) -> None:
    assert number(value) == text
    assert eval(text) == value


@pytest.mark.parametrize("text", ['a "b"', "it's", "both \" and '", "back\\slash", "tab\t", "ünï"])
def test_texts_are_written_so_that_they_read_back(text: str) -> None:
    assert eval(quoted(text)) == text
    both = "'''a'''\n\"\"\"b\"\"\"\n"
    for several in (text, f'"""doc"""\n{text}', f"'''doc'''\n{text}", f"{both}{text}", f"{text}\n\nend"):
        assert eval(text_block(several)).strip("\n") == several.strip("\n")
