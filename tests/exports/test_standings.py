"""Who gets a number: a fault is never a zero."""

from __future__ import annotations

import pytest

from grader.exports.standings import Missing, rounded, standing, whose
from tests.exports.builders import batch, entry, graded, mixed, score


def test_points_are_those_after_lateness() -> None:
    whole = batch()

    assert [standing(one, whole).points for one in whole.entries] == [5.0, 7.2, None, None, None, None]


@pytest.mark.parametrize("missing", ["empty", "zero"])
def test_a_fault_has_no_points_whatever_is_done_with_what_is_missing(missing: Missing) -> None:
    whole = batch()
    by_name = {one.person.student: standing(one, whole, missing) for one in whole.entries}

    assert by_name["dan"].points is None
    assert by_name["dan"].why == "grader fault (no points lost): the box did not start."
    assert by_name["cy"].points is None
    assert by_name["cy"].why == (
        "4 points could not be checked by a fault of the grader (cross_entropy); no points are lost"
    )


def test_what_is_missing_or_refused_gets_zero_only_where_that_is_asked_for() -> None:
    whole = batch()

    zeros = [standing(one, whole, "zero").points for one in whole.entries[4:]]

    assert zeros == [0.0, 0.0]


def test_one_check_that_could_not_be_made_is_enough_for_no_number() -> None:
    one = graded(
        "ada", 6.0, max_score=7.0, exercises=[score("softmax"), score("cross_entropy", 2.0, 3.0, "failed")]
    )

    assert standing(one, batch()).points is None


def test_everyone_without_a_number_is_named_with_the_reason() -> None:
    assert whose(batch(mixed()[3:]), "zero") == [
        "dan: left empty: grader fault (no points lost): the box did not start.",
        "eve: 0 points: archive.zip is no archive.",
        "fay: 0 points: no submission.",
    ]


def test_an_interrupted_batch_says_so() -> None:
    assert whose(batch([], complete=False)) == ["The batch was interrupted: students may be absent."]
    assert whose(batch([entry("fay", "missing")]))[0].startswith("fay: left empty")


@pytest.mark.parametrize(
    ("points", "full", "text"),
    [(8.0, 8.0, "8"), (7.999, 8.0, "7.99"), (7.2, 8.0, "7.2"), (1 / 3, 1.0, "0.33"), (0.0, 8.0, "0"),
     (0.004, 8.0, "0"), (10.0, 10.0, "10"), (9.9999999, 10.0, "10")],
)  # fmt: skip
def test_points_are_never_rounded_up_to_full_points_that_were_not_reached(
    points: float, full: float, text: str
) -> None:
    assert rounded(points, full) == text
