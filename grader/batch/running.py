"""Runs a batch: what is there already stays, the rest is graded as it comes, and everything is summed up."""

from __future__ import annotations

import contextlib
import importlib.metadata
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from grader.batch.desks import Desk
from grader.batch.folders import Folder
from grader.batch.jobs import Done, Engine, Job
from grader.errors import SubmissionError
from grader.gradebook import Batch, Entry, ExerciseScore, Lateness, Person, WrittenScore
from grader.reports.notebooks import with_points
from grader.results import Result, read_result
from grader.rubrics import Marks, applied
from grader.submissions import collect

__all__ = ["Candidate", "Step", "points_of", "run_batch"]


@dataclass(frozen=True)
class Candidate:
    """A student, and the file that counts."""

    person: Person
    file: str
    """What the student's files in the batch's folder are called."""
    path: Path | None = None
    shown: str = ""
    submitted: datetime | None = None
    attempt: int = 0
    late: Lateness = field(default_factory=Lateness)
    refused: str = ""
    missing: bool = False


@dataclass(frozen=True)
class Step:
    """How far a batch is."""

    student: str
    done: int
    count: int
    kept: int
    """Of these, results that were there before."""
    faults: int
    wall_s: float


@dataclass
class _Book:
    """What is known so far."""

    entries: dict[str, Entry] = field(default_factory=dict)
    kept: int = 0
    faults: int = 0
    marks: Marks = field(default_factory=Marks)
    """What was given by hand."""


def run_batch(
    desk: Desk,
    candidates: Sequence[Candidate],
    out: Path,
    engine: Engine,
    *,
    resume: bool = False,
    rules: Sequence[str] = (),
    progress: Callable[[Step], None] = lambda step: None,
) -> tuple[Batch, dict[str, Result]]:
    """Grade every candidate's submission.

    An interruption (SIGINT) ends it with what is done; the batch is then marked as incomplete.

    Args:
        resume: Whether results in `out` that are of the very same content are kept.
        rules: What led to these candidates, for the record.
    Returns:
        The batch, and the verdicts by student.
    """
    begun = time.monotonic()
    folder, book, results = Folder(out), _Book(), dict[str, Result]()
    folder.make()
    book.marks = folder.marks()
    by_student = {candidate.person.student: candidate for candidate in candidates}
    jobs: list[Job] = []
    for candidate in candidates:
        _sort(desk, folder, candidate, book, results, jobs, resume=resume)
    count = len(jobs) + book.kept
    complete = False
    with contextlib.suppress(KeyboardInterrupt):
        for done in _closing(engine.run(jobs)):
            candidate = by_student[done.student]
            _note(desk, folder, candidate, done, book, results)
            finished = len(results) + book.faults
            progress(Step(done.student, finished, count, book.kept, book.faults, time.monotonic() - begun))
        complete = True
    bank = desk.bank
    batch = Batch(
        grader=importlib.metadata.version("grader"),
        assignment=bank.assignment,
        title=bank.title,
        seed=bank.seed,
        box=desk.box,
        max_score=bank.points,
        exercises=[planned.contract.name for planned in bank.exercises],
        written=[question.name for question in bank.written],
        hashes={**bank.hashes, "surroundings": desk.surroundings},
        rules=list(rules),
        entries=[book.entries[student] for student in sorted(book.entries)],
        complete=complete,
        wall_s=round(time.monotonic() - begun, 3),
    )
    return batch, results


def _closing(stream: Iterator[Done]) -> Iterator[Done]:
    """The stream, ended when we are, so that nothing runs on behind us."""
    try:
        yield from stream
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()


def _sort(
    desk: Desk,
    folder: Folder,
    candidate: Candidate,
    book: _Book,
    results: dict[str, Result],
    jobs: list[Job],
    *,
    resume: bool,
) -> None:
    """Put a candidate to the jobs, or note why there is none."""
    student = candidate.person.student
    try:
        submission = None if candidate.path is None else collect(candidate.path)
    except SubmissionError as error:
        submission, candidate = None, _refused(candidate, error.message)
    if submission is None:
        folder.forget(candidate.file)
        book.entries[student] = _entry(candidate)
        return
    job = Job(student, submission.name, submission.data, desk.key(submission), candidate.late)
    kept = folder.kept(candidate.file, job.key) if resume else None
    if kept is None:
        jobs.append(job)
        return
    wanted = desk.notebooks and submission.in_cells and not folder.notebook(candidate.file).exists()
    # An extension, another policy, points by hand: the verdict stands, the report says it anew.
    now = applied(kept.model_copy(update={"late": candidate.late}), book.marks.of(student))
    if now != kept or wanted:
        kept = now
        replies = folder.replies(candidate.file)
        folder.keep(candidate.file, desk.done(student, job.key, kept, replies, submission.data))
    book.kept += 1
    results[student] = kept
    book.entries[student] = _graded(folder, candidate, kept, pages=desk.pages)


def _refused(candidate: Candidate, why: str) -> Candidate:
    return Candidate(
        candidate.person,
        candidate.file,
        shown=candidate.shown,
        submitted=candidate.submitted,
        attempt=candidate.attempt,
        late=candidate.late,
        refused=why,
    )


def _note(
    desk: Desk, folder: Folder, candidate: Candidate, done: Done, book: _Book, results: dict[str, Result]
) -> None:
    """Keep what came of a job; one that ended by our fault has no verdict, and no zero either."""
    student = candidate.person.student
    if done.fault or not done.result:
        book.faults += 1
        folder.forget(candidate.file)
        book.entries[student] = _entry(candidate, fault=done.fault or "nothing came back")
        return
    result = read_result(done.result)
    now = applied(result, book.marks.of(student))
    if now != result:
        shown = done.notebook and with_points(done.notebook, now)
        result, done = now, replace(desk.done(student, done.key, now, done.tape), notebook=shown)
    folder.keep(candidate.file, done)
    results[student] = result
    book.entries[student] = _graded(folder, candidate, result, pages=bool(done.report))


def _entry(candidate: Candidate, *, fault: str = "") -> Entry:
    """The line of a student of whom there is no verdict."""
    state = "fault" if fault else "missing" if candidate.missing else "refused"
    return Entry.model_validate(
        {
            "person": candidate.person,
            "state": state,
            "message": fault or candidate.refused or "nothing was handed in",
            **_handed_in(candidate),
        }
    )


def _graded(folder: Folder, candidate: Candidate, result: Result, *, pages: bool) -> Entry:
    """The line of a student with a verdict."""
    notebook = folder.notebook(candidate.file).exists()
    return Entry.model_validate(
        {
            "person": candidate.person,
            "state": "graded",
            **_handed_in(candidate),
            "sha256": result.submission.sha256,
            "result": f"results/{candidate.file}.json",
            "report": f"reports/{candidate.file}.html" if pages else "",
            "notebook": f"notebooks/{candidate.file}.html" if notebook else "",
            "wall_s": result.wall_s,
            "cpu_s": result.cpu_s,
            **points_of(result),
        }
    )


def points_of(result: Result) -> dict[str, object]:
    """The points of a verdict, as fields of an entry."""
    exercises = [
        ExerciseScore(name=item.name, status=item.status, score=item.score, max_score=item.max_score)
        for item in result.exercises
    ]
    written = [WrittenScore.of(answer) for answer in result.written]
    return {
        "score": result.score,
        "max_score": result.max_score,
        "exercises": exercises,
        "written": written,
    }


def _handed_in(candidate: Candidate) -> Mapping[str, object]:
    return {
        "file": candidate.shown,
        "submitted": candidate.submitted,
        "attempt": candidate.attempt,
        "late": candidate.late,
    }
