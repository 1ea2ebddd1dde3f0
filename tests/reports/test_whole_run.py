"""What reports say of a notebook that was run as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.reports import render_text
from grader.results import CellRun, Result, read_result, write_result
from tests.reports.builders import result
from tests.reports.conftest import Page


def cell(place: int, **values: Any) -> CellRun:
    return CellRun(**{"place": place, "label": f"cell In[{place}]", "status": "ok", **values})


FAILED = cell(2, status="error", message="ZeroDivisionError: division by zero", line=3, code="y = x / 0")
DEAD = cell(3, status="died", message="it ended the process (status 1)")
LEFT = [cell(at, status="not run", message="the kernel ended in cell In[3]") for at in (4, 5, 6)]


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([cell(1)], "The whole notebook was run: the one code cell ended well.\n"),
        ([cell(1), cell(2)], "The whole notebook was run: all 2 code cells ended well.\n"),
        (
            [cell(1), FAILED, DEAD, *LEFT],
            "The whole notebook was run: 2 of 6 code cells failed.\n"
            "    cell In[2], line 3 (y = x / 0): ZeroDivisionError: division by zero\n"
            "    cell In[3]: it ended the process (status 1)\n"
            "    cell In[4] and 2 after it: not run: the kernel ended in cell In[3]\n",
        ),
        (
            [cell(1), LEFT[0]],
            "The whole notebook was run: not all code cells were run.\n"
            "    cell In[4]: not run: the kernel ended in cell In[3]\n",
        ),
    ],
    ids=["one", "two", "failed", "left"],
)
def test_all_well_is_one_line_and_what_failed_is_named(runs: list[CellRun], told: str) -> None:
    assert told in render_text(result(executed=runs))


def test_without_a_whole_run_nothing_is_said_of_one() -> None:
    assert "whole notebook" not in render_text(result())


def test_of_many_cells_that_failed_the_first_ten_are_told() -> None:
    runs = [FAILED.model_copy(update={"label": f"cell {at}"}) for at in range(30)]
    text = render_text(result(executed=runs))
    assert text.count("division by zero") == 10
    assert "    20 more cells failed.\n" in text


def test_a_page_tells_the_same_and_what_students_wrote_is_inert(page: Callable[[Result], Page]) -> None:
    hostile = cell(
        1, status="error", message="<script>alert(1)</script>\x1b[31m", label="cell <b>", code="<em>"
    )

    made = page(result(executed=[hostile, FAILED]))

    assert "The whole notebook was run: 2 of 2 code cells failed." in made.text
    assert "cell In[2], line 3 (y = x / 0): ZeroDivisionError: division by zero" in made.text
    assert "<script>alert(1)" in made.text
    assert made.count("script") == made.count("b") == made.count("em") == 0
    assert "\x1b" not in made.html


def test_a_result_with_cells_is_written_and_read_back() -> None:
    stored = result(executed=[cell(1), FAILED, DEAD, *LEFT])
    assert read_result(write_result(stored)) == stored
