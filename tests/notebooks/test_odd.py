"""Odd notebooks are graded or refused as they should be, in words that were read.

The words are in `snapshots/odd.txt`; `GRADER_SNAPSHOTS=write` writes it anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import grader
from grader.banks import build_bank
from grader.courses import Course
from grader.errors import SubmissionError
from grader.grading import grade
from grader.reports import render_notebook
from grader.reports.wording import problem_word
from grader.results import Result
from grader.submissions import read_submission
from tests.notebooks import odd_cells, odd_files
from tests.notebooks.odd import Odd
from tests.strongest import open_strongest, strongest

SNAPSHOT = Path(__file__).parent / "snapshots" / "odd.txt"
ODD = [
    *odd_cells.DISORDER,
    *odd_cells.DEFINED,
    *odd_cells.NEEDED,
    *odd_cells.BESIDE,
    *odd_cells.MAGIC,
    *odd_files.TOOLS,
    *odd_files.BYTES,
]

Grade = Callable[[bytes], Result]


@pytest.fixture(scope="module")
def graded() -> Grade:
    """Grade a notebook of the demo assignment, whose cases are drawn once."""
    bank = build_bank(Course(Path(grader.__file__).parent / "demo").load("first_steps"), seed=0)

    def run(data: bytes) -> Result:
        submission = read_submission("work.ipynb", data)
        return grade(bank, submission, lambda: open_strongest(bank.libraries, bank.limits), box=strongest())

    return run


@pytest.fixture(scope="module")
def words() -> Iterator[dict[str, str]]:
    """The snapshot, by name of the notebook."""
    if os.environ.get("GRADER_SNAPSHOTS") == "write":
        written: dict[str, str] = {}
        yield written
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text("".join(f"{name}\n{text}\n" for name, text in written.items()), encoding="utf-8")
        return
    blocks = SNAPSHOT.read_text(encoding="utf-8").split("\n\n")
    yield {name: f"{text}\n" for name, _, text in (block.rstrip("\n").partition("\n") for block in blocks)}


def verdicts(result: Result) -> dict[str, str]:
    """How each exercise ended; one that is not there at all is `missing`."""
    return {
        exercise.name: "missing" if exercise.checks[0].kind == "missing" else exercise.status
        for exercise in result.exercises
    }


def told(result: Result) -> str:
    """What the student reads, line by line."""
    lines = [f"{problem_word(one).lower()}: {one.message}" for one in result.problems]
    for exercise in result.exercises:
        message = exercise.checks[0].message
        lines.append(f"{exercise.name}: {verdicts(result)[exercise.name]}{f': {message}' if message else ''}")
    return _steady("".join(f"  {line}\n" for line in lines))


def _steady(text: str) -> str:
    """Without the words of Python and its JSON reader, which differ by version."""
    text = re.sub(r"is no Python \((?!it holds).*\); nothing", "is no Python (…); nothing", text)
    return re.sub(r"(of the file\)): .*", r"\1: ….", text)


def test_every_odd_notebook_has_a_name_of_its_own() -> None:
    assert len({odd.name for odd in ODD}) == len(ODD) >= 25


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name.replace(" ", "_"))
def test_an_odd_notebook_gets_its_verdict_or_is_refused_in_plain_words(
    odd: Odd, graded: Grade, words: dict[str, str]
) -> None:
    data = odd.make()
    if odd.refused:
        with pytest.raises(SubmissionError) as refusal:
            graded(data)
        found = _steady("".join(f"  refused: {line}\n" for line in str(refusal.value).splitlines()))
    else:
        result = graded(data)
        assert result.faults == []
        assert verdicts(result) == {"standardize": odd.standardize, "clip": odd.clip}
        page = render_notebook(result, data)
        assert f"{result.title}: " in page
        assert len(page) < 3_000_000
        found = told(result)
    if os.environ.get("GRADER_SNAPSHOTS") == "write":
        words[odd.name] = found
    assert words[odd.name] == found
