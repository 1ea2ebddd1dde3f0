"""Names and titles for questions, made of what stands around them."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection, Iterable

__all__ = ["about", "answer_tag", "below_heading", "clean_name", "notebook_title", "test_title", "title_of"]

_MOST = 120
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$", re.M)


def notebook_title(texts: Iterable[str]) -> str:
    """The words of the first heading of the highest kind; empty where there is none."""
    found = (re.search(r"(?m)^\s{0,3}#\s+(.*?)\s*#*\s*$", text) for text in texts)
    return next((_plain(match[1]) for match in found if match is not None), "")


def about(text: str) -> str:
    """Of the words before a question, those from the last heading on: what stands above it is of the one before."""
    found = list(_HEADING.finditer(text))
    return text[found[-1].start() :].strip() if found else text.strip().lstrip("-").strip()


def below_heading(text: str, title: str) -> str:
    """A text without the heading that begins it, where that is the title."""
    first, _, rest = text.strip().partition("\n")
    return rest.strip() if title_of(first) == title or first.strip() == title else text.strip()


def title_of(text: str) -> str:
    """The words of the last heading of a text; empty where it has none."""
    found = _HEADING.findall(text)
    return _plain(found[-1]) if found else ""


def answer_tag(name: str) -> str:
    """The tag of the cell in which a written answer stands."""
    return f"written:{name}"


def _plain(words: str) -> str:
    return re.sub(r"[*_`]", "", words)[:_MOST].strip()


def clean_name(wanted: str, taken: Collection[str]) -> str:
    """A name of letters, digits and underscores that nothing else has."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", wanted).strip("_") or "question"
    plain = f"q{plain}" if plain[0].isdigit() or keyword.iskeyword(plain) else plain
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
