"""A batch: each submission for itself, nothing graded twice, nothing lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader.batch import Candidate, Desk, Done, Job, LocalEngine, Step, run_batch
from grader.gradebook import Person
from grader.results import read_result
from tests.batch.conftest import CLASS, Run, candidates, without_times


def test_what_hangs_crashes_or_fills_its_limits_affects_only_itself(grade_all: Run, out: Path) -> None:
    batch, results = grade_all(CLASS)

    assert batch.complete
    assert {entry.person.student: (entry.state, entry.score) for entry in batch.entries} == {
        "ada": ("graded", 14.0),
        "bob": ("graded", 8.0),
        "cyd": ("graded", 12.0),
        "dan": ("graded", 12.0),
        "eve": ("graded", 0.0),
        "fay": ("graded", 12.0),
        "gus": ("graded", 8.0),
    }
    assert sorted(results) == sorted(CLASS)
    for entry in batch.entries:
        assert read_result((out / entry.result).read_bytes()).score == entry.score
        assert (out / entry.report).read_text().startswith("<!doctype html>")
    assert not list(out.rglob("*.partial"))


def test_two_batches_say_the_same_times_aside(grade_all: Run, tmp_path: Path) -> None:
    first = grade_all(CLASS)[1]
    second = grade_all(CLASS, out=tmp_path / "again")[1]
    assert {name: without_times(result) for name, result in first.items()} == {
        name: without_times(result) for name, result in second.items()
    }


class Counting:
    """An engine that says which jobs it was given."""

    words = "a count"

    def __init__(self, desk: Desk) -> None:
        self.desk, self.given = desk, list[str]()

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        for job in jobs:
            self.given.append(job.student)
            yield self.desk.grade(job)

    def close(self) -> None: ...


@pytest.fixture
def desk(root: Path, box: str, kept_imports: None) -> Desk:
    desk = Desk(str(root), "tiny", box, 0)
    desk.warm()
    return desk


def test_resuming_grades_only_what_is_new_or_has_changed(
    desk: Desk, root: Path, box: str, out: Path, tmp_path: Path
) -> None:
    texts = {name: CLASS[name] for name in ("ada", "bob", "fay")}

    def given(texts: dict[str, str], desk: Desk = desk, *, resume: bool = True) -> list[str]:
        engine = Counting(desk)
        steps: list[Step] = []
        batch, results = run_batch(
            desk, candidates(tmp_path / "in", texts), out, engine, resume=resume, progress=steps.append
        )
        assert sorted(results) == sorted(texts) == [entry.person.student for entry in batch.entries]
        assert [step.done for step in steps] == list(
            range(len(texts) - len(engine.given) + 1, len(texts) + 1)
        )
        return engine.given

    assert given(texts) == ["ada", "bob", "fay"]
    assert given(texts) == []
    assert given({**texts, "bob": CLASS["ada"]}) == ["bob"]
    assert given({**texts, "bob": CLASS["ada"], "eve": CLASS["eve"]}) == ["eve"]
    (out / "results" / "fay.json").write_text("{")
    assert given({**texts, "bob": CLASS["ada"], "eve": CLASS["eve"]}) == ["fay"]
    assert given(texts, resume=False) == ["ada", "bob", "fay"]
    assert given(texts, Desk(str(root), "tiny", box, 1)) == ["ada", "bob", "fay"]
    reference = root / "reference" / "tiny.py"
    reference.write_text(reference.read_text() + "\n# other bytes\n")
    assert given(texts, Desk(str(root), "tiny", box, 1)) == ["ada", "bob", "fay"]


def test_a_student_without_a_verdict_keeps_none_of_an_earlier_one(
    desk: Desk, out: Path, tmp_path: Path
) -> None:
    [ada] = candidates(tmp_path / "in", {"ada": CLASS["ada"]})
    run_batch(desk, [ada], out, Counting(desk))
    assert (out / "results" / "ada.json").exists()

    bob = Candidate(Person(student="bob"), "bob", missing=True)
    batch, results = run_batch(
        desk, [Candidate(ada.person, "ada", refused="two files"), bob], out, Counting(desk), resume=True
    )

    assert [(entry.state, entry.message) for entry in batch.entries] == [
        ("refused", "two files"),
        ("missing", "nothing was handed in"),
    ]
    assert results == {}
    assert not list(out.glob("*/ada.*"))


def test_a_fault_is_tried_three_times_and_is_no_zero(
    desk: Desk, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = tmp_path / "tries"
    grade = Desk.grade

    def dying(self: Desk, job: Job) -> Done:
        if job.student == "bob":
            with tries.open("a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return grade(self, job)

    monkeypatch.setattr(Desk, "grade", dying)
    engine = LocalEngine(desk, 2)
    texts = {name: CLASS[name] for name in ("ada", "bob", "fay")}
    batch, results = run_batch(desk, candidates(tmp_path / "in", texts), out, engine)
    engine.close()

    by_student = {entry.person.student: entry for entry in batch.entries}
    assert tries.read_text() == "xxx"
    assert by_student["bob"].state == "fault"
    assert by_student["bob"].message == "batch: a grading process was killed by signal 9."
    assert (by_student["bob"].score, by_student["bob"].max_score) == (0.0, 0.0)
    assert sorted(results) == ["ada", "fay"]
    assert not (out / "results" / "bob.json").exists()
    assert by_student["ada"].score == 14


def test_a_fault_that_passes_leaves_no_trace(
    desk: Desk, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade, mark = Desk.grade, tmp_path / "once"

    def failing_once(self: Desk, job: Job) -> Done:
        if not mark.exists():
            mark.touch()
            return Done(job.student, job.key, fault="the box broke")
        return grade(self, job)

    monkeypatch.setattr(Desk, "grade", failing_once)
    engine = LocalEngine(desk, 1)
    batch, _ = run_batch(desk, candidates(tmp_path / "in", {"ada": CLASS["ada"]}), out, engine)
    engine.close()
    assert [(entry.state, entry.score) for entry in batch.entries] == [("graded", 14.0)]


def test_an_interruption_keeps_what_is_done_and_ends_what_runs(desk: Desk, out: Path, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    engine = LocalEngine(desk, 1)
    texts = {name: CLASS[name] for name in ("ada", "bob", "fay")}
    batch, results = run_batch(desk, candidates(tmp_path / "in", texts), out, engine, progress=stop)
    engine.close()

    assert not batch.complete
    assert len(results) == 1
    assert [path.stem for path in (out / "results").iterdir()] == list(results)
    again = Counting(desk)
    batch, _ = run_batch(desk, candidates(tmp_path / "in", texts), out, again, resume=True)
    assert batch.complete
    assert sorted([*again.given, *results]) == ["ada", "bob", "fay"]
