"""Each command: what it prints, what it writes, and the status it ends with."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import sys
from pathlib import Path

import pytest

from grader.boxes import Choice, Session
from grader.cli import main as main_command
from grader.errors import FaultError
from grader.results import read_result
from tests.cli.conftest import Run


def test_a_graded_submission_ends_with_0_whatever_its_points(run: Run, auto: Choice) -> None:
    right, wrong = run("grade", "tiny", "right.py"), run("grade", "tiny", "wrong.py")

    assert (right.exit_code, len(right.stderr.splitlines())) == (0, len(auto.passed_over))
    assert (wrong.exit_code, wrong.stderr) == (0, right.stderr)
    assert right.stdout == (
        "Tiny things: 14 of 14 points (100 %)\n\n"
        "✓ scale        4 of 4 points\n✓ scale_twice  2 of 2 points\n✓ extremes     2 of 2 points\n"
        "✓ Counter      2 of 2 points\n✓ slope        2 of 2 points\n✓ secret       2 of 2 points\n\n"
        f"Seed 0, box {auto.kind}, grader {importlib.metadata.version('grader')}.\n"
    )
    assert wrong.stdout.startswith("Tiny things: 8 of 14 points (57.1 %)\n")


@pytest.mark.parametrize(("percent", "status"), [("57", 0), ("58", 1)])
def test_fail_under_ends_with_1_below_so_many_percent(run: Run, percent: str, status: int) -> None:
    assert run("grade", "tiny", "wrong.py", "--fail-under", percent).exit_code == status


def test_fail_under_takes_a_percentage_only(run: Run) -> None:
    for percent in ("101", "-1", "half"):
        assert run("grade", "tiny", "wrong.py", "--fail-under", percent).exit_code == 2


def test_json_and_html_are_written_where_they_are_wanted(run: Run, auto: Choice, tmp_path: Path) -> None:
    result = run(
        "grade", "tiny", "wrong.py", "--json", f"{tmp_path}/new/r.json", "--html", f"{tmp_path}/r.html"
    )

    assert result.exit_code == 0
    assert result.stdout.startswith("Tiny things: 8 of 14 points")
    stored = read_result((tmp_path / "new" / "r.json").read_bytes())
    assert (stored.score, stored.box, stored.seed, stored.coverage) == (8, auto.kind, 0, "all")
    assert set(stored.hashes) == {"assignment", "cases"}
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")


def test_json_to_standard_output_is_the_json_alone(run: Run) -> None:
    result = run("grade", "tiny", "right.py", "--json", "-")

    assert read_result(result.stdout).score == 14


def test_the_seed_decides_the_cases(run: Run) -> None:
    first, same, other = (
        json.loads(run("grade", "tiny", "wrong.py", "--json", "-", "--seed", seed).stdout) for seed in "446"
    )

    assert (first["seed"], other["seed"]) == (4, 6)
    assert first["exercises"][0]["checks"] == same["exercises"][0]["checks"]
    assert first["hashes"]["cases"] == same["hashes"]["cases"] != other["hashes"]["cases"]
    assert first["hashes"]["assignment"] == other["hashes"]["assignment"]


REFUSED = {
    "unknown assignment": (
        ("grade", "tny", "right.py"),
        "course: expected the name of an assignment (tiny), got 'tny'.\n"
        "Name the course's folder with --course DIR; 'grader list' shows what it holds.\n",
    ),
    "missing file": (
        ("grade", "tiny", "nothing.py"),
        "nothing.py: expected a Python file, got nothing: there is no such file.\n",
    ),
    "folder": (
        ("grade", "tiny", "course"),
        "course: expected a Python file, got a folder.\nName the file itself.\n",
    ),
    "file without cases": (
        ("check", "right.py"),
        ".: expected the public cases of one assignment (….cases.json), got none.\n"
        "Keep your file in the folder that you were handed, or name the cases with --cases FILE.\n",
    ),
    "missing cases": (
        ("check", "right.py", "--cases", "no.cases.json"),
        "no.cases.json: expected a file that can be read, got: No such file or directory.\n",
    ),
    "report of something else": (
        ("report", "right.py"),
        "right.py: expected JSON, got Expecting value: line 1 column 1 (char 0).\n",
    ),
    "JSON to a folder": (
        ("grade", "tiny", "right.py", "--json", "course"),
        "course: expected a place to write to, got: Is a directory.\n",
    ),
    "hand-out into a file": (
        ("handout", "tiny", "--to", "right.py/x"),
        "right.py/x: expected a folder to write to, got: Not a directory.\n",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_wrong_input_ends_with_2_and_one_message_on_standard_error(run: Run, what: str) -> None:
    args, message = REFUSED[what]

    result = run(*args)

    assert (result.exit_code, result.stderr) == (2, message)
    assert result.stdout == ""


@pytest.mark.parametrize(
    "args",
    [
        ("grade", "tiny"),
        ("grade", "tiny", "right.py", "--seed", "-1"),
        ("grade", "tiny", "right.py", "--seed", "4294967296"),
        ("grade", "tiny", "right.py", "--box", "cardboard"),
        ("report", "nothing.json"),
        ("handout", "tiny"),
        ("handout", "tiny", "--to", "right.py"),
        ("gard",),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, args: tuple[str, ...]) -> None:
    result = run(*args)

    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")


def test_a_report_of_another_schema_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"schema": 99}')

    result = run("report", f"{tmp_path}/r.json")

    assert (result.exit_code, result.stderr) == (
        2,
        "r.json: expected a result with schema 2, got 99.\n"
        "Write it anew with this version of the grader, or read it with the version that wrote it.\n",
    )


def test_a_report_shows_a_stored_result_again(run: Run, tmp_path: Path) -> None:
    graded = run("grade", "tiny", "wrong.py", "--json", f"{tmp_path}/r.json", "--html", f"{tmp_path}/r.html")

    text = run("report", f"{tmp_path}/r.json")
    page = run("report", f"{tmp_path}/r.json", "--html", "-")

    assert text.exit_code == 0
    assert "".join(text.stdout.split()) == "".join(graded.stdout.split())
    assert page.stdout == (tmp_path / "r.html").read_text()


def test_list_as_json_has_exactly_these_keys(run: Run) -> None:
    result = run("list", "--json")

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == [
        {
            "id": "tiny",
            "title": "Tiny things",
            "exercises": [
                {"name": "scale", "points": 4},
                {"name": "scale_twice", "points": 2},
                {"name": "extremes", "points": 2},
                {"name": "Counter", "points": 2},
                {"name": "slope", "points": 2},
                {"name": "secret", "points": 2},
            ],
        }
    ]


def test_list_as_text_has_a_line_an_assignment(run: Run) -> None:
    assert run("list").stdout == "tiny                       6 exercises     14 points  Tiny things\n"


def test_list_of_a_folder_without_a_course_says_so(run: Run, tmp_path: Path) -> None:
    text, data = (run("list", *flags, course=str(tmp_path)) for flags in ((), ("--json",)))

    assert (text.exit_code, text.stdout) == (2, "")
    assert text.stderr == f"{tmp_path} holds no assignments. Name a course with: grader --course DIR list\n"
    assert json.loads(data.stdout) == []


def test_list_names_a_broken_assignment_and_lists_the_others(run: Run, root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "course")
    (tmp_path / "course" / "assignments" / "broken").mkdir()
    (tmp_path / "course" / "assignments" / "broken" / "assignment.py").write_text("1 / 0\n")

    result = run("list", "--json", course=str(tmp_path / "course"))

    assert result.exit_code == 2
    assert [item["id"] for item in json.loads(result.stdout)] == ["tiny"]
    assert result.stderr.startswith("broken/assignment.py, line 1: ZeroDivisionError: division by zero\n")


def test_a_course_can_be_named_by_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_COURSE", "course")

    assert run("list", course=None).stdout.startswith("tiny ")


def test_handout_names_what_it_wrote_and_what_it_kept(run: Run, tmp_path: Path) -> None:
    first, second = (run("handout", "tiny", "--to", f"{tmp_path}/out") for _ in range(2))

    rest = f"{tmp_path}/out/README.md\n{tmp_path}/out/tiny.cases.json\n"
    ours = [f"{tmp_path}/out/tiny.ipynb", f"{tmp_path}/out/tiny.py"]
    assert (first.exit_code, first.stdout) == (0, f"{ours[0]}\n{ours[1]}\n{rest}")
    assert second.stdout == f"{ours[0]}  (kept as it was)\n{ours[1]}  (kept as it was)\n{rest}"


def test_check_tells_points_and_what_grading_looks_at_besides(run: Run, tmp_path: Path) -> None:
    run("handout", "tiny", "--to", f"{tmp_path}/out")
    (tmp_path / "out" / "tiny.py").write_text(Path("wrong.py").read_text())

    result = run("check", f"{tmp_path}/out/tiny.py", "--fail-under", "90", course=None)

    assert result.exit_code == 1
    assert result.stdout.startswith("Tiny things: 4 of 10 points (40 %)\n")
    assert "Only the public cases were run." in result.stdout


def test_a_fault_of_ours_ends_with_3_and_still_shows_the_report(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise FaultError("box: the disk is full.")

    monkeypatch.setattr(Session, "hear", gone)

    result = run("grade", "tiny", "right.py")

    assert result.exit_code == 3
    assert "grader fault (no points lost):" in result.stdout
    assert "box: the disk is full." in result.stdout


def test_an_error_that_nobody_thought_of_is_one_line_and_ends_with_3(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strange(*_: object, **__: object) -> None:
        raise KeyError("strange")

    monkeypatch.setattr(Session, "hear", strange)
    monkeypatch.delenv("GRADER_DEBUG", raising=False)

    result = run("grade", "tiny", "right.py")

    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1] == (
        "grader fault (no points lost): grade: KeyError: 'strange' (GRADER_DEBUG=1 shows where)"
    )
    assert "Traceback" not in result.stderr


def test_an_error_that_nobody_thought_of_shows_its_place_where_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strange(*_: object, **__: object) -> None:
        raise KeyError("strange")

    monkeypatch.setattr(Session, "hear", strange)
    monkeypatch.setenv("GRADER_DEBUG", "1")

    assert isinstance(run("grade", "tiny", "right.py").exception, KeyError)


def test_a_box_that_cannot_be_had_ends_with_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    result = run("grade", "tiny", "right.py", "--box", "bare")

    assert result.exit_code == 3
    assert "grader fault (no points lost): bare: cannot start Python" in result.stderr
    assert "Run 'grader doctor'." in result.stderr


def test_grading_works_without_a_cache(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", "right.py/x")

    assert run("grade", "tiny", "right.py", "--fail-under", "100").exit_code == 0


def test_the_demo_shows_two_mistakes_and_says_where_it_is_from(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--html", f"{tmp_path}/demo.html", course=None)

    assert result.exit_code == 0
    assert result.stdout.startswith("First steps: ")
    assert "✗ standardize" in result.stdout
    assert "✗ clip" in result.stdout
    assert "The exercises and the submission are in " in result.stderr
    assert result.stderr.endswith("A page to look at: grader demo --html demo.html\n")
    assert (tmp_path / "demo.html").exists()


def test_the_demos_json_can_be_piped(run: Run) -> None:
    result = run("demo", "--json", "-", course=None)

    assert read_result(result.stdout).assignment == "first_steps"


def test_help_lists_every_command_and_the_exit_statuses(run: Run) -> None:
    result = run("--help", course=None)

    assert result.exit_code == 0
    for command in main_command.list_commands(None):  # type: ignore[arg-type]
        assert f"\n  {command} " in result.stdout
        assert run(command, "--help", course=None).exit_code == 0
    assert "0 graded, 1 below --fail-under, 2 wrong usage or input, 3 a fault" in " ".join(
        result.stdout.split()
    )
