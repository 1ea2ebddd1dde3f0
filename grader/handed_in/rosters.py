"""`students.csv`: who takes the course, and how other systems call them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import AssignmentError
from grader.gradebook import Person
from grader.handed_in.columns import Columns, columns_of
from grader.handed_in.names import fold, letters

__all__ = ["Roster", "read_roster"]

_MOST_BYTES = 16 << 20
_NO_STUDENT = ("points possible", "student, test", "test student", "manual posting", "muted")
# Moodle numbers participants anew in every assignment, so its number counts for less than a name.
_RANKS = {"student": 0, "email": 2, "any": 3, "name": 4, "moodle_participant": 5}


@dataclass(frozen=True)
class Roster:
    """The students of a course, in the file's order."""

    people: tuple[Person, ...]
    identifying: frozenset[str] = frozenset()
    """Columns of `Person.ids` that tell students apart; a section or a score does not."""
    orders: dict[str, str] = field(default_factory=dict)
    """Last name before first name by student, where the file has both."""
    _index: dict[tuple[str, str], set[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[tuple[str, str], set[int]] = defaultdict(set)
        for number, person in enumerate(self.people):
            for hint in self._hints(person):
                index[hint].add(number)
        object.__setattr__(self, "_index", dict(index))

    def find(self, **hints: str) -> Person | None:
        """The one student that the first telling hint names.

        Args:
            **hints: `student`, `email`, `name` in any order of its words, a column such as `canvas_id`, or `any` for
                text that may be each of these. They are asked in this order: student, columns, e-mail, any, name.

        Returns:
            The student; None where nobody or more than one fits, or another column says that it is somebody else,
            since a wrong guess is worse than none.
        """
        for kind in sorted(hints, key=_rank):
            for key in _questions(kind, hints[kind]):
                found = self._index.get(key, set())
                if len(found) == 1:
                    person = self.people[min(found)]
                    return None if _contradicts(person, hints) else person
                if found:
                    return None
        return None

    def _hints(self, person: Person) -> Iterable[tuple[str, str]]:
        """Everything that the student can be found by."""
        plain = [("student", person.student), ("email", person.email)]
        plain += [(key, value) for key, value in person.ids.items() if key in self.identifying]
        for kind, value in plain:
            if value.strip():
                yield kind, fold(value)
                yield "any", fold(value)
        if "@" in person.email:
            yield "any", fold(person.email.partition("@")[0])
        for name in {person.name, self.orders.get(person.student, "")}:
            if letters(name):
                yield "name as it is", letters(name)
        for turned in _turns(person.name):
            yield "name", turned


def _rank(kind: str) -> tuple[int, str]:
    return _RANKS.get(kind, 1), kind


def _contradicts(person: Person, hints: dict[str, str]) -> bool:
    """Whether a column gives the student another value than the one that is looked for."""
    columns = {kind: value for kind, value in hints.items() if kind not in _RANKS}
    return any(fold(person.ids.get(kind) or value) != fold(value) for kind, value in columns.items())


def _questions(kind: str, value: str) -> list[tuple[str, str]]:
    if kind in ("name", "any"):
        named = [("name as it is", letters(value)), ("name", letters(value))] if letters(value) else []
        plain = [("student", fold(value)), ("any", fold(value))] if kind == "any" and value.strip() else []
        return plain + named
    return [(kind, fold(value))] if value.strip() else []


def _turns(name: str) -> set[str]:
    """The name with its words turned: `Anna Maria van Dyk` is `vandykannamaria` in some systems."""
    words = [letters(word) for word in name.replace(",", " ").split()]
    return {"".join(words[start:] + words[:start]) for start in range(len(words))} - {""}


def read_roster(path: Path) -> Roster:
    """Read a table of students: our own `student, name, email, …`, or one that a course system wrote.

    The delimiter (comma, semicolon, tab), the encoding (UTF-8, UTF-16, Windows) and the usual names of columns are
    told from the file. Columns beside student, name and e-mail become `Person.ids`.

    Raises:
        AssignmentError: It cannot be read, no column says who the student is, or a student is in it twice.
    """
    where = path.name
    try:
        data = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except OSError as error:
        raise AssignmentError(f"{where}: expected a table of students, got: {error.strerror}.") from None
    if data is None:
        raise AssignmentError(f"{where}: expected at most {_MOST_BYTES >> 20} MiB, got more.")
    rows = _rows(_decode(data), where)
    if not rows:
        raise AssignmentError(f"{where}: expected a line with the names of the columns, got an empty file.")
    columns = columns_of(rows[0][1], where)
    people: list[tuple[int, Person]] = []
    orders: dict[str, str] = {}
    for line, cells in rows[1:]:
        if _is_student(cells):
            person = columns.person(cells, f"{where}, line {line}")
            people.append((line, person))
            orders[person.student] = columns.last_first(cells)
    _refuse_doubles(people, columns, where)
    return Roster(tuple(person for _, person in people), columns.identifying, orders)


def _decode(data: bytes) -> str:
    """Text of a file that a spreadsheet may have written."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if data[1:2] == b"\0" or data[:1] == b"\0":
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _rows(text: str, where: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line that it ends in."""
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise AssignmentError(f"{where}, line {line}: expected text, got a NUL character.")
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # a line for Excel
        delimiter, text, skipped = first.strip()[4], rest, 1
    else:
        delimiter = max(",;\t", key=lambda mark: _outside_quotes(first, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = []
    try:
        for cells in reader:
            cleaned = [" ".join(cell.split()) for cell in cells]
            if any(cleaned):
                found.append((reader.line_num + skipped, cleaned))
    except csv.Error as error:
        line = reader.line_num + skipped
        raise AssignmentError(f"{where}, line {line}: expected a line of a table, got: {error}.") from None
    return found


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def _is_student(cells: list[str]) -> bool:
    """Canvas puts a row of points, and a student made up for tests, among the students."""
    return fold(cells[0]) not in _NO_STUDENT


def _refuse_doubles(people: list[tuple[int, Person]], columns: Columns, where: str) -> None:
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for line, person in people:
        ids = {key: value for key, value in person.ids.items() if key in columns.known}
        for kind, value in {"student": person.student, "email": person.email, **ids}.items():
            if not value:
                continue
            before, written = seen.setdefault((kind, fold(value)), (line, value))
            if before != line:
                also = "" if written == value else f" (as {written!r})"
                raise AssignmentError(
                    f"{where}, line {line}: expected every {kind} once, got {value!r}, which line {before} has"
                    f"{also} too.",
                    mend="Remove one of the two lines, or correct it.",
                )
