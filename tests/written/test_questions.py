"""Questions that are answered in words: what an instructor may write, and what students see of it beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from grader import Assignment, Exercise, Item, Written, agrees, real
from grader.errors import AssignmentError
from grader.written import (
    cell_texts,
    open_part,
    readme_section,
    skeleton_text,
    written_from_data,
    written_to_data,
)

WHY = Written(
    "why",
    title="Why is it even?",
    points=5,
    statement="Say it in **two** sentences.",
    rubric=[Item("Names two", 2), Item("Divides", 3)],
)
PLAIN: dict[str, Any] = {"title": "Why?", "points": 3}


def double(x: Any) -> Any:
    """Twice."""
    return 2 * x


DOUBLE = Exercise(
    double, points=4, inputs={"x": real("n", low=-5, high=5)}, returns=real("n"), checks=[agrees()]
)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        (
            "two words",
            {},
            "Written: name: expected letters, digits, underscores and hyphens, and no keyword of Python, got",
        ),
        ("class", {}, "and no keyword of Python, got 'class'."),
        ("why", {"title": ""}, "written answer 'why': title: expected the question in one line, got ''."),
        ("why", {"points": 0}, "written answer 'why': points: expected a number above 0, got 0."),
        ("why", {"points": True}, "points: expected a number above 0, got True."),
        ("why", {"statement": 1}, "written answer 'why': statement: expected words, got 1."),
        ("why", {"rubric": ["a"]}, "rubric: expected a list of Item(text, points), got ['a']."),
        (
            "why",
            {"rubric": [Item("a", 1), Item("b", 1)]},
            "rubric: expected items that add up to 3 points, got 2.\nChange the points of the question or of an item.",
        ),
        ("why", {"rubric": [Item("a b", 1), Item("A  b", 2)]}, "rubric: expected each item once, got 'a b'."),
        ("why", {"rubric": [Item("Whole", 3)]}, "rubric: expected items called unlike 'whole', got 'Whole'."),
    ],
)
def test_a_mistake_in_a_question_is_told_with_its_field(name: str, changes: Any, message: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        Written(name, **(PLAIN | changes))
    assert message in str(caught.value)


@pytest.mark.parametrize(("text", "points"), [("", 1), ("two\nlines", 1), ("a", 0), ("a", "1")])
def test_an_item_has_words_on_one_line_and_points_above_0(text: Any, points: Any) -> None:
    with pytest.raises(AssignmentError, match=r"tem.*: expected"):
        Item(text, points)


def test_no_name_is_given_twice_be_it_to_an_exercise() -> None:
    for written in ([Written("double", **PLAIN)], [Written("w-y", **PLAIN), Written("w_y", **PLAIN)]):
        with pytest.raises(
            AssignmentError, match="written: expected each name once, also among the exercises"
        ):
            Assignment(id="a", title="A", exercises=[DOUBLE], written=written)
    with pytest.raises(AssignmentError, match="written: expected a list of Written"):
        Assignment(id="a", title="A", exercises=[DOUBLE], written=["why"])  # type: ignore[list-item]


def test_an_assignment_is_worth_its_exercises_and_its_questions() -> None:
    assert Assignment(id="a", title="A", exercises=[DOUBLE], written=[WHY]).points == 9


def test_a_question_can_be_stored() -> None:
    again = written_from_data(written_to_data(WHY))
    assert (again.name, again.statement, list(again.rubric)) == ("why", WHY.statement, list(WHY.rubric))


def test_students_see_the_question_and_not_the_rubric() -> None:
    shown = [
        *cell_texts(WHY),
        readme_section(WHY),
        skeleton_text([WHY]),
        str(written_to_data(open_part(WHY))),
    ]
    assert not any("Divides" in text for text in shown)
    assert all("Say it in **two** sentences." in text for text in (shown[0], shown[2], shown[4]))


def test_the_cells_of_a_question() -> None:
    prompt, answer = cell_texts(WHY)
    assert prompt == "### Written answer `why`: Why is it even? (5 points)\n\nSay it in **two** sentences."
    assert answer == "**Answer `why`**\n\nYOUR ANSWER HERE"
