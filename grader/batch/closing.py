"""Ends a batch: writes what sums it up and says it in words; and ends a judging again, from the same folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.batch.desks import Desk
from grader.batch.folders import Folder
from grader.batch.pages import index_page
from grader.batch.regrading import Regraded, regrade
from grader.batch.summaries import Summary, summarised
from grader.batch.wording import changes_text, summary_text
from grader.errors import FormatError, GraderError
from grader.exports.gradebook import gradebook
from grader.gradebook import Batch, read_batch, write_batch
from grader.results import Result, read_result

__all__ = ["Batched", "Rejudged", "conclude", "judge_again", "require_new"]


@dataclass(frozen=True)
class Batched:
    """A batch that was written."""

    batch: Batch
    summary: Summary
    words: str


@dataclass(frozen=True)
class Rejudged:
    """A batch that was judged again."""

    words: str
    kept: dict[str, str]
    """Students whose verdict could not be given anew, and why."""


def require_new(out: Path) -> None:
    """GraderError where a batch stands in the folder already, so that nobody's results are overwritten by a slip."""
    if (out / "batch.json").exists() or any((out / "results").glob("*.json")):
        raise GraderError(
            f"{out}: expected a new folder, got one with results.",
            mend="Go on with it by --resume, or name another folder.",
        )


def conclude(out: Path, batch: Batch, results: Mapping[str, Result]) -> Batched:
    """Write `batch.json`, `gradebook.csv` and `index.html`."""
    folder, summary = Folder(out), summarised(batch, results)
    folder.write(out / "gradebook.csv", gradebook(batch).content)
    folder.write(out / "index.html", index_page(batch, summary))
    folder.write(folder.batch, write_batch(batch))
    return Batched(batch, summary, summary_text(batch, summary, out))


def judge_again(course: Path, out: Path, *, write: bool) -> Rejudged:
    """Judge the batch in a folder again from its stored answers.

    Args:
        write: Whether what changed is written.
    Raises:
        GraderError: There is no batch there, or the course cannot be graded.
    """
    try:
        batch = read_batch((out / "batch.json").read_bytes())
    except OSError as error:
        raise FormatError(f"{out}: expected the folder of a batch, got none: {error.strerror}.") from None
    desk = Desk(str(course.resolve()), batch.assignment, batch.box, batch.seed)
    desk.warm()
    found = regrade(desk, batch, out, write=write)
    again = _batch(desk, batch, found)
    if write:
        conclude(out, again, {**_kept(out, found), **found.results})
    return Rejudged(changes_text(found, written=write), found.kept)


def _batch(desk: Desk, before: Batch, found: Regraded) -> Batch:
    bank = desk.bank
    return before.model_copy(
        update={
            "title": bank.title,
            "max_score": bank.points,
            "written": [question.name for question in bank.written],
            "exercises": [planned.contract.name for planned in bank.exercises],
            "hashes": {**bank.hashes, "surroundings": desk.surroundings},
            "entries": found.entries,
        }
    )


def _kept(out: Path, found: Regraded) -> dict[str, Result]:
    """The verdicts that stay as they were."""
    entries = [entry for entry in found.entries if entry.person.student in found.kept]
    return {entry.person.student: read_result((out / entry.result).read_bytes()) for entry in entries}
