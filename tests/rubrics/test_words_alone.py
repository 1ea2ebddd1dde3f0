"""An assignment of nothing but questions is graded, handed out and audited like any other."""

from __future__ import annotations

import pytest

from tests.rubrics.conftest import Class

ASSIGNMENT = """
from grader import Assignment, Written

assignment = Assignment(id="words", title="Words", exercises=[], written=[Written("why", title="Why?", points=5)])
"""


@pytest.fixture
def words(group: Class) -> Class:
    (group.course / "assignments/words/assignment.py").write_text(ASSIGNMENT)
    return group


def test_words_alone_are_graded_by_hand(words: Class) -> None:
    module = words.handed_in / "=dan/words.py"
    told = words.done("grade", "words", module, "--fail-under", "50")
    assert told.startswith("Words: 0 of 5 points, 5 still to be given by hand\n")
    words.grade()
    words.give({("=dan", "why", "whole"): "4"})
    assert words.points() == {"=dan": (4, 0), "ada": (0, 5), "bob": (0, 5), "cyd": (0, 0)}
    assert words.done("regrade", words.out) == "Nothing changes for anybody.\n"


def test_a_batch_of_which_nothing_is_decided_is_summed_up(words: Class) -> None:
    for student in ("ada", "bob", "cyd"):
        (words.handed_in / student / "words.ipynb").unlink()
    told = words.done("batch", "words", words.handed_in, "--out", words.out.parent / "new", "--jobs", "1")
    assert "  why  1 of 1 answered, 1 to be graded by hand (grader rubric sheet)\n" in told
    assert " %" not in told


def test_trivial_submissions_earn_nothing_and_the_audit_has_nothing_to_add(words: Class) -> None:
    assert words.run("audit", "words").exit_code == 0
    skeleton = words.out.parent / "handout"
    words.done("handout", "words", "--to", skeleton)
    assert "Words: 0 of 5 points (0 %)\n" in words.done("grade", "words", skeleton / "words.py")
