"""Whose row is it? Students of a batch found again in the rows of a downloaded file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.gradebook import Person

__all__ = ["Matches", "Row", "match", "named", "person_id"]


@dataclass(frozen=True)
class Row:
    """A student's row, as far as it says whose it is."""

    number: int
    shown: str
    """How to call it in a message."""
    hints: Sequence[tuple[str, str]]
    """What identifies the student, such as `("sis_login_id", "ada")`, the surest first; `name` is a person's name."""
    locked: str = ""
    """Why its grade may not be changed; empty where it may."""


@dataclass
class Matches:
    """Which row is whose."""

    people: dict[int, Person] = field(default_factory=dict)
    """By number of the row."""
    notes: list[str] = field(default_factory=list)


def match(rows: Sequence[Row], people: Sequence[Person], known: Mapping[str, Sequence[str]]) -> Matches:
    """Match rows with people: the first hint that somebody has decides, unless a later identifier contradicts it.

    Args:
        known: For every kind of hint but `name`, where a person may have it: names of `Person.ids`, or `student` or
            `email`.
    Returns:
        The matches. A row that fits two people, and a person whom two rows claim, stay unmatched and are named.
    """
    index = {kind: _index(people, fields) for kind, fields in known.items()}
    index["name"] = _index(people, ("name",))
    matches = Matches()
    claimed: dict[str, list[Row]] = {}
    for row in rows:
        found, note = _find(row, index)
        if note:
            matches.notes.append(note)
        if found is not None:
            matches.people[row.number] = found
            claimed.setdefault(found.student, []).append(row)
    for student, several in claimed.items():
        if len(several) > 1:
            names = ", ".join(row.shown for row in several)
            matches.notes.append(
                f"{student}: expected one row, got {len(several)} ({names}); left as they were."
            )
            for row in several:
                del matches.people[row.number]
    return matches


def person_id(person: Person, *names: str) -> str:
    """The first of these that is known of a person: `student`, `email`, `name`, or a name in other systems."""
    own = {_plain(name): value for name, value in person.ids.items()}
    own |= {"student": person.student, "email": person.email, "name": person.name}
    return next((own[name] for name in names if own.get(name)), "")


def named(person: Person) -> str:
    """The name, or what stands for it."""
    return person.name or person.student


def _find(row: Row, index: Mapping[str, Mapping[str, list[Person]]]) -> tuple[Person | None, str]:
    decided: Person | None = None
    for kind, value in row.hints:
        found = index[kind].get(_key(value), []) if value.strip() else []
        if decided is None and len(found) > 1:
            names = ", ".join(person.student for person in found)
            return None, f"{row.shown}: {kind} {value!r} fits several students ({names}); left as it was."
        if found and decided is not None and kind != "name" and decided not in found:
            names = f"{decided.student} and {found[0].student}"
            return None, f"{row.shown}: its identifiers belong to two students ({names}); left as it was."
        decided = decided or (found[0] if found else None)
    return decided, ""


def _index(people: Sequence[Person], fields: Sequence[str]) -> dict[str, list[Person]]:
    index: dict[str, list[Person]] = {}
    for person in people:
        values = {person_id(person, name) for name in fields}
        keys = {_key(form) for value in values if value for form in (value, *_turned(value, fields))}
        for key in keys:
            index.setdefault(key, []).append(person)
    return index


def _turned(name: str, fields: Sequence[str]) -> list[str]:
    """`Lovelace, Ada` as `Ada Lovelace`, and the other way round, where it is a name."""
    if "name" not in fields:
        return []
    last, comma, first = name.partition(",")
    if comma:
        return [f"{first.strip()} {last.strip()}"]
    *firsts, last = name.split() or [""]
    return [f"{last}, {' '.join(firsts)}"] if firsts else []


def _key(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.casefold()).strip("_")
