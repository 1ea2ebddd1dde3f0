"""Names and titles for questions, made of what stands around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

__all__ = ["clean_name", "first_heading", "test_title"]

_MOST = 120
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$", re.M)


def first_heading(text: str, *, last: bool = False) -> str:
    """The words of the first heading of a Markdown text, or the last; empty where it has none."""
    found = [words for words in _HEADING.findall(text) if words.strip("* _")]
    return re.sub(r"[*_`]", "", found[-1 if last else 0])[:_MOST].strip() if found else ""


def clean_name(wanted: str, taken: Collection[str]) -> str:
    """A name of letters, digits and underscores that nothing else has."""
    plain = re.sub(r"\W+", "_", wanted).strip("_") or "question"
    plain = f"q{plain}" if plain[0].isdigit() else plain
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}_{number}", number + 1
    return name


def test_title(code: str, name: str) -> str:
    """What a test cell calls itself: its docstring, its first comment, or its name in words."""
    try:
        body = ast.parse(code).body
    except SyntaxError:
        body = []
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        words = str(first.value.value).strip().partition("\n")[0]
        if isinstance(first.value.value, str) and words:
            return words[:_MOST].rstrip(".")
    comment = re.match(r"\s*#+\s*(\w.*)", code)
    if comment is not None:
        return comment[1][:_MOST].strip().rstrip(".:")
    if re.fullmatch(r"cell-[0-9a-f]+", name):
        return "Test"
    words = re.sub(r"[\W_]+", " ", name).strip()
    return (words[:1].upper() + words[1:])[:_MOST] or "Test"
