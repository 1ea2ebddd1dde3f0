"""Docstrings as statements: the first line is the title, the source is for instructors."""

from __future__ import annotations

from typing import Any

import pytest

from grader.statements import Statement, statement


def whole(x: Any) -> None:
    """Do a thing.

    A formula.

    Args:
        x: A number.
    Source: Bishop (2006),
        section 4.3.
    Example:
        >>> whole(3)
    """


def late(x: Any) -> None:
    """
    Begins on the second line.

    Source: nowhere
    """


def silent(x: Any) -> None: ...


def resource(x: Any) -> None:
    """Title.

    Sources of error: none. The word Source: inside a line is text.
    """


class Layer:
    """A class has a statement too.

    Source: own
    """


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (
            whole,
            Statement(
                "Do a thing.",
                "Do a thing.\n\nA formula.\n\nArgs:\n    x: A number.\nExample:\n    >>> whole(3)",
                "Bishop (2006), section 4.3.",
            ),
        ),
        (late, Statement("Begins on the second line.", "Begins on the second line.", "nowhere")),
        (silent, Statement("", "", "")),
        (
            resource,
            Statement(
                "Title.", "Title.\n\nSources of error: none. The word Source: inside a line is text.", ""
            ),
        ),
        (Layer, Statement("A class has a statement too.", "A class has a statement too.", "own")),
    ],
)
def test_a_docstring_is_read_section_by_section(function: Any, expected: Statement) -> None:
    assert statement(function) == expected


def test_a_method_without_words_of_its_own_inherits_none() -> None:
    class Plain:
        def __init__(self) -> None:
            pass

    assert statement(Plain.__init__).text == ""
