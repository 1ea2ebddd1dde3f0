"""GitHub: the result that GitHub Classroom's reporter reads, and annotations of a workflow.

Classroom's graders hand their reporter base64 of JSON, version 3, which sums the tests' points
(`runner/data.py` and `src/main.js` of its actions). A result with a fault of ours says `error` and a maximum of 0:
the reporter then fails the job and reports no points.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from grader.exports.cells import annotation_property, annotation_text
from grader.exports.exported import Exported
from grader.exports.names import file_name
from grader.exports.standings import standing, whose
from grader.exports.wordings import check_text, place_of
from grader.gradebook import Batch, Entry
from grader.reports import answers, wording
from grader.reports.inert import cut, one_line
from grader.results import CheckResult, ExerciseResult, Result, Where, WrittenResult

__all__ = ["classroom", "workflow_commands"]

_MOST = 10
"""Annotations of one kind that GitHub shows for a step."""
_OUTPUT = 500
"""Characters that the reporter takes of a test's output."""
_STATUS = {"passed": "pass", "failed": "fail", "skipped": "fail", "fault": "error"}


def classroom(batch: Batch, results: Mapping[str, Result]) -> Exported:
    """The value of a step's output `result`, for each student: one test an exercise.

    What is still to be given by hand is in neither points nor maximum.
    """
    files = {}
    for entry in batch.entries:
        data = _runner(entry, batch, results.get(entry.person.student))
        files[f"{file_name(entry)}.txt"] = base64.b64encode(json.dumps(data).encode()) + b"\n"
    return Exported(files, whose(batch))


def workflow_commands(batch: Batch, results: Mapping[str, Result], *, prefix: str = "") -> Exported:
    """Annotations, a line each: an error where a check failed, a warning for a fault of ours, a notice at the end.

    Args:
        prefix: Put before the files' names, so that they are relative to the repository.
    """
    errors: list[str] = []
    warnings: list[str] = []
    for entry in batch.entries:
        result = results.get(entry.person.student)
        file = prefix + entry.file
        if result is not None:
            errors.extend(_error(exercise, check, result, file) for exercise, check in _failed(result))
        elif entry.state == "refused":
            errors.append(_command("error", entry.person.student, entry.message, file))
        stands = standing(entry, batch)
        if stands.points is None and not stands.pending and entry.state in ("fault", "graded"):
            warnings.append(_command("warning", f"grader fault: {entry.person.student}", stands.why))
    lines = [*_capped(errors, "failing checks"), *_capped(warnings, "faults"), _end(batch)]
    return Exported.one("annotations.txt", "".join(f"{line}\n" for line in lines), whose(batch))


def _runner(entry: Entry, batch: Batch, result: Result | None) -> dict[str, Any]:
    tests = [_test(exercise, entry, result) for exercise in result.exercises] if result else []
    tests += [_written(one, entry) for one in (result.written if result else ()) if one.score is not None]
    stands = standing(entry, batch)
    if not tests:
        status, message = ("fail", stands.why) if entry.state != "fault" else ("error", stands.why)
        tests = [_row("submission", status, message, 0.0, entry)]
    states = {test["status"] for test in tests}
    faulty = entry.state in ("graded", "fault") and stands.points is None and not stands.pending
    return {
        "version": 3,
        "status": "error" if faulty else "fail" if "fail" in states else "pass",
        "message": one_line(cut(stands.why or entry.late.words, _OUTPUT)) or None,
        "max_score": 0 if faulty else round(batch.max_score - stands.pending, 4),
        "tests": tests if entry.late.share == 1 else [test | {"score": _less(test, entry)} for test in tests],
    }


def _less(test: dict[str, Any], entry: Entry) -> float:
    return round(float(test["score"]) * entry.late.share, 4)


def _test(exercise: ExerciseResult, entry: Entry, result: Result) -> dict[str, Any]:
    texts = [
        f"{check.title}: {check_text(check, exercise, result)}"
        for check in exercise.checks
        if check.status in ("failed", "fault")
    ]
    if exercise.status == "skipped":
        texts = [wording.skip_text(exercise.because, exercise, result)]
    row = _row(exercise.name, _STATUS[exercise.status], "\n".join(texts), exercise.score, entry)
    first = next((place for check in exercise.checks if (place := place_of(check))), None)
    row["line_no"] = _line_no(first)
    row["duration"] = f"{exercise.wall_s:.3f}s"
    return row


def _written(answer: WrittenResult, entry: Entry) -> dict[str, Any]:
    score = answer.score or 0.0
    status = "pass" if score >= answer.max_score - answer.pending else "fail"
    texts = [answers.state(answer), *answers.lines(answer)]
    return _row(answer.name, status, "\n".join(texts), score, entry)


def _row(name: str, status: str, text: str, score: float, entry: Entry) -> dict[str, Any]:
    return {
        "name": one_line(name),
        "status": status,
        "message": one_line(cut(text.partition("\n")[0], _OUTPUT - 40)) or None,
        "test_code": "",
        "task_id": 0,
        "filename": one_line(entry.file),
        "line_no": 0,
        "duration": "0.000s",
        "score": score,
        "output": cut(text, _OUTPUT - 40),
    }


def _failed(result: Result) -> list[tuple[ExerciseResult, CheckResult]]:
    """What failed, the first of each exercise in front, so that the first ten say most."""
    failed = [
        [(exercise, check) for check in exercise.checks if check.status == "failed"]
        for exercise in result.exercises
    ]
    return [
        pair
        for rank in range(max(map(len, failed), default=0))
        for row in failed
        for pair in row[rank : rank + 1]
    ]


def _line_no(place: Where | None) -> int:
    """The line of the file; 0 where there is none, as in a notebook, whose lines are those of its cells."""
    return place.line if place is not None and not place.cell else 0


def _error(exercise: ExerciseResult, check: CheckResult, result: Result, file: str) -> str:
    place = place_of(check)
    title = f"{exercise.name}: {check.title}"
    return _command("error", title, check_text(check, exercise, result), file, _line_no(place))


def _command(kind: str, title: str, text: str, file: str = "", line: int = 0) -> str:
    properties = [("file", file), ("line", str(line or "")), ("title", title)]
    told = ",".join(f"{name}={annotation_property(value)}" for name, value in properties if value)
    return f"::{kind} {told}::{annotation_text(text) or 'no more is known.'}"


def _capped(lines: list[str], what: str) -> list[str]:
    """No more than GitHub shows; the rest is counted."""
    if len(lines) <= _MOST:
        return lines
    return [
        *lines[: _MOST - 1],
        _command(lines[0][2:].partition(" ")[0], what, f"{len(lines) - _MOST + 1} more {what}."),
    ]


def _end(batch: Batch) -> str:
    graded = [points for entry in batch.entries if (points := standing(entry, batch).points) is not None]
    if len(batch.entries) == 1 and (entry := batch.entries[0]).pending and entry.state == "graded":
        told = wording.total(entry.score, batch.max_score, entry.pending)
        return _command("notice", batch.title, told.capitalize() + ".")
    if len(batch.entries) == 1 and graded:
        return _command("notice", batch.title, wording.points(graded[0], batch.max_score).capitalize() + ".")
    return _command("notice", batch.title, f"{len(graded)} of {len(batch.entries)} submissions have points.")
