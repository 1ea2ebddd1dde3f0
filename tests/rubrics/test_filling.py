"""From the sheet to the points: what is taken over, what is refused, and what is left alone."""

from __future__ import annotations

import csv

import pytest

from grader.errors import FormatError
from grader.results import read_result
from grader.rubrics import Marks, read_sheet
from tests.rubrics.conftest import ALL, Class


def test_the_sheet_has_a_line_for_each_item_and_the_answer_beside_the_first(group: Class) -> None:
    rows = group.rows()
    assert [(row["student"], row["question"], row["item"], row["max"]) for row in rows[:3]] == [
        ("'=dan", "why", "Names two", "2"),
        ("'=dan", "why", "Divides", "3"),
        ("ada", "why", "Names two", "2"),
    ]
    assert len(rows) == 12
    assert rows[2]["answer"] == "Two <script>alert(1)</script>\n\n'=1+1 divides"
    assert [row["note"] for row in rows if row["student"] == "cyd" and row["item"] != "Divides"] == [
        "no answer was found; look at what was handed in if that is odd"
    ] * 2
    assert [row["note"] for row in rows if (row["student"], row["question"]) == ("bob", "how")] == [
        "nothing was written"
    ]


def test_nothing_in_a_sheet_is_a_formula_however_it_is_split(group: Class) -> None:
    group.rows()
    for line in group.sheet.read_text(encoding="utf-8-sig").splitlines():
        assert not any(cell.strip(' "').startswith(("=", "+", "-", "@")) for cell in line.split(","))


def test_a_filled_sheet_gives_points_and_comments_once(group: Class) -> None:
    done = group.give(ALL, comment="- so far")
    assert done.output == "8 cells with points taken over, of 3 students. Everything is graded.\n"
    assert group.points() == {"=dan": (13.5, 0), "ada": (12.5, 0), "bob": (9, 0), "cyd": (4, 0)}
    why = read_result((group.out / "results/ada.json").read_bytes()).written[0]
    assert (why.score, [item.given for item in why.items], why.comment) == (3.5, [2, 1.5], "- so far")

    before = {path: path.read_bytes() for path in group.out.rglob("*") if path.is_file()}
    again = group.fill(group.rows())
    assert again.output.startswith("0 cells with points taken over, of 0 students.")
    assert {path: path.read_bytes() for path in before if path != group.sheet} == {
        path: data for path, data in before.items() if path != group.sheet
    }


def test_points_may_come_bit_by_bit_and_be_taken_back(group: Class) -> None:
    group.give({("ada", "why", "Names two"): "2"})
    assert group.points()["ada"] == (8, 6)
    done = group.give({("ada", "why", "Names two"): "1", ("ada", "how", "whole"): "0"})
    assert "note: ada: why: Names two: was 2, is now 1.\n" in done.output
    assert group.points()["ada"] == (7, 3)
    done = group.give({("ada", "why", "Names two"): "-"})
    assert "note: ada: why: Names two: was 1, is taken back.\n" in done.output
    assert group.points()["ada"] == (6, 5)


def test_two_people_can_fill_in_one_sheet_each(group: Class) -> None:
    rows = group.rows()
    for by, student in (("Anna", "ada"), ("Ben", "bob")):
        own = [dict(row, points="1" if row["student"] == student else "") for row in rows]
        assert group.fill(own, "--by", by).exit_code == 0
    found = {
        name: read_result((group.out / f"results/{name}.json").read_bytes()).written[0]
        for name in ("ada", "bob")
    }
    assert {name: (why.score, why.by) for name, why in found.items()} == {
        "ada": (2, "Anna"),
        "bob": (2, "Ben"),
    }


def test_somebody_without_an_answer_that_was_found_can_be_given_points(group: Class) -> None:
    group.give({("cyd", "why", "Divides"): "3"})
    assert group.points()["cyd"] == (7, 0)
    assert [row["points"] for row in group.rows() if row["student"] == "cyd"] == ["", "3", ""]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("points", "2.5", "row 4: points: expected a number from 0 to 2, got '2.5'."),
        ("points", "-1", "row 4: points: expected a number from 0 to 2, got '-1'."),
        ("points", "1e0", "row 4: points: expected a number from 0 to 2, got '1e0'."),
        ("points", "nan", "row 4: points: expected a number from 0 to 2, got 'nan'."),
        ("student", "eve", "row 4: student: expected a student of the batch, got 'eve'."),
        ("question", "what", "row 4: question: expected a written answer (why, how), got 'what'."),
        ("item", "Style", "row 4: item: expected one of why's ('Names two', 'Divides'), got 'Style'."),
        (
            "submission",
            "1E+12",
            "row 4: submission: expected what the sheet said (sha256:…), or nothing, got '1E+12'.",
        ),
    ],
)
def test_where_a_line_is_wrong_nothing_is_written(
    group: Class, column: str, value: str, message: str
) -> None:
    rows = [dict(row, points="1") for row in group.rows()]
    rows[2][column] = value
    before = {path: path.read_bytes() for path in group.out.rglob("*.*") if path != group.sheet}
    done = group.fill(rows)
    assert done.exit_code == 2
    assert done.output == f"rubric.csv, {message}\nNothing was written.\n"
    assert {path: path.read_bytes() for path in group.out.rglob("*.*") if path != group.sheet} == before


def test_every_wrong_line_is_named_and_of_many_the_rest_is_counted(group: Class) -> None:
    done = group.fill([dict(row, points="99") for row in group.rows()])
    assert done.output.count(": points: expected a number from 0 to ") == 10
    assert done.output.endswith("\n2 more lines are wrong.\nNothing was written.\n")


def test_two_lines_that_disagree_are_refused(group: Class) -> None:
    rows = group.rows()
    done = group.fill([dict(rows[0], points="1"), dict(rows[0], points="2"), dict(rows[0], points="1")])
    assert done.output.startswith(
        "rubric.csv, row 3: points: expected the same as in row 2, got '2'.\nNothing"
    )


def test_a_table_that_is_no_sheet_is_refused(group: Class) -> None:
    done = group.fill([{"name": "ada", "grade": "1"}])
    assert done.exit_code == 2
    assert (
        "expected a sheet with one column each of student, question, item, points, got the header"
        in done.output
    )


def test_a_sheet_with_semicolons_and_decimal_commas_is_read(group: Class) -> None:
    group.give({("ada", "why", "Divides"): "1.5"})
    group.done("rubric", "sheet", group.out, "--delimiter", ";")
    text = group.sheet.read_text(encoding="utf-8-sig")
    assert "ada;;why;Divides;3;1,5;" in text
    rows = list(csv.DictReader(text.splitlines(keepends=True), delimiter=";"))
    group.sheet.write_text(
        text.replace("ada;;why;Divides;3;1,5;", "ada;;why;Divides;3;2,25;"), encoding="utf-8-sig"
    )
    assert group.done("rubric", "fill", group.out, group.sheet).startswith("1 cell with points")
    assert group.points()["ada"] == (8.25, 5)
    assert len(rows) == 12


def test_a_spreadsheet_may_drop_the_zeros_in_front_of_a_number(group: Class) -> None:
    ada = read_result((group.out / "results/ada.json").read_bytes())
    sheet = b"student,question,item,points\n7,how,whole,2\n"
    assert read_sheet(sheet, {"007": ada, "017": ada}, Marks()).marks[0].student == "007"
    with pytest.raises(FormatError, match="row 2: student: expected a student of the batch, got '7'"):
        read_sheet(sheet, {"007": ada, "07": ada}, Marks())


def test_a_single_result_is_filled_in_like_a_batch(group: Class) -> None:
    result = group.out / "results/ada.json"
    sheet = group.out / "one.csv"
    group.done("rubric", "sheet", result, "--to", sheet)
    text = sheet.read_text(encoding="utf-8-sig")
    sheet.write_text(text.replace("words,,why,Divides,3,,", "words,,why,Divides,3,2,Good"), encoding="utf-8")
    told = group.done("rubric", "fill", result, sheet, "--by", "Anna")
    assert (
        told
        == "1 cell with points taken over, of 1 student. 5 points still to be given by hand, to 1 of 1 students.\n"
    )
    assert "Comment by Anna: Good" in group.done("report", result)
