"""Reads what `grader batch` left in a folder, or one result of `grader grade` as a batch of one."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from grader.errors import FormatError
from grader.gradebook import Batch, Entry, ExerciseScore, Person, WrittenScore, read_batch
from grader.results import ExerciseResult, Result, read_result

__all__ = ["batch_of", "read_out"]

_LARGEST = 256 << 20


def read_out(out: Path) -> tuple[Batch, dict[str, Result]]:
    """The batch in a folder, with the results by student; or a single result's file.

    Raises:
        FormatError: There is no such thing, or it is damaged.
    """
    if out.is_file():
        result = read_result(_bytes(out), name=out.name)
        batch = batch_of(result)
        return batch, {batch.entries[0].person.student: result}
    batch = read_batch(_bytes(out / "batch.json"))
    results = {}
    for entry in batch.entries:
        if entry.result:
            path = PurePosixPath(entry.result)
            if path.is_absolute() or ".." in path.parts:
                raise FormatError(
                    f"batch.json: {entry.person.student}: expected a result in {out}, got {entry.result!r}."
                )
            results[entry.person.student] = read_result(_bytes(out / path), name=entry.result)
    return batch, results


def batch_of(result: Result, student: str = "") -> Batch:
    """A batch of one student, called like the file if nothing else is known."""
    scores = [_score(one) for one in result.exercises]
    ours = next((problem.message for problem in result.problems if problem.fault), "")
    name = result.submission.name.removesuffix(".py").removesuffix(".ipynb")
    entry = Entry(
        person=Person(student=student or name or "submission"),
        state="fault" if ours else "graded",
        message=ours,
        file=result.submission.name,
        sha256=result.submission.sha256,
        score=result.score,
        max_score=result.max_score,
        exercises=scores,
        written=[WrittenScore.of(one) for one in result.written],
        wall_s=result.wall_s,
        cpu_s=result.cpu_s,
    )
    return Batch(
        grader=result.grader,
        assignment=result.assignment,
        title=result.title,
        seed=result.seed,
        box=result.box,
        max_score=result.max_score,
        exercises=[one.name for one in result.exercises],
        written=[one.name for one in result.written],
        hashes=result.hashes,
        entries=[entry],
        wall_s=result.wall_s,
    )


def _score(one: ExerciseResult) -> ExerciseScore:
    """What could not be checked is in no sum, so that a single faulty check has to mark its exercise."""
    faulty = any(check.status == "fault" for check in one.checks)
    status = "fault" if faulty else one.status
    return ExerciseScore(name=one.name, status=status, score=one.score, max_score=one.max_score)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise FormatError(
                f"{path}: expected at most {_LARGEST >> 20} MiB, got {path.stat().st_size} bytes."
            )
        return path.read_bytes()
    except OSError as error:
        raise FormatError(
            f"{path}: expected what 'grader batch' or 'grader grade --json' wrote, got: {error.strerror}.",
            mend="Grade first, and name the folder of --out.",
        ) from None
