"""Whether a page harms whoever opens it, and the pages that a careless grader would write.

Nothing here knows how our own reports escape: it looks at what they came to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from grader.results import Result

__all__ = ["careless", "harms"]

_ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Controls but tab and newline, what turns a line around or hides in it, halves of characters."""
_FOREIGN = frozenset("script iframe object embed base form img video audio".split())
_CELL = re.compile(r"^[=+@\-\t\r]", re.M)


class _Page(HTMLParser):
    """Collects what a page would do by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FOREIGN:
            self.found.append(f"a foreign element, {tag}")
        for name, value in attrs:
            if name.startswith("on") or "javascript:" in (value or "").lower():
                self.found.append(f"an attribute that acts, {name}")


def harms(kind: str, text: str) -> list[str]:
    """What the text would do, read by this kind of reader."""
    # JSON is for programs, which mind what ends a string; that it may be printed is a test of its own.
    acts = None if kind == "json" else _ACTS.search(text)
    found = [f"the character U+{ord(acts[0]):04X}"] if acts else []
    if kind == "html":
        page = _Page()
        page.feed(text)
        found += page.found
    elif kind == "json":
        try:
            json.loads(text)
        except ValueError as error:
            found.append(f"no JSON: {error}")
    elif kind == "csv" and (match := _CELL.search(text)):
        found.append(f"a cell that a spreadsheet computes, {match[0]!r}")
    elif kind == "markdown" and (match := re.search(r"<[a-z]+|!\[[^\]]*\]\(|\]\(javascript:", text, re.I)):
        found.append(f"markup, {match[0]}")
    return found


def careless(kind: str, result: Result) -> str:
    """What the student said, put into a page as it came."""
    texts = list(_said(result))
    if kind == "html":
        return "".join(f'<p title="{text}">{text}</p>' for text in texts)
    if kind == "json":
        return '{"said": [' + ", ".join(f'"{text}"' for text in texts) + "]}"
    return "\n".join(texts)


def _said(result: Result) -> Iterator[str]:
    yield result.submission.name
    for problem in result.problems:
        yield problem.message
    for exercise in result.exercises:
        yield exercise.output.text
        for check in exercise.checks:
            if check.evidence is not None:
                yield check.evidence.got
                yield getattr(check.evidence.where, "function", "")
                yield getattr(check.evidence.where, "code", "")
