"""A Gradescope export: `submission_metadata.yml` beside a folder for each submission.

The file is what Ruby writes of a plain structure, so a small strict reader does: it takes the few keys that are needed,
by their indentation, and passes over scores and outputs. It makes no objects, follows no tags, and needs no dependency.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from grader.errors import AssignmentError
from grader.gradebook import Person
from grader.handed_in.folders import Item, items
from grader.handed_in.names import fold
from grader.handed_in.records import Attempt, Owner, Place, Sighting

__all__ = ["Submitted", "gradescope", "read_metadata"]

_METADATA = "submission_metadata.yml"
_MOST_BYTES = 512 << 20
_KEY = re.compile(
    r"""(?P<key>'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s#&*!|>%@`'"-][^#]*?):(?: +(?P<value>.*))?"""
)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ Tt]+(\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(?:(Z|UTC)|([+-])(\d\d):?(\d\d)?)?", re.I
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v",
            "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"}  # fmt: skip


@dataclass
class Submitted:
    """What the file says of one submission."""

    key: str
    submitters: list[dict[str, str]] = field(default_factory=list)
    created_at: str = ""
    history: int = 0
    """How many submissions came before."""


def gradescope(place: Place) -> Sighting | None:
    """Gradescope's export of an assignment's submissions."""
    here = {item.name: item for item in items(place.folder)}
    metadata = here.pop(_METADATA, None)
    if metadata is None or metadata.kind != "file":
        return None
    rules = [f"Who handed in what, and when, is in {_METADATA}."]
    attempts: list[Attempt] = []
    groups = 0
    for submitted in read_metadata(metadata.path):
        item = here.pop(submitted.key, None)
        if not submitted.submitters:
            rules.append(f"{submitted.key} does not count: {_METADATA} names no student for it.")
        groups += len(submitted.submitters) > 1
        attempts += [_attempt(submitted, who, item, place) for who in submitted.submitters]
    if groups:
        rules.append("A submission of a group is graded for each of its members.")
    rules += [f"{name} does not count: {_METADATA} does not know it." for name in here]
    return Sighting("a Gradescope export", attempts, rules)


def _attempt(submitted: Submitted, who: dict[str, str], item: Item | None, place: Place) -> Attempt:
    sid, email, name = who.get("sid", ""), who.get("email", ""), who.get("name", "")
    person = Person(
        student=sid or email or name or submitted.key, name=name, email=email, ids={"sid": sid} if sid else {}
    )
    hints = {"email": email, "any": sid, "name": name} | ({"sid": sid, "student": sid} if sid else {})
    attempt = Attempt(
        Owner(f"{fold(sid)} {fold(email)}".strip() or fold(name) or submitted.key, person, hints),
        place.shown(item.path) if item else submitted.key,
        submitted=_time(submitted.created_at),
        number=submitted.history + 1,
        order=submitted.key,
    )
    if item is None:
        return replace(attempt, refused=f"expected the folder {submitted.key}, got none.")
    if item.kind == "link":
        return replace(attempt, refused="expected a folder, got a link, and links are not followed.")
    if item.kind == "folder":
        return replace(attempt, folder=item.path)
    return replace(attempt, files=((item.path, item.name),))


def _time(text: str) -> datetime | None:
    """`2026-04-26 17:34:00.861687000 Z`, as Ruby writes it; without a zone it is not known when that was."""
    match = _TIME.fullmatch(text.strip())
    if not match or not (match[4] or match[5]):
        return None
    minutes = int(match[6] or 0) * 60 + int(match[7] or 0)
    zone = UTC if match[4] else timezone(timedelta(minutes=-minutes if match[5] == "-" else minutes))
    try:
        moment = datetime.fromisoformat(f"{match[1]} {match[2]}")
    except ValueError:
        return None
    return moment.replace(microsecond=int((match[3] or "0")[:6].ljust(6, "0")), tzinfo=zone)


def read_metadata(path: Path) -> list[Submitted]:
    """What `submission_metadata.yml` says of each submission.

    Raises:
        AssignmentError: It is not written as Gradescope does.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise AssignmentError(f"{path.name}: expected at most {_MOST_BYTES >> 20} MiB, got more.")
        with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
            return _Reader(path.name).all(file)
    except OSError as error:
        raise AssignmentError(f"{path.name}: expected a file to read, got: {error.strerror}.") from None


class _Reader:
    """Line by line; its depth says what it belongs to: 0 a submission, 2 its keys, 4 and more their values."""

    def __init__(self, where: str) -> None:
        self._where, self._line = where, 0
        self._found: list[Submitted] = []
        self._section = ""
        self._open: tuple[dict[str, str], str] | None = None
        """The value that further lines may belong to."""
        self._anchors: dict[str, str] = {}

    def all(self, lines: Iterable[str]) -> list[Submitted]:
        for raw in lines:
            self._line += 1
            line = raw.rstrip("\r\n")
            if line.strip() and not (line[0] == "#" or line in ("---", "...", "--- {}")):
                self._take(line, len(line) - len(line.lstrip(" ")))
        self._close()
        return self._found

    def _take(self, line: str, depth: int) -> None:
        if depth == 0:
            self._close()
            key, value = self._pair(line)
            if value not in ("", "{}"):
                raise self._refusal("a submission's key alone", line)
            self._found.append(Submitted(key))
            self._section = ""
        elif not self._found:
            raise self._refusal("a submission's key, not indented", line)
        elif depth == 2 and not line.startswith("  -"):
            self._close()
            key, value = self._pair(line[2:])
            self._section = key.lstrip(":")
            self._start(value)
        elif self._section == "submitters":
            self._submitter(line, depth)
        elif self._section == "created_at" and line.strip().startswith("utc:"):
            self._found[-1].created_at = self._scalar(line.strip().removeprefix("utc:").strip())
        elif self._section == "history" and line.startswith("  - "):
            self._found[-1].history += 1

    def _start(self, value: str) -> None:
        if self._section == "created_at" and not value.startswith("!"):
            self._found[-1].created_at = self._scalar(value)
        elif self._section == "submitters" and value not in ("", "[]"):
            raise self._refusal("a list of submitters, one on a line", value)

    def _submitter(self, line: str, depth: int) -> None:
        if line.startswith("  - "):
            self._close()
            self._found[-1].submitters.append({})
        elif depth > 4:
            if self._open is None:
                raise self._refusal("a submitter's key", line)
            into, key = self._open
            into[key] += "\n" + line.strip()
            return
        self._close()
        if line.strip() in ("- {}", "{}"):
            return
        key, value = self._pair(line[4:])
        if not self._found[-1].submitters:
            raise self._refusal("a list of submitters", line)
        into = self._found[-1].submitters[-1]
        into[key.lstrip(":")] = value
        self._open = (into, key.lstrip(":"))

    def _close(self) -> None:
        """The value that was open has all its lines now."""
        if self._open is not None:
            into, key = self._open
            into[key] = " ".join(self._scalar(into[key]).split())
            self._open = None

    def _pair(self, text: str) -> tuple[str, str]:
        match = _KEY.fullmatch(text.rstrip())
        if not match:
            raise self._refusal("`key: value`", text)
        return self._scalar(match["key"]), match["value"] or ""

    def _scalar(self, text: str) -> str:
        """A value as text, whatever YAML would take it for: numbers of students keep their zeros."""
        text = text.strip()
        anchor = re.match(r"&(\w+)\s+", text)
        if anchor:
            self._anchors[anchor[1]] = value = self._scalar(text[anchor.end() :])
            return value
        if text.startswith("*"):
            if text[1:] not in self._anchors:
                raise self._refusal("a value", text)
            return self._anchors[text[1:]]
        if text.startswith("!binary"):
            packed = text.partition("\n")[2] or text.partition(" ")[2]
            return base64.b64decode(packed.encode(), validate=False).decode("utf-8", "replace")
        if text.startswith("! "):
            text = text[2:].strip()
        if text[:1] in "'\"" and text[:1]:
            return self._quoted(text)
        if re.match(r"[|>][-+]?\d?\n", text):
            return text.partition("\n")[2]
        if text[:1] in ("!", "{", "[", "|", ">", "%", "@", "`"):
            raise self._refusal("a plain value", text)
        return "" if text in ("~", "null", "") else text

    def _quoted(self, text: str) -> str:
        if len(text) < 2 or text[-1] != text[0]:
            raise self._refusal("a quote that ends", text)
        inside = text[1:-1]
        if text[0] == "'":
            return inside.replace("''", "'").replace("\n", " ")
        return re.sub(
            r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|\n", _unescaped, inside, flags=re.S
        )

    def _refusal(self, expected: str, got: str) -> AssignmentError:
        return AssignmentError(
            f"{self._where}, line {self._line}: expected {expected}, got {got.strip()!r:.80}.",
            mend="Export the submissions from Gradescope again; the file is read as Gradescope writes it.",
        )


def _unescaped(match: re.Match[str]) -> str:
    """What an escape in double quotes stands for; a line's end is a space, and nothing behind a backslash."""
    code = match[1]
    if code is None:
        return " "
    if len(code) > 1:
        point = int(code[1:], 16)
        return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"
    return "" if code == "\n" else _ESCAPES.get(code, code)
