"""Tables of students as course systems and spreadsheets write them, and finding a student in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import AssignmentError
from grader.gradebook import Person
from grader.handed_in import Roster, read_roster

OURS = "student,name,email,github\njdoe,Jane Doe,jane@uni.example,janey\nsob,Seán O'Brien,sob@uni.example,\n"


def read(tmp_path: Path, text: str | bytes) -> Roster:
    path = tmp_path / "students.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_roster(path)


def refusal(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(AssignmentError) as caught:
        read(tmp_path, text)
    return caught.value.message


def test_our_own_table_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, OURS).people == (
        Person(student="jdoe", name="Jane Doe", email="jane@uni.example", ids={"github": "janey"}),
        Person(student="sob", name="Seán O'Brien", email="sob@uni.example"),
    )


@pytest.mark.parametrize(
    "data",
    [
        OURS.encode("utf-8-sig"),
        OURS.encode("utf-16"),
        OURS.encode("utf-16-le"),
        OURS.encode("utf-16-be"),
        OURS.encode("cp1252"),
        OURS.replace("\n", "\r\n").encode(),
        OURS.replace(",", ";").encode(),
        OURS.replace(",", "\t").encode("utf-16"),
        b"sep=;\r\n" + OURS.replace(",", ";").encode("cp1252"),
        OURS.replace("\n", "\n,,,\n\n").encode(),
        ("\n".join(f'"{line}"' for line in OURS.replace(",", '","').split("\n") if line)).encode(),
    ],
    ids="bom utf16 utf16le utf16be windows crlf semicolons excel-text sep empty-lines quoted".split(),
)
def test_what_spreadsheets_make_of_it_reads_the_same(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data).people == read(tmp_path, OURS).people


def test_canvas_gradebook_is_a_roster(tmp_path: Path) -> None:
    roster = read(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section,Losses (123),Current Score\n"
        "    Points Possible,,,,,10,\n"
        '"Doe, Jane",4711,U1,jdoe,Lab 1,9,90\n'
        '"Student, Test",4712,,,Lab 1,,\n',
    )
    (jane,) = roster.people
    assert (jane.student, jane.name) == ("jdoe", "Doe, Jane")
    assert jane.ids == {"canvas_id": "4711", "sis_user_id": "U1", "sis_login_id": "jdoe", "section": "Lab 1",
                        "losses_123": "9", "current_score": "90"}  # fmt: skip
    assert roster.find(canvas_id="4711") == roster.find(name="doejane") == roster.find(any="U1") == jane
    assert roster.find(any="9") is None, "a score is no student"
    assert roster.find(any="Lab 1") is None


@pytest.mark.parametrize(
    ("text", "student", "name"),
    [
        ("First Name,Last Name,SID,Email,Role\nJane,Doe,0123,j@u.example,Student\n", "0123", "Jane Doe"),
        ("First name,Surname,ID number,Email address\nJane,Doe,0123,j@u.example\n", "0123", "Jane Doe"),
        (
            "Identifier,Full name,Email address,Status\nParticipant 77,Jane Doe,j@u.example,Late\n",
            "j@u.example",
            "Jane Doe",
        ),
        (
            '"identifier","github_username","github_id","name"\n"jane","janey","99","Jane Doe"\n',
            "jane",
            "Jane Doe",
        ),
        ("Username;E-Mail\njdoe;j@u.example\n", "jdoe", ""),
        ("Vorname;Nachname;Matrikelnummer\nJane;Doe;0123\n", "0123", "Jane Doe"),
        ("student\njdoe\n", "jdoe", ""),
        ("Student,Net ID\njdoe,jd1\n", "jdoe", ""),
    ],
    ids="gradescope moodle-grades moodle-worksheet classroom login german bare ours-with-login".split(),
)
def test_the_usual_headers_are_known(tmp_path: Path, text: str, student: str, name: str) -> None:
    (person,) = read(tmp_path, text).people
    assert (person.student, person.name) == (student, name)


def test_moodles_participant_is_a_number_in_any_language(tmp_path: Path) -> None:
    roster = read(tmp_path, "Identifier,Full name,Email address\nTeilnehmer/in123456,Jane Doe,j@u.example\n")
    found = roster.find(moodle_participant="123456")
    assert found is not None
    assert found.student == "j@u.example"


@pytest.mark.parametrize(
    "hints",
    [
        {"student": "JDOE"}, {"email": "Jane@uni.example"}, {"github": "janey"}, {"any": "janey"}, {"any": "jane"},
        {"any": "Jane Doe"}, {"name": "Doe, Jane"}, {"name": "doejane"}, {"name": "JANE DOE"},
        {"name": "nobody", "email": "jane@uni.example"}, {"any": "Doe Jane"},
    ],
    ids=str,
)  # fmt: skip
def test_a_student_is_found_by_whatever_a_system_says(tmp_path: Path, hints: dict[str, str]) -> None:
    found = read(tmp_path, OURS).find(**hints)
    assert found is not None
    assert found.student == "jdoe"


def test_names_are_found_as_systems_write_them(tmp_path: Path) -> None:
    roster = read(tmp_path, "student,name\na,Anna Maria van Dyk\nb,Seán O'Brien\nc,李小龙\n")
    for name, student in [
        ("vandykannamaria", "a"),
        ("obriensea\u0301n", "b"),
        ("Seán OBrien", "b"),
        ("李小龙", "c"),
    ]:
        found = roster.find(name=name)
        assert found is not None
        assert found.student == student


@pytest.mark.parametrize(
    "hints", [{"name": ""}, {"any": " "}, {"name": "Jane"}, {"name": "'"}, {"section": "x"}, {}]
)
def test_nobody_is_found_by_too_little(tmp_path: Path, hints: dict[str, str]) -> None:
    assert read(tmp_path, OURS).find(**hints) is None


def test_of_two_with_one_name_none_is_guessed(tmp_path: Path) -> None:
    roster = read(tmp_path, "student,name\na,Wei Li\nb,Wei Li\nc,Li Wei\n")
    assert roster.find(name="Wei Li") is None
    third = roster.find(name="Li Wei")
    assert third is not None
    assert third.student == "c", "the order as it is decides before any other"


def test_a_students_own_id_decides_before_the_front_of_an_address(tmp_path: Path) -> None:
    roster = read(tmp_path, "student,email\nanna,x@u.example\nb,anna@u.example\n")
    found = roster.find(any="anna")
    assert found is not None
    assert found.student == "anna"
    assert roster.find(any="x") == found


def test_what_may_mean_two_students_is_not_taken_for_the_name_of_a_third(tmp_path: Path) -> None:
    roster = read(tmp_path, "student,name,email,github\n1,X,,bo\n2,Y,bo@u.example,\n3,Bo,,\n")
    assert roster.find(any="bo") is None


def test_a_column_that_says_somebody_else_outweighs_a_name(tmp_path: Path) -> None:
    roster = read(tmp_path, "student,name,canvas_id\na,Wei Li,1\nb,Bo Li,\n")
    assert roster.find(name="Wei Li", canvas_id="2") is None
    found = roster.find(name="Bo Li", canvas_id="2")
    assert found is not None
    assert found.student == "b", "the table does not know the number"


def test_columns_of_first_and_last_names_settle_what_turned_names_cannot(tmp_path: Path) -> None:
    roster = read(tmp_path, "student,First name,Last name\na,Wei,Li\nb,Li,Wei\n")
    assert roster.find(name="Wei, Li") is None, (
        "it is the first name of one in front, and the last name of the other"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,name\na,X\nb,Y\nA,Z\n",
         "students.csv, line 4: expected every student once, got 'A', which line 2 has (as 'a') too."),
        ("student,email\na,x@u\nb,x@u\n",
         "students.csv, line 3: expected every email once, got 'x@u', which line 2 has too."),
        ("student,login\na,x\nb,x\n",
         "students.csv, line 3: expected every sis_login_id once, got 'x', which line 2 has too."),
        ("student,name\n,X\n", "students.csv, line 2: expected who the student is in column 1, got nothing."),
        ("name,colour\nX,red\n", "students.csv: expected a column that says who the student is, got 'name, colour'."),
        ("student,student\na,b\n", "students.csv: expected every column once, got 'student' twice."),
        ("", "students.csv: expected a line with the names of the columns, got an empty file."),
        ("student,name\na,x\0y\n", "students.csv, line 2: expected text, got a NUL character."),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    assert refusal(tmp_path, text) == message


def test_line_numbers_count_lines_inside_quotes(tmp_path: Path) -> None:
    assert ", line 5: " in refusal(tmp_path, 'student,name\na,"X\nY"\nb,Y\na,Z\n')


def test_a_roster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        AssignmentError, match=r"students.csv: expected a table of students, got: No such file"
    ):
        read_roster(tmp_path / "students.csv")
