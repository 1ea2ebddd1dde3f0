"""Named axes: what is read, which shapes fit, and how a shape reads in a message."""

from __future__ import annotations

from typing import Any

import pytest

from grader.errors import AssignmentError
from grader.shapes import axes, shape_text


def read(text: str) -> Any:
    return axes(text, where="x")


@pytest.mark.parametrize(
    ("text", "shape", "bound"),
    [
        ("", (), {}),
        ("n", (4,), {"n": 4}),
        ("n n", (4, 4), {"n": 4}),
        ("n 3", (4, 3), {"n": 4}),
        ("batch classes", (4, 0), {"batch": 4, "classes": 0}),
        ("*rows n", (4,), {"*rows": (), "n": 4}),
        ("*rows n", (2, 3, 4), {"*rows": (2, 3), "n": 4}),
        ("a *rest b", (1, 2, 3), {"a": 1, "*rest": (2,), "b": 3}),
        ("*any", (), {"*any": ()}),
        ("  a   b ", (1, 2), {"a": 1, "b": 2}),
    ],
)
def test_a_shape_that_fits_binds_the_names(text: str, shape: tuple[int, ...], bound: dict[str, Any]) -> None:
    sizes: dict[str, Any] = {}
    assert read(text).bind(shape, sizes)
    assert sizes == bound
    assert read(text).shape(sizes) == shape
    assert read(text).bind(shape, sizes)


@pytest.mark.parametrize(
    ("text", "shape", "sizes"),
    [
        ("", (1,), {}),
        ("n", (), {}),
        ("n", (4, 1), {}),
        ("n", (3,), {"n": 4}),
        ("n n", (4, 3), {}),
        ("n 3", (4, 4), {}),
        ("*rows n m", (4,), {}),
        ("*rows n", (2, 3, 4), {"*rows": (3, 2)}),
        ("*rows n", (2, 4), {"*rows": ()}),
    ],
)
def test_a_shape_that_does_not_fit_is_told_apart(
    text: str, shape: tuple[int, ...], sizes: dict[str, Any]
) -> None:
    assert not read(text).bind(shape, dict(sizes))


@pytest.mark.parametrize(
    ("text", "sizes", "words"),
    [
        ("", {}, "()"),
        ("batch classes", {"batch": 4, "classes": 3}, "(batch=4, classes=3)"),
        ("batch classes", {"batch": 4}, "(batch=4, classes)"),
        ("n", {"n": 4}, "(n=4,)"),
        ("*rows 2", {"*rows": (5, 6)}, "(5, 6, 2)"),
        ("*rows 2", {}, "(*rows, 2)"),
    ],
)
def test_a_shape_reads_with_names_and_lengths(text: str, sizes: dict[str, Any], words: str) -> None:
    assert read(text).text(sizes) == words


def test_names_are_told_apart_from_stars_and_lengths() -> None:
    found = read("a 2 *b c_1")
    assert (found.named, found.starred, str(found)) == (("a", "c_1"), "*b", "a 2 *b c_1")
    assert read("a").starred is None


@pytest.mark.parametrize("text", ["a,b", "a-b", "**a", "*", "1a", "é", "a *b *c", "٣", "-1", "2.0"])
def test_text_that_names_no_axes_is_refused(text: str) -> None:
    with pytest.raises(AssignmentError, match=r"^x: expected "):
        read(text)


def test_shapes_print_like_those_of_numpy() -> None:
    assert [shape_text(shape) for shape in ((), (3,), (3, 4))] == ["()", "(3,)", "(3, 4)"]
