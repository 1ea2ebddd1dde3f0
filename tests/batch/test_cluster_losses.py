"""What an engine on a cluster makes of processes and nodes that die: Ray itself is played here, one outcome a try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from grader.assignment import Assignment
from grader.batch import Desk, Done, Job
from grader.batch.cluster import RayEngine
from grader.batch.nodes import Seat
from grader.boxes import Limits
from grader.errors import AssignmentError

NODE = {"Alive": True, "Resources": {"CPU": 4.0, "GPU": 1.0, "memory": float(1 << 30)}}


class RayError(Exception):
    """As Ray has it."""


class NodeDiedError(RayError): ...


class ObjectLostError(RayError): ...


class GetTimeoutError(RayError): ...


class WorkerCrashedError(RayError): ...


class OutOfMemoryError(RayError): ...


_ERRORS = (RayError, NodeDiedError, ObjectLostError, GetTimeoutError, WorkerCrashedError, OutOfMemoryError)


class PlayedRay:
    """Ends jobs by a script: an error, or a verdict, for each try of each student."""

    exceptions = SimpleNamespace(**{error.__name__: error for error in _ERRORS})

    def __init__(
        self, script: dict[str, list[Exception | None]], nodes: Sequence[dict[str, Any]] = (NODE,)
    ) -> None:
        self.script, self.here = script, list(nodes)
        self.tries: list[str] = []
        self.most = self.cancelled = self.live = 0

    def remote(self, desk: Desk, parcel: list[Any], job: Job) -> tuple[Job, int]:
        self.tries.append(job.student)
        self.live += 1
        self.most = max(self.most, self.live)
        return job, len(self.tries)

    def wait(self, live: list[Any], *, num_returns: int, timeout: float) -> tuple[list[Any], list[Any]]:
        assert timeout < 60
        return (live[:num_returns], live[num_returns:]) if self.here else ([], live)

    def get(self, reference: tuple[Job, int], *, timeout: float) -> Done:
        self.live -= 1
        [job, _] = reference
        outcome = self.script[job.student].pop(0)
        if outcome is not None:
            raise outcome
        return Done(job.student, job.key, "{}")

    def nodes(self) -> list[dict[str, Any]]:
        return self.here

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 4.0}

    def cancel(self, reference: object, *, force: bool) -> None:
        self.cancelled += 1


def run(ray: PlayedRay, *, count: int | None = None) -> Iterator[Done]:
    engine = object.__new__(RayEngine)
    vars(engine).update(
        desk=Desk("/course", "tiny", "jail", 0), address="auto", count=count, patience_s=0.0, _ray=ray, _grade=ray,
        _seat=Seat(1.0), _parcel=[],
    )  # fmt: skip
    yield from engine.run([Job(student, "tiny.py", b"", f"key of {student}") for student in ray.script])


def test_a_job_whose_node_dies_is_run_again_more_often_than_one_that_ends_its_process() -> None:
    died, crashed = NodeDiedError(), WorkerCrashedError()
    ray = PlayedRay(
        {"ada": [died] * 7 + [None], "bob": [died] * 8, "cyd": [crashed] * 3, "dan": [crashed] * 2 + [None]}
    )
    found = {done.student: done for done in run(ray)}

    assert {student: ray.tries.count(student) for student in ray.script} == {
        "ada": 8,
        "bob": 8,
        "cyd": 3,
        "dan": 3,
    }
    assert {student: bool(done.result) for student, done in found.items()} == {
        "ada": True, "bob": False, "cyd": False, "dan": True
    }  # fmt: skip
    assert found["bob"].fault == "engine ray: the node that graded it died (NodeDiedError)."
    assert found["cyd"].fault == "engine ray: the process that graded it was killed."
    assert found["cyd"].key == "key of cyd"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ObjectLostError(), "the node that graded it died (ObjectLostError)"),
        (GetTimeoutError(), "the node that graded it died (GetTimeoutError)"),
        (OutOfMemoryError(), "its node ran out of memory"),
        (RayError("Traceback\n  deep inside\nValueError: no"), "engine ray: ValueError: no."),
    ],
)
def test_however_a_job_is_lost_there_is_one_sentence_about_it(error: RayError, words: str) -> None:
    [done] = run(PlayedRay({"ada": [error] * 8}))
    assert words in done.fault
    assert "\n" not in done.fault


def test_where_no_node_is_left_and_none_comes_all_that_is_left_is_a_fault() -> None:
    dead = {**NODE, "Alive": False, "Resources": {}}
    ray = PlayedRay({student: [None] for student in ("ada", "bob", "cyd")})
    stream = run(ray, count=1)
    assert next(stream).result == "{}"
    ray.nodes, ray.wait = (lambda: [dead]), (lambda live, **_: ([], live))  # type: ignore[method-assign]

    rest = list(stream)

    assert sorted(done.student for done in rest) == ["bob", "cyd"]
    assert all("no node was left" in done.fault for done in rest)


def test_so_many_at_a_time_as_were_asked_for() -> None:
    script: dict[str, list[Exception | None]] = {f"s{at}": [None] for at in range(40)}
    one, many = PlayedRay({**script}), PlayedRay({name: [None] for name in script})
    assert len(list(run(one, count=3))) == len(list(run(many))) == 40
    assert one.most == 3
    assert 4 < many.most <= 8, "Ray need not hold all of them"


def test_what_runs_is_ended_when_nobody_wants_any_more() -> None:
    ray = PlayedRay({student: [None] for student in ("ada", "bob", "cyd")})
    stream = run(ray)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert ray.cancelled == 2


def test_a_seat_is_on_one_node_not_on_several_together() -> None:
    half = {**NODE, "Resources": {"CPU": 2.0, "memory": float(1 << 30)}}
    gone = {**NODE, "Alive": False}
    assert Seat(4, 1, 1024).fits([half, NODE])
    assert not Seat(4).fits([half, half])
    assert not Seat(4).fits([gone])
    assert not Seat(1, 1).fits([half])
    assert not Seat(1, 0, 1025).fits([NODE])


@pytest.mark.parametrize("field", ["cpus", "gpus"])
@pytest.mark.parametrize("count", [-1, 1.5, 65, True, "1", float("nan")])
def test_a_number_of_processors_that_cannot_be_given_is_refused(field: str, count: Any) -> None:
    with pytest.raises(
        AssignmentError,
        match=rf"assignment 'a': {field}: expected a number from 0[.01]* to 1, or a whole one",
    ):
        Assignment(id="a", title="A", exercises=[], **{field: count})


def test_an_assignment_says_what_a_submission_takes_of_a_node() -> None:
    plain = Assignment(id="a", title="A", exercises=[], limits=Limits(processes=64))
    assert (plain.cpus, plain.gpus) == (1, 0)
    assert Assignment(id="a", title="A", exercises=[], cpus=4, gpus=0.5).gpus == 0.5
    with pytest.raises(AssignmentError, match="cpus"):
        Assignment(id="a", title="A", exercises=[], cpus=0)
