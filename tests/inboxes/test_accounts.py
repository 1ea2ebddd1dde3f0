"""An inbox on a machine where students have accounts: what the system keeps them from, and what is told instead.

Only root can act as several accounts; without, these tests cannot be made.
"""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.inboxes import (
    fetch_receipt,
    keep_receipt,
    open_inbox,
    read_inbox,
    read_own,
    reading,
    sign,
    sign_inbox,
    store,
)
from grader.inboxes.records import RECORD, Submitted, record_of
from tests.inboxes.conftest import overwrite

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0,
    reason="only root can act as several accounts, and only on Linux",
)

COURSE, ADA, EVE = 54_001, 54_002, 54_003  # numbers of accounts and of their groups; no names needed
KEY = bytes(32)


@pytest.fixture
def inbox() -> Iterator[Path]:
    """Where every account can come, with a folder that the account of the course has opened."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    inbox = folder / "inbox"
    inbox.mkdir()
    os.chown(inbox, COURSE, COURSE)
    done = by(COURSE, lambda: open_inbox(inbox, "losses"))
    assert done == ""
    yield inbox
    shutil.rmtree(folder)


def by(account: int, action: Callable[[], object]) -> str:
    """Do something as an account; returns the error that it ended with, empty without."""
    codecs.lookup("utf-8-sig")  # what is loaded now need not be readable to the account
    reading_end, writing_end = os.pipe()
    with warnings.catch_warnings(action="ignore"):  # newer Pythons warn of threads, of which there are none
        child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(account)
            os.setuid(account)
            action()
        except BaseException as error:
            os.write(writing_end, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing_end)
    with open(reading_end, encoding="utf-8") as pipe:
        words = pipe.read()
    os.waitpid(child, 0)
    return words


def hand_in(
    inbox: Path, student: str = "ada", text: str = "x = 1\n", now: datetime | None = None
) -> Submitted:
    return store(inbox, "losses", student, {"losses.py": text.encode()}, now=now)


def test_a_student_hands_in_and_sees_only_the_own_submissions(inbox: Path) -> None:
    assert by(ADA, lambda: hand_in(inbox)) == ""
    assert by(ADA, lambda: read_own(inbox, "losses", "ada")[0].record.number) == ""  # type: ignore[union-attr]
    own = inbox / "losses" / "ada"
    for action in (
        lambda: os.listdir(inbox / "losses"),
        lambda: os.listdir(own),
        lambda: (own / "1" / "losses.py").read_text(),
        lambda: own.rename(inbox / "losses" / "gone"),
        lambda: shutil.rmtree(own),
        lambda: (inbox / "losses").rename(inbox / "gone"),
    ):
        assert by(EVE, action).startswith("PermissionError")
    assert [(one.student, one.refused) for one in read_inbox(inbox, "losses")] == [("ada", "")]


def test_with_a_group_the_course_reads_without_being_root(inbox: Path) -> None:
    def group_of_the_course() -> None:
        folder = open_inbox(inbox, "optimizers")
        folder.chmod(0o3773)

    assert by(COURSE, group_of_the_course) == ""
    assert by(ADA, lambda: store(inbox, "optimizers", "ada", {"a.py": b""})) == ""
    assert by(COURSE, lambda: read_inbox(inbox, "optimizers")[0].record.number) == ""  # type: ignore[union-attr]
    assert by(EVE, lambda: os.listdir(inbox / "optimizers" / "ada")).startswith("PermissionError")
    assert by(ADA, lambda: hand_in(inbox)) == ""  # the folder without a group
    assert "cannot be read" in read_as_course(inbox)


def read_as_course(inbox: Path) -> str:
    def tell() -> None:
        raise ValueError(read_inbox(inbox, "losses")[0].refused)

    return by(COURSE, tell)


def test_another_student_who_takes_the_name_first_is_found_out(inbox: Path) -> None:
    assert by(EVE, lambda: (inbox / "losses" / "ada").mkdir(mode=0o777)) == ""
    assert "expected a folder of your own, got one that another account has made" in by(
        ADA, lambda: hand_in(inbox)
    )


def test_what_is_handed_in_for_another_names_the_account(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_account", {ADA: "ada", EVE: "eve"}.get)
    assert by(ADA, lambda: hand_in(inbox)) == by(EVE, lambda: hand_in(inbox, "bob")) == ""
    assert [one.remarks for one in read_inbox(inbox, "losses")] == [
        (),
        ("losses/bob/1: was handed in by the account 'eve'.",),
    ]


def test_a_student_neither_signs_nor_takes_away_a_receipt(inbox: Path) -> None:
    assert by(ADA, lambda: hand_in(inbox)) == ""
    (one,) = read_inbox(inbox, "losses")
    assert one.record is not None
    record = one.record
    assert "expected a folder that takes receipts" in by(ADA, lambda: keep_receipt(inbox, sign(record, KEY)))
    sign_inbox(inbox, [one], KEY)
    receipts = inbox / "losses" / ".receipts"
    (path,) = receipts.iterdir()
    for action in (
        path.unlink,
        lambda: os.listdir(receipts),
        lambda: receipts.rename(receipts.with_name("x")),
    ):
        assert by(ADA, action).startswith("PermissionError")

    def fetch_it() -> None:
        assert fetch_receipt(inbox, record) is not None

    assert by(ADA, fetch_it) == ""


def test_a_folder_of_receipts_that_a_student_has_made_is_none(inbox: Path) -> None:
    (inbox / "losses" / ".receipts").rmdir()

    def forge() -> None:
        (inbox / "losses" / ".receipts").mkdir()
        keep_receipt(inbox, sign(hand_in(inbox), KEY))

    assert by(ADA, forge) == ""
    (one,) = read_inbox(inbox, "losses")
    assert (one.refused, one.receipt) == ("", None)


def test_a_submission_dated_back_is_remarked_on(inbox: Path) -> None:
    early = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    assert by(ADA, lambda: hand_in(inbox, now=early)) == ""
    (one,) = read_inbox(inbox, "losses")
    assert (one.refused, one.time) == ("", early)
    (remark,) = one.remarks
    assert remark.startswith(
        f"losses/ada/1: says that it was stored at {early:%Y-%m-%d %H:%M:%S} UTC, but was changed at"
    )
    assert remark.endswith("; the time that counts is its own word.")


def test_a_submission_changed_after_the_fact_is_remarked_on_though_its_hashes_fit(inbox: Path) -> None:
    early = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)

    def replace() -> None:
        hand_in(inbox)
        folder = inbox / "losses" / "ada" / "1"
        record = record_of("losses", "ada", 1, early, {"losses.py": b"better"})
        overwrite(folder / "losses.py", b"better")
        overwrite(folder / RECORD, record.model_dump_json(by_alias=True))
        for path in (folder / "losses.py", folder / RECORD, folder):
            os.utime(path, (early.timestamp(), early.timestamp()))

    assert by(ADA, replace) == ""
    (one,) = read_inbox(inbox, "losses")
    assert (one.refused, len(one.remarks)) == ("", 1)
    (receipt,) = sign_inbox(inbox, [one], KEY)
    assert receipt.changed is not None
    assert receipt.changed > early + timedelta(hours=2)
    assert len(read_inbox(inbox, "losses")[0].remarks) == 1  # signed since, and told all the same


def test_a_touch_after_signing_raises_no_doubt(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert by(ADA, lambda: hand_in(inbox)) == ""
    sign_inbox(inbox, read_inbox(inbox, "losses"), KEY)
    later = datetime.now(UTC) + timedelta(hours=1)
    monkeypatch.setattr(reading, "_moment", lambda seconds: later)  # as if the student had touched it then
    (one,) = read_inbox(inbox, "losses")
    assert (one.remarks, one.changed) == ((), later)
    (inbox / "losses" / ".receipts" / f"{one.sha256}.txt").unlink()
    assert len(read_inbox(inbox, "losses")[0].remarks) == 1


def test_a_hard_link_to_a_file_of_the_courses_is_not_read(inbox: Path) -> None:
    secret = inbox / "secret"
    secret.write_bytes(b"s")
    secret.chmod(0o644)

    def lead_to_it() -> None:
        hand_in(inbox)
        folder = inbox / "losses" / "ada" / "1"
        overwrite(
            folder / RECORD,
            record_of("losses", "ada", 1, datetime.now(UTC), {"s.py": b"s"}).model_dump_json(by_alias=True),
        )
        (folder / "losses.py").unlink()

    assert by(ADA, lead_to_it) == ""
    os.link(secret, inbox / "losses" / "ada" / "1" / "s.py")  # some systems let students do this
    (one,) = read_inbox(inbox, "losses")
    assert one.refused == "losses/ada/1: s.py belongs to another account."


def test_an_inbox_that_was_copied_raises_no_doubts(inbox: Path, tmp_path: Path) -> None:
    early = datetime.now(UTC) - timedelta(hours=3)
    assert by(ADA, lambda: hand_in(inbox, now=early)) == ""
    shutil.copytree(inbox, tmp_path / "copy")
    (one,) = read_inbox(tmp_path / "copy", "losses")
    assert (one.refused, one.remarks) == ("", ())


def test_a_student_cannot_open_an_assignment(inbox: Path) -> None:
    assert by(ADA, lambda: open_inbox(inbox, "mine")).startswith(GraderError.__name__)
