"""What course systems give instructors to download: Canvas, Moodle.

Canvas (its `lib/content_zipper.rb`): `<lastfirst>_[LATE_]<user id>_<attachment id>_<file>` beside each other, the name
in small letters without spaces and marks; `anon_<id>` in place of name and id where grading is anonymous; `…_text.html`
and `…_link.html` for what was typed in.

Moodle (its `mod/assign/classes/downloader.php`): `<Full Name>_<participant>_assignsubmission_file` as a folder, with a
`_` at the end before Moodle 4, or the same as the beginning of a file's name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from grader.gradebook import Person
from grader.handed_in.folders import Item, is_gradable, items
from grader.handed_in.records import Attempt, Owner, Place, Sighting

__all__ = ["canvas", "moodle"]

_CANVAS = re.compile(
    r"(?:(?!anon_|late_)(?P<name>[^\W_]\w*?)_)?(?P<late>late_)?(?:(?P<user>\d+)|anon_(?P<anon>[A-Za-z0-9]+))"
    r"_(?:(?P<file>\d+)_(?P<rest>.+)|(?P<typed>text|link)\.html)",
    re.I,
)
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_?$|_(?P<rest>.+))", re.S
)


def canvas(place: Place) -> Sighting | None:
    """Canvas's download of an assignment's submissions."""
    found = items(place.folder)
    here = [
        (item, match) for item in found if (match := _CANVAS.fullmatch(item.name)) and item.kind != "folder"
    ]
    strange = _strange(found, here)
    if len(strange) >= len(here):
        return None
    groups: dict[str, list[tuple[Item, re.Match[str]]]] = defaultdict(list)
    for item, match in here:
        groups[match["user"] or f"anon_{match['anon']}"].append((item, match))
    rules = [
        "The names of the files say who, as Canvas writes them: name, user's number, file's number, file."
    ]
    late = sorted({match["name"] or match["anon"] or "" for _, match in here if match["late"]})
    if late:
        rules.append(
            f"Canvas marks as late: {', '.join(late)}. Its files do not say when they were handed in."
        )
    attempts = [_canvas_attempt(key, group, place) for key, group in groups.items()]
    return Sighting("a download from Canvas", attempts, rules + _passed_over(strange, "Canvas"))


def _strange(found: list[Item], here: list[tuple[Item, re.Match[str]]]) -> list[str]:
    """What might be a submission, and has no name of the system's."""
    matched = {item.name for item, _ in here}
    others = [item for item in found if item.name not in matched]
    return [item.name for item in others if item.kind == "folder" or is_gradable(item.name)]


def _passed_over(names: list[str], system: str) -> list[str]:
    return [f"{name} does not count: {system} does not name its files so." for name in names]


def _canvas_attempt(key: str, group: list[tuple[Item, re.Match[str]]], place: Place) -> Attempt:
    name = group[0][1]["name"] or ""
    ids = {} if key.startswith("anon_") else {"canvas_id": key}
    person = Person(student=f"{name}_{key}" if name else key, name=name, ids=ids)
    files = tuple((item.path, match["rest"]) for item, match in group if match["rest"])
    refused = "" if files else "expected a file, got text or a link that was typed in."
    shown = place.shown(group[0][0].path)
    attempt = Attempt(
        Owner(key, person, {**ids, "name": name}), shown, files=files, order=key, refused=refused
    )
    typed = [
        f"{place.shown(item.path)}: it was typed in." for item, match in group if match["typed"] and files
    ]
    return replace(attempt, others=tuple(typed))


def moodle(place: Place) -> Sighting | None:
    """Moodle's download of all submissions, in folders or beside each other."""
    found = items(place.folder)
    here = [(item, match) for item in found if (match := _MOODLE.fullmatch(item.name))]
    if not here:
        return None
    groups: dict[tuple[str, str], list[tuple[Item, re.Match[str]]]] = defaultdict(list)
    for item, match in here:
        groups[match["name"], match["id"] or ""].append((item, match))
    attempts = [_moodle_attempt(name, number, group, place) for (name, number), group in groups.items()]
    rule = (
        "The names say who, as Moodle writes them: full name, number of the participant, kind of submission."
    )
    return Sighting(
        "a download from Moodle", attempts, [rule, *_passed_over(_strange(found, here), "Moodle")]
    )


def _moodle_attempt(name: str, number: str, group: list[tuple[Item, re.Match[str]]], place: Place) -> Attempt:
    ids = {"moodle_participant": number} if number else {}
    person = Person(student=f"{name}_{number}" if number else name, name=name, ids=ids)
    owner = Owner(f"{name}_{number}", person, {**ids, "name": name})
    wanted = [(item, match) for item, match in group if match["plugin"] == "file"]
    others = tuple(
        f"{place.shown(item.path)}: it was typed in." for item, match in group if match["plugin"] != "file"
    )
    if not wanted:
        refused = "expected a file, got text that was typed in."
        return Attempt(owner, place.shown(group[0][0].path), order=name, refused=refused, others=others)
    shown = place.shown(wanted[0][0].path)
    if wanted[0][0].kind == "folder":
        return Attempt(owner, shown, folder=wanted[0][0].path, order=name, others=others)
    if wanted[0][0].kind == "link" and not wanted[0][1]["rest"]:
        refused = "expected a folder, got a link, and links are not followed."
        return Attempt(owner, shown, order=name, refused=refused, others=others)
    files = tuple((item.path, match["rest"] or item.name) for item, match in wanted)
    return Attempt(owner, shown, files=files, order=name, others=others)
