"""A whole run with a made-up worker: what is sent to it, and what becomes of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

import numpy as np
import pytest

from grader import Assignment, Exercise, real, variable
from grader.banks import Bank, build_bank
from grader.boxes import Box, Limits, Usage
from grader.errors import FaultError
from grader.executing import Execution
from grader.protocol import Ending, Frame, FrameReader, Reply, pack
from tests.executing.notebooks import notebook
from tests.executing.test_told import SAID

SECRET = 0.123456789012345


def answer() -> Any:
    """The answer."""
    return np.array([SECRET, 2.0])


def bank() -> Bank:
    exercise = Exercise(answer, points=1, inputs={}, returns=real("n"), checks=[variable()])
    return build_bank(Assignment("a", "A", [exercise], limits=Limits(cpu_s=1)), seed=0)


class SaidBox:
    """Gives back what it was made with, one message after the other, and keeps what it is sent."""

    kind: ClassVar[str] = "made up"
    stock = None

    def __init__(self, said: Sequence[object]) -> None:
        self._said = list(said)
        self.sent = b""
        self.closed = 0

    def allow(self, cpu_s: float) -> None: ...

    def send(self, data: Any) -> None:
        self.sent += bytes(data)

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        message = self._said.pop(0)
        if isinstance(message, Ending):
            return message
        reader = FrameReader(max_body=1 << 30)
        reader.feed(pack(message))
        return cast(Frame, reader.next())

    def used(self, *, settled: bool = False) -> float | None:
        return None

    def printed(self) -> tuple[bytes, int]:
        return b"a library is missing", 0

    def close(self) -> Usage:
        self.closed += 1
        return Usage(1.5, 3.0)


STARTED = [{"op": "ready"}, {"op": "kernel", "error": None}]
OK = {**SAID, "number": 0, "status": "ok", "error": None, "line": None}
FOUND: dict[str, Any] = {"op": "collected", "variables": {"answer": [answer()]}, "figures": []}


def execution(box: SaidBox) -> Execution:
    return Execution(notebook("answer = 1"), bank(), lambda: cast(Box, box))


def look(made: Execution) -> Any:
    [planned] = bank().exercises
    reply = made.look(planned, planned.checks[0], planned.checks[0].trials[0])
    assert isinstance(reply, Reply)
    return reply.value


def test_expected_values_are_not_among_what_is_sent() -> None:
    box = SaidBox([*STARTED, OK, FOUND])

    found = look(execution(box))

    assert found["value"][0].tolist() == [SECRET, 2.0]
    assert b"answer = 1" in box.sent
    assert np.float64(SECRET).tobytes() not in box.sent
    assert str(SECRET).encode() not in box.sent
    assert box.closed == 1


@pytest.mark.parametrize(
    "figures",
    [
        None,
        3,
        {"cell": 1},
        [None, 3, []],
        [{"cell": []}],
        [{"cell": 1, "axes": {}}],
        [{"cell": "1", "axes": []}],
    ],
    ids=str,
)
def test_figures_of_another_form_are_none(figures: Any) -> None:
    made = execution(SaidBox([*STARTED, OK, {**FOUND, "figures": figures}]))
    assert look(made)["found"] is True
    assert made._figures == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Ending("timeout", "25 s by the clock"), "timeout: 25 s by the clock"),
        ({"op": "cell"}, "expected what is there after the run, got something else"),
        ([1], "expected op of type str, got NoneType"),
    ],
    ids=["ending", "another", "list"],
)
def test_where_nothing_can_be_collected_the_judges_are_told(said: object, why: str) -> None:
    made = execution(SaidBox([*STARTED, OK, said]))
    assert look(made)["died"] == f"what is there after the run could not be told ({why})"
    assert [run.status for run in made.cells()] == ["ok"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([Ending("exited", "status 1")], "whole run: the worker did not start: status 1."),
        (
            [STARTED[0], Ending("crashed", "SIGABRT")],
            "whole run: the kernel did not start: SIGABRT. a library",
        ),
        (
            [STARTED[0], {"op": "kernel", "error": "ImportError: x"}],
            "the kernel did not start: ImportError: x. a lib",
        ),
    ],
    ids=["worker", "crash", "kernel"],
)
def test_without_a_kernel_there_is_a_fault_each_time_and_one_try(said: list[object], told: str) -> None:
    box = SaidBox(said)
    made = execution(box)
    for _ in range(2):
        with pytest.raises(FaultError) as caught:
            made.cells()
        assert told in str(caught.value)
    assert box.closed == 1
    assert made.made is False
