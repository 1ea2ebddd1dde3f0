"""Putting a submission into an inbox: numbered, whole or not at all, and never changed again.

An inbox is a folder that students and course share: `INBOX/<assignment>/<student>/<number>/` holds the files and their
record. The course opens `INBOX/<assignment>`; each student's own folder is made by the first submission.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from grader.errors import GraderError, SubmissionError
from grader.inboxes.names import check_files, check_name
from grader.inboxes.records import NUMBER, RECORD, Submitted, record_of, utc

__all__ = ["RECEIPTS", "open_inbox", "own_folder", "store"]

RECEIPTS = ".receipts"
"""The course's folder of signed receipts, beside those of the students."""

_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.EACCES, errno.EPERM)
_MOST_TRIES = 1000


def open_inbox(inbox: Path, assignment: str, *, group: str = "") -> Path:
    """Make the folder of an assignment, in which students make theirs and see no other; one that is there stays.

    Args:
        inbox: The shared folder.
        assignment: Identifier.
        group: Group whose members read what students hand in; empty: only root and the account that submits do.
    Raises:
        GraderError: It cannot be made, or there is no such group.
    """
    folder = inbox / check_name("assignment", assignment)
    try:
        inbox.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            return folder
        staged = Path(tempfile.mkdtemp(prefix=".new-", dir=inbox))
        (staged / RECEIPTS).mkdir()
        (staged / RECEIPTS).chmod(0o711)  # who knows a submission's hash reads its receipt; nobody lists them
        if group:
            shutil.chown(staged, group=group)
        # Everybody makes folders, none takes away another's, and with a group the folders made are that group's.
        staged.chmod(0o3773 if group else 0o1733)
        staged.rename(folder)
    except OSError as error:
        raise GraderError(f"{folder}: expected a folder that can be made, got: {error.strerror}.") from None
    except LookupError:
        raise GraderError(f"--group: expected a group of this machine, got {group!r}.") from None
    return folder


def own_folder(inbox: Path, assignment: str, student: str) -> Path:
    """Where a student's submissions are, or will be.

    Raises:
        GraderError: The inbox does not take this assignment.
        SubmissionError: A name that cannot be one.
    """
    folder = inbox / check_name("assignment", assignment)
    if not folder.is_dir():
        try:
            names = sorted(path.name for path in inbox.iterdir() if path.is_dir() and path.name[0] != ".")
        except OSError:
            names = []
        known = ", ".join(names) or "none"
        raise GraderError(
            f"{inbox}: expected an inbox for {assignment!r}, got one for: {known}.",
            mend="Ask your course for the assignment's name and the inbox's folder.",
        )
    return folder / check_name("student", student)


def store(
    inbox: Path, assignment: str, student: str, files: Mapping[str, bytes], *, now: datetime | None = None
) -> Submitted:
    """Store a submission under the next number.

    It is written under another name and renamed once it is whole: what a killed call leaves does not count, and of
    two calls at once each gets a number of its own.

    Args:
        inbox: The shared folder.
        assignment: Identifier.
        student: The course's name for the student.
        files: Bytes by name, at least one.
        now: The time; by default the clock's.
    Raises:
        SubmissionError: A name cannot be one, or there is no file.
        GraderError: The inbox does not take it.
    """
    folder = own_folder(inbox, assignment, student)
    checked = {check_name("file", name): data for name, data in files.items()}
    check_files(list(files))
    if not checked:
        raise SubmissionError(f"{assignment}: expected at least one file, got none.")
    try:
        _make_own(folder)
        staged = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
        try:
            for name, data in checked.items():
                _write(staged / name, data)
            return _number(folder, staged, (assignment, folder.name), utc(now), checked)
        except BaseException:
            _remove(staged)
            raise
    except OSError as error:
        raise GraderError(
            f"{folder}: expected a folder that takes submissions, got: {error.strerror}.",
            mend="Nothing was stored. Tell your course.",
        ) from None


def _make_own(folder: Path) -> None:
    """Make a student's folder; refuse one that another student has made in this one's name."""
    above = folder.parent.stat()
    try:
        folder.mkdir(mode=0o700)
        if above.st_mode & 0o2000:
            folder.chmod(0o750)  # for the group of the course, which the folder above hands down
    except FileExistsError:
        pass
    info = folder.lstat()
    if hasattr(os, "getuid") and info.st_uid not in (os.getuid(), above.st_uid, 0):
        raise GraderError(
            f"{folder}: expected a folder of your own, got one that another account has made.",
            mend="Nothing was stored. Tell your course.",
        )


def _number(
    folder: Path, staged: Path, whose: tuple[str, str], time: datetime, files: Mapping[str, bytes]
) -> Submitted:
    """Rename the staged folder to the next number; the file system decides who gets it."""
    for _ in range(_MOST_TRIES):
        numbers = [int(name) for name in os.listdir(folder) if NUMBER.fullmatch(name)]
        number = max(numbers, default=0) + 1
        record = record_of(*whose, number, time, files)
        staged.chmod(0o700)
        _write(staged / RECORD, (record.model_dump_json(by_alias=True, indent=2) + "\n").encode())
        staged.chmod(0o555)
        _sync(staged)
        try:
            staged.rename(folder / str(number))
        except OSError as error:
            if error.errno not in _TAKEN or not (folder / str(number)).exists():
                raise
        else:
            _sync(folder)
            return record
    raise GraderError(f"{folder}: expected a number that is free, got {_MOST_TRIES} that others had taken.")


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        path.chmod(0o600)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)


def _sync(folder: Path) -> None:
    """Have a folder's names on the disk too, where the system can be asked."""
    if os.name == "posix":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _remove(staged: Path) -> None:
    if staged.exists():
        staged.chmod(0o700)
        for path in staged.iterdir():
            path.chmod(0o600)
        shutil.rmtree(staged, ignore_errors=True)
