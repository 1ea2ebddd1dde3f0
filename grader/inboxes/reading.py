"""What is in an inbox: every submission, its hashes verified; what does not fit is told, never used.

In a shared folder each student owns the folder of their submissions and can change them afterwards, the record
included. Three things do not hang on that: the file system's time of the last change, the account that owns the folder,
and the receipts that the course has signed, which lie in a folder of its own. A submission that differs from its signed
receipt is refused; what the file system says otherwise is a remark.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.errors import FormatError, GraderError, SubmissionError
from grader.inboxes.folders import Folder, OddFileError, open_folder
from grader.inboxes.names import check_name, is_name, plain
from grader.inboxes.receipts import Receipt, read_receipt
from grader.inboxes.records import MOST_BYTES, MOST_FILES, NUMBER, RECORD, StoredFile, Submitted, read_record
from grader.inboxes.storing import RECEIPTS, own_folder
from grader.reports.inert import one_line

__all__ = ["Stored", "fetch", "is_inbox", "newest", "newest_times", "read_inbox", "read_own"]

_RECORD_BYTES = 1 << 16
_MOST_NUMBERS = 1000
_CLOCKS_APART = timedelta(minutes=5)

Receipts = Mapping[tuple[str, int], Receipt]


@dataclass(frozen=True)
class Stored:
    """A submission in an inbox, or what stands in its place."""

    student: str
    """As the course names the student; begins with `?` where a folder's name cannot be one."""
    number: int
    """From 1; 0 where there is no submission of which it could be the number."""
    shown: str
    """Where it is, relative to the inbox."""
    record: Submitted | None = None
    """None where it is refused."""
    refused: str = ""
    """Why it cannot be used, as a sentence."""
    remarks: tuple[str, ...] = ()
    """What the instructor may want to look into, as sentences."""
    receipt: Receipt | None = None
    """The receipt that the course has signed."""
    changed: datetime | None = None
    """When the file system saw its last change, where that can be known."""

    @property
    def time(self) -> datetime | None:
        """When it was handed in, by its own word."""
        return self.record.time if self.record else None

    @property
    def files(self) -> tuple[StoredFile, ...]:
        return self.record.files if self.record else ()

    @property
    def sha256(self) -> str:
        return self.record.sha256 if self.record else ""


def is_inbox(folder: Path, assignment: str) -> bool:
    """Whether a folder is an inbox that takes an assignment."""
    return is_name(assignment) and (folder / assignment / RECEIPTS).is_dir()


def read_inbox(inbox: Path, assignment: str) -> list[Stored]:
    """Every submission of an assignment, by student and number, each file read and its hash verified.

    Raises:
        GraderError: The inbox has no folder for the assignment, or it cannot be read.
    """
    found: list[Stored] = []
    with _opened(inbox, assignment) as folder:
        receipts, names = _receipts(folder), folder.names()
        for name in names:
            if not name.startswith("."):
                found.extend(_of_student(folder, assignment, name, names, receipts))
    there = {(stored.student, stored.number) for stored in found}
    for (student, number), receipt in receipts.items():
        if (student, number) not in there:
            shown = f"{assignment}/{student}/{number}"
            words = f"{shown}: was signed at {_clock(receipt.signed)} and is not there any more."
            found.append(Stored(student, number, shown, refused=words, receipt=receipt))
    return sorted(found, key=lambda stored: (stored.student, stored.number))


def read_own(inbox: Path, assignment: str, student: str) -> list[Stored]:
    """A student's own submissions, by number; the folders of others need not be readable.

    Raises:
        GraderError: The inbox has no folder for the assignment, or the student's cannot be read.
    """
    path = own_folder(inbox, assignment, student)
    try:
        if not path.exists():
            return []
        course = path.parent.stat().st_uid
        with open_folder(path) as own:
            return list(_numbered(own, course, assignment, plain(student), {}))
    except OSError as error:
        raise GraderError(f"{path}: expected a folder of your own, got: {error.strerror}.") from None


def newest(stored: Iterable[Stored]) -> dict[str, Stored]:
    """The submission of each student with the highest number, by student; it counts, or nothing does.

    A refused one gives way to none before it: the course has to look at it.
    """
    return {one.student: one for one in sorted(stored, key=lambda one: (one.student, one.number))}


def newest_times(inbox: Path, assignments: Iterable[str]) -> dict[str, dict[str, datetime | None]]:
    """When what counts was handed in, by student and assignment: what the late days of a course are reckoned from.

    Assignments that the inbox does not take are left out.
    """
    found: dict[str, dict[str, datetime | None]] = {}
    for assignment in assignments:
        if is_inbox(inbox, assignment):
            for student, stored in newest(read_inbox(inbox, assignment)).items():
                found.setdefault(student, {})[assignment] = stored.time
    return found


def fetch(inbox: Path, stored: Stored, to: Path) -> list[Path]:
    """Copy a submission's files out of the reach of students, and verify the copies.

    Args:
        inbox: The shared folder.
        stored: What `read_inbox` found there.
        to: A folder of the course's own; made if it is not there.
    Raises:
        SubmissionError: It is refused, or has changed since it was read.
    """
    if stored.record is None:
        raise SubmissionError(stored.refused)
    to.mkdir(parents=True, exist_ok=True)
    paths = []
    with _opened(inbox, stored.record.assignment) as folder:
        try:
            whose = next((name for name in folder.names() if plain(name) == stored.student), stored.student)
            with folder.inside(whose) as own, own.inside(str(stored.number)) as inner:
                for file in stored.record.files:
                    data, _ = _verified(inner, file)
                    paths.append(to / file.name)
                    paths[-1].write_bytes(data)
                    paths[-1].chmod(0o600)
        except OddFileError as error:
            raise SubmissionError(f"{stored.shown}: {error}.") from None
    return paths


@contextmanager
def _opened(inbox: Path, assignment: str) -> Iterator[Folder]:
    try:
        with open_folder(inbox / check_name("assignment", assignment)) as folder:
            yield folder
    except OSError as error:
        raise GraderError(
            f"{inbox}: expected an inbox for {assignment!r}, got: {error.strerror}.",
            mend=f"Make one with: grader inbox open {inbox} {assignment}",
        ) from None


def _of_student(
    folder: Folder, assignment: str, name: str, names: list[str], receipts: Receipts
) -> Iterator[Stored]:
    """One student's submissions."""
    student, shown = plain(name), f"{assignment}/{one_line(name)}"
    twin = name != student and student in names
    if not is_name(student) or twin:
        why = "is written like another's" if twin else "no student can have this name"
        yield Stored(f"?{ascii(name)[1:-1]}", 0, shown, refused=f"{shown}: {why}.")
        return
    try:
        with folder.inside(name) as own:
            yield from _numbered(own, folder.info.st_uid, assignment, student, receipts)
    except OddFileError as error:
        yield Stored(student, 0, shown, refused=f"{shown}: {error}.")


def _numbered(
    own: Folder, course: int, assignment: str, student: str, receipts: Receipts
) -> Iterator[Stored]:
    numbers = sorted(int(name) for name in own.names() if NUMBER.fullmatch(name))
    for number in numbers[-_MOST_NUMBERS:]:
        yield _stored(own, course, (assignment, student, number), receipts.get((student, number)))


def _stored(own: Folder, course: int, whose: tuple[str, str, int], receipt: Receipt | None) -> Stored:
    assignment, student, number = whose
    shown = f"{assignment}/{student}/{number}"
    try:
        with own.inside(str(number)) as folder:
            text, info = folder.read(RECORD, _RECORD_BYTES)
            record = read_record(text)
            changed = max(info.st_ctime, folder.info.st_ctime, *_verify(folder, record, whose))
            owner = folder.info.st_uid
    except (OddFileError, FormatError) as error:
        words = str(error).removesuffix(".")
        return Stored(student, number, shown, refused=f"{shown}: {words}.", receipt=receipt)
    if receipt is not None and receipt.submission.sha256 != record.sha256:
        refused = f"{shown}: was changed after the course had signed it at {_clock(receipt.signed)}."
        return Stored(student, number, shown, refused=refused, receipt=receipt)
    moment = _moment(changed)
    students_own = os.name == "posix" and owner not in (0, course)
    remarks = tuple(
        _remarks(shown, record, owner, receipt.changed if receipt else moment) if students_own else ()
    )
    return Stored(student, number, shown, record, "", remarks, receipt, moment)


def _verify(folder: Folder, record: Submitted, whose: tuple[str, str, int]) -> list[float]:
    """See that a folder holds what its record says; returns when each file was last changed.

    Raises:
        OddFileError: It does not.
    """
    if (record.assignment, record.student, record.number) != whose:
        written = one_line(f"{record.assignment}/{record.student}/{record.number}")
        raise OddFileError(f"its record is of another submission ({written:.300})")
    if record.sha256 != record.facts_hash:
        raise OddFileError("its record was changed: it does not have the hash that it says it has")
    names = [file.name for file in record.files]
    if not names or len(set(names)) < len(names) or not all(map(is_name, names)) or len(names) > MOST_FILES:
        raise OddFileError("its record names files that cannot be")
    others = sorted(set(map(plain, folder.names())) - {*names, RECORD})
    if others:
        raise OddFileError(f"holds a file that was not handed in with it ({one_line(others[0]):.100})")
    return [_verified(folder, file)[1].st_ctime for file in record.files]


def _verified(folder: Folder, file: StoredFile) -> tuple[bytes, os.stat_result]:
    try:
        data, info = folder.read(file.name, MOST_BYTES)
    except OddFileError as error:
        raise OddFileError(f"{file.name} {error}") from None
    if hashlib.sha256(data).hexdigest() != file.sha256 or len(data) != file.bytes:
        raise OddFileError(f"{file.name} is not the file that was handed in: its hash is another")
    return data, info


def _remarks(shown: str, record: Submitted, owner: int, changed: datetime | None) -> Iterator[str]:
    """What a student who owns the folder could have made up."""
    account = _account(owner)
    if account and account != record.student:
        yield f"{shown}: was handed in by the account {one_line(account)!r}."
    if changed is not None and changed - record.time > _CLOCKS_APART:
        yield (
            f"{shown}: says that it was stored at {_clock(record.time)}, but was changed at {_clock(changed)}; "
            "the time that counts is its own word."
        )


def _account(uid: int) -> str:
    try:
        import pwd
    except ImportError:  # Windows
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def _receipts(folder: Folder) -> dict[tuple[str, int], Receipt]:
    """The receipts that the course has signed; none where the folder of them is not the course's own."""
    found: dict[tuple[str, int], Receipt] = {}
    try:
        with folder.inside(RECEIPTS) as own:
            if own.info.st_uid != folder.info.st_uid:
                return {}
            for name in own.names():
                if not name.startswith("."):
                    text, _ = own.read(name, _RECORD_BYTES, owned=False)  # root may sign, too
                    receipt, _ = read_receipt(text, name=name)
                    of = receipt.submission
                    first = found.setdefault((of.student, of.number), receipt)
                    if receipt.signed and first.signed and receipt.signed < first.signed:
                        found[of.student, of.number] = receipt
    except (OddFileError, FormatError) as error:
        if (folder.path / RECEIPTS).exists():
            raise GraderError(
                f"{folder.path / RECEIPTS}: expected receipts of the course's, got: {error}."
            ) from None
    return found


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if os.name == "posix" else None


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "a time that is not known"
