"""Reading an inbox: what was changed is told and never used, and no link leads out of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from grader.errors import GraderError, SubmissionError
from grader.inboxes import (
    Stored,
    Submitted,
    fetch,
    folders,
    is_inbox,
    newest,
    newest_times,
    open_inbox,
    read_inbox,
    read_own,
    reading,
    sign_inbox,
    store,
)
from grader.inboxes.records import RECORD
from tests.inboxes.conftest import AT, Hand, overwrite

KEY = bytes(32)


def test_what_was_stored_is_read_with_its_time_and_hashes(inbox: Path, hand_in: Hand) -> None:
    first, second, other = hand_in(), hand_in("y = 2\n"), hand_in(student="bob")
    found = read_inbox(inbox, "losses")
    assert [(one.student, one.number, one.time, one.record) for one in found] == [
        ("ada", 1, AT, first),
        ("ada", 2, AT, second),
        ("bob", 1, AT, other),
    ]
    assert [(one.refused, one.remarks, one.receipt) for one in found] == [("", (), None)] * 3
    assert [one.shown for one in found] == ["losses/ada/1", "losses/ada/2", "losses/bob/1"]
    assert {student: one.number for student, one in newest(found).items()} == {"ada": 2, "bob": 1}


def forge(folder: Path, **changes: object) -> None:
    """Write the record anew, with a hash that is right for what it says."""
    data = {**json.loads((folder / RECORD).read_text()), **changes}
    record = Submitted.model_validate_json(json.dumps(data))
    overwrite(folder / RECORD, json.dumps({**data, "sha256": record.facts_hash}))


def unlink(path: Path) -> None:
    path.parent.chmod(0o755)
    path.unlink()


def take_away(folder: Path) -> None:
    folder.chmod(0o755)
    shutil.rmtree(folder)


def link(path: Path, to: Path) -> None:
    if path.is_dir():
        take_away(path)
    else:
        unlink(path)
    path.symlink_to(to)


def put_folder(path: Path) -> None:
    unlink(path)
    path.mkdir()


def with_record(text: str | bytes) -> Callable[[Path], None]:
    return lambda folder: overwrite(folder / RECORD, text)


CHANGED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a file": (
        lambda folder: overwrite(folder / "losses.py", "x = 2\n"),
        "losses.py is not the file that was handed in: its hash is another.",
    ),
    "a file that is gone": (
        lambda folder: unlink(folder / "losses.py"),
        "losses.py is missing.",
    ),
    "one more file": (
        lambda folder: overwrite(folder / "more\x1b.py", ""),
        "holds a file that was not handed in with it (more\\x1b.py).",
    ),
    "the time": (
        lambda folder: overwrite(folder / RECORD, (folder / RECORD).read_text().replace("20:03", "19:03")),
        "its record was changed: it does not have the hash that it says it has.",
    ),
    "a record of another": (
        lambda folder: forge(folder, student="bob"),
        "its record is of another submission (losses/bob/1).",
    ),
    "a record of another number": (
        lambda folder: forge(folder, number=2),
        "its record is of another submission (losses/ada/2).",
    ),
    "a file out of the folder": (
        lambda folder: forge(folder, files=[{"name": "../../bob/1/losses.py", "sha256": "", "bytes": 1}]),
        "its record names files that cannot be.",
    ),
    "no files": (lambda folder: forge(folder, files=[]), "its record names files that cannot be."),
    "no record": (
        lambda folder: unlink(folder / RECORD),
        "is missing.",
    ),
    "a record that is none": (with_record("[]"), "submission.json: all of it: "),
    "a record that is no text": (with_record(b"\xff\0"), "submission.json: all of it: "),
    "a record nested deeply": (with_record("[" * 60_000), "submission.json: all of it: "),
    "a record without end": (with_record(" " * 70_000), "has more than 65,536 bytes."),
    "a year before the calendar": (
        lambda folder: overwrite(
            folder / RECORD, (folder / RECORD).read_text().replace("2026-10-01T20:03:11Z", "0001-01-01T00:00:00+09:00")
        ),
        "submission.json: time: Value error, expected a time in UTC, of our days",
    ),
    "another schema": (
        lambda folder: overwrite(folder / RECORD, (folder / RECORD).read_text().replace('"schema": 1', '"schema": 2')),
        "submission.json: expected schema 1, got 2.",
    ),
    "a link to a file": (lambda folder: link(folder / "losses.py", Path(__file__)), "losses.py is a link."),
    "a link for a record": (lambda folder: link(folder / RECORD, Path(__file__)), "is a link."),
    "a link to a folder": (lambda folder: link(folder, folder.parents[1]), "is no folder."),
    "a folder for a file": (
        lambda folder: put_folder(folder / "losses.py"),
        "losses.py is no plain file.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGED)
def test_what_was_changed_is_refused_with_a_sentence(inbox: Path, hand_in: Hand, what: str) -> None:
    change, words = CHANGED[what]
    hand_in()
    hand_in(student="bob")
    change(inbox / "losses" / "ada" / "1")
    ada, bob = read_inbox(inbox, "losses")
    assert (ada.student, ada.number, ada.record, ada.files, ada.time) == ("ada", 1, None, (), None)
    assert ada.refused.startswith(f"losses/ada/1: {words}")
    assert bob.refused == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_place_of_a_file_holds_nobody_up(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    folder = inbox / "losses" / "ada" / "1"
    folder.chmod(0o755)
    (folder / "losses.py").unlink()
    os.mkfifo(folder / "losses.py")
    (ada,) = read_inbox(inbox, "losses")
    assert ada.refused == "losses/ada/1: losses.py is no plain file."


def test_where_folders_cannot_be_held_open_links_are_refused_all_the_same(
    inbox: Path, hand_in: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_HELD", False)  # as on Windows
    for student in ("ada", "bob", "eve"):
        hand_in(student=student)
    link(inbox / "losses" / "bob" / "1" / "losses.py", Path(__file__))
    link(inbox / "losses" / "eve" / "1", inbox / "losses" / "ada" / "1")
    assert [one.refused for one in read_inbox(inbox, "losses")] == [
        "",
        "losses/bob/1: losses.py is a link.",
        "losses/eve/1: is a link.",
    ]


def test_a_file_over_the_limit_is_not_read_to_its_end(
    inbox: Path, hand_in: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("x = 1\n" * 100)
    monkeypatch.setattr(reading, "MOST_BYTES", 500)
    (ada,) = read_inbox(inbox, "losses")
    assert ada.refused == "losses/ada/1: losses.py has more than 500 bytes."


def test_a_refused_newest_gives_way_to_none_before_it(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    hand_in()
    overwrite(inbox / "losses" / "ada" / "2" / "losses.py", "")
    chosen = newest(read_inbox(inbox, "losses"))["ada"]
    assert (chosen.number, chosen.record) == (2, None)


def test_the_times_of_what_counts_are_found_over_all_assignments(inbox: Path, hand_in: Hand) -> None:
    open_inbox(inbox, "optimizers")
    later = AT + timedelta(days=1)
    hand_in()
    store(inbox, "losses", "ada", {"losses.py": b""}, now=later)
    store(inbox, "optimizers", "ada", {"a.py": b""}, now=AT)
    hand_in(student="bob")
    overwrite(inbox / "losses" / "bob" / "1" / "losses.py", "changed")
    assert newest_times(inbox, ["losses", "optimizers", "unknown"]) == {
        "ada": {"losses": later, "optimizers": AT},
        "bob": {"losses": None},
    }


def test_what_is_no_students_folder_is_told(inbox: Path, hand_in: Hand) -> None:
    hand_in(student="zo\u00eb")
    top = inbox / "losses"
    (top / "file").write_text("")
    (top / "link").symlink_to(top / "zo\u00eb")
    (top / "x\x1b[31m").mkdir()
    (top / "zoe\u0308").mkdir()
    (top / ".new-1").mkdir()
    found = {one.student: one.refused for one in read_inbox(inbox, "losses")}
    assert found == {
        "file": "losses/file: is no folder.",
        "link": "losses/link: is no folder.",
        "?x\\x1b[31m": "losses/x\\x1b[31m: no student can have this name.",
        "?zoe\\u0308": "losses/zoe\u0308: is written like another's.",
        "zo\u00eb": "",
    }


def test_a_folder_without_submissions_is_no_submission(inbox: Path, hand_in: Hand) -> None:
    for name in ("x", "0", "01", ".new-abc", "1.5"):
        (inbox / "losses" / "ada" / name).mkdir(parents=True)
    assert read_inbox(inbox, "losses") == []


def test_of_very_many_submissions_the_newest_are_read(
    inbox: Path, hand_in: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_NUMBERS", 2)
    for _ in range(4):
        hand_in()
    assert [one.number for one in read_inbox(inbox, "losses")] == [3, 4]


def test_an_inbox_that_is_not_there_is_told_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(GraderError) as caught:
        read_inbox(tmp_path, "losses")
    assert str(caught.value) == (
        f"{tmp_path}: expected an inbox for 'losses', got: No such file or directory.\n"
        f"Make one with: grader inbox open {tmp_path} losses"
    )


def test_an_inbox_is_told_from_other_folders(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "losses").mkdir()
    assert [is_inbox(inbox, "losses"), is_inbox(inbox, "loses"), is_inbox(tmp_path, "losses")] == [
        True,
        False,
        False,
    ]
    assert not is_inbox(inbox / "losses", "../losses")


def test_ones_own_submissions_are_read_alone(inbox: Path, hand_in: Hand) -> None:
    submitted = hand_in()
    hand_in(student="bob")
    assert [one.record for one in read_own(inbox, "losses", "ada")] == [submitted]
    assert read_own(inbox, "losses", "eve") == []


def signed(inbox: Path) -> list[Stored]:
    sign_inbox(inbox, read_inbox(inbox, "losses"), KEY, now=AT + timedelta(hours=5))
    return read_inbox(inbox, "losses")


def test_a_submission_that_differs_from_its_signed_receipt_is_refused(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    assert [one.receipt is not None for one in signed(inbox)] == [True]
    take_away(inbox / "losses" / "ada" / "1")
    hand_in("better = True\n")  # the same number, whole in itself
    (ada,) = read_inbox(inbox, "losses")
    assert ada.record is None
    assert (
        ada.refused == "losses/ada/1: was changed after the course had signed it at 2026-10-02 01:03:11 UTC."
    )
    assert signed(inbox)[0].refused == ada.refused


def test_a_submission_that_was_signed_and_is_gone_is_told(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    hand_in()
    signed(inbox)
    take_away(inbox / "losses" / "ada" / "1")
    assert [one.refused for one in read_inbox(inbox, "losses")] == [
        "losses/ada/1: was signed at 2026-10-02 01:03:11 UTC and is not there any more.",
        "",
    ]


def test_a_damaged_receipt_of_the_courses_own_stops_reading(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    signed(inbox)
    (path,) = (inbox / "losses" / ".receipts").iterdir()
    overwrite(path, "no receipt")
    with pytest.raises(
        GraderError, match=r"expected receipts of the course's, got: .*a text without its JSON"
    ):
        read_inbox(inbox, "losses")


def test_files_are_fetched_as_they_were_stored(inbox: Path, hand_in: Hand, tmp_path: Path) -> None:
    hand_in("x = 1\n")
    (ada,) = read_inbox(inbox, "losses")
    (path,) = fetch(inbox, ada, tmp_path / "work" / "ada")
    assert (path, path.read_text()) == (tmp_path / "work" / "ada" / "losses.py", "x = 1\n")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_changes_after_it_was_read_is_not_fetched(inbox: Path, hand_in: Hand, tmp_path: Path) -> None:
    hand_in("x = 1\n")
    (ada,) = read_inbox(inbox, "losses")
    overwrite(inbox / "losses" / "ada" / "1" / "losses.py", "x = 2\n")
    words = "losses/ada/1: losses.py is not the file that was handed in"
    with pytest.raises(SubmissionError, match=words):
        fetch(inbox, ada, tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []
    (ada,) = read_inbox(inbox, "losses")
    with pytest.raises(SubmissionError, match=words):
        fetch(inbox, ada, tmp_path / "work")
