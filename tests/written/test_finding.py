"""Where an answer stands: in notebooks with and without what tools write into cells, and in Python files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from grader.submissions import read_submission
from grader.written import Answer, Item, Written, cell_texts, find_answer, skeleton_text, written_results
from tests.notebooks.built import code, markdown, notebook

WHY = Written("why", title="Why is it even?", points=5, statement="Say it.", rubric=[Item("Names two", 5)])
HOW = Written("how", title="How would you test it?", points=3)
BECAUSE = "Because two divides it."


def tagged(text: str, **metadata: Any) -> Mapping[str, Any]:
    return markdown(text, metadata=metadata)


def cells(*found: str | Mapping[str, Any]) -> Answer:
    return find_answer(read_submission("a.ipynb", notebook("x = 1\n", *found)), WHY)


def module(text: str) -> Answer:
    return find_answer(read_submission("a.py", text.encode()), WHY)


@pytest.mark.parametrize(
    "cell",
    [
        tagged(BECAUSE, nbgrader={"grade_id": "why", "grade": True, "solution": True}),
        tagged(BECAUSE, tags=["written:why"]),
        tagged(BECAUSE, tags=["hard", "why"]),
        markdown(BECAUSE, id="why"),
        {"cell_type": "raw", "metadata": {"tags": ["why"]}, "source": BECAUSE},
        tagged(f"**Answer `why`**\n\n{BECAUSE}\n", tags=["why"]),
        tagged(f"YOUR ANSWER HERE\n\n{BECAUSE}", tags=["why"]),
    ],
)
def test_a_cell_is_found_by_its_grade_id_tag_or_id(cell: Mapping[str, Any]) -> None:
    assert cells(cell) == Answer("answered", BECAUSE, "cell 2")


def test_an_answer_in_a_code_cell_counts_too() -> None:
    assert cells(code(f"# {BECAUSE}", count=7, metadata={"tags": ["why"]})).text == f"# {BECAUSE}"


def test_of_several_cells_that_are_marked_all_count() -> None:
    found = cells(tagged("One.", tags=["why"]), "y = 2", tagged("Two.", tags=["why"]))
    assert found == Answer("answered", "One.\n\nTwo.", "cell 2, cell 4")


@pytest.mark.parametrize(
    "line",
    [
        "**Answer why**",
        "**Answer `why`:**",
        "__answer why__",
        "# why",
        "### Answer why:",
        "## Why is it even?",
    ],
)
def test_without_a_mark_an_answer_stands_below_the_line_that_announces_it(line: str) -> None:
    for found in (
        cells(markdown(f"{line}\n\n{BECAUSE}"), "y = 2", markdown("Something else.")),
        cells(markdown(line), markdown(BECAUSE), markdown("# Next part")),
        cells(
            markdown(f"# Part\n\n{line}"), markdown(f"{BECAUSE}\n\n**Answer how**\n\nNo."), markdown("No.")
        ),
    ):
        assert found.status == "answered"
        assert found.text.strip() == BECAUSE


def test_an_answer_may_stand_on_the_very_line() -> None:
    assert cells(markdown(f"**Answer why:** {BECAUSE}")).text.strip() == BECAUSE


def test_headings_below_that_of_the_answer_belong_to_it() -> None:
    found = cells(
        markdown("## why\n\nFirst."), markdown("### Detail\n\nSecond."), markdown("## Other\n\nNo.")
    )
    assert found.text == "First.\n\n### Detail\n\nSecond."


def test_of_two_places_the_last_in_which_something_was_written_counts() -> None:
    found = cells(markdown("# why\n\nOld."), "y = 2", markdown("# why\n\nNew."), "z = 3", markdown("# why"))
    assert found == Answer("answered", "New.", "cell 4")


@pytest.mark.parametrize(
    "left",
    [
        "",
        "  \n\n",
        "YOUR ANSWER HERE",
        "_Type your answer here, replacing this text._",
        "**Answer `why`**\n\n*Write your answer here.*",
        "TODO",
        "...",
        "Say it.",
        cell_texts(WHY)[0],
        cell_texts(WHY)[1],
    ],
)
def test_what_was_handed_out_is_no_answer(left: str) -> None:
    assert cells(tagged(left, tags=["why"])) == Answer("unanswered", place="cell 2")
    assert module(f"why = {left!r}\n") == Answer("unanswered", place="line 1")


def test_a_notebook_without_the_cell_has_no_answer() -> None:
    assert cells(markdown("# whyever\n\nText."), markdown("**whyever** answer")) == Answer("missing")


def test_the_hand_out_is_found_again_when_a_tool_drops_all_marks() -> None:
    prompt, stub = cell_texts(WHY)
    answered = stub.replace("YOUR ANSWER HERE", BECAUSE)
    assert cells(markdown(prompt), markdown(stub)).status == "unanswered"
    assert cells(markdown(prompt), markdown(answered)).text == BECAUSE


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f'why = "{BECAUSE}"', 1),
        (f'import os\nwhy: str = """\n{BECAUSE}\n"""\n', 2),
        ('why = ("Because two "\n       "divides it.")', 1),
        ('why = "Because two " + "divides it."', 1),
        (f'why = "Old."\nwhy = "{BECAUSE}"', 2),
        (f'why = "{BECAUSE}"\nwhy = ""', 1),
        (f"# %% [markdown] written:why\n# {BECAUSE}\n\nx = 1", 1),
        (f'# %% Title [markdown] tags=["written:why"]\n#\n# {BECAUSE}\n# %%\n# no', 1),
        (f'def broken(:\n    pass\nwhy = """\n{BECAUSE}\n"""\n', 3),
    ],
)
def test_in_a_module_an_answer_is_a_string_or_a_block_of_comments(text: str, line: int) -> None:
    found = module(text)
    assert (found.status, found.text.strip(), found.place) == ("answered", BECAUSE, f"line {line}")


@pytest.mark.parametrize(
    "text",
    [
        "why = f'{1}'",
        "why = 3",
        "def f():\n    why = 'x'",
        "x = 'why'",
        "# %% [markdown] written:whyever\n# x",
    ],
)
def test_what_would_have_to_be_run_is_no_answer(text: str) -> None:
    assert module(text).status == "missing"


def test_a_notebook_may_hold_its_answer_in_a_string() -> None:
    assert cells(f'\nwhy = "{BECAUSE}"') == Answer("answered", BECAUSE, "cell In[2], line 2")


def test_hyphens_in_a_name_are_underscores_in_a_file() -> None:
    asked = Written("cell-3b", title="Why?", points=1)
    assert find_answer(read_submission("a.py", b"cell_3b = 'Yes.'"), asked).text == "Yes."
    submission = read_submission("a.ipynb", notebook(markdown("**Answer `cell-3b`** Yes.")))
    assert find_answer(submission, asked).text.strip() == "Yes."
    for other in ("# %% [markdown] written:cell-3b-2\n# No.", "# %% [markdown] written:cell\n# No."):
        assert find_answer(read_submission("a.py", other.encode()), asked).status == "missing"


def test_the_skeleton_is_not_answered_yet() -> None:
    submission = read_submission("a.py", skeleton_text([WHY, HOW]).encode())
    assert [one.status for one in written_results([WHY, HOW], submission)] == ["unanswered", "unanswered"]


def test_an_answer_waits_for_points_and_where_there_is_none_there_are_none() -> None:
    submission = read_submission("a.py", b"why = 'Because.'\n")
    why, how = written_results([WHY, HOW], submission)
    assert (why.score, why.pending, why.words, why.items[0].given) == (None, 5, 1, None)
    assert (how.status, how.score, how.pending) == ("missing", 0, 0)


def test_of_a_long_answer_the_end_is_cut_and_counted() -> None:
    submission = read_submission("a.py", f"why = {'x' * 20_100!r}".encode())
    [why] = written_results([WHY], submission)
    assert (len(why.answer), why.cut_characters) == (20_000, 100)


def test_hostile_texts_are_read_all_the_same() -> None:
    """Halves of surrogate pairs, endless sums, and lines on which a careless pattern would never end."""
    assert cells(tagged("half \ud800 pair", tags=["why"])).text == "half ? pair"
    assert module("why = " + "+".join(["'x'"] * 900)).text == "x" * 900
    for line in ("**answer why" + " " * 200_000 + "x", "#" * 6 + " why" + " " * 200_000 + "x"):
        assert cells(markdown(line)).status == "missing"
    assert module("def (\nwhy =" + " " * 200_000 + "x\n" + "why = (" + "\n" * 200_000).status == "missing"
