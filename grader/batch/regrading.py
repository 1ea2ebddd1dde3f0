"""Judges a batch again from stored answers, without running anybody's code.

It is possible where the cases are the same: other points, weights, tolerances, hints or expected values. A check whose
cases changed cannot be judged again; its students are named, and keep what they had.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.batch.desks import Desk
from grader.batch.folders import Folder
from grader.batch.running import points_of
from grader.errors import FormatError, GraderError
from grader.gradebook import Batch, Entry
from grader.grading import grade
from grader.reports import answers
from grader.results import Result, read_result
from grader.rubrics import answered_as, applied
from grader.submissions import Submission
from grader.tapes import Player, read_tape

__all__ = ["Change", "Regraded", "regrade"]


@dataclass(frozen=True)
class Change:
    """What judging again changed for a student."""

    student: str
    before: float
    after: float
    words: list[str]
    """Each exercise or check whose points or verdict changed."""


@dataclass(frozen=True)
class Regraded:
    """What came of judging again."""

    entries: list[Entry]
    results: dict[str, Result]
    changes: list[Change]
    kept: dict[str, str]
    """Students whose verdict stays, and why it could not be given anew."""


def regrade(desk: Desk, batch: Batch, out: Path, *, write: bool = True) -> Regraded:
    """Judge every graded submission of a batch again.

    Args:
        write: Whether results and pages are replaced.
    """
    folder, found = Folder(out), Regraded([], {}, [], {})
    marks = folder.marks()
    for entry in batch.entries:
        if entry.state != "graded":
            found.entries.append(entry)
            continue
        student = entry.person.student
        try:
            before = read_result((out / entry.result).read_bytes(), name=entry.result)
            after, tape = _again(desk, out, entry, before)
        except OSError as error:
            found.kept[student] = f"{entry.result}: cannot be read: {error.strerror}"
            found.entries.append(entry)
            continue
        except GraderError as error:
            found.kept[student] = error.message
            found.entries.append(entry)
            continue
        after = applied(answered_as(after, before), marks.of(student))
        done = desk.done(student, desk.key_of(before.submission), after, tape)
        verdict = read_result(done.result)
        words = _changes(before, verdict)
        if words:
            found.changes.append(Change(student, before.score, verdict.score, words))
            if write:
                folder.keep(Path(entry.result).stem, done)
        found.results[student] = verdict
        # The page with the notebook shows the verdict of before, and what was handed in need not be there any more.
        gone = {"notebook": ""} if words and write else {}
        found.entries.append(entry.model_copy(update={**points_of(verdict), **gone}))
    return found


def _again(desk: Desk, out: Path, entry: Entry, before: Result) -> tuple[Result, bytes]:
    """The verdict that stored answers earn now.

    Raises:
        GraderError: There are none, or they are answers to other cases.
    """
    path = out / "replies" / f"{Path(entry.result).stem}.tape"
    try:
        data = path.read_bytes()
    except OSError:
        raise FormatError(f"{path.name}: expected stored answers, got none: they were too many.") from None
    tape, about = read_tape(data, name=path.name)
    for name, digest in about.items():
        if desk.about.get(name, digest) != digest:
            raise FormatError(
                f"{name}: the functions that it is offered have changed; run 'grader batch' again."
            )
    file = before.submission
    submission = Submission(file.name, b"", file.text)  # of a notebook, the text is that of its cells
    player = Player(submission.name, tape, desk.digests)

    def start() -> object:
        raise AssertionError("nothing is run")

    played = {"session": player, "measure": player.measure, "look": player.measure}
    result = grade(desk.bank, submission, start, box=before.box, **played)  # type: ignore[arg-type]
    if result.faults:
        raise FormatError(f"{result.faults[0]}; run 'grader batch' again.")
    # What there is to say of the file as a whole depends on no check.
    kept = {"submission": file, "problems": before.problems, "wall_s": before.wall_s, "late": before.late}
    return result.model_copy(update={**kept, "executed": before.executed}), data


def _changes(before: Result, after: Result) -> list[str]:
    words = []
    old = {exercise.name: exercise for exercise in before.exercises}
    for exercise in after.exercises:
        was = old.pop(exercise.name, None)
        if was is None:
            words.append(f"{exercise.name}: new, {exercise.score:g} of {exercise.max_score:g}")
            continue
        if (was.score, was.max_score) != (exercise.score, exercise.max_score):
            words.append(
                f"{exercise.name}: {was.score:g} of {was.max_score:g} before, "
                f"{exercise.score:g} of {exercise.max_score:g} now"
            )
        states = {check.name: check for check in was.checks}
        for check in exercise.checks:
            then = states.get(check.name)
            if then is not None and then.status != check.status:
                words.append(f"{exercise.name}: {check.name}: {then.status} before, {check.status} now")
            elif then is not None and (then.hint, then.message) != (check.hint, check.message):
                words.append(f"{exercise.name}: {check.name}: worded anew")
    words += [f"{name}: not part of it any more" for name in old]
    return words + _written_changes(before, after)


def _written_changes(before: Result, after: Result) -> list[str]:
    words = []
    old = {answer.name: answer for answer in before.written}
    for answer in after.written:
        was = old.pop(answer.name, None)
        if was is None:
            words.append(f"{answer.name}: new; 'grader batch' looks for answers in notebooks")
        elif (was.score, was.max_score) != (answer.score, answer.max_score):
            now = f"{answers.given(was)} before, {answers.given(answer)} now"
            words.append(f"{answer.name}: {now}")
        elif was != answer:
            words.append(f"{answer.name}: worded anew")
    return words + [f"{name}: not part of it any more" for name in old]
