"""Gradescope's `results.json` (gradescope/autograder_samples, `docs/specs.md`): one test for each check.

Gradescope takes a lower score for a zero, so a result with a fault of ours holds no score at all, neither on top nor in
a test: by its own rules there is then nothing to record, and staff run the autograder again. What people have still to
grade is a test without a score, and the words on top say so; the score is what there is so far.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from grader.exports.exported import Exported
from grader.exports.names import file_name
from grader.exports.standings import whose
from grader.exports.wordings import check_text, problem_text
from grader.gradebook import Batch, Entry, Lateness
from grader.reports import answers, wording
from grader.reports.inert import inert, one_line
from grader.results import CheckResult, ExerciseResult, Result, WrittenResult

__all__ = ["Visibility", "fault_json", "gradescope", "refusal_json", "results_json"]

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]


def gradescope(batch: Batch, results: Mapping[str, Result], *, hidden: Visibility = "visible") -> Exported:
    """A `results.json` for each student of whom there is something to say."""
    files = {}
    for entry in batch.entries:
        if entry.state != "missing":
            text = _of(entry, results.get(entry.person.student), hidden)
            files[f"{file_name(entry)}.json"] = text.encode()
    return Exported(files, whose(batch))


def results_json(result: Result, *, late: Lateness | None = None, hidden: Visibility = "visible") -> str:
    """One result.

    Args:
        late: What lateness takes off the score, where Gradescope's own late policy is not used.
        hidden: When students see hidden checks. Their inputs are never in the file. While some are to come, Gradescope
            shows no total.
    """
    late = late or Lateness()
    faulty = bool(result.faults)
    words = [wording.headline(result), wording.coverage(result), late.words, problem_text(result)]
    if faulty:
        words.insert(
            1, "Some of it could not be checked, by a fault of the grader: no points are lost. Run it again."
        )
    data: dict[str, Any] = {} if faulty else {"score": round(result.score * late.share, 4)}
    tests = [
        _test(check, exercise, result, number=f"{first}.{second}", visibility=hidden)
        for first, exercise in enumerate(result.exercises, 1)
        for second, check in enumerate(exercise.checks, 1)
    ]
    first = len(result.exercises) + 1
    tests += [_written(one, result, number=str(at)) for at, one in enumerate(result.written, first)]
    about = {
        "state": "fault" if faulty else "graded",
        "seed": result.seed,
        "sha256": result.submission.sha256,
    }
    return _text(data, "\n".join(filter(None, words)), tests, about, seconds=result.wall_s)


def fault_json(message: str) -> str:
    """What there is when nothing could be graded because of us: words, and no score."""
    return _text(
        {}, f"{wording.fault_text(message)}\nPlease ask the course to run it again.", [], {"state": "fault"}
    )


def refusal_json(message: str) -> str:
    """What there is when nothing that can be graded was handed in: 0 points, and what is expected."""
    return _text({"score": 0.0}, message, [], {"state": "refused"})


def _of(entry: Entry, result: Result | None, hidden: Visibility) -> str:
    if result is not None:
        return results_json(result, late=entry.late, hidden=hidden)
    if entry.state == "refused":
        return refusal_json(entry.message)
    return fault_json(entry.message or "the result is not there.")


def _text(
    data: dict[str, Any],
    output: str,
    tests: list[dict[str, Any]],
    about: dict[str, Any],
    *,
    seconds: float = 0.0,
) -> str:
    whole = data | {
        "execution_time": round(seconds, 3),
        "output": inert(output),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"grader": about},
        "tests": tests,
    }
    return json.dumps(whole, indent=2, allow_nan=False) + "\n"


def _test(
    check: CheckResult, exercise: ExerciseResult, result: Result, *, number: str, visibility: Visibility
) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": one_line(f"{exercise.name}: {check.title}"),
        "number": number,
        "max_score": _points(check, exercise),
        "output": check_text(check, exercise, result),
        "tags": [one_line(exercise.name)],
        "visibility": visibility if check.hidden else "visible",
        "extra_data": {"check": check.name, "status": check.status},
    }
    if check.status != "fault":
        test["status"] = "passed" if check.status == "passed" else "failed"
        if not result.faults:
            test["score"] = check.score
    return test


def _written(answer: WrittenResult, result: Result, *, number: str) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": one_line(f"{answer.name}: {answer.title}"),
        "number": number,
        "max_score": answer.max_score,
        "output": inert(
            "\n".join([f"{answers.state(answer)}. {answers.given(answer)}.", *answers.lines(answer)])
        ),
        "tags": [one_line(answer.name)],
        "visibility": "visible",
        "extra_data": {"written": answer.name, "status": "waiting" if answer.pending else "graded"},
    }
    if not answer.pending and not result.faults:
        test["score"] = answer.score
    return test


def _points(check: CheckResult, exercise: ExerciseResult) -> float:
    """The check's part of the points that could be judged."""
    if check.status == "fault":
        return 0.0
    judged = sum(other.weight for other in exercise.checks if other.status != "fault")
    return round(exercise.max_score * check.weight / judged, 4)
