"""A summary in Markdown, for `$GITHUB_STEP_SUMMARY` and merge requests.

Names and messages come from strangers: each stands inside a line or a cell, its markup written as character references.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping

from grader.exports.cells import markdown as cell
from grader.exports.exported import Exported
from grader.exports.standings import Missing, rounded, standing, whose
from grader.exports.wordings import check_text
from grader.gradebook import Batch, Entry
from grader.reports import answers, wording
from grader.results import Result

__all__ = ["markdown"]

_LARGEST = 900_000
"""Bytes; GitHub takes 1 MiB for a step and drops a longer summary whole."""
_MOST = 10


def markdown(
    batch: Batch, results: Mapping[str, Result], *, names: bool = True, missing: Missing = "empty"
) -> Exported:
    """The batch, or the one submission that it is.

    Args:
        names: Whether students are named; a summary is seen by all who may see the repository.
    """
    parts = [
        f"## {cell(batch.title)}\n",
        *(["Interrupted: not every submission was graded.\n"] * (not batch.complete)),
    ]
    lone = batch.entries[0] if len(batch.entries) == 1 else None
    result = results.get(lone.person.student) if lone else None
    if lone is not None:
        parts += _one(lone, batch, result)
    else:
        parts += _counts(batch, missing)
        parts += _exercises(batch)
        parts += _commonest(results)
        parts += _table(batch, missing) if names else []
    parts += _faults(batch, names=names)
    said = next(filter(None, map(wording.beside, results.values())), "")
    parts += [f"{cell(said)}\n"] if said else []
    parts.append(f"Seed {batch.seed}, box {cell(batch.box)}, grader {cell(batch.grader)}.\n")
    return Exported.one("summary.md", "\n".join(parts), whose(batch, missing))


def _one(entry: Entry, batch: Batch, result: Result | None) -> list[str]:
    stands = standing(entry, batch)
    if result is None:
        return [f"No verdict: {cell(stands.why)}\n"]
    head = wording.total(entry.score, entry.max_score, entry.pending).capitalize()
    late = (
        f" After lateness: {rounded(entry.final, entry.max_score)}. {cell(entry.late.words)}"
        if entry.late.words
        else ""
    )
    rows = ["| exercise | | points | |", "|---|---|---|---|"]
    for exercise in result.exercises:
        first = next((check for check in exercise.checks if check.status in ("failed", "fault")), None)
        text = check_text(first, exercise, result).partition("\n")[0] if first else ""
        if exercise.status == "skipped":
            text = wording.skip_text(exercise.because, exercise, result)
        points = f"{rounded(exercise.score, exercise.max_score)}/{exercise.max_score:g}"
        mark = f"{wording.MARKS[exercise.status]} {wording.WORDS[exercise.status]}"
        rows.append(f"| {cell(exercise.name)} | {mark} | {points} | {cell(text)} |")
    for answer in result.written:
        told = "–" if answer.score is None else rounded(answer.score, answer.max_score)
        text = "; ".join(filter(None, [answers.whereabouts(answer), *answers.lines(answer)]))
        status = "to be graded by hand" if answer.pending else "graded by hand"
        rows.append(f"| {cell(answer.name)} | {status} | {told}/{answer.max_score:g} | {cell(text)} |")
    problems = [
        f"{wording.problem_word(problem)}: {cell(problem.message)}\n"
        for problem in result.problems
        if not problem.fault
    ]
    words, lines = wording.whole_run(result)
    whole = [f"{words}\n", *(f"- {cell(line)}" for line in lines), ""] if words else []
    return [f"{head}.{late}\n", *problems, *whole, *rows, ""]


def _counts(batch: Batch, missing: Missing) -> list[str]:
    counts = Counter(entry.state for entry in batch.entries)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    points = [
        found for entry in batch.entries if (found := standing(entry, batch, missing).points) is not None
    ]
    spread = ""
    if points:
        middle, least, most = statistics.median(points), min(points), max(points)
        spread = f" Points: median {middle:g}, from {least:g} to {most:g}, of {batch.max_score:g}."
    waiting = sum(bool(entry.pending) for entry in batch.entries)
    hand = f" Of {waiting} of them written answers are still to be graded by hand." if waiting else ""
    return [f"{len(batch.entries)} students: {told or 'none'}.{spread}{hand}\n"]


def _exercises(batch: Batch) -> list[str]:
    rows = ["| exercise | passed | mean |", "|---|---|---|"]
    for place, name in enumerate(batch.exercises):
        of = [
            entry.exercises[place] for entry in batch.entries if len(entry.exercises) == len(batch.exercises)
        ]
        judged = [one for one in of if one.status != "fault"]
        if judged:
            passed = sum(one.status == "passed" for one in judged)
            mean = statistics.fmean(one.score for one in judged)
            rows.append(
                f"| {cell(name)} | {passed} of {len(judged)} | {mean:.2f} of {judged[0].max_score:g} |"
            )
    return [*rows, ""]


def _commonest(results: Mapping[str, Result]) -> list[str]:
    failing = Counter(
        (exercise.name, check.title)
        for result in results.values()
        for exercise in result.exercises
        for check in exercise.checks
        if check.status == "failed"
    )
    if not failing:
        return []
    rows = ["| commonest failing checks | students |", "|---|---|"]
    ranked = sorted(failing.items(), key=lambda item: (-item[1], item[0]))
    rows += [f"| {cell(name)}: {cell(title)} | {count} |" for (name, title), count in ranked[:_MOST]]
    return [*rows, ""]


def _table(batch: Batch, missing: Missing) -> list[str]:
    rows = ["| student | state | points | late |", "|---|---|---|---|"]
    size = 0
    for place, entry in enumerate(batch.entries):
        stands = standing(entry, batch, missing)
        points = stands.points
        number = "" if points is None else f"{rounded(points, batch.max_score)}/{batch.max_score:g}"
        if stands.pending:
            number = wording.total(entry.score, batch.max_score, stands.pending)
        row = f"| {cell(entry.person.student)} | {entry.state} | {number} | {cell(entry.late.words)} |"
        size += len(row.encode()) + 1
        if size > _LARGEST:
            return [*rows, "", f"{len(batch.entries) - place} more students are in the gradebook.\n"]
        rows.append(row)
    return [*rows, ""]


def _faults(batch: Batch, *, names: bool) -> list[str]:
    faults = [
        (entry, stands.why)
        for entry in batch.entries
        if entry.state in ("fault", "graded")
        and (stands := standing(entry, batch)).points is None
        and not stands.pending
    ]
    if not faults:
        return []
    rows = [
        f"- Grading {cell(entry.person.student) if names else 'a student'}: {cell(why)}"
        for entry, why in faults[:_MOST]
    ]
    more = [f"- Further faults: {len(faults) - _MOST}."] if len(faults) > _MOST else []
    return [
        f"{len(faults)} could not be graded by a fault of the grader; nobody loses points by that.\n",
        *rows,
        *more,
        "",
    ]
