"""The drawing of a learning curve: what it shows, and that odd numbers do not break it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from grader.reports import render_text
from grader.reports.curves import draw, numbers
from grader.results import Curve, Result
from tests.reports.builders import check, evidence, exercise, result
from tests.reports.conftest import Page

Pages = Callable[[Result], Page]

LEARNING = Curve(
    name="accuracy",
    over="rows of training data",
    x=[30, 90, 300],
    got=[0.52, 0.55, 0.61],
    expected=[0.81, 0.93, 0.98],
    threshold=0.9,
)


def short_of(curve: Curve) -> Result:
    failed = check(
        name="learns", status="failed", kind="learning", message="m", evidence=evidence(curve=curve)
    )
    return result(exercises=[exercise(status="failed", score=0.0, checks=[failed])])


def test_a_curve_is_a_named_drawing_with_a_mark_for_each_value(page: Pages) -> None:
    seen = page(short_of(LEARNING))
    [drawing] = [attrs for tag, attrs in seen.elements if tag == "svg" and attrs.get("class") == "curve"]
    assert drawing["role"] == "img"
    assert drawing["aria-labelledby"] in seen.attributes("id")
    assert (
        len([attrs for tag, attrs in seen.elements if (tag, attrs.get("class")) == ("circle", "yours")]) == 3
    )
    assert len([attrs for tag, attrs in seen.elements if (tag, attrs.get("class")) == ("rect", "best")]) == 3
    words = " ".join(seen.text.split())
    assert "accuracy over rows of training data" in words
    assert "to reach: 0.9" in words


def test_the_text_has_the_same_numbers_in_a_line() -> None:
    text = " ".join(render_text(short_of(LEARNING)).split())
    assert (
        "accuracy over rows of training data: 30: 0.52 (reference 0.81); 90: 0.55 (reference 0.93); "
        "300: 0.61 (reference 0.98)"
    ) in text


def test_higher_values_are_drawn_higher_and_more_rows_further_right() -> None:
    drawing = draw(LEARNING, "c")
    assert drawing is not None
    assert [mark.x for mark in drawing.got] == sorted(mark.x for mark in drawing.got)
    assert all(theirs.y > ours.y for theirs, ours in zip(drawing.got, drawing.expected, strict=True))
    assert drawing.threshold is not None
    assert drawing.expected[1].y < drawing.threshold.y < drawing.expected[0].y


def test_values_far_apart_have_an_axis_of_logarithms() -> None:
    """A straight line in it is a power: the middle of 1 and 100 is 10."""
    curve = Curve(name="t", over="n", x=[1, 10, 100], got=[1, 10, 100], expected=[1, 10, 100])
    drawing = draw(curve, "c")
    assert drawing is not None
    left, middle, right = drawing.got
    assert middle.x == pytest.approx((left.x + right.x) / 2, abs=0.2)
    assert middle.y == pytest.approx((left.y + right.y) / 2, abs=0.2)


@pytest.mark.parametrize(
    ("x", "got"), [([], []), ([1], [2.0]), ([1, 1], [2.0, 3.0]), ([1, 2], [math.nan, 1.0]), ([1, 2], [1.0])]
)
def test_less_than_two_places_are_no_drawing(x: list[float], got: list[float], page: Pages) -> None:
    curve = Curve(name="t", over="n", x=x, got=got, expected=got)
    assert draw(curve, "c") is None
    page(short_of(curve))
    assert render_text(short_of(curve))


@pytest.mark.parametrize(
    "values",
    [[0.0, 0.0, 0.0], [-1e308, 0.0, 1e308], [math.inf, 1.0, 2.0], [5e-324, 1.0, 1e300], [-3.0, -2.0, -1.0]],
)
def test_odd_numbers_stay_inside_the_drawing(values: list[float], page: Pages) -> None:
    curve = Curve(name="t", over="n", x=[1, 2, 3], got=values, expected=values, threshold=math.nan)
    drawing = draw(curve, "c")
    assert drawing is not None
    left, top, right, bottom = drawing.box
    assert all(left <= mark.x <= right and top <= mark.y <= bottom for mark in drawing.got)
    page(short_of(curve))


def test_a_long_curve_is_cut_and_names_are_inert(page: Pages) -> None:
    curve = Curve(
        name="<b>\x1b[1m",
        over="<script>",
        x=list(map(float, range(500))),
        got=[1.0] * 500,
        expected=[2.0] * 500,
    )
    assert len(numbers(curve)) == 16
    seen = page(short_of(curve))
    assert seen.count("b") == seen.count("script") == 0
    assert "\x1b" not in render_text(short_of(curve))
