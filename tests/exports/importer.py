"""Canvas's importer, written anew from what its source says: header, rows, columns, and whose a row is."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

__all__ = ["Imported", "import_gradebook"]

_COMPUTED = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    "|Override Score|Override Grade|Override Status"
)


@dataclass
class Imported:
    """What Canvas would take from a file."""

    assignments: dict[str, int]
    """Header and column."""
    possible: dict[str, str] = field(default_factory=dict)
    grades: dict[str, dict[str, str]] = field(default_factory=dict)
    """By header, then by whoever the row is: `id:…`, `sis:…`, `login:…` or `name:…`."""


def import_gradebook(data: bytes) -> Imported:
    """Read a gradebook as Canvas does; refuses with ValueError what Canvas calls an invalid header row."""
    text = data.decode("utf-8-sig")
    first = text.splitlines()[:3]
    counts = {mark: [len(row) for row in csv.reader(first, delimiter=mark)] for mark in ";,"}
    regular = {mark: found[0] if len(set(found)) == 1 else 0 for mark, found in counts.items()}
    delimiter = ";" if regular[";"] > regular[","] else ","
    lines = [
        row
        for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        if any(cell.strip(" ;,") for cell in row)
    ]
    header, *rows = lines
    info = _info_columns(header)
    names = {cell: place for place, cell in enumerate(header) if place >= info and not _COMPUTED.search(cell)}
    imported = Imported(names)
    for row in rows:
        if "Points Possible" in row[0]:
            imported.possible = {name: row[place] for name, place in names.items()}
        elif not all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell, re.IGNORECASE) for cell in row):
            who = _student(dict(zip(header[:info], row, strict=False)))
            for name, place in names.items():
                imported.grades.setdefault(name, {})[who] = _number(row[place]) if place < len(row) else ""
    return imported


def _info_columns(row: list[str]) -> int:
    if not (len(row) > 3 and "Student" in row[0] and "ID" in row[1]):
        raise ValueError("invalid header row")
    count = 3
    if "SIS Login ID" in row[2]:
        count += 1
    elif "SIS User ID" in row[2] and "SIS Login ID" in row[3]:
        count += 2 + ("Integration ID" in row[4])
        count += "Root Account" in row[count - 1]
    if "Section" not in row[count - 1]:
        raise ValueError("invalid header row")
    return count


def _student(cells: dict[str, str]) -> str:
    for prefix, column in (("id", "ID"), ("sis", "SIS User ID"), ("login", "SIS Login ID")):
        if cells.get(column):
            return f"{prefix}:{cells[column]}"
    return f"name:{cells['Student']}"


def _number(cell: str) -> str:
    """`1.234,5` and `1,234.5` are 1234.5: the last separator is the decimal one."""
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell.strip()
    *parts, last = re.split("[,.]", cell)
    return f"{''.join(parts)}.{last}" if parts else last
