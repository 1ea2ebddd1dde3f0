"""HTML from a stranger, cut down to what can neither act, nor call home, nor leave its place, nor look like ours."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from grader.reports.inert import cut

__all__ = ["PICTURE", "clean"]

PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
"""The only addresses that a picture may have: it is part of the page."""

_TAGS = frozenset(
    "a abbr b blockquote br caption center code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre"
    " q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var".split()
)
# Neither `style`, `id`, `name` nor classes of the page: what is shown must not look or be found as if it were ours.
_ANSI = re.compile(r"ansi-[a-z-]+")
_SPAN = re.compile(r"[1-9][0-9]?")
_SIZE = re.compile(r"[1-9][0-9]{0,3}")
_ALIGN = re.compile(r"left|right|center")
_ATTRIBUTES = {
    "alt": None,
    "colspan": _SPAN,
    "rowspan": _SPAN,
    "width": _SIZE,
    "height": _SIZE,
    "align": _ALIGN,
}
_NO_TEXT = re.compile(r"<(style|script)\b[^>]*>.*?</\1\s*>", re.I | re.S)
"""What nobody wants to read; what gets past this is shown as text."""
_FORMATTING = re.compile(r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I)
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

_MOST_TAGS = 4000
_MOST_OPEN = 200
"""Formatting that is never closed is opened anew in every paragraph: such text takes its square in time."""
_DEEPEST = 100
_LONGEST_ADDRESS = 200


def clean(html: str) -> str | None:
    """The HTML with a short list of tags, and addresses as text; None where that cannot be done safely.

    What comes out is one balanced piece: put into an element, it stays in that element.
    """
    # A piece that a browser would read in another way than we do could close the element it stands in. So it is read
    # once more inside of one, and has to come out as it went in.
    html = _NO_TEXT.sub(lambda found: "[script left out]" if found[1].lower() == "script" else "", html)
    if html.count("<") > _MOST_TAGS or _left_open(html) > _MOST_OPEN:
        return None
    try:
        once: str = _cleaner()(html)
        kept = f"<div>{once}</div>"
        return once if _cleaner()(kept) == kept else None
    except (_TooDeepError, RecursionError):
        return None


def _left_open(html: str) -> int:
    closing = sum(1 if found[1] else -1 for found in _FORMATTING.finditer(html))
    return -closing


class _TooDeepError(ValueError):
    pass


@functools.cache
def _cleaner() -> Callable[[str], str]:
    from bleach.sanitizer import Cleaner  # type: ignore[import-untyped]

    untyped: Any = Cleaner
    cleaner = untyped(
        tags=_TAGS,
        attributes=_allowed,
        protocols=["http", "https", "mailto", "data", "attachment"],
        strip=False,
        strip_comments=True,
        filters=[_Tame],
    )
    return lambda html: str(cleaner.clean(html))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in ("href", "src"):
        return (tag, name) in (("a", "href"), ("img", "src"))
    if name == "class":
        return all(_ANSI.fullmatch(word) for word in value.split())
    pattern = _ATTRIBUTES.get(name)
    return name in _ATTRIBUTES and (pattern is None or pattern.fullmatch(value) is not None)


class _Tame:
    """The last of bleach's filters: links and pictures from elsewhere become text, and so do characters that act."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __iter__(self) -> Iterator[dict[str, Any]]:
        depth, links = 0, list[str]()
        for token in self._source:
            kind, name = token["type"], token.get("name")
            depth += (kind == "StartTag") - (kind == "EndTag")
            if depth > _DEEPEST:
                raise _TooDeepError
            if name == "a" and kind == "StartTag":
                links.append(token["data"].get((None, "href"), ""))
            elif name == "a" and kind == "EndTag":
                address = links.pop() if links else ""
                if address and not address.startswith("#"):
                    yield _text(f" ({cut(address, _LONGEST_ADDRESS)})")
            elif name == "a":
                continue
            elif name == "img":
                yield from _picture(token)
            elif kind == "Characters":
                yield _text(token["data"])
            else:
                yield token


def _picture(token: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if token["type"] == "EndTag":
        return
    data = token["data"]
    address, words = data.get((None, "src"), ""), data.get((None, "alt"), "")
    if PICTURE.fullmatch(address):
        yield token
        return
    # What bleach drops, such as the address of a script, is not shown either.
    told = ", ".join(part for part in (words, cut(address, _LONGEST_ADDRESS)) if part)
    yield _text(f"[picture{f': {told}' if told else ''}]")


def _text(text: str) -> dict[str, Any]:
    return {"type": "Characters", "data": _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)}
