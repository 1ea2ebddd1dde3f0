"""The report as one self-contained page: no script, no network, readable by eye, ear and keyboard."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.reports import answers, wording
from grader.reports.curves import Drawing, draw
from grader.reports.heatmaps import STEPS, HeatMaps, heat_maps
from grader.reports.inert import cut, inert, split_lines
from grader.reports.sources import Line, Source, read_source
from grader.results import (
    CheckResult,
    Evidence,
    ExerciseResult,
    Problem,
    Result,
    Status,
    Where,
    WrittenResult,
)

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["environment", "load_pages", "parts", "render_html"]

_LONGEST = 2000
"""Characters of one message, call or answer."""
_MOST_OUTPUT = 8000
_MOST_WRITTEN = 100_000
"""Characters of all written answers of a page."""
_MOST_CELLS = 9000
"""Cells of all heat maps of a page; a page should stay below 2 MB."""
_BAR, _GAP = 1000.0, 5.0
"""Length of the bar of the score and the space between two of its segments, in its own units."""


@dataclass(frozen=True)
class _Place:
    """Where something went wrong: the words, the link (may be empty) and the lines around it."""

    where: Where
    text: str
    link: str
    excerpt: list[Line]
    around: str
    """What the lines are called for those who do not see them."""


@dataclass(frozen=True)
class _CheckView:
    check: CheckResult
    id: str
    note: str
    """Why it was skipped, or what broke on our side."""
    evidence: Evidence | None
    place: _Place | None
    maps: HeatMaps | None
    maps_left_out: bool
    curve: Drawing | None = None


@dataclass(frozen=True)
class _ExerciseView:
    exercise: ExerciseResult
    id: str
    note: str
    checks: list[_CheckView]
    output: str
    output_lines: int


@dataclass(frozen=True)
class _WrittenView:
    answer: WrittenResult
    id: str
    text: str


@dataclass(frozen=True)
class _Segment:
    """One exercise or written answer on the bar of the score: its width, and the part of it that was earned."""

    x: float
    width: float
    earned: float
    label: str


def render_html(result: Result) -> str:
    """The page as text, to be saved in UTF-8; below 2 MB whatever was handed in."""
    source = read_source(result.submission.name, result.submission.text)
    return environment().get_template("report.html").render(parts(result, source))


def parts(result: Result, source: Source) -> dict[str, Any]:
    """What the templates of every page about a result are filled with."""
    return {
        "result": result,
        "source": source,
        "exercises": list(_exercise_views(result, source)),
        "problems": [(problem, _problem_place(problem, source)) for problem in result.problems],
        "written": list(_written_views(result)),
        "segments": _segments(result),
        "tally": _tally(result.exercises),
        "answers": answers,
        "wording": wording,
        "steps": range(STEPS),
    }


def load_pages() -> None:
    """Load what pages are made with: for a process that others are forked from."""
    read_source("", "x = 1")
    environment().get_template("report.html")


@functools.cache
def environment() -> Environment:
    """The templates of pages: what they print is made inert, then escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("grader.reports"),
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["short"] = lambda text: cut(text, _LONGEST)
    environment.filters["prose"] = _prose
    return environment


def _finalize(value: object) -> object:
    """Every string that a template prints becomes inert here; escaping follows."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return inert(value)
    return value


def _prose(text: str) -> Markup:
    """An instructor's sentence, in which `code` stands between backticks."""
    from markupsafe import Markup, escape

    parts = re.split(r"`([^`\n]+)`", inert(cut(text, _LONGEST)))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _exercise_views(result: Result, source: Source) -> Iterator[_ExerciseView]:
    cells_left = _MOST_CELLS
    for at, exercise in enumerate(result.exercises, start=1):
        checks: list[_CheckView] = []
        for number, check in enumerate(exercise.checks, start=1):
            view = _check_view(
                check, exercise, id=f"e{at}c{number}", cells_left=cells_left, result=result, source=source
            )
            cells_left -= sum(len(one.cells) for one in view.maps.maps) if view.maps else 0
            checks.append(view)
        note = ""
        if exercise.status == "skipped":
            note = _sentence(wording.skip_reason(exercise.because, exercise, result))
        elif exercise.status == "fault":
            note = _sentence(wording.fault_text(wording.first_fault(exercise)))
        output = exercise.output.text.rstrip()
        yield _ExerciseView(exercise, f"e{at}", note, checks, _middle_cut(output), len(split_lines(output)))


def _written_views(result: Result) -> Iterator[_WrittenView]:
    left = _MOST_WRITTEN
    for at, answer in enumerate(result.written, start=1):
        text = cut(answer.answer, left)
        left = max(0, left - len(text))
        yield _WrittenView(answer, f"w{at}", f"{text} …" if answer.cut_characters else text)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _middle_cut(text: str) -> str:
    """Start and end of a long text."""
    dropped = len(text) - _MOST_OUTPUT
    if dropped <= 0:
        return text
    half = _MOST_OUTPUT // 2
    return f"{text[:half]}\n… {dropped:,} characters are left out here …\n{text[-half:]}"


def _check_view(
    check: CheckResult, exercise: ExerciseResult, *, id: str, cells_left: int, result: Result, source: Source
) -> _CheckView:
    note = ""
    if check.status == "skipped":
        note = _sentence(wording.skip_reason(check.because, exercise, result))
    elif check.status == "fault" and not (
        exercise.status == "fault" and check.message == wording.first_fault(exercise)
    ):
        note = _sentence(wording.fault_text(check.message))
    evidence = wording.shown_evidence(check)
    place = _place(evidence.where, source) if evidence and evidence.where else None
    maps = heat_maps(evidence.picture, id) if evidence and evidence.picture else None
    too_many = maps is not None and sum(len(one.cells) for one in maps.maps) > cells_left
    curve = draw(evidence.curve, f"{id}-curve") if evidence and evidence.curve else None
    return _CheckView(check, id, note, evidence, place, None if too_many else maps, too_many, curve)


def _problem_place(problem: Problem, source: Source) -> _Place | None:
    return _place(problem.where, source) if problem.where else None


def _place(where: Where, source: Source) -> _Place:
    link = f"#L{where.line}" if source.holds(where.file, where.line) else ""
    excerpt = source.excerpt(where.file, where.line)
    around = f"lines around {wording.place(where)}"
    if excerpt and not where.cell:
        around = f"{where.file}, lines {excerpt[0].number} to {excerpt[-1].number}"
    return _Place(where, wording.place(where), link, excerpt, around)


def _segments(result: Result) -> list[_Segment]:
    """The bar of the score, one segment per exercise or written answer that has points."""
    scored = [
        (one.score, one.max_score, f"{one.name}: {wording.WORDS[one.status]}, {_told(one)}")
        for one in result.exercises
        if one.max_score > 0
    ]
    scored += [
        (one.score or 0.0, one.max_score, f"{one.name}: {answers.given(one)}") for one in result.written
    ]
    total = sum(most for _, most, _ in scored)
    room = _BAR - _GAP * max(len(scored) - 1, 0)
    segments, x = [], 0.0
    for score, most, label in scored:
        width = room * most / total
        earned = width * min(max(score / most, 0.0), 1.0)
        segments.append(_Segment(round(x, 2), round(width, 2), round(earned, 2), label))
        x += width + _GAP
    return segments


def _told(exercise: ExerciseResult) -> str:
    return wording.points(exercise.score, exercise.max_score)


def _tally(exercises: list[ExerciseResult]) -> list[tuple[Status, int]]:
    """How many exercises ended in each status, those that occur."""
    statuses = [exercise.status for exercise in exercises]
    return [(status, statuses.count(status)) for status in wording.WORDS if status in statuses]
