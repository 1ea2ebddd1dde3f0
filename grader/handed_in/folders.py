"""The plain layouts: a folder for each student, or a file for each that begins with who it is."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.errors import AssignmentError, SubmissionError
from grader.gradebook import Person
from grader.handed_in.names import attempt_of, fold, natural, printable
from grader.handed_in.picking import ARCHIVES, NOISE
from grader.handed_in.records import Attempt, Owner, Place, Sighting
from grader.submissions import SUFFIXES

__all__ = ["Item", "attempts_in", "by_folder", "is_gradable", "items", "without_suffix"]

_MOMENT = re.compile(r"\d{4}-?\d{2}-?\d{2}([T_ -]+\d{2}[-:.hH]?\d{2}([-:.mM]?\d{2})?.*)?")


@dataclass(frozen=True)
class Item:
    """What lies in a folder."""

    path: Path
    name: str
    kind: Literal["folder", "file", "link", "other"]


def items(folder: Path) -> list[Item]:
    """Files and folders in a folder by name, without what nobody hands in; a link is told, not followed.

    Raises:
        SubmissionError: It cannot be read.
    """
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise SubmissionError(f"{folder}: expected a folder to read, got: {error.strerror}.") from None
    found = []
    for entry in entries:
        if entry.name in NOISE or entry.name.startswith("."):
            continue
        kind: Literal["folder", "file", "link", "other"] = "other"
        if entry.is_symlink():
            kind = "link"
        elif entry.is_dir(follow_symlinks=False):
            kind = "folder"
        elif entry.is_file(follow_symlinks=False):
            kind = "file"
        found.append(Item(Path(entry.path), printable(entry.name), kind))
    return sorted(found, key=lambda item: (natural(item.name), item.name))


def is_gradable(name: str) -> bool:
    """Whether it may be a submission by its suffix: a file to grade or an archive."""
    return name.casefold().endswith((*SUFFIXES, *ARCHIVES))


def without_suffix(name: str) -> str:
    """The name without `.py`, `.tar.gz` and the like."""
    lower = name.casefold()
    suffix = max((end for end in (*SUFFIXES, *ARCHIVES) if lower.endswith(end)), key=len, default="")
    return name[: len(name) - len(suffix)]


def by_folder(place: Place) -> Sighting | None:
    """`<student>/<file>`, `<student>_….py`, or both beside each other."""
    here = items(place.folder)
    folders = [item for item in here if item.kind == "folder"]
    files = [item for item in here if item.kind == "file" and is_gradable(item.name)]
    links = [
        item for item in here if item.kind == "link" and (is_gradable(item.name) or "." not in item.name)
    ]
    rules: list[str] = []
    attempts = [attempt for item in folders for attempt in attempts_in(item, place, _owner(item.name, place))]
    attempts += [_linked(item, place) for item in links]
    flat = _flat(files, place, bool(folders), rules)
    if not attempts and not flat:
        return None
    if folders:
        rules.insert(0, "Every folder is a student, and is called by the student's name or id.")
    layout = "a folder for each student" if not flat else "a file for each student"
    return Sighting("folders and files" if folders and flat else layout, attempts + flat, rules)


def _owner(name: str, place: Place) -> Owner:
    hints = {"any": name}
    bracketed = re.fullmatch(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]", name)  # `Doe, Jane (jdoe)`
    if bracketed and place.roster and place.roster.find(any=name) is None:
        known = place.roster.find(any=bracketed[2]) or place.roster.find(name=bracketed[1])
        hints = {"student": known.student} if known else hints
    return Owner(name, Person(student=name), hints)


def attempts_in(item: Item, place: Place, owner: Owner) -> list[Attempt]:
    """A student's folder as one attempt, or as several where it holds nothing but numbered or dated folders."""
    shown = place.shown(item.path)
    try:
        inside = [one for one in items(item.path) if one.kind == "folder" or is_gradable(one.name)]
    except SubmissionError as error:
        return [Attempt(owner, shown, order=item.name, refused=error.message)]
    if inside and all(one.kind == "folder" and _is_attempt(one.name) for one in inside):
        return [
            Attempt(
                owner, f"{shown}/{one.name}", folder=one.path, number=attempt_of(one.name), order=one.name
            )
            for one in inside
        ]
    return [Attempt(owner, shown, folder=item.path, order=item.name)]


def _is_attempt(name: str) -> bool:
    return bool(
        _MOMENT.fullmatch(name)
        or re.fullmatch(r"(v|attempt|submission|try|version)?[-_ ]?\d{1,6}", name, re.I)
    )


def _linked(item: Item, place: Place) -> Attempt:
    stem = without_suffix(item.name)
    refused = "expected a file or a folder, got a link, and links are not followed."
    return Attempt(_owner(stem, place), place.shown(item.path), order=item.name, refused=refused)


def _flat(files: Sequence[Item], place: Place, beside_folders: bool, rules: list[str]) -> list[Attempt]:
    """Files that lie open, each of the student that its name begins with."""
    attempts: list[Attempt] = []
    strangers, sure = [], True
    for item in files:
        stem = without_suffix(item.name)
        student, known = _student_of(stem, place)
        if not known and beside_folders:
            strangers.append(item.name)  # a script of the instructor's is no student
            continue
        number = 0 if stem.endswith(student) else attempt_of(stem)
        owner = Owner(student, Person(student=student), {"any": student})
        one = ((item.path, item.name),)
        attempts.append(Attempt(owner, place.shown(item.path), files=one, number=number, order=item.name))
        sure = sure and known
    if strangers:
        rules.append(
            f"Files beside the folders do not count unless students.csv knows who they are of: {_listed(strangers)}."
        )
    if attempts:
        rules.append("The name of a file begins with the student.")
    if not sure:
        _refuse_one_for_all(attempts, place)
    return attempts


def _student_of(stem: str, place: Place) -> tuple[str, bool]:
    """Who a file's name begins with, and whether the roster knows them."""
    lower, assignment = fold(stem), fold(place.assignment)
    if lower.startswith(f"{assignment}_") and len(lower) == len(stem):  # `losses_anna.py`
        stem = stem[len(assignment) + 1 :]
    words = stem.split("_")
    if place.roster is not None:
        for end in range(len(words), 0, -1):
            prefix = "_".join(words[:end])
            if place.roster.find(any=prefix) is not None:
                return prefix, True
    named = re.fullmatch(rf"(.+?)_{re.escape(place.assignment)}([-_ (v]+\d+\)?)?", stem, re.I)
    return (named[1] if named else words[0] or stem), False


def _refuse_one_for_all(attempts: list[Attempt], place: Place) -> None:
    """Names such as `hw1_anna.py` would make one student of a whole course."""
    owners = {fold(attempt.owner.key) for attempt in attempts}
    if len(attempts) > 1 and len(owners) == 1:
        raise AssignmentError(
            f"{place.prefix or place.folder.name}: expected names of files that begin with the student, got "
            f"{len(attempts)} files that all begin with {attempts[0].owner.key!r}.",
            mend="Name them <student>_<anything>.py, or give a students.csv.",
        )


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
