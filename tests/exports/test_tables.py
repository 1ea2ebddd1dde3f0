"""nbgrader's CSV and our own gradebook, read back with Python's csv module."""

from __future__ import annotations

import csv
import io

import pytest

from grader.exports import FORMATS, Options, export
from grader.exports.nbgrader import nbgrader
from grader.gradebook import Batch, Person
from tests.exports.builders import HOSTILE, batch, graded, wild


def rows(whole: Batch, to: str, **options: object) -> list[dict[str, str]]:
    exported = export(to, whole, {}, Options(**options))  # type: ignore[arg-type]
    (data,) = exported.files.values()
    return list(csv.DictReader(io.StringIO(data.decode()), strict=True))


def test_nbgrader_s_columns_are_those_of_its_own_export() -> None:
    (data,) = nbgrader(batch([])).files.values()

    assert data.decode() == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,"
        "max_score\n"
    )


def test_nbgrader_s_score_is_the_raw_score_less_the_penalty() -> None:
    ada, bob, *_ = rows(batch(), "nbgrader")

    assert (ada["student_id"], ada["last_name"], ada["first_name"]) == ("ada", "Lovelace", "Ada")
    assert (bob["timestamp"], bob["raw_score"], bob["late_submission_penalty"], bob["score"]) == (
        "2026-10-02 01:30:00", "8", "0.8", "7.2",
    )  # fmt: skip
    assert {row["max_score"] for row in (ada, bob)} == {"8"}


@pytest.mark.parametrize(("missing", "expected"), [("empty", ["", ""]), ("zero", ["0", "0"])])
def test_nbgrader_s_zero_for_what_is_missing_has_to_be_asked_for(missing: str, expected: list[str]) -> None:
    *_, cy, dan, eve, fay = rows(batch(), "nbgrader", missing=missing)

    assert [eve["score"], fay["raw_score"]] == expected
    assert cy["score"] == dan["score"] == dan["raw_score"] == ""


@pytest.mark.parametrize(
    ("name", "ids", "expected"),
    [
        ("Ada Lovelace", {}, ("Lovelace", "Ada")),
        ("Lovelace, Ada", {}, ("Lovelace", "Ada")),
        ("Ada Maria van Dam", {"last_name": "van Dam", "first_name": "Ada Maria"}, ("van Dam", "Ada Maria")),
        ("Plato", {}, ("Plato", "")),
        ("", {}, ("", "")),
    ],
)
def test_names_are_split_as_the_roster_has_them(
    name: str, ids: dict[str, str], expected: tuple[str, str]
) -> None:
    (row,) = rows(batch([graded("a", person=Person(student="a", name=name, ids=ids))]), "nbgrader")

    assert (row["last_name"], row["first_name"]) == expected


def test_the_gradebook_has_a_line_for_everyone_and_a_column_for_each_exercise() -> None:
    table = rows(batch(), "gradebook")

    assert list(table[0]) == [
        "student", "name", "email", "state", "score", "late", "final", "max", "percent", "softmax", "cross_entropy",
    ]  # fmt: skip
    assert list(table[1].values()) == ["bob", "", "", "graded", "8", "0.8", "7.2", "8", "90", "4", "4"]
    assert [row["state"] for row in table] == ["graded"] * 3 + ["fault", "refused", "missing"]


def test_the_gradebook_is_empty_where_there_is_no_verdict() -> None:
    *_, cy, dan, eve, fay = rows(batch(), "gradebook", missing="zero")

    assert (cy["score"], cy["final"], cy["percent"], cy["softmax"], cy["cross_entropy"]) == (
        "4",
        "",
        "",
        "4",
        "",
    )
    assert [dan[name] for name in ("score", "final", "percent", "softmax")] == [""] * 4
    assert (eve["final"], fay["percent"]) == ("0", "0")


@pytest.mark.parametrize("to", ["nbgrader", "gradebook", "moodle", "canvas"])
def test_hostile_texts_make_no_further_cells_and_no_formula(to: str) -> None:
    whole, _ = wild()

    (data,) = export(to, whole, {}, Options()).files.values()

    table = list(csv.reader(io.StringIO(data.decode()), strict=True))
    assert len({len(row) for row in table}) == 1
    assert len(table) >= 2 * len(HOSTILE) + 1
    cells = [part.strip() for row in table for cell in row for part in cell.split(";")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_every_format_takes_an_empty_batch() -> None:
    for to in FORMATS:
        exported = export(to, batch([], exercises=[]), {}, Options())
        assert all(isinstance(data, bytes) for data in exported.files.values())
