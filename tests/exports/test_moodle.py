"""Moodle's grading worksheet, filled and read back by the rules of Moodle's importer."""

from __future__ import annotations

import csv
import io
import re

import pytest

from grader.errors import FormatError
from grader.exports.moodle import fill_moodle, moodle
from grader.gradebook import Person
from tests.exports.builders import batch, entry, graded

WORKSHEET = (
    '\ufeffIdentifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    '"Participant 501","Ada Lovelace",s-1,ada@x.test,"Submitted for grading",,8.00,Yes,'
    '"Thursday, 1 October 2026, 9:00 AM",-,\n'
    '"Participant 502","George Boole",s-2,bob@x.test,"No submission",3.00,8.00,Yes,-,"Friday, 2 October 2026",'
    '"<p>Well, ""done""</p>"\n'
    '"Participant 503","Cy Young",s-3,cy@x.test,"Submitted for grading",1.00,8.00,No,-,-,\n'
    '"Participant 504","Dan Fault",s-4,dan@x.test,"Submitted for grading",,8.00,Yes,-,-,\n'
)


def imported(
    data: bytes, *, strings: tuple[str, str, str] = ("Identifier", "Grade", "Last modified (grade)")
) -> dict[str, str]:
    """Grades by participant that Moodle would set, by its column names; refuses what its importer cannot find."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    place = {name: rows[0].index(name) for name in strings}
    found = {}
    for row in rows[1:]:
        number = re.sub(r"^Participant ", "", row[place[strings[0]]])
        if row[place[strings[1]]] != "":
            found[number] = row[place[strings[1]]]
    return found


def people() -> list[Person]:
    return [
        Person(student="Ada Lovelace_501", ids={"moodle_participant": "501"}),
        Person(student="b", email="BOB@x.test"),
        Person(student="c", name="Cy Young"),
        Person(student="s-4"),
    ]


def test_grades_are_filled_in_by_number_mail_name_and_id_and_nothing_else_changes() -> None:
    ada, bob, cy, dan = people()
    entries = [
        graded("ada", 5.5, person=ada),
        graded("bob", 8.0, person=bob),
        graded("cy", 6.0, person=cy),
        entry("dan", "fault", "no box.", person=dan),
    ]

    exported = fill_moodle(batch(entries), WORKSHEET.encode())

    text = exported.files["moodle.csv"].decode()
    assert text == WORKSHEET.replace(
        '"Submitted for grading",,8.00,Yes,"Thursday', '"Submitted for grading",5.5,8.00,Yes,"Thursday'
    ).replace("3.00,8.00", "8,8.00")
    assert exported.notes == [
        "2 of 4 students' points were written.",
        "b: was 3.00, is now 8.",
        "c: left as it was (1.00): its grade cannot be changed.",
        "s-4: left as it was (empty): grader fault (no points lost): no box.",
    ]
    assert imported(exported.files["moodle.csv"]) == {"501": "5.5", "502": "8", "503": "1.00"}


def test_a_worksheet_in_another_language_needs_the_column_s_name_and_keeps_its_commas() -> None:
    text = "ID;Name;Email address;Bewertung;Bestwertung\nTeilnehmer/in 501;Ada;ada@x.test;1,50;8,00\n"
    one = batch([graded("ada", 5.5, person=Person(student="a", email="ada@x.test"))])

    filled = fill_moodle(one, text.encode(), column="Bewertung")

    assert filled.files["moodle.csv"].decode() == text.replace("1,50", "5,5")
    with pytest.raises(FormatError, match="one column 'Grade'"):
        fill_moodle(one, text.encode())


def test_a_smaller_maximum_is_told_since_moodle_passes_over_grades_above_it() -> None:
    exported = fill_moodle(batch(), WORKSHEET.replace("8.00", "5.00").encode())

    assert exported.notes[0] == (
        "Maximum Grade is 5 in Moodle, the assignment has 8 points; points are written as they are. "
        "Moodle passes over grades above its own."
    )


def test_a_simple_file_has_what_the_gradebook_s_import_maps_by() -> None:
    rows = list(csv.reader(io.StringIO(moodle(batch()).files["moodle.csv"].decode())))

    assert rows[0] == ["Username", "ID number", "Full name", "Email address", "Losses"]
    assert rows[1] == ["ada", "", "Ada Lovelace", "ada@x.test", "5"]
    assert [row[-1] for row in rows[2:]] == ["7.2", "", "", "", ""]
