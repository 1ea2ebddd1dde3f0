"""The sentences that both reports share, so that they never disagree."""

from __future__ import annotations

import math

from grader.reports.inert import cut
from grader.results import (
    AFTER_RUN,
    CellRun,
    CheckResult,
    Evidence,
    ExerciseResult,
    Problem,
    Result,
    Status,
    Where,
)

__all__ = [
    "BESIDE",
    "MARKS",
    "WORDS",
    "beside",
    "case_count",
    "check_title",
    "coverage",
    "fault_text",
    "figure",
    "first_fault",
    "headline",
    "input_title",
    "number",
    "percent",
    "place",
    "points",
    "problem_word",
    "shown_evidence",
    "skip_reason",
    "skip_text",
    "total",
    "whole_run",
]

MARKS: dict[Status, str] = {"passed": "✓", "failed": "✗", "skipped": "–", "fault": "!"}
WORDS: dict[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped",
    "fault": "grader fault",
}
_ENDED: dict[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "was skipped",
    "fault": "could not be checked",
}

_MOST_CELLS = 10


def number(value: float) -> str:
    """Points: at most two decimals, no zeros at the end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def figure(value: float) -> str:
    """A measured number, four digits."""
    return f"{value:.4g}"


def _earned(score: float, max_score: float) -> str:
    """Rounded, but never up to a full score that was not reached."""
    text = number(score)
    if score < max_score - 1e-9 and text == number(max_score):
        return number(math.floor(score * 100) / 100)
    return text


def points(score: float, max_score: float) -> str:
    """`2.5 of 4 points`."""
    total = number(max_score)
    return f"{_earned(score, max_score)} of {total} {'point' if total == '1' else 'points'}"


def percent(result: Result) -> str:
    """`72.5 %`; empty where there was nothing to earn or points are to come, and 100 only for every point."""
    if not result.max_score or result.pending:
        return ""
    value = round(result.percent, 1)
    if value >= 100 and result.score < result.max_score - 1e-9:
        value = 99.9
    return f"{number(value)} %"


def headline(result: Result) -> str:
    """`Losses: 14.5 of 20 points (72.5 %)`, or what is still to be given."""
    share = percent(result)
    return f"{result.title}: {total(result.score, result.max_score, result.pending)}{f' ({share})' if share else ''}"


def total(score: float, max_score: float, pending: float) -> str:
    """`14.5 of 30 points, 10 still to be given by hand`."""
    told = points(score, max_score)
    return f"{told}, {number(pending)} still to be given by hand" if pending else told


def lateness(result: Result) -> str:
    """What handing in late means for the points; empty where there is no deadline."""
    words = result.late.words.strip()
    if words and result.late.share < 1:
        return (
            f"{words} So {points(result.final, result.max_score)} count{' so far' if result.pending else ''}."
        )
    return words


def place(where: Where) -> str:
    """`losses.py, line 12, in softmax`, of a notebook `losses.ipynb, cell In[7], line 3`.

    Names that students make up may be long, so they are cut.
    """
    function = f", in {cut(where.function, 120)}" if where.function else ""
    line = f"{where.cell}, line {where.cell_line}" if where.cell else f"line {where.line}"
    return f"{cut(where.file, 120)}, {line}{function}"


def skip_reason(because: str, exercise: ExerciseResult, result: Result) -> str:
    """`needs softmax, which failed above.`; a check is named by its title; empty where nothing is known."""
    if not because:
        return ""
    for check in exercise.checks:
        if check.name == because:
            return f"needs “{check.title.rstrip('.')}”, which {_ENDED[check.status]} above."
    names = [other.name for other in result.exercises]
    if because not in names:
        return f"needs {because}, which failed."
    at = names.index(because)
    side = "above" if at < names.index(exercise.name) else "below"
    return f"needs {because}, which {_ENDED[result.exercises[at].status]} {side}."


def skip_text(because: str, exercise: ExerciseResult, result: Result) -> str:
    """`skipped: needs softmax, which failed above.`"""
    reason = skip_reason(because, exercise, result)
    return f"skipped: {reason}" if reason else "skipped."


def fault_text(message: str) -> str:
    """What broke on our side, and that it costs nothing."""
    return f"grader fault (no points lost): {message or 'no more is known.'}"


def problem_word(problem: Problem) -> str:
    """What a remark about the whole submission begins with, where it is no fault of ours."""
    return "Note" if problem.note else "Problem"


def first_fault(exercise: ExerciseResult) -> str:
    """What broke first while this exercise was checked; may be empty."""
    return next((check.message for check in exercise.checks if check.status == "fault"), "")


BESIDE = "runs beside your code: weaker trust"
"""What is said of a test that stands in one process with the student's code."""


def check_title(check: CheckResult) -> str:
    """The check's title, with a word on its trust where that is weaker."""
    return f"{check.title} ({BESIDE})" if check.inside else check.title


def beside(result: Result) -> str:
    """Which exercises were tested beside the student's code; empty where none was."""
    names = [item.name for item in result.exercises if any(check.inside for check in item.checks)]
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return (
        f"Tested beside the submitted code, which is weaker trust than comparing outside: {shown}."
        if names
        else ""
    )


def whole_run(result: Result) -> tuple[str, list[str]]:
    """What became of a notebook that was run as a whole: a sentence, and a line for each cell that did not end well."""
    runs = result.executed
    wrong = [run for run in runs if run.status not in ("ok", "not run")]
    left = [run for run in runs if run.status == "not run"]
    if not runs:
        return "", []
    many = f"all {len(runs)} code cells" if len(runs) > 1 else "the one code cell"
    if not wrong and not left:
        return f"The whole notebook was run: {many} ended well.", []
    lines = [f"{_cell(run)}: {cut(run.message, 400)}" for run in wrong[:_MOST_CELLS]]
    if len(wrong) > _MOST_CELLS:
        lines.append(f"{len(wrong) - _MOST_CELLS} more cells failed.")
    if left:
        labels = left[0].label if len(left) == 1 else f"{left[0].label} and {len(left) - 1} after it"
        lines.append(f"{labels}: not run: {cut(left[0].message, 400)}")
    failed = f"{len(wrong)} of {len(runs)} code cells failed" if wrong else "not all code cells were run"
    return f"The whole notebook was run: {failed}.", lines


def _cell(run: CellRun) -> str:
    code = f" ({cut(run.code, 80)})" if run.code else ""
    return f"{cut(run.label, 120)}{f', line {run.line}' if run.line else ''}{code}"


def input_title(evidence: Evidence, seed: int) -> str:
    """`Smallest failing input (seed 7, float32 input)`."""
    if evidence.case == AFTER_RUN:
        return AFTER_RUN.capitalize()
    return f"Smallest failing input (seed {seed}{f', {evidence.case}' if evidence.case else ''})"


def case_count(check: CheckResult) -> str:
    """`3 of 50 cases failed`; empty where one case says it all."""
    if check.cases < 2:
        return ""
    if check.status == "passed":
        return f"{check.cases} cases"
    return f"{check.cases_failed} of {check.cases} cases failed" if check.cases_failed else ""


def shown_evidence(check: CheckResult) -> Evidence | None:
    """The evidence that students may see: none of hidden checks, even where a record holds it."""
    return None if check.hidden or check.status != "failed" else check.evidence


def coverage(result: Result) -> str:
    """What was not looked at; empty where everything was."""
    if result.coverage == "all":
        return ""
    rest = result.not_covered.strip()
    return f"Only the public cases were run.{f' The hidden part also looks at: {rest}' if rest else ''}"
