"""Storing a submission: numbered, whole or not at all, for its student alone."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.errors import GraderError, SubmissionError
from grader.inboxes import Submitted, open_inbox, read_inbox, store
from tests.inboxes.conftest import AT, Hand

SHA_OF_X = "9e26bf369911c45c243c684147b23fc9e1dcfcf257d299a1c632016a6fcd33f4"  # printf 'x = 1\n' | sha256sum


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_a_submission_is_its_files_and_a_record_that_nobody_can_write(inbox: Path, hand_in: Hand) -> None:
    submitted = hand_in()
    folder = inbox / "losses" / "ada" / "1"
    assert sorted(path.name for path in folder.iterdir()) == ["losses.py", "submission.json"]
    assert (folder / "losses.py").read_text() == "x = 1\n"
    assert json.loads((folder / "submission.json").read_text()) == {
        "schema": 1,
        "assignment": "losses",
        "student": "ada",
        "number": 1,
        "time": "2026-10-01T20:03:11Z",
        "files": [{"name": "losses.py", "sha256": SHA_OF_X, "bytes": 6}],
        "sha256": submitted.sha256,
    }
    assert [mode(path) for path in (folder, *sorted(folder.iterdir()))] == [0o555, 0o444, 0o444]
    assert mode(folder.parent) == 0o700


def test_with_a_group_of_the_courses_its_members_read_and_other_students_do_not(tmp_path: Path) -> None:
    folder = open_inbox(tmp_path / "in", "losses", group=_own_group())
    assert mode(folder) == 0o3773
    store(tmp_path / "in", "losses", "ada", {"losses.py": b""})
    assert (mode(folder / "ada") & 0o777, (folder / "ada").stat().st_gid) == (0o750, folder.stat().st_gid)


def _own_group() -> str:
    grp = pytest.importorskip("grp", reason="this system has no groups")
    return str(grp.getgrgid(os.getgid()).gr_name)


def test_students_can_make_folders_in_an_inbox_and_not_see_or_take_away_others(inbox: Path) -> None:
    assert mode(inbox / "losses") == 0o1733
    assert mode(inbox / "losses" / ".receipts") == 0o711


def test_an_inbox_that_is_there_is_kept(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    open_inbox(inbox, "losses")
    assert [stored.number for stored in read_inbox(inbox, "losses")] == [1]


def test_numbers_go_up_for_each_student(hand_in: Hand) -> None:
    numbers = [hand_in(student=student).number for student in ("ada", "bob", "ada", "ada", "bob")]
    assert numbers == [1, 1, 2, 3, 2]


def test_the_newest_is_above_every_number_and_what_is_no_number_is_passed_over(
    inbox: Path, hand_in: Hand
) -> None:
    hand_in()
    for name in ("7", "007", "٩", "12345678901", "x"):
        (inbox / "losses" / "ada" / name).mkdir()
    assert hand_in().number == 8


def test_submitters_at_once_get_numbers_of_their_own(inbox: Path, hand_in: Hand) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: hand_in(f"x = {at}\n"), range(24)))
    assert sorted(submitted.number for submitted in found) == list(range(1, 25))
    stored = {one.number: one for one in read_inbox(inbox, "losses")}
    assert {number: one.record for number, one in stored.items()} == {one.number: one for one in found}


def test_a_number_that_another_took_in_between_is_given_up(
    hand_in: Hand, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in()
    answers = iter([[], [], ["1"]])  # what two of three looks at the folder were too early to see
    monkeypatch.setattr(os, "listdir", lambda path: next(answers))
    submitted = hand_in("y = 2\n")
    monkeypatch.undo()
    assert submitted.number == 2
    assert [one.refused for one in read_inbox(inbox, "losses")] == ["", ""]


KILLED = """
import os, sys
from pathlib import Path
from grader.inboxes import store
calls = 0
def counted(function):
    def call(*args, **options):
        global calls
        calls += 1
        if calls == int(sys.argv[2]):
            os._exit(9)
        return function(*args, **options)
    return call
os.fsync, os.mkdir, os.chmod, os.rename = map(counted, (os.fsync, os.mkdir, os.chmod, os.rename))
store(Path(sys.argv[1]), "losses", "ada", {"a.py": b"a", "b.py": b"b"})
os._exit(0)
"""


def test_a_killed_call_leaves_nothing_that_counts(inbox: Path) -> None:
    ended, moment = 9, 0
    while ended == 9:
        moment += 1
        call = [sys.executable, "-c", KILLED, str(inbox), str(moment)]
        ended = subprocess.run(call, timeout=60, check=False).returncode
        stored = read_inbox(inbox, "losses")
        # What is there is whole; only the last step, which names the folder, makes it be there.
        assert all(one.record is not None and len(one.files) == 2 for one in stored), moment
    assert ended == 0
    assert moment > 8
    assert 1 <= len(stored) <= 2  # the last call's, and that of one killed after its folder had its name


def test_a_call_that_fails_takes_away_what_it_wrote(
    inbox: Path, hand_in: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    hand_in()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GraderError) as caught:
        hand_in()
    own = inbox / "losses" / "ada"
    assert str(caught.value) == (
        f"{own}: expected a folder that takes submissions, got: No space left on device.\n"
        "Nothing was stored. Tell your course."
    )
    assert os.listdir(own) == ["1"]


def test_an_inbox_that_does_not_take_the_assignment_says_which_it_takes(inbox: Path) -> None:
    with pytest.raises(GraderError) as caught:
        store(inbox, "loses", "ada", {"losses.py": b""})
    assert caught.value.message == f"{inbox}: expected an inbox for 'loses', got one for: losses."
    with pytest.raises(GraderError, match="got one for: none"):
        store(inbox / "nowhere", "losses", "ada", {"losses.py": b""})


@pytest.mark.parametrize(
    "student",
    ["", "..", ".hidden", "a/b", "a\\b", "a\nb", "a\x1b[31m", "-rf", " a", "a ", "a.", "NUL", "com1.x", "a:b",
     "a\u202eb", "é" * 51, "\udcff"],
)  # fmt: skip
def test_a_name_that_is_no_folders_name_everywhere_is_refused(inbox: Path, student: str) -> None:
    with pytest.raises(SubmissionError, match="student: expected a name of at most 100 bytes"):
        store(inbox, "losses", student, {"losses.py": b""})
    with pytest.raises(SubmissionError, match="file: expected a name of at most 100 bytes"):
        store(inbox, "losses", "ada", {student: b""})
    with pytest.raises(SubmissionError, match="assignment: expected a name of at most 100 bytes"):
        store(inbox, student, "ada", {"losses.py": b""})


@pytest.mark.parametrize("student", ["o'brien", "ada@uni.example", "zoë", "名前", "a b", "42", "é" * 50])
def test_other_names_are_kept(inbox: Path, student: str) -> None:
    assert store(inbox, "losses", student, {"losses.py": b""}).student == student
    assert [stored.student for stored in read_inbox(inbox, "losses")] == [student]


def test_a_name_written_in_two_ways_is_one_student(hand_in: Hand) -> None:
    found = [hand_in(student=name) for name in ("zo\u00eb", "zoe\u0308")]
    assert [(one.student, one.number) for one in found] == [("zo\u00eb", 1), ("zo\u00eb", 2)]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["submission.json"], "submission.json: this name is the inbox's own."),
        (["Submission.JSON"], "Submission.JSON: this name is the inbox's own."),
        (["a.py", "A.py"], "A.py: expected files of different names, got a.py as well."),
        (
            ["\u00e9.py", "e\u0301.py"],
            "e\u0301.py: expected files of different names, got \u00e9.py as well.",
        ),
        ([], "losses: expected at least one file, got none."),
    ],
)
def test_files_that_cannot_lie_in_one_folder_are_refused(inbox: Path, names: list[str], message: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        store(inbox, "losses", "ada", dict.fromkeys(names, b""))
    assert caught.value.message == message


def test_the_time_is_the_clocks_in_utc_and_whole_seconds(inbox: Path) -> None:
    submitted: Submitted = store(inbox, "losses", "ada", {"losses.py": b""})
    assert (submitted.time.microsecond, submitted.time.utcoffset()) == (0, AT.utcoffset())
    assert submitted.time > AT
