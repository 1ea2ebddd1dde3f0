"""Finding submissions: each layout as the systems make it, and the rules that are the same for all."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.errors import AssignmentError, SubmissionError
from grader.gradebook import Person
from grader.handed_in import Attempt, Gathered, HandedIn, Owner, Place, Roster, Sighting, gather, read_roster
from tests.handed_in.trees import GOOD, HELPER, tarred, tarred_special, tree, zipped
from tests.notebooks.built import notebook

Find = Callable[..., Gathered]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    def found(
        files: dict[str, str | bytes],
        *,
        students: str = "",
        names: tuple[str, ...] = (),
        zipped_up: bool = False,
    ) -> Gathered:
        roster = None
        if students:
            (tmp_path / "students.csv").write_text(students, encoding="utf-8")
            roster = read_roster(tmp_path / "students.csv")
        if zipped_up:
            folder = tmp_path / "download.zip"
            folder.write_bytes(zipped(files))
        else:
            folder = tree(tmp_path / "in", files)
        return gather(folder, assignment="losses", roster=roster, work=tmp_path / "work", names=names)

    return found


def table(gathered: Gathered) -> dict[str, str]:
    """What counts, or why nothing does, by student."""
    return {one.person.student: one.refused or one.shown for one in gathered.handed_in}


def one(gathered: Gathered) -> HandedIn:
    (single,) = gathered.handed_in
    return single


def test_a_folder_for_each_student(find: Find) -> None:
    gathered = find({"anna/losses.py": GOOD, "ben/losses.py": GOOD, "Łukasz O'Neil/losses.py": GOOD})
    assert gathered.layout == "a folder for each student"
    assert table(gathered) == {
        "anna": "anna/losses.py", "ben": "ben/losses.py", "Łukasz O'Neil": "Łukasz O'Neil/losses.py",
    }  # fmt: skip
    assert gathered.rules == ["Every folder is a student, and is called by the student's name or id."]
    for found in gathered.handed_in:
        assert found.path is not None
        assert found.path.read_text() == GOOD
        assert (found.submitted, found.attempt, found.refused, found.others) == (None, 0, "", [])


def test_the_file_of_the_assignment_counts_and_the_others_are_told(find: Find) -> None:
    found = one(
        find(
            {"anna/losses.py": GOOD, "anna/helper.py": HELPER, "anna/old/losses.py": "", "anna/data.csv": "1"}
        )
    )
    assert found.shown == "anna/losses.py"
    assert found.others == [
        "anna/helper.py: the file called losses.py counts.",
        "anna/old/losses.py: the file called losses.py counts.",
    ]


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ({"a/LOSSES.PY": GOOD, "a/x.py": ""}, "a/LOSSES.PY"),
        ({"a/losses-1.py": "", "a/losses-10.py": GOOD, "a/losses-9.py": ""}, "a/losses-10.py"),
        ({"a/losses (2).py": GOOD, "a/losses (1).py": "", "a/x.py": ""}, "a/losses (2).py"),
        ({"a/losses.py": GOOD, "a/losses_v2.py": ""}, "a/losses.py"),
        ({"a/homework.py": GOOD}, "a/homework.py"),
        ({"a/src/deep/homework.py": GOOD, "a/.venv/x.py": "", "a/__MACOSX/._x.py": ""}, "a/src/deep/homework.py"),
        ({"a/work.zip": zipped({"homework.py": GOOD})}, "a/work.zip!homework.py"),
        ({"a/work.tar.gz": tarred({"p/losses.py": GOOD, "p/x.py": ""}, "w:gz")}, "a/work.tar.gz!p/losses.py"),
        ({"a/hw-1.zip": b"", "a/hw-2.zip": zipped({"x.py": GOOD})}, "a/hw-2.zip!x.py"),
        ({"a/x.zip": b"", "a/losses.zip": zipped({"x.py": GOOD})}, "a/losses.zip!x.py"),
        ({"a/x.zip": b"no zip", "a/x.py": GOOD}, "a/x.py"),
    ],
)  # fmt: skip
def test_which_file_counts(find: Find, files: dict[str, str | bytes], shown: str) -> None:
    found = one(find(files))
    assert (found.refused, found.shown) == ("", shown)
    assert found.path is not None
    assert found.path.read_text() == GOOD


def test_among_other_names_the_file_with_most_of_the_exercises_counts(find: Find) -> None:
    files = {
        "a/one.py": "import os\nsoftmax = None\n",
        "a/two.py": "class softmax: ...\nasync def mse(): ...\n",
        "a/three.py": "def inner():\n    def mse(): ...\n    def softmax(): ...\n    def hinge(): ...\n",
        "a/broken.py": "def softmax(:\n",
    }
    gathered = find(files, names=("softmax", "mse", "hinge"))
    assert one(gathered).shown == "a/two.py"
    rule = "the file that defines most of the exercises counts"
    assert f"Of several files in a submission {rule}." in gathered.rules
    assert f"a/one.py: {rule} (2 of 3)." in one(gathered).others


@pytest.mark.parametrize(
    ("module", "cells", "shown"),
    [
        (GOOD, ["def softmax(x):\n    '''Words.'''\n    raise NotImplementedError"], "a/losses.py"),
        ("class softmax:\n    def forward(self):\n        pass\n", [GOOD], "a/losses.ipynb"),
        ("def mse(): ...\n", ["%matplotlib inline", "softmax = lambda x: x", "mse = 3"], "a/losses.ipynb"),
    ],
)
def test_of_a_module_and_a_notebook_the_one_with_more_work_in_it_counts(
    find: Find, module: str, cells: list[str], shown: str
) -> None:
    found = one(find({"a/losses.py": module, "a/losses.ipynb": notebook(*cells)}, names=("softmax", "mse")))
    assert (found.refused, found.shown) == ("", shown)
    (other,) = found.others
    assert other.endswith(": the form in which more exercises are written counts.")


@pytest.mark.parametrize("names", [(), ("softmax",)])
def test_a_module_and_a_notebook_with_the_same_in_them_are_not_told_apart(
    find: Find, names: tuple[str, ...]
) -> None:
    found = one(find({"a/losses.py": GOOD, "a/losses.ipynb": notebook(GOOD)}, names=names))
    assert found.refused == "expected one file to grade, got 2 that might be it: a/losses.ipynb, a/losses.py."


@pytest.mark.parametrize("names", [(), ("softmax",)])
def test_files_that_cannot_be_told_apart_are_named(find: Find, names: tuple[str, ...]) -> None:
    found = one(find({"a/x.py": GOOD, "a/y.py": GOOD}, names=names))
    assert found.path is None
    assert found.refused == "expected one file to grade, got 2 that might be it: a/x.py, a/y.py."


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ({"a/": ""}, "expected a .py or .ipynb file, got none."),
        ({"a/readme.md": "", "a/losses.ipynb.txt": "{}"}, "expected a .py or .ipynb file, got 2 files of other kinds."),
        ({"a/x.zip": "text"}, "a/x.zip: expected a zip or tar archive, got something else. Pack it as a zip."),
        ({"a/x.rar": "Rar!xx"}, "a/x.rar: expected a zip or tar archive, got a RAR archive. Pack it as a zip."),
        ({"a/x.zip": zipped({"readme.md": ""})}, "a/x.zip: expected a .py or .ipynb file, got 1 file of other kinds."),
        ({"a/x.zip": zipped({"y.zip": zipped({"z.py": ""})})},
         "a/x.zip: expected a .py or .ipynb file, got none. An archive inside an archive is not opened."),
        ({"a/x.zip": zipped({"../losses.py": ""})},
         "a/x.zip: entry '../losses.py': expected a plain relative path, got '..', which leads out of the archive."
         " Rename the file and pack the archive again."),
        ({"a/x.zip": b"", "a/y.zip": b""}, "expected one archive to open, got 2 that might be it: a/x.zip, a/y.zip."),
    ],
)  # fmt: skip
def test_what_cannot_be_graded_is_refused_with_a_sentence(
    find: Find, files: dict[str, str | bytes], refused: str
) -> None:
    gathered = find({"ben/losses.py": GOOD, **files})
    assert table(gathered) == {"a": refused, "ben": "ben/losses.py"}, "it costs nobody else"


def test_links_are_refused_and_never_followed(find: Find, tmp_path: Path) -> None:
    secret = tree(tmp_path / "secret", {"losses.py": "SECRET"})
    root = tree(tmp_path / "in", {"anna/": "", "ben/losses.py": GOOD, "dora/": ""})
    (root / "anna/losses.py").symlink_to(secret / "losses.py")
    (root / "carl").symlink_to(secret)
    (root / "dora/deep").symlink_to(secret)
    (root / "ben/more.py").symlink_to(secret / "losses.py")
    os.mkfifo(root / "ben/pipe.py")
    gathered = find({})
    link = "expected a .py or .ipynb file, got none. A link does not count."
    assert table(gathered) == {
        "anna": link, "ben": "ben/losses.py", "dora": link,
        "carl": "expected a file or a folder, got a link, and links are not followed.",
    }  # fmt: skip
    ben = gathered.handed_in[1]
    assert ben.others == [
        "ben/more.py: it is a link, and links are not followed.",
        "ben/pipe.py: it is no plain file.",
    ]


def test_a_link_in_a_virtual_environment_does_not_cost_the_submission(find: Find) -> None:
    packed = tarred({"p/losses.py": GOOD})[:1024] + tarred_special(
        b"2", "p/.venv/bin/python", "/usr/bin/python3"
    )
    assert table(find({"a/work.tar": packed})) == {"a": "a/work.tar!p/losses.py"}


def test_numbered_and_dated_folders_are_attempts(find: Find) -> None:
    gathered = find(
        {
            "anna/1/losses.py": "", "anna/2/losses.py": "", "anna/10/losses.py": GOOD,
            "ben/2026-10-01_09-00/losses.py": "", "ben/2026-10-02_08-00/losses.py": GOOD,
            "carl/attempt 2/losses.py": GOOD, "carl/attempt 1/losses.py": "",
        }
    )  # fmt: skip
    assert table(gathered) == {
        "anna": "anna/10/losses.py", "ben": "ben/2026-10-02_08-00/losses.py", "carl": "carl/attempt 2/losses.py",
    }  # fmt: skip
    assert [found.attempt for found in gathered.handed_in] == [10, 2, 2]
    assert gathered.handed_in[0].others == ["anna/1: an older submission.", "anna/2: an older submission."]
    assert (
        "Of several submissions of a student the newest counts, by the number in the name." in gathered.rules
    )
    assert "Of several submissions of a student the newest counts, by the order of names." in gathered.rules


def test_a_file_for_each_student(find: Find) -> None:
    gathered = find(
        {"anna.py": GOOD, "ben_losses.py": GOOD, "carl_m_losses.py": GOOD, "dora_losses_v1.py": "",
         "dora_losses_v2.py": GOOD, "gina_2026-10-01.py": GOOD, "gina_2026-09-30.py": "",
         "emil.zip": zipped({"x.py": GOOD}), "losses_fritz.py": GOOD, "README.txt": ""}
    )  # fmt: skip
    assert gathered.layout == "a file for each student"
    assert table(gathered) == {
        "anna": "anna.py", "ben": "ben_losses.py", "carl_m": "carl_m_losses.py", "dora": "dora_losses_v2.py",
        "emil": "emil.zip!x.py", "fritz": "losses_fritz.py",
        "gina": "gina_2026-10-01.py",
    }  # fmt: skip
    assert gathered.handed_in[3].others == ["dora_losses_v1.py: an older submission."]


def test_a_roster_says_where_the_student_ends_in_a_files_name(find: Find) -> None:
    students = "student,name\nanna_m,Anna M\nanna,Anna\n"
    gathered = find({"anna_m_final_version.py": GOOD, "anna_final.py": GOOD}, students=students)
    assert table(gathered) == {"anna": "anna_final.py", "anna_m": "anna_m_final_version.py"}


def test_names_that_all_begin_alike_are_no_students(find: Find) -> None:
    with pytest.raises(AssignmentError, match="got 3 files that all begin with 'hw1'"):
        find({"hw1_anna.py": "", "hw1_ben.py": "", "hw1_carl.py": ""})


def test_a_script_beside_the_folders_is_no_student(find: Find) -> None:
    files = {"anna/losses.py": GOOD, "grade.py": "", "ben.py": GOOD}
    gathered = find(files)
    assert set(table(gathered)) == {"anna"}
    assert gathered.rules[-1].endswith("unless students.csv knows who they are of: ben.py, grade.py.")


def test_a_file_beside_the_folders_counts_if_the_roster_knows_whose_it_is(find: Find) -> None:
    gathered = find({"anna/losses.py": GOOD, "grade.py": "", "ben.py": GOOD}, students="student\nben\n")
    assert table(gathered) == {"anna": "anna/losses.py", "ben": "ben.py"}
    assert gathered.layout == "folders and files"


def test_the_roster_gives_names_and_tells_who_is_absent(find: Find, tmp_path: Path) -> None:
    students = "student,name,email\njd,Jane Doe,jane@uni.example\nbo,Bo Li,bo@uni.example\ncy,Cy,\n"
    gathered = find({"Doe, Jane (jane@uni.example)/losses.py": GOOD, "bo/losses.py": GOOD, "guest/losses.py": GOOD},
                    students=students)  # fmt: skip
    assert [found.person.student for found in gathered.handed_in] == ["bo", "guest", "jd"]
    assert gathered.handed_in[2].person.email == "jane@uni.example"
    assert any(
        rule.startswith("Not in students.csv") and rule.endswith("name found: guest.")
        for rule in gathered.rules
    )
    roster = read_roster(tmp_path / "students.csv")
    assert [person.student for person in gathered.absent(roster)] == ["cy"]


def test_two_that_are_one_student_are_refused_by_name(find: Find) -> None:
    gathered = find({"jd/losses.py": GOOD, "jane@uni.example/losses.py": GOOD, "bo/losses.py": GOOD},
                    students="student,email\njd,jane@uni.example\nbo,\n")  # fmt: skip
    refused = (
        "expected one student for each submission, got one for jane@uni.example and jd; "
        "students.csv takes them for the same."
    )
    assert table(gathered) == {"jd": refused, "bo": "bo/losses.py"}
    assert gathered.handed_in[1].path is None


def test_students_that_differ_in_capitals_only_are_refused(find: Find) -> None:
    gathered = find({"Anna/losses.py": GOOD, "anna/losses.py": GOOD, "ben/losses.py": GOOD})
    refused = "expected names that differ in more than capitals, got 'Anna' and 'anna'."
    assert table(gathered) == {"Anna": refused, "anna": refused, "ben": "ben/losses.py"}


def test_an_archive_of_folders_is_unpacked_first(find: Find) -> None:
    gathered = find(
        {"all/anna/losses.py": GOOD, "all/ben/x.zip": zipped({"losses.py": GOOD})}, zipped_up=True
    )
    assert table(gathered) == {
        "anna": "download.zip!all/anna/losses.py", "ben": "download.zip!all/ben/x.zip!losses.py",
    }  # fmt: skip
    assert "Everything lies in the folder download.zip!all." in gathered.rules
    for found in gathered.handed_in:
        assert found.path is not None
        assert found.path.read_text() == GOOD


def test_an_archive_of_one_student_is_no_wrapper(find: Find) -> None:
    assert table(find({"anna/solution.py": GOOD}, zipped_up=True)) == {
        "anna": "download.zip!anna/solution.py"
    }
    assert table(find({"anna/losses.py": GOOD, "anna/x.py": ""}, zipped_up=True)) == {
        "anna": "download.zip!anna/losses.py"
    }


def test_an_archive_of_flat_files_in_a_folder(find: Find) -> None:
    files: dict[str, str | bytes] = {"subs/anna_losses.py": GOOD, "subs/ben_losses.py": GOOD}
    assert set(table(find(files, zipped_up=True))) == {"anna", "ben"}


def test_what_is_left_out_of_a_download_is_a_rule(find: Find) -> None:
    gathered = find({"anna/losses.py": GOOD, "ben/losses.py": GOOD, "ben/..\\x.py": ""}, zipped_up=True)
    assert (
        "download.zip: left out: entry 'ben/..\\\\x.py': expected a plain relative path, got a backslash."
        in gathered.rules
    )


@pytest.mark.parametrize("files", [{}, {"README.md": "x"}])
def test_a_folder_without_submissions_is_refused(find: Find, files: dict[str, str | bytes]) -> None:
    with pytest.raises(SubmissionError, match="expected submissions, got none"):
        find(files)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="expected a folder or an archive of submissions, got nothing"):
        gather(tmp_path / "none", assignment="losses", work=tmp_path / "work")


def test_a_name_that_is_no_utf8_can_still_be_shown(find: Find, tmp_path: Path) -> None:
    folder = os.fsencode(tree(tmp_path / "in", {})) + b"/anna\xff"
    os.mkdir(folder)
    with open(folder + b"/losses.py", "w") as file:
        file.write(GOOD)
    found = one(find({}))
    assert found.shown.encode() == "anna\ufffd/losses.py".encode()
    assert found.path is not None
    assert found.path.read_text() == GOOD


def test_gathering_twice_finds_the_same(find: Find) -> None:
    files: dict[str, str | bytes] = {"anna/x.zip": zipped({"x.py": GOOD}), "ben/losses.py": GOOD}
    first, second = find(files), find(files)
    assert [(a.person, a.shown, a.others) for a in first.handed_in] == [
        (b.person, b.shown, b.others) for b in second.handed_in
    ]
    assert first.rules == second.rules


def test_a_layout_of_ones_own_can_be_asked_first(tmp_path: Path) -> None:
    """The hook for layouts that are known elsewhere, such as the course's inbox."""
    inbox = tree(tmp_path / "in", {"box": "", "one.py": GOOD, "two.py": GOOD})
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)

    def layout(place: Place) -> Sighting | None:
        if not (place.folder / "box").exists():
            return None
        owner = Owner("anna", Person(student="anna"), {})
        attempts = [
            Attempt(owner, "2", files=((place.folder / "two.py", "losses.py"),), number=2,
                    submitted=noon - timedelta(1)),
            Attempt(owner, "1", files=((place.folder / "one.py", "losses.py"),), number=1,
                    submitted=noon.astimezone(timezone(timedelta(hours=-9)))),
        ]  # fmt: skip
        return Sighting("an inbox", attempts, ["A rule."])

    gathered = gather(inbox, assignment="losses", work=tmp_path / "work", layouts=[layout])
    found = one(gathered)
    assert (gathered.layout, found.shown, found.submitted, found.attempt) == ("an inbox", "one.py", noon, 1)
    assert gathered.rules == ["A rule.", "Of several submissions of a student the newest counts, by time."]


def test_a_time_decides_only_where_every_submission_has_one(tmp_path: Path) -> None:
    folder = tree(tmp_path / "in", {"one.py": GOOD, "two.py": GOOD})

    def layout(place: Place) -> Sighting:
        owner = Owner("anna", Person(student="anna"), {})
        first, second = ((place.folder / f"{name}.py", "losses.py") for name in ("one", "two"))
        noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
        attempts = [Attempt(owner, "1", files=(first,), number=1, submitted=noon),
                    Attempt(owner, "2", files=(second,), number=2)]  # fmt: skip
        return Sighting("an inbox", attempts, [])

    found = one(gather(folder, assignment="losses", work=tmp_path / "work", layouts=[layout]))
    assert (found.shown, found.submitted) == ("two.py", None)


def test_nobody_is_absent_from_an_empty_roster() -> None:
    assert Gathered("", [], []).absent(Roster(())) == []
