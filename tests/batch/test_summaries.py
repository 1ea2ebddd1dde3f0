"""What a batch comes to, in numbers and in words."""

from __future__ import annotations

from pathlib import Path

from grader.batch.summaries import Common, Share, summarised
from grader.batch.wording import summary_text
from grader.gradebook import Batch, Entry, ExerciseScore, Person
from grader.results import CheckResult, ExerciseResult, Result, SourceFile, Status

TOLD = ("expected 1.5, got 2.", "expected -7, got 1e-05.", "something else")


def entry(student: str, score: float, status: Status, *, cpu_s: float = 1.0) -> Entry:
    scores = [ExerciseScore(name="f", status=status, score=score, max_score=10)]
    person = Person(student=student)
    return Entry(person=person, state="graded", score=score, max_score=10, exercises=scores, cpu_s=cpu_s)


def result(message: str) -> Result:
    check = CheckResult(name="agrees", title="t", status="failed", message=message)
    exercise = ExerciseResult(name="f", status="failed", score=0, max_score=10, checks=[check])
    return Result(
        grader="0", assignment="a", title="A", submission=SourceFile(name="a.py", sha256="", bytes=0), score=0,
        max_score=10, exercises=[exercise], seed=0, box="jail",
    )  # fmt: skip


ENTRIES = [
    entry("ada", 10, "passed"),
    entry("bob", 9, "failed", cpu_s=3),
    entry("cyd", 0, "failed", cpu_s=2),
    Entry(person=Person(student="dan"), state="fault", message="the box\x1b[2J broke"),
    Entry(person=Person(student="eve"), state="missing"),
]
BATCH = Batch(
    grader="0", assignment="a", title="A", seed=0, box="jail", max_score=10, exercises=["f"], entries=ENTRIES
)
SUMMARY = summarised(BATCH, {name: result(text) for name, text in zip("abc", TOLD, strict=True)})


def test_only_verdicts_count_in_the_distribution() -> None:
    assert SUMMARY.graded == 3
    assert SUMMARY.histogram == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert SUMMARY.median == 90
    assert round(SUMMARY.mean or 0, 3) == 63.333
    assert SUMMARY.states == {"graded": 3, "fault": 1, "missing": 1}
    assert SUMMARY.exercises == [Share("f", 1, 3)]
    assert SUMMARY.slowest[0] == ("bob", 3)
    assert SUMMARY.faults == [("dan", "the box\x1b[2J broke")]


def test_messages_that_differ_in_numbers_alone_are_one() -> None:
    assert SUMMARY.common == [Common("f", "agrees", 3, TOLD[0], 2)]


def test_the_words_hold_everything_and_nothing_that_acts_on_a_terminal() -> None:
    text = summary_text(BATCH, SUMMARY, Path("out"))
    assert "A: 1 fault, 3 graded, 1 missing" in text
    assert "Mean 63.3 %, median 90.0 % of 10 points." in text
    assert "f     1 of 3   33.3 %" in text
    assert "   3  f: agrees: expected 1.5, got 2." in text
    assert "no verdict, by our fault (1)\n  dan: the box" in text
    assert "\x1b" not in text


def test_a_batch_of_nothing_has_words_too() -> None:
    empty = BATCH.model_copy(update={"entries": [], "complete": False})
    text = summary_text(empty, summarised(empty, {}), Path("out"))
    assert text.startswith("A: no submissions")
    assert "Interrupted: go on with --resume." in text
