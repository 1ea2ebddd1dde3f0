"""Large made-up batches for the index page: the same ones every time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from grader.batch.summaries import Common, Summary, summarised
from grader.gradebook import Batch, Entry, ExerciseScore, Lateness, Person
from tests.exports.builders import batch, entry

__all__ = ["cohort"]

_FIRST = "Ada Bo Chen Dana Émile Farah Grégoire Hanna İlker Joël Kübra Lucía Maëlle Nils Olu Priya".split()
_LAST = (
    "Abadi Bengio Curie Dijkstra Euler Fourier Gauß Hopper Ivanova Jensen Kovalevskaya Łukasz Noether".split()
)
_WORDS = (
    "softmax layer_norm cross_entropy conv2d_backward adam attention gelu batch_norm rnn_cell dropout".split()
)
_DEADLINE = datetime(2026, 10, 2, 23, 59, tzinfo=UTC)


def cohort(students: int, exercises: int) -> tuple[Batch, Summary]:
    """So many students with names, points, times and every way to end."""
    rng = random.Random(7)
    names = [
        f"{_WORDS[at % len(_WORDS)]}{'' if at < len(_WORDS) else at // len(_WORDS) + 1}"
        for at in range(exercises)
    ]
    entries = [_student(rng, f"s{at:04}", names) for at in range(students)]
    found = batch(
        entries,
        title="Losses and layers",
        exercises=names,
        max_score=2.0 * exercises,
        rules=["Layout: one folder for each student.", "The newest submission counts."],
        hashes={"assignment": "a" * 64, "cases": "b" * 64},
        wall_s=61.5,
    )
    summary = summarised(found, {})
    common = [
        Common(
            name, "agrees", 412 - 20 * at, f"largest error at [0, {at}]: expected 0.2447, got 0.2557.", 292
        )
        for at, name in enumerate(names[:7])
    ]
    return found, Summary(**(vars(summary) | {"common": common}))


def _student(rng: random.Random, student: str, names: list[str]) -> Entry:
    person = Person(student=student, name=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}")
    chance = rng.random()
    if chance < 0.01:
        return entry(student, "fault", "jail: the box did not start: no space left.", person=person)
    if chance < 0.03:
        return entry(
            student,
            "refused",
            "archive.zip: expected an archive, got 12 bytes.",
            person=person,
            file="archive.zip",
        )
    if chance < 0.05:
        return entry(student, "missing", "nothing was handed in", person=person)
    skill = rng.betavariate(3, 1.4)
    scores = [_score(rng, name, skill) for name in names]
    if chance < 0.06:
        scores[0] = ExerciseScore(name=names[0], status="fault", score=0.0, max_score=0.0)
    return Entry(
        person=person, state="graded", file=f"{student}/losses.py", exercises=scores, **_times(rng),
        score=round(sum(one.score for one in scores), 4), max_score=sum(one.max_score for one in scores),
        attempt=rng.randint(1, 12), result=f"results/{student}.json", report=f"reports/{student}.html",
        cpu_s=round(rng.expovariate(2), 2),
    )  # fmt: skip


def _score(rng: random.Random, name: str, skill: float) -> ExerciseScore:
    if rng.random() < skill:
        return ExerciseScore(name=name, status="passed", score=2.0, max_score=2.0)
    status: Any = rng.choice(["failed", "failed", "failed", "skipped"])
    points = rng.choice([0.0, 0.25, 0.8, 1.0, 1.5]) if status == "failed" else 0.0
    return ExerciseScore(name=name, status=status, score=points, max_score=2.0)


def _times(rng: random.Random) -> dict[str, Any]:
    late_s = rng.choice([0] * 8 + [rng.randint(40, 200_000)])
    days = -(-late_s // 86400)
    words = (
        f"Handed in after the deadline: {10 * days} % of the points are taken off." if late_s else "In time."
    )
    late = Lateness(late_s=late_s, days=days, share=1 - 0.1 * days, words=words)
    moment = _DEADLINE + timedelta(seconds=late_s if late_s else -rng.randint(0, 600_000))
    return {"late": late, "submitted": moment}
