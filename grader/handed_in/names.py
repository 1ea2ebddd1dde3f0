"""Names: what a student's results are called on disk, which names are one and the same, which attempt a name tells."""

from __future__ import annotations

import hashlib
import re
import unicodedata

__all__ = ["RESERVED", "attempt_of", "fold", "letters", "natural", "printable", "safe_name"]

RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"]
)
"""What Windows takes for a device, whatever the suffix."""

_LONGEST = 80  # bytes, so that a suffix such as .json fits into 100
_PLAIN = re.compile(r"[A-Za-z0-9_+@-][A-Za-z0-9_.+@-]*")
_DATE = re.compile(r"(?<!\d)20\d\d([-_.]?)\d\d\1\d\d(?!\d)")
_ATTEMPT = re.compile(
    r"(?:[-_ ](?:v|attempt|version|submission|try)?[-_ ]?|\(|^v?|^attempt[-_ ]?)(\d{1,6})\)?$", re.I
)


def safe_name(student: str) -> str:
    """What files of a student are called: at most 80 bytes, readable, and another name for every other student.

    A plain identifier stays as it is. Any other name is made readable and gets `~` and 16 hexadecimal digits of its
    SHA-256, which tell it from all others; no plain identifier holds a `~`. Students whose names differ in case only
    have names that do: `gather` and `read_roster` refuse them, since some disks do not tell such files apart.
    """
    stem = student.partition(".")[0].upper()
    plain = _PLAIN.fullmatch(student) and len(student) <= _LONGEST and student[-1] != "."
    if plain and stem not in RESERVED:
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    kept = [
        char if unicodedata.category(char)[0] in "LMN" else "_"
        for char in unicodedata.normalize("NFC", student)
    ]
    readable = re.sub("_+", "_", "".join(kept)).strip("_").encode()[: _LONGEST - 17].decode("utf-8", "ignore")
    return f"{readable or 'student'}~{digest}"


def printable(name: str) -> str:
    """A file's name as text that can be stored: bytes that are no UTF-8 become U+FFFD."""
    return re.sub("[\ud800-\udfff]+", "\ufffd", name)


def fold(name: str) -> str:
    """The name without regard to case, Unicode form and outer spaces."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def letters(name: str) -> str:
    """Letters and digits alone, folded: what is left of a name when a system has cleaned it."""
    return "".join(char for char in fold(name) if unicodedata.category(char)[0] in "LMN")


def attempt_of(stem: str) -> int:
    """The number at the end of `losses-2`, `losses (2)`, `losses_v2`, `attempt 2` or `2`; 0 where there is none.

    A date has no number: the day of the month would be taken for one.
    """
    match = _ATTEMPT.search(stem)
    return int(match[1]) if match and not _DATE.search(stem) else 0


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts `a9` before `a10`."""
    parts = re.findall(r"[0-9]+|[^0-9]+", fold(name))
    return tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts)
