"""nbgrader's `submitted/<student>/<assignment>/`, with the time in `timestamp.txt`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.gradebook import Person
from grader.handed_in.folders import Item, items
from grader.handed_in.names import fold
from grader.handed_in.records import Attempt, Owner, Place, Sighting

__all__ = ["nbgrader"]

_COURSE = ("source", "release", "nbgrader_config.py", "gradebook.db", "autograded", "feedback")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*\s*(\S*)")


def nbgrader(place: Place) -> Sighting | None:
    """A course's root, or its folder `submitted`."""
    here = items(place.folder)
    top = {item.name: item for item in here}
    root = top.get("submitted")
    if root is not None and root.kind == "folder":
        students = [item for item in items(root.path) if item.kind == "folder"]
        if not any(name in top for name in _COURSE) and not any(_own(item, place) for item in students):
            return None
    else:
        students = [item for item in here if item.kind == "folder"]
        seen = [found for item in students if (found := _own(item, place))]
        if not any((found.path / "timestamp.txt").is_file() for found in seen):
            return None
    rules: list[str] = []
    attempts = [_attempt(item, own, place, rules) for item in students if (own := _own(item, place))]
    rules.insert(0, "Every folder in nbgrader's 'submitted' is a student; the time is that in timestamp.txt.")
    return Sighting("nbgrader's submitted/<student>/<assignment>/", attempts, rules)


def _own(student: Item, place: Place) -> Item | None:
    """The student's folder for the assignment."""
    wanted = fold(place.assignment)
    found = [
        one for one in items(student.path) if fold(one.name) == wanted and one.kind in ("folder", "link")
    ]
    return found[0] if found else None


def _attempt(student: Item, own: Item, place: Place, rules: list[str]) -> Attempt:
    owner = Owner(student.name, Person(student=student.name), {"any": student.name})
    shown = place.shown(own.path)
    if own.kind == "link":
        refused = "expected a folder, got a link, and links are not followed."
        return Attempt(owner, shown, order=own.name, refused=refused)
    submitted, doubt = _time(own.path / "timestamp.txt")
    if doubt:
        rules.append(f"{shown}/timestamp.txt: {doubt}")
    return Attempt(owner, shown, folder=own.path, submitted=submitted, order=own.name)


def _time(path: Path) -> tuple[datetime | None, str]:
    """The time in a file, and what is wrong with it; nbgrader takes a time without a zone for UTC, so do we."""
    if path.is_symlink() or not path.is_file():
        return None, ""
    with path.open("rb") as file:
        text = file.read(200).decode("utf-8", "replace").strip()
    match = _STAMP.fullmatch(text)
    unknown = f"expected a time such as '2026-10-01 12:00:00 UTC', got {text!r:.60}; the time is not known."
    if not match:
        return None, unknown
    try:
        when = datetime.fromisoformat(match[1])
        return when.replace(tzinfo=_zone(match[2])), ""
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None, unknown


def _zone(text: str) -> timezone | ZoneInfo:
    if text.upper() in ("", "UTC", "Z", "GMT"):
        return UTC
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if "/" not in text:
        raise ValueError(f"{text} is a zone that several places call their own")
    return ZoneInfo(text)
