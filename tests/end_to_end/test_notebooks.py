"""A notebook handed in: the verdict of the same code in a file, and messages that speak of its cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader import follows_rules
from grader.banks import Bank, PlannedCheck
from grader.checks import Check
from grader.notebooks.given import given_of
from grader.notebooks.reading import read_notebook
from grader.reports import render_html, render_text
from grader.results import Result, read_result, write_result
from tests.end_to_end.conftest import GOOD, Grade, check_of, exercise_of
from tests.notebooks.built import code, markdown, notebook

Hand = Callable[..., Result]


@pytest.fixture
def hand(grade_text: Grade, small: Bank) -> Hand:
    """Grades cells, on two exercises of the course unless told otherwise."""

    def graded(*cells: str | dict[str, Any], bank: Bank = small) -> Result:
        return grade_text(notebook(*cells), bank=bank, name="tiny.ipynb")

    return graded


def cells(**parts: str) -> list[str]:
    """The right solution, a cell for each part, some replaced."""
    return list({**GOOD, **parts}.values())


def problems(result: Result) -> list[str]:
    return [problem.message for problem in result.problems]


def test_a_right_notebook_earns_what_the_file_does(hand: Hand, grade_text: Grade, bank: Bank) -> None:
    result = hand(*cells(), bank=bank)
    assert (result.score, result.problems) == (14.0, [])
    assert "# ─── cell In[2] ───\ndef scale" in result.submission.text
    again = read_result(write_result(result))
    assert again == result


def test_an_exception_is_found_in_its_cell(hand: Hand) -> None:
    broken = "def scale(x, factor=2.0):\n    # words\n    return np.asarray(x) * factr\n"
    result = hand(*cells(scale=broken))
    check = check_of(result, "scale")
    assert "NameError (cell In[2], line 3): name 'factr' is not defined" in check.message
    where = check.evidence.where if check.evidence else None
    assert where is not None
    assert (where.cell, where.cell_line, where.code) == ("cell In[2]", 3, "return np.asarray(x) * factr")
    assert result.submission.text.splitlines()[where.line - 1].strip() == where.code
    text = render_text(result, width=100, colour=False)
    assert "where     tiny.ipynb, cell In[2], line 3, in scale" in text
    html = render_html(result)
    assert "tiny.ipynb, cell In[2], line 3, in scale" in html
    assert '<span class="l bad"><span class="n">3</span>' in html
    assert '<span class="l cell" id="L1">' in html


def test_warnings_and_rules_name_the_cell(hand: Hand, small: Bank) -> None:
    rules: Check = follows_rules(loops=False)
    planned = small.exercises[0]
    (trial,) = rules.plan(planned.contract, [])
    ruled = replace(planned, checks=(*planned.checks, PlannedCheck("rules", rules, (trial,))))
    loop = "def scale(x, factor=2.0):\n    for _ in range(1):\n        x = np.asarray(x, float) * factor\n    return x"
    unused = "def unused():\n    for _ in range(3):\n        scale(np.ones(2))"
    result = hand(*cells(scale=loop), unused, bank=replace(small, exercises=(ruled,)))
    assert check_of(result, "scale", "rules").message.endswith(
        "cell In[2], line 2 has a for loop; the exercise asks for array operations."
    )
    result = hand(*cells(), unused, bank=replace(small, exercises=(ruled,)))
    assert check_of(result, "scale", "rules").status == "passed"


def test_a_cell_that_fails_does_not_stop_those_after_it(hand: Hand) -> None:
    result = hand(
        "K = missing + 1", GOOD["imports"], "def scale(x, factor=K):\n    return x", GOOD["Counter"]
    )
    assert exercise_of(result, "Counter").status == "passed"
    assert problems(result) == [
        "A cell could not be run to its end: NameError (cell In[1], line 1): name 'missing' is not defined. "
        "The other cells were graded all the same."
    ]
    assert check_of(result, "scale").message == "scale is not defined: no cell that can be run defines it."


def test_cells_that_no_answer_needs_do_not_run(hand: Hand) -> None:
    result = hand("import os\nos._exit(3)", *cells(), "while True: pass", "raise SystemExit", "1/0")
    assert (result.score, result.problems) == (6.0, [])


def test_a_needed_loop_that_never_ends_costs_no_function_that_does_without(hand: Hand) -> None:
    slow = "total = 0\nwhile True:\n    total += 1"
    result = hand(GOOD["imports"], slow, "def scale(x, factor=2.0): return x * total", GOOD["Counter"])
    assert exercise_of(result, "Counter").status == "passed"
    (said,) = problems(result)
    assert said.startswith("A cell could not be run to its end: it did not end within")


def test_await_and_postponed_annotations_work_at_the_top(hand: Hand) -> None:
    result = hand(
        "from __future__ import annotations\nimport numpy as np\nasync def load():\n    return 2.0",
        "FACTOR = await load()",
        "def scale(x: Nowhere, factor=FACTOR):\n    return np.asarray(x, float) * factor",
        GOOD["Counter"],
    )
    assert (result.score, result.problems) == (6.0, [])


def test_what_does_nothing_here_is_told(hand: Hand) -> None:
    result = hand("%matplotlib inline\n!pip install numpy", *cells(), "def broken(:\n    pass")
    assert result.score == 6.0
    assert problems(result) == [
        "cell In[9], line 1: is no Python (invalid syntax); nothing of this cell counts, "
        "neither broken nor anything else.",
        "Magics and commands do nothing here: %matplotlib inline (cell In[1]), !pip install numpy (cell In[1]).",
    ]


def test_a_result_that_is_called_like_its_function_is_not_taken_for_it(hand: Hand) -> None:
    result = hand(*cells(), "scale = scale(np.ones(3))")
    assert result.score == 6.0
    assert problems(result) == [
        "scale is given another value in cell In[8]; its definition in cell In[2] is what is graded."
    ]


@pytest.mark.parametrize(
    ("first", "second", "passes", "words"),
    [
        (GOOD["scale"], "def scale(x, factor=2.0):\n    return x", False,
         "is defined in cell In[2] and again in cell In[8]"),
        ("def scale(x, factor=2.0):\n    return x", GOOD["scale"], True,
         "is defined in cell In[2] and again in cell In[8]"),
        (GOOD["scale"], "def scale(x, factor=2.0):\n    raise NotImplementedError", True,
         "stands again, unwritten, in cell In[8]; its definition in cell In[2]"),
    ],
)  # fmt: skip
def test_the_last_definition_that_is_written_counts(
    hand: Hand, first: str, second: str, passes: bool, words: str
) -> None:
    result = hand(*cells(scale=first), second)
    assert (exercise_of(result, "scale").status == "passed") == passes
    (said,) = problems(result)
    assert said.startswith(f"scale {words}")


def test_given_cells_that_were_edited_or_deleted_are_put_back(hand: Hand, small: Bank) -> None:
    locked = {"nbgrader": {"grade_id": "given", "grade": False, "locked": True, "solution": False}}
    released = read_notebook("r", notebook(code("FACTOR = 2.0", metadata=locked), code("import numpy as np")))
    given = replace(small, given=given_of(released))
    used = "def scale(x, factor=FACTOR):\n    return np.asarray(x, float) * factor"
    edited = code("FACTOR = 3.0\nmine = 1", metadata=locked, count=7)
    result = hand(edited, GOOD["imports"], used, GOOD["Counter"], bank=given)
    assert (result.score, problems(result)) == (
        6.0,
        [
            "cell In[7] was given and must stay as it is; it was put back. What you defined there besides was kept."
        ],
    )
    result = hand(
        markdown("words", id="c2"), code(GOOD["imports"], id="own"), used, GOOD["Counter"], bank=given
    )
    assert result.score == 6.0
    (said,) = problems(result)
    assert said.startswith('A given cell was missing ("FACTOR = 2.0"); it was put in again')
    assert "# ─── given cell ───\nFACTOR = 2.0" in result.submission.text


def test_a_test_cell_of_the_course_defines_no_answer(hand: Hand) -> None:
    metadata = {"nbgrader": {"grade_id": "test", "grade": True, "locked": True, "solution": False}}
    source = (
        "FACTOR = 2.0\nkept = scale\ndel scale\ntry:\n    scale(1)\nexcept NameError:\n    pass\n"
        "finally:\n    scale = kept\nscale = None\nassert False"
    )
    used = "def scale(x, factor=2.0):\n    return np.asarray(x, float) * (factor / 2.0 * FACTOR)"
    result = hand(GOOD["imports"], used, GOOD["Counter"], code(source, metadata=metadata))
    assert (result.score, result.problems) == (6.0, [])


def test_cells_without_numbers_are_counted_from_the_top(grade_text: Grade, small: Bank) -> None:
    made = [
        {"cell_type": "code", "metadata": {}, "source": text}
        for text in cells(scale="def scale(x, factor=2.0): return y")
    ]
    result = grade_text(notebook(markdown("# Words"), *made), bank=small, name="tiny.IPYNB")
    assert "(cell 3, line 1)" in check_of(result, "scale").message
