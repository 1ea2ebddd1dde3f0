"""The student's notebook as one page, each exercise's verdict beside the cell that defines it.

Nothing of the student's runs there, calls home, or can be taken for ours: code is coloured text, everything else goes
through nbconvert and `grader.reports.markup` into a frame that it cannot leave.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.errors import SubmissionError
from grader.notebooks.composing import is_header
from grader.notebooks.reading import Cell, Notebook, raw_cells
from grader.reports import wording
from grader.reports.cells import Shower, Shown
from grader.reports.html import environment, parts
from grader.reports.inert import cut, inert
from grader.reports.sources import Line, Source, read_source
from grader.results import Result
from grader.submissions import Submission, read_submission

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["load_notebook_pages", "render_notebook", "with_points"]

_LONGEST_LINE = 240
_MOST_LINES = 6000
_KINDS = {"code": "", "markdown": "text", "raw": "raw text"}


@dataclass(frozen=True)
class _CellView:
    """A cell, and the exercises that it defines."""

    id: str
    label: str
    kind: str
    lines: list[Line]
    left_out: int
    """Lines of its code that found no room."""
    shown: Shown
    exercises: list[Any]


def render_notebook(result: Result, data: bytes) -> str:
    """The page as text, to be saved in UTF-8; about 3 MB at most whatever was handed in.

    Args:
        result: The verdict.
        data: The notebook that it is about.
    Raises:
        SubmissionError: It is no notebook, or not the one that was graded.
    """
    name = result.submission.name
    if not name.lower().endswith(".ipynb"):
        raise SubmissionError(
            f"{name}: expected a verdict on a notebook, got one on another file.",
            mend="For a file of Python, --html writes a page.",
        )
    submission = read_submission(name, data)
    if submission.sha256 != result.submission.sha256:
        raise SubmissionError(
            f"{name}: expected the notebook that was graded (SHA-256 {result.submission.sha256[:12]}…), "
            f"got another one ({submission.sha256[:12]}…).",
            mend="Name the very file that was graded, or grade this one.",
        )
    # The text that was graded, in which cells that were handed out may have been put back.
    submission = replace(submission, text=result.submission.text)
    source = read_source(name, submission.text)
    context = parts(result, source)
    lines = submission.text.split("\n")
    assert submission.notebook is not None
    starts = _starts(submission.notebook, lines)
    names = tuple(exercise.name for exercise in result.exercises)
    defined = _places(submission, names, starts, lines)
    beside: dict[int, list[Any]] = defaultdict(list)
    nowhere: list[Any] = []
    for view in context["exercises"]:
        cell = defined.get(view.exercise.name)
        (nowhere if cell is None else beside[cell.place]).append(view)
    cells = list(_views(submission, data, source, starts, _failing(result), beside))
    own = {"cells": cells, "nowhere": nowhere, "places": {name: cell.label for name, cell in defined.items()}}
    return environment().get_template("notebook.html").render({**context, **own})


def with_points(page: str, result: Result) -> str:
    """The page with the totals and the written answers of another verdict on the same notebook.

    For points that are given by hand, when what was handed in need not be there any more. What is exchanged stands in
    front of everything that a student wrote as markup.
    """
    context = parts(result, read_source(result.submission.name, ""))
    page = _exchanged(page, "<title>", "</title>", html.escape(inert(wording.headline(result))))
    for name in ("head", "answers"):
        text = environment().get_template(f"{name}.html").render(context)
        page = _exchanged(page, f"<!-- {name} -->", f"<!-- end of {name} -->", text)
    return page


def _exchanged(page: str, start: str, end: str, text: str) -> str:
    before, found, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    return f"{before}{start}{text}{end}{after}" if found and ended else page


def load_notebook_pages() -> None:
    """Load what these pages are made with: for a process that others are forked from."""
    Shower().markdown("*loaded*", {})
    environment().get_template("notebook.html")


def _starts(notebook: Notebook, lines: Sequence[str]) -> dict[int, Cell]:
    """The cells of code by the line of the graded text that names them, counted from 0.

    That text may hold cells that were put back, and lack those that they stand for.
    """
    by_label = {f"# ─── {cell.label} ───": cell for cell in notebook.cells if cell.kind == "code"}
    return {at: by_label[line] for at, line in enumerate(lines) if line in by_label}


def _places(
    submission: Submission, names: tuple[str, ...], starts: Mapping[int, Cell], lines: Sequence[str]
) -> dict[str, Cell]:
    """The cells whose definitions count; of a question that defines nothing, the cell that is for it."""
    found = submission.slice(names)
    places: dict[str, Cell] = {}
    for name, line in (found.defined if found else {}).items():
        head = next((at for at in range(line - 1, -1, -1) if is_header(lines[at])), -1)
        if head in starts:
            places[name] = starts[head]
    for cell in starts.values():
        for name in names:
            if name in (cell.id, cell.own) or not {name, f"exercise:{name}"}.isdisjoint(cell.tags):
                places.setdefault(name, cell)
    return places


def _views(
    submission: Submission,
    data: bytes,
    source: Source,
    starts: Mapping[int, Cell],
    failing: frozenset[int],
    beside: Mapping[int, list[Any]],
) -> Iterator[_CellView]:
    assert submission.notebook is not None
    raw = raw_cells(submission.name, data)
    rows = {cell.place: at for at, cell in starts.items()}
    shower, room = Shower(), _MOST_LINES
    for cell in submission.notebook.cells:
        lines: list[Line] = []
        left_out = 0
        as_file: Mapping[str, Any] = raw[cell.place - 1]
        if cell.kind == "code":
            lines, left_out = _code(cell, source, rows.get(cell.place), room, failing)
            room -= len(lines)
            shown = shower.outputs(as_file)
        else:
            shown = (
                shower.markdown(cell.source, as_file) if cell.kind == "markdown" else shower.text(cell.source)
            )
        yield _CellView(
            f"cell-{cell.place}",
            cell.label,
            _KINDS[cell.kind],
            lines,
            left_out,
            shown,
            beside.get(cell.place, []),
        )


def _failing(result: Result) -> frozenset[int]:
    """Lines of the graded text in which something went wrong that may be shown."""
    shown = [wording.shown_evidence(check) for exercise in result.exercises for check in exercise.checks]
    places = [evidence.where for evidence in shown if evidence] + [one.where for one in result.problems]
    return frozenset(where.line for where in places if where and where.file == result.submission.name)


def _code(
    cell: Cell, source: Source, start: int | None, room: int, failing: frozenset[int]
) -> tuple[list[Line], int]:
    """Lines of a cell, numbered as in the cell, and how many of them found no room.

    Coloured where they stand so in the text that was graded; a magic, say, stands there as something else.
    """
    from markupsafe import escape

    own = cell.source.rstrip("\n").split("\n")
    lines = []
    for at, line in enumerate(own[: max(room, 0)], start=1):
        plain = cut(inert(line).rstrip(), _LONGEST_LINE)
        html: Markup = escape(plain)
        number = None if start is None else start + at
        if number is not None and (number >= len(source.raw) or is_header(source.raw[number])):
            start = number = None  # what was put back in its place is shorter
        if number is not None and number < len(source.lines) and source.raw[number] == plain:
            html = source.lines[number].html
        row = 0 if number is None else number + 1
        lines.append(Line(row, html, row in failing))
    return lines, len(own) - len(lines)
