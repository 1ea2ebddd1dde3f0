"""`grader batch` and `grader regrade` as an instructor runs them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.batch import Desk
from grader.batch.jobs import Done, Job
from grader.cli import main
from tests.batch.conftest import CLASS

Command = Callable[..., Result]

COURSE_FILE = """
[course]
time_zone = "Europe/Berlin"

[late]
per_day = 0.1

[assignments.tiny]
deadline = 2026-03-01T23:59:00
"""


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """Three students' folders."""
    for student in ("ada", "bob", "eve"):
        file = tmp_path / "submitted" / student / "tiny.py"
        file.parent.mkdir(parents=True)
        file.write_text(CLASS[student])
    return tmp_path / "submitted"


@pytest.fixture
def run(root: Path, box: str, kept_imports: None) -> Command:
    """Runs a command on the tiny course."""

    def call(name: str, *options: object) -> Result:
        boxed = ["--box", box, "--jobs", "1"] if name == "batch" else []
        return CliRunner().invoke(main, ["--course", str(root), name, *map(str, options), *boxed])

    return call


def test_a_folder_of_submissions_becomes_a_gradebook(run: Command, submitted: Path, out: Path) -> None:
    done = run("batch", "tiny", submitted, "--out", out)

    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Tiny things: 3 graded; ")
    assert re.search(r"\n  scale +1 of +3 +33\.3 %\n", done.stdout)
    assert "Layout: " in done.stderr
    assert "3 of 3 graded, " in done.stderr
    rows = list(csv.DictReader((out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["student"], float(row["score"])) for row in rows] == [("ada", 14), ("bob", 8), ("eve", 0)]
    found = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert found == {"index.html", "gradebook.csv", "batch.json"} | {
        f"{folder}/{name}.{end}"
        for folder, end in (("results", "json"), ("reports", "html"), ("replies", "tape"))
        for name in ("ada", "bob", "eve")
    }


def test_who_handed_in_nothing_is_listed_where_the_course_names_its_students(
    run: Command, submitted: Path, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "students.csv").write_text("student,name,email\nada,Ada L,a@x.org\nzoe,Zoë Z,z@x.org\n")
    done = run("batch", "tiny", submitted, "--out", out, "--students", tmp_path / "students.csv")

    assert done.exit_code == 0, done.output
    entries = {
        entry["person"]["student"]: entry for entry in json.loads((out / "batch.json").read_text())["entries"]
    }
    assert entries["zoe"]["state"] == "missing"
    assert entries["ada"]["person"]["name"] == "Ada L"


def test_an_earlier_batch_is_not_overwritten_by_a_slip(run: Command, submitted: Path, out: Path) -> None:
    assert run("batch", "tiny", submitted, "--out", out, "--no-pages").exit_code == 0
    before = (out / "batch.json").read_text()
    again = run("batch", "tiny", submitted, "--out", out)

    assert again.exit_code == 2
    assert "expected a new folder, got one with results." in again.stderr
    assert "--resume" in again.stderr
    assert (out / "batch.json").read_text() == before
    assert run("batch", "tiny", submitted, "--out", out, "--resume", "--no-pages").exit_code == 0
    assert not list((out / "reports").iterdir())


@pytest.mark.parametrize(("percent", "status"), [(0, 0), (50, 1)])
def test_the_exit_status_says_whether_somebody_has_too_few_points(
    run: Command, submitted: Path, out: Path, percent: int, status: int
) -> None:
    assert run("batch", "tiny", submitted, "--out", out, "--fail-under", percent).exit_code == status


def test_a_fault_of_ours_is_listed_apart_and_told_by_the_exit_status(
    run: Command, submitted: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade = Desk.grade

    def broken(self: Desk, job: Job) -> Done:
        return Done(job.student, job.key, fault="the box broke") if job.student == "bob" else grade(self, job)

    monkeypatch.setattr(Desk, "grade", broken)
    done = run("batch", "tiny", submitted, "--out", out, "--fail-under", 50)

    assert done.exit_code == 3
    assert "no verdict, by our fault (1)\n  bob: the box broke\n" in done.stdout
    assert "Tiny things: 1 fault, 2 graded" in done.stdout
    [row] = [
        row for row in (out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines() if "bob" in row
    ]
    assert "fault" in row
    assert ",0" not in row


def test_judging_again_says_what_changes_and_writes_it_unless_told_not_to(
    run: Command, submitted: Path, out: Path, root: Path
) -> None:
    run("batch", "tiny", submitted, "--out", out)
    path = root / "assignments" / "tiny" / "assignment.py"
    path.write_text(path.read_text().replace("points=4", "points=6"))
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    dry = run("regrade", out, "--dry-run")

    assert dry.exit_code == 0, dry.output
    assert "ada: 14 points before, 16 now\n  scale: 4 of 4 before, 6 of 6 now\n" in dry.stdout
    assert dry.stdout.endswith("Nothing was written.\n")
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before

    assert run("regrade", out).exit_code == 0
    assert json.loads((out / "results" / "ada.json").read_text())["score"] == 16
    rows = list(csv.DictReader((out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {row["student"]: float(row["score"]) for row in rows}["ada"] == 16
    assert "Nothing changes for anybody." in run("regrade", out).stdout


def test_judging_again_needs_the_folder_of_a_batch(run: Command, tmp_path: Path) -> None:
    done = run("regrade", tmp_path)
    assert done.exit_code == 2
    assert "expected the folder of a batch" in done.stderr


def test_lateness_is_in_the_report_and_follows_a_changed_policy_without_grading_again(
    run: Command, root: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "export"
    (export / "submission_7").mkdir(parents=True)
    (export / "submission_7" / "tiny.py").write_text(CLASS["ada"])
    (export / "submission_metadata.yml").write_text(
        "submission_7:\n  :submitters:\n  - :name: Ada L\n    :sid: '1'\n    :email: ada@x.org\n"
        "  :created_at: 2026-03-02 22:00:00.000000000 Z\n"
    )
    (root / "course.toml").write_text(COURSE_FILE)
    assert run("batch", "tiny", export, "--out", out).exit_code == 0
    [page] = (out / "reports").iterdir()
    [verdict] = (out / "results").iterdir()
    assert "12.6 of 14 points count." in page.read_text()
    assert json.loads(verdict.read_text())["late"]["share"] == 0.9
    assert json.loads(verdict.read_text())["score"] == 14

    (root / "course.toml").write_text(COURSE_FILE.replace("0.1", "0.5"))
    monkeypatch.setattr("grader.batch.local.LocalEngine._start", None)  # whoever grades anew fails
    done = run("batch", "tiny", export, "--out", out, "--resume")
    assert done.exit_code == 0, done.output
    assert "7 of 14 points count." in page.read_text()
    assert json.loads(verdict.read_text())["late"]["share"] == 0.5
    assert run("regrade", out).exit_code == 0
    assert json.loads(verdict.read_text())["late"]["share"] == 0.5
