"""`course.toml` in a course's folder, read piece by piece; a complaint names the place in the file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.errors import AssignmentError

__all__ = ["NAME", "Section", "read_course_file"]

NAME = "course.toml"

_SPAN = re.compile(r"(\d{1,6}) ?(s|min|h|days?)")
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "day": "days", "days": "days"}
_YEARS = range(1970, 2500)


@dataclass(frozen=True)
class Section:
    """A table of the file; every reader below refuses what it does not understand."""

    place: str
    """As `course.toml: [late]`; the file's name alone for its top."""
    data: Mapping[str, Any]

    def only(self, *known: str) -> Section:
        """Itself, where it holds no other keys: one with a slip in it would else go unnoticed."""
        for key in self.data:
            if key not in known:
                raise AssignmentError(f"{self.place}: expected only {', '.join(known)}, got {key!r}.")
        return self

    def tables(self) -> dict[str, Section]:
        """What stands in it, each a table."""
        return {key: self.table(key) for key in self.data}

    def table(self, key: str) -> Section:
        """A table by name; an empty one where there is none."""
        data = self.data.get(key, {})
        if not isinstance(data, dict):
            raise self._wrong(key, "a table", "")
        inner = self.place.partition(": ")[2].strip("[]")
        written = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
        return Section(f"{NAME}: [{inner}.{written}]" if inner else f"{NAME}: [{written}]", data)

    def text(self, key: str, default: str) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a text", f'Write it in quotation marks: {key} = "…".')
        return value

    def share(self, key: str, default: float) -> float:
        """A number from 0 to 1."""
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self._wrong(key, "a share from 0 to 1", "A tenth of the points is 0.1.")
        return float(value)

    def count(self, key: str, default: int | None) -> int | None:
        """A whole number, 0 or more."""
        value = self.data.get(key, default)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise self._wrong(key, "a whole number, 0 or more", "")
        return value

    def span(self, key: str, default: timedelta) -> timedelta:
        """A length of time, such as `15 min`."""
        value = self.data.get(key)
        if value is None:
            return default
        match = _SPAN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self._wrong(
                key, "a length of time", f'Write it as {key} = "15 min"; s, h and days work too.'
            )
        return timedelta(**{_UNITS[match[2]]: int(match[1])})

    def zone(self, key: str) -> tzinfo | None:
        """A time zone by its name, as `Europe/Berlin`."""
        name = self.text(key, "")
        if key not in self.data:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            mend = "Where this machine knows no time zones at all (Windows): pip install tzdata."
            raise self._wrong(key, "the name of a time zone, such as 'Europe/Berlin'", mend) from None

    def moment(self, key: str, zone: tzinfo | None) -> datetime | None:
        """A point in time: with an offset as it stands, else by the clocks of the zone.

        Where the clocks show it twice, as they are set back, it is the later one.
        """
        value = self.data.get(key)
        if value is None:
            return None
        example = f"{key} = 2026-10-01T23:59:00"
        if not isinstance(value, datetime):
            what = "a date and a time of day" if isinstance(value, date | str) else "a point in time"
            raise self._wrong(key, what, f"Write it without quotation marks: {example}.")
        if value.year not in _YEARS:
            raise self._wrong(key, f"a year from {_YEARS.start} to {_YEARS.stop - 1}", "")
        if value.tzinfo is not None:
            return value if zone is None else value.astimezone(zone)
        if zone is None:
            mend = f'Name the course\'s under [course], as time_zone = "Europe/Berlin", or write {example}+02:00.'
            raise self._wrong(key, "a time zone", mend)
        found = latest(value, zone)
        if found.replace(tzinfo=None, fold=0) != value:
            mend = f"The clocks of {zone} are set forward over it: choose another time, or write an offset."
            raise self._wrong(key, "a time that there is", mend)
        return found

    def _wrong(self, key: str, expected: str, mend: str) -> AssignmentError:
        value = self.data.get(key)
        got = value.isoformat() if isinstance(value, date) else repr(value)
        return AssignmentError(f"{self.place} {key}: expected {expected}, got {got:.80}.", mend=mend)


def latest(wall: datetime, zone: tzinfo) -> datetime:
    """The last moment at which clocks of the zone show a time; for one that they skip, as if not yet set."""
    moments = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(moments).astimezone(zone)


def read_course_file(root: Path) -> Section:
    """The course's own file; an empty one where it has none.

    Raises:
        AssignmentError: It cannot be read, or is no TOML.
    """
    try:
        return Section(NAME, tomllib.loads((root / NAME).read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        return Section(NAME, {})
    except OSError as error:
        raise AssignmentError(f"{NAME}: expected a file that can be read, got: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        mend = "A time needs seconds and no quotation marks, a text does: deadline = 2026-10-01T23:59:00."
        raise AssignmentError(f"{NAME}: expected TOML, got: {error}.", mend=mend) from None
