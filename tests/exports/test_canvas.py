"""Canvas's gradebook, filled and written anew, read back by the rules of Canvas's importer."""

from __future__ import annotations

import difflib

import pytest

from grader.errors import FormatError
from grader.exports.canvas import canvas, fill_canvas
from grader.gradebook import Batch, Entry, Person
from tests.exports.builders import batch, entry, graded, wild
from tests.exports.importer import import_gradebook

HEADER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Warm-up (11),Losses (12),Current Score,Final Grade"
)
POSSIBLE = "    Points Possible,,,,,,10.00,8.00,(read only),(read only)"
DOWNLOADED = f'''\
{HEADER}
,,,,,,Manual Posting,,,
{POSSIBLE}
"Lovelace, Ada",101,s-1,ada,"Lab 1, Mon",=SUM(A1),9.50,,95.0,A
"Boole, George ""Bob""",102,s-2,bob,Lab 1,keeps,"7,00",3.00,70.0,C
"Young, Cy",103,s-3,cy,Lab 2,,,2.00,,
"Excused, Dora",104,s-4,dora,Lab 2,,,EX,,
"Fault, Dan",105,s-5,dan,Lab 2,,,-,,
"Student, Test",106,,9f8e7d,Lab 1,,,,,
'''


def person(student: str, name: str = "", **ids: str) -> Person:
    return Person(student=student, name=name, ids=ids)


def entries() -> list[Entry]:
    """Ada by Canvas's ID, Bob by SIS User ID, Cy by login, Dora by name; Dan is a fault, Zoe is in no file."""
    return [
        graded("ada", 5.0, person=person("a", canvas_id="101")),
        graded("bob", 7.128, person=person("b", sis_user_id="s-2")),
        graded("cy", 8.0, person=person("cy")),
        graded("dora", 6.0, person=person("d", "Dora Excused")),
        entry("dan", "fault", "no box.", person=person("dan")),
        graded("zoe", 4.0, person=person("zoe")),
    ]


def changed(before: str, after: str) -> list[str]:
    """Lines that were taken out or put in."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[:2] in ("- ", "+ ")]


def test_the_points_are_filled_in_and_nothing_else_changes() -> None:
    exported = fill_canvas(batch(entries()), DOWNLOADED.encode())

    assert changed(DOWNLOADED, exported.files["canvas.csv"].decode()) == [
        '- "Lovelace, Ada",101,s-1,ada,"Lab 1, Mon",=SUM(A1),9.50,,95.0,A',
        '+ "Lovelace, Ada",101,s-1,ada,"Lab 1, Mon",=SUM(A1),9.50,5,95.0,A',
        '- "Boole, George ""Bob""",102,s-2,bob,Lab 1,keeps,"7,00",3.00,70.0,C',
        '+ "Boole, George ""Bob""",102,s-2,bob,Lab 1,keeps,"7,00",7.13,70.0,C',
        '- "Young, Cy",103,s-3,cy,Lab 2,,,2.00,,',
        '+ "Young, Cy",103,s-3,cy,Lab 2,,,8,,',
    ]


def test_whatever_was_not_written_is_said() -> None:
    assert fill_canvas(batch(entries()), DOWNLOADED.encode()).notes == [
        "3 of 6 students' points were written.",
        "b: was 3.00, is now 7.13.",
        "cy: was 2.00, is now 8.",
        "d: left as it was (EX): excused (EX).",
        "dan: left as it was (-): grader fault (no points lost): no box.",
        "Without a row in the file, so not written: zoe.",
        "In the file but not in the batch, so left as they were: Student, Test.",
    ]


def test_canvas_reads_the_filled_file() -> None:
    read = import_gradebook(fill_canvas(batch(entries()), DOWNLOADED.encode()).files["canvas.csv"])

    assert read.possible["Losses (12)"] == "8.00"
    assert read.grades["Losses (12)"] == {
        "id:101": "5", "id:102": "7.13", "id:103": "8", "id:104": "EX", "id:105": "-", "id:106": "",
    }  # fmt: skip
    assert read.grades["Warm-up (11)"]["id:101"] == "9.50"


def test_a_european_file_stays_one() -> None:
    text = (
        "Student;ID;SIS Login ID;Section;Losses (12);Final Score\r\n"
        "    Points Possible;;;;8,00;(read only)\r\n"
        "Lovelace, Ada;101;ada;1;;95,5\r\nBoole;102;bob;1;1,5;80,0\r\n"
    )
    data = b"\xef\xbb\xbf" + text.encode()

    filled = fill_canvas(batch([graded("ada", 5.25), graded("bob", 8.0)]), data).files["canvas.csv"]

    assert filled == data.replace(b"ada;1;;", b"ada;1;5,25;").replace(b"bob;1;1,5;", b"bob;1;8;")
    assert import_gradebook(filled).grades["Losses (12)"] == {"id:101": "5.25", "id:102": "8"}


def test_missing_students_get_zero_where_that_is_asked_for_and_faults_never() -> None:
    several = [
        entry("ada", "missing"),
        entry("dan", "fault", "no box."),
        entry("cy", "refused", "an archive."),
    ]

    exported = fill_canvas(batch(several), DOWNLOADED.encode(), missing="zero")

    read = import_gradebook(exported.files["canvas.csv"]).grades["Losses (12)"]
    assert (read["id:101"], read["id:103"], read["id:105"]) == ("0", "0", "-")
    assert exported.notes[:5] == [
        "2 of 3 students' points were written.",
        "ada: 0 points: no submission.",
        "cy: 0 points: an archive.",
        "cy: was 2.00, is now 0.",
        "dan: left as it was (-): grader fault (no points lost): no box.",
    ]


@pytest.mark.parametrize("column", ["Warm-up (11)", "Warm-up", "11", "warm-up"])
def test_another_column_can_be_named(column: str) -> None:
    filled = fill_canvas(batch([graded("ada")], max_score=8.0), DOWNLOADED.encode(), column=column)

    assert import_gradebook(filled.files["canvas.csv"]).grades["Warm-up (11)"]["id:101"] == "5"
    assert filled.notes[0] == (
        "Warm-up (11): has 10 points in Canvas, the assignment 8; points are written as they are."
    )


def test_a_column_that_is_not_there_is_refused_and_those_that_are_there_named() -> None:
    with pytest.raises(FormatError) as caught:
        fill_canvas(batch(title="Gains", assignment="gains"), DOWNLOADED.encode())

    assert str(caught.value) == (
        "gradebook.csv: expected one column called 'Gains' or 'gains', got Notes, Warm-up (11), Losses (12).\n"
        "Name the column with --column, by its header or the number in brackets."
    )


def test_a_locked_column_is_refused() -> None:
    text = DOWNLOADED.replace("10.00,8.00", "10.00,(read only)")

    with pytest.raises(FormatError, match="expected a column that may be written, got 'Losses \\(12\\)'"):
        fill_canvas(batch(), text.encode())


@pytest.mark.parametrize("header", ["a,b,c,d", "Student,ID,Losses,x", "Name,ID,SIS Login ID,Section,Losses"])
def test_another_file_is_refused(header: str) -> None:
    with pytest.raises(FormatError, match="expected a gradebook of Canvas's"):
        fill_canvas(batch(), f"{header}\n".encode())


def test_names_in_two_columns_are_read() -> None:
    text = "LastName,FirstName,ID,SIS Login ID,Section,Losses (1)\nLovelace,Ada,7,x,1,\n"

    filled = fill_canvas(batch([graded("a", person=person("a", "Ada Lovelace"))]), text.encode())

    assert filled.files["canvas.csv"].decode().endswith("Lovelace,Ada,7,x,1,5\n")


CLASHES = {
    "a name that two have": (
        [graded("a", person=person("a", "Ada Lovelace")), graded("b", person=person("b", "ada  lovelace"))],
        "Lovelace, Ada: name 'Lovelace, Ada' fits several students (a, b); left as it was.",
    ),
    "identifiers of two students": (
        [graded("a", person=person("a", canvas_id="101")), graded("ada", person=person("ada"))],
        "Lovelace, Ada: its identifiers belong to two students (a and ada); left as it was.",
    ),
    "a student whom two rows claim": (
        [graded("a", person=person("a", canvas_id="101", sis_login_id="bob"))],
        'a: expected one row, got 2 (Lovelace, Ada, Boole, George "Bob"); left as they were.',
    ),
}


@pytest.mark.parametrize("clash", CLASHES)
def test_who_cannot_be_told_apart_is_left_alone_and_named(clash: str) -> None:
    several, note = CLASHES[clash]

    exported = fill_canvas(batch(several), DOWNLOADED.encode())

    assert exported.files["canvas.csv"] == DOWNLOADED.encode()
    assert note in exported.notes


def test_a_new_file_is_one_that_canvas_takes() -> None:
    exported = canvas(batch(), missing="zero")

    read = import_gradebook(exported.files["canvas.csv"])
    assert list(read.assignments) == ["Losses"]
    assert read.possible == {"Losses": "8"}
    assert read.grades["Losses"] == {
        "login:ada": "5", "login:bob": "7.2", "login:cy": "", "login:dan": "", "login:eve": "0", "login:fay": "0",
    }  # fmt: skip
    assert len(exported.notes) == 4


def test_hostile_names_keep_the_table_a_table() -> None:
    whole, _ = wild()

    read = import_gradebook(canvas(whole).files["canvas.csv"])

    assert len(read.assignments) == 1
    assert all(number in ("5", "") for number in read.grades[next(iter(read.assignments))].values())


def test_a_course_of_thousands_is_filled_at_once() -> None:
    rows = "".join(f'"Last{n}, First",{n},s{n},u{n},1,,,,,\n' for n in range(3000))
    whole: Batch = batch([graded(f"u{n}", person=person(f"u{n}")) for n in range(3000)])

    exported = fill_canvas(whole, f"{HEADER}\n{POSSIBLE}\n{rows}".encode())

    assert exported.notes == ["3000 of 3000 students' points were written."]
