"""One check in plain lines, for systems that show text: what a student may see of it and no more."""

from __future__ import annotations

from grader.reports import wording
from grader.reports.inert import cut, inert, one_line
from grader.results import CheckResult, ExerciseResult, Result, Where

__all__ = ["check_text", "place_of", "problem_text"]

_LONGEST = 2000


def check_text(check: CheckResult, exercise: ExerciseResult, result: Result) -> str:
    """What went wrong in a check, as the report words it: message, smallest failing input, hint.

    Of a hidden check neither inputs nor answers are in it. Empty for one that passed.
    """
    if check.status == "fault":
        return wording.fault_text(inert(cut(check.message, _LONGEST)))
    if check.status == "skipped":
        return one_line(wording.skip_text(check.because or exercise.because, exercise, result))
    if check.status == "passed":
        return ""
    lines = [inert(cut(check.message, _LONGEST))] if check.message else []
    evidence = wording.shown_evidence(check)
    if evidence and (evidence.call or evidence.expected or evidence.got):
        lines.append(f"{one_line(wording.input_title(evidence, result.seed))}:")
        rows = (("call", evidence.call), ("expected", evidence.expected), ("got", evidence.got))
        lines.extend(f"  {label:<9} {inert(cut(text, _LONGEST))}" for label, text in rows if text)
    if evidence and evidence.where:
        lines.append(f"  {'where':<9} {one_line(wording.place(evidence.where))}")
    if check.hidden:
        lines.append("The inputs of this check are not shown.")
    if check.hint:
        lines.append(f"Hint: {inert(cut(check.hint, _LONGEST))}")
    return "\n".join(lines)


def problem_text(result: Result) -> str:
    """What is odd about the file as a whole, a line each."""
    lines = []
    for problem in result.problems:
        text = (
            wording.fault_text(problem.message)
            if problem.fault
            else f"{wording.problem_word(problem)}: {problem.message}"
        )
        where = f" ({wording.place(problem.where)})" if problem.where else ""
        lines.append(inert(cut(text, _LONGEST)) + one_line(where and f" {where}"))
    return "\n".join(lines)


def place_of(check: CheckResult) -> Where | None:
    """The line of the student's file that a failing check points at; none where it is hidden."""
    evidence = wording.shown_evidence(check)
    return evidence.where if evidence else None
