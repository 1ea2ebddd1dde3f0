"""Text from a stranger, made harmless to look at: nothing in it moves a cursor, hides or turns the line around."""

from __future__ import annotations

import re

__all__ = ["cut", "inert", "one_line", "split_lines"]

# Controls but tab and newline; invisible and bidirectional marks; lone surrogates; non-characters; tags.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)


def _escape(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def inert(text: str) -> str:
    r"""The text with control, bidirectional and invisible characters written out, such as `\x1b`.

    Newlines and tabs stay; Windows line ends become plain ones.
    """
    return _HARMFUL.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Inert, with every run of white space made one space."""
    return " ".join(inert(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; the rest is counted, not shown."""
    dropped = len(text) - limit
    return text if dropped <= 0 else f"{text[:limit]} … ({dropped:,} more characters)"


def split_lines(text: str) -> list[str]:
    """Lines as Python counts them: a form feed ends none, a carriage return does."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
