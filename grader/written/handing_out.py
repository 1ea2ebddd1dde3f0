"""What students are handed for a written question: two cells of a notebook, or a string to fill in."""

from __future__ import annotations

from collections.abc import Sequence

from grader.written.questions import Written

__all__ = ["STUB", "cell_texts", "prompt", "readme_section", "skeleton_text"]

STUB = "YOUR ANSWER HERE"
"""What stands where the answer goes; who leaves it there has not answered."""


def prompt(written: Written) -> str:
    """The question in Markdown."""
    head = f"### Written answer `{written.name}`: {written.title} ({_points(written)})"
    return "\n\n".join(filter(None, [head, written.statement.strip()]))


def cell_texts(written: Written) -> tuple[str, str]:
    """The Markdown of two cells: the question, and below it the place for the answer.

    The second cell is found again by its `grade_id`, tag or id, which should be the name, and where a tool has dropped
    these, by its first line.
    """
    return prompt(written), f"**Answer `{written.name}`**\n\n{STUB}"


def skeleton_text(written: Sequence[Written]) -> str:
    """The end of a skeleton: a string for each answer; empty without questions."""
    if not written:
        return ""
    parts = ["# Answers in words, graded by hand: write yours between the quotation marks."]
    parts += [f'# {one.title} ({_points(one)})\n{one.variable} = """\n{STUB}\n"""' for one in written]
    return "\n\n".join(parts) + "\n"


def readme_section(written: Written) -> str:
    """The question in the README."""
    where = (
        f"Answer in words, in the string `{written.variable}` or, in a notebook, in the cell for it. "
        f"Graded by hand: {_points(written)}."
    )
    head = f"## `{written.name}`: {written.title}"
    return "\n\n".join(filter(None, [head, written.statement.strip(), where]))


def _points(written: Written) -> str:
    return f"{written.points:g} {'point' if written.points == 1 else 'points'}"
