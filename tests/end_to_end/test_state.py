"""Answers must not depend on the calls before them: cases are played again in another order, and failures alone."""

from __future__ import annotations

from tests.end_to_end.conftest import Grade, but, check_of

KEEPS = (
    "does your code keep something from one call for the next "
    "(a global, a cache, a default argument that is changed)?"
)


def test_an_answer_kept_by_shape_is_told_to_be_kept(grade_text: Grade) -> None:
    source = (
        "kept = {}\ndef scale(x, factor=2.0):\n    key = np.shape(x)\n"
        "    kept.setdefault(key, np.asarray(x, float) * factor)\n    return kept[key].copy()\n"
    )

    check = check_of(grade_text(but(scale=source)), "scale")

    assert check.kind == "unstable"
    assert check.message.endswith(f"Alone, the same input is answered right: {KEEPS}")


def test_a_function_that_is_right_in_one_order_only_fails(grade_text: Grade) -> None:
    # Cases come from the smallest to the largest; in that order the largest seen so far is the one at hand.
    source = (
        "largest = [0]\ndef extremes(x):\n    largest[0] = max(largest[0], x.size)\n"
        "    low, high = x.min(axis=1), x.max(axis=1)\n"
        "    return (low, high) if x.size == largest[0] else (high, low)\n"
    )

    check = check_of(grade_text(but(extremes=source)), "extremes")

    assert check.status == "failed"
    assert check.kind == "unstable"
    assert check.message.endswith(f"In another order of the calls the same input was answered right: {KEEPS}")


def test_a_cache_that_is_right_costs_nothing(grade_text: Grade) -> None:
    source = (
        "kept = {}\ndef scale(x, factor=2.0):\n    x = np.asarray(x, float)\n    key = x.shape, x.tobytes(), factor\n"
        "    kept.setdefault(key, x * factor)\n    return kept[key].copy()\n"
    )

    assert check_of(grade_text(but(scale=source)), "scale").status == "passed"
