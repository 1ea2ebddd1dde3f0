"""`grader export` as it is used: files, standard output, notes."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.cli.exporting import _FORMATS
from grader.exports import FORMATS
from grader.gradebook import write_batch
from grader.results import write_result
from tests.exports.builders import batch, entry, verdict


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a batch of six, with Ada's and Bob's results."""
    folder = tmp_path / "out"
    (folder / "results").mkdir(parents=True)
    whole = batch()
    kept = [
        one if one.person.student in ("ada", "bob") else one.model_copy(update={"result": ""})
        for one in whole.entries
    ]
    (folder / "batch.json").write_text(write_batch(whole.model_copy(update={"entries": kept})))
    for name in ("ada", "bob"):
        (folder / "results" / f"{name}.json").write_text(write_result(verdict()))
    return folder


def export(*args: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, args)])


@pytest.mark.parametrize(
    ("to", "name"),
    [("junit", "junit.xml"), ("canvas", "canvas.csv"), ("moodle", "moodle.csv"), ("nbgrader", "nbgrader.csv"),
     ("markdown", "summary.md"), ("gradebook", "gradebook.csv"), ("annotations", "annotations.txt")],
)  # fmt: skip
def test_a_format_of_one_file_is_written_beside_the_batch_or_where_it_is_wanted(
    out: Path, tmp_path: Path, to: str, name: str
) -> None:
    default, wanted, folder = (
        export(out, "--to", to),
        export(out, "--to", to, "--file", tmp_path / "new" / "x"),
        None,
    )
    assert (default.exit_code, default.stdout) == (0, f"{out}/exports/{name}\n")

    folder = tmp_path / "new"
    export(out, "--to", to, "--file", folder)

    assert wanted.exit_code == 0
    assert (
        (folder / "x").read_bytes() == (folder / name).read_bytes() == (out / "exports" / name).read_bytes()
    )


def test_a_format_of_single_submissions_is_a_folder_or_one_student_s_file(out: Path, tmp_path: Path) -> None:
    export(out, "--to", "gradescope")
    lone = export(out, "--to", "classroom", "--student", "ada", "--file", "-")

    assert sorted(path.name for path in (out / "exports" / "gradescope").iterdir()) == [
        "ada.json", "bob.json", "cy.json", "dan.json", "eve.json",
    ]  # fmt: skip
    assert json.loads(base64.b64decode(lone.stdout))["max_score"] == 8.0
    assert export(out, "--to", "classroom", "--student", "ada", "--file", tmp_path / "a.txt").exit_code == 0
    assert (tmp_path / "a.txt").read_text() == lone.stdout


def test_who_has_no_number_is_said_on_standard_error(out: Path) -> None:
    assert export(out, "--to", "canvas", "--missing", "zero", "--file", "-").stderr.splitlines() == [
        "note: cy: left empty: 4 points could not be checked by a fault of the grader (cross_entropy); "
        "no points are lost.",
        "note: dan: left empty: grader fault (no points lost): the box did not start.",
        "note: eve: 0 points: archive.zip is no archive.",
        "note: fay: 0 points: no submission.",
    ]


def test_a_downloaded_gradebook_is_filled(out: Path, tmp_path: Path) -> None:
    (tmp_path / "down.csv").write_text("Student,ID,SIS Login ID,Section,Losses (1)\nAda,1,ada,1,\n")

    result = export(out, "--to", "canvas", "--fill", tmp_path / "down.csv", "--file", tmp_path / "up.csv")

    assert result.exit_code == 0
    assert (tmp_path / "up.csv").read_text().endswith("\nAda,1,ada,1,5\n")
    assert (tmp_path / "down.csv").read_text().endswith("\nAda,1,ada,1,\n")
    assert (
        result.stderr.splitlines()[-1]
        == "note: Without a row in the file, so not written: bob, cy, dan, eve, fay."
    )


def test_one_result_is_exported_without_a_batch(out: Path, tmp_path: Path) -> None:
    result = export(out / "results" / "ada.json", "--to", "gradescope", "--file", tmp_path / "results.json")

    assert result.exit_code == 0
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 5.0


def test_the_command_offers_every_format_that_there_is() -> None:
    assert set(_FORMATS) == set(FORMATS)


REFUSED = {
    "several files on standard output": (
        ("--to", "classroom", "--file", "-"), "--file -: expected one file, got 6.\nName one with --student NAME.",
    ),
    "a file for a format that fills none": (
        ("--to", "junit", "--fill", "down.csv"), "--fill: expected --to canvas or moodle, got junit."
    ),
    "a student who is in no batch": (
        ("--to", "junit", "--student", "zoe"),
        "--student: expected a student of the batch (ada, bob, cy, dan, eve, fay), got 'zoe'.",
    ),
    "a download that is not there": (
        ("--to", "canvas", "--fill", "no.csv"), "no.csv: expected a downloaded file, got: No such file or directory.",
    ),
    "a place that cannot be written": (
        ("--to", "junit", "--file", "down.csv/x"), "down.csv/x: expected a place to write to, got: File exists.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_wrong_use_ends_with_2_and_one_message(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("down.csv").write_text("Student,ID,SIS Login ID,Section,Losses (1)\n")
    args, message = REFUSED[what]

    result = export(out, *args)

    assert (result.exit_code, result.stderr) == (2, f"{message}\n")


def test_a_note_is_never_a_command_of_a_workflow_s_log(out: Path) -> None:
    several = [entry("::error::a\n::warning::b\x1b[2J", "missing", "::set-output name=x::y\r\n::c")]
    (out / "batch.json").write_text(write_batch(batch(several)))

    result = export(out, "--to", "junit", "--file", "-")

    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("note: ")
    assert "\x1b" not in result.stderr
