"""Measuring: the rules, on made-up seconds; `test_measuring_boxes` has real boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from grader.banks import Planned, PlannedCheck
from grader.boxes import Limits
from grader.cases import Contract, draw_cases, real
from grader.checks import Failure, fast, frugal, scales
from grader.errors import FaultError
from grader.measuring import Arena, Side
from grader.protocol import Ending, Outcome, Reply, Script, StudentError
from grader.series import Taken

Rng = np.random.Generator
Clock = Callable[[str, int, int], float | None]
"""Seconds of a call, by side, number of the call on that side, and entries of the input."""


def running(x: Any) -> Any:
    """Running sums."""
    return np.cumsum(x)


def vectors(rng: Rng, n: int = 64) -> Mapping[str, Any]:
    return {"x": rng.normal(size=n)}


CONTRACT = Contract("running", {"x": real("n")}, real("n"), running, where="exercise 'running'")


class FakeSide:
    """A box with a function of ours, and seconds that a test makes up."""

    def __init__(self, arena: FakeArena, name: str, function: Callable[..., Any]) -> None:
        self.session = SimpleNamespace(close=lambda: None, memory_mib=0.0)
        self._arena, self._name, self._function, self._calls = arena, name, function, 0
        self._kept: dict[Any, Any] = {}

    def call(self, script: Script, offered: Mapping[int, Any]) -> Taken:
        step = script.steps[0]
        if step.name == "keep":
            self._kept[step.args[0]] = step.args[1]
            return Taken(Reply(None), 0.0, 0.0)
        if step.name == "idle":
            self.session.memory_mib = self._arena.peaks.get(self._name, 0.0)
            return Taken(Reply(None), 0.0, 0.0)
        self._calls += 1
        x = step.args[-1]
        self._arena.log.append((self._name, x))
        value = self._kept[step.args[0]] if step.name == "crossing" else self._function(x)
        seconds = self._arena.clock(self._name, self._calls, len(x))
        self.session.memory_mib = self._arena.peaks.get(self._name, 0.0)
        outcome = value if isinstance(value, Ending | Reply) else Reply(value)
        return Taken(outcome, seconds, 0.5 if seconds is None else seconds)


class FakeArena(Arena):
    """An arena whose boxes are fake."""

    def __init__(self, clock: Clock, student: Callable[[Any], Any] = np.cumsum, **others: Any) -> None:
        super().__init__(lambda: None, "a.py", "", allow=(), limits=Limits())  # type: ignore[arg-type, return-value]
        self.clock, self.opened = clock, 0
        self.functions = {"student": student, "reference": np.cumsum, "crossing": None, **others}
        self.log: list[tuple[str, Any]] = []
        self.peaks: dict[str, float] = {}

    def side(self, name: str, reference: str, stack: ExitStack) -> Side:
        self.opened += 1
        return cast(Side, FakeSide(self, name, self.functions[name]))


def measured(arena: Arena, check: Any, of: Contract = CONTRACT) -> Outcome:
    [trial] = check.plan(of, draw_cases(of, seed=5, count=3))
    planned = Planned(of, "", 1.0, (), ())
    return arena.measure(planned, PlannedCheck(check.kind, check, (trial,)), trial)


def judged(arena: Arena, check: Any, of: Contract = CONTRACT) -> Failure | None:
    [trial] = check.plan(of, draw_cases(of, seed=5, count=3))
    return cast("Failure | None", check.judge(of, trial, [measured(arena, check, of)]))


def seconds(student: float, *, noise: float = 0.0, crossing: float = 0.0005, power: float = 1.0) -> Clock:
    """The reference works for 1 ms on 64 entries, the student so many times as long."""
    rng = np.random.default_rng(3)

    def clock(name: str, call: int, entries: int) -> float:
        own = {
            "student": student * float((entries / 64) ** power),
            "reference": entries / 64,
            "crossing": 0.0,
        }
        return (crossing + own[name] * 1e-3) * float(np.exp(noise * rng.normal()))

    return clock


# --- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("times", [0.1, 1.0, 2.0])
def test_who_is_as_fast_as_asked_passes(times: float, noise: float) -> None:
    assert judged(FakeArena(seconds(times, noise=noise)), fast(vectors)) is None


@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("times", [6.0, 50.0])
def test_who_is_slower_than_allowed_fails(times: float, noise: float) -> None:
    failure = judged(FakeArena(seconds(times, noise=noise)), fast(vectors))
    assert failure is not None
    assert failure.kind == "slow"


def test_the_cost_of_crossing_is_taken_off_on_both_sides() -> None:
    """With it, 6.9 ms against 1.9 ms would look like 3.6 times; without, it is 6."""
    failure = judged(FakeArena(seconds(6, crossing=0.0009)), fast(vectors))
    assert failure is not None
    assert "takes 6 times the reference's CPU time (6 ms against 1 ms on x of shape (64,))" in failure.message


def test_at_the_very_threshold_there_is_no_verdict_and_nobody_loses_a_point() -> None:
    arena = FakeArena(seconds(1 / 0.3, noise=0.2))
    with pytest.raises(FaultError, match="inconclusive after 49 rounds"):
        judged(arena, fast(vectors))
    assert arena.opened == 6  # both attempts, three boxes each


def test_a_close_fail_has_to_be_measured_again_in_other_boxes() -> None:
    """The machine slows the student's first box down, and nothing else."""
    arena = FakeArena(seconds(1))

    def clock(name: str, call: int, entries: int) -> float:
        slowed = 5.0 if name == "student" and arena.opened == 3 else 1.0
        return {"student": 1e-3 + slowed * 1e-3, "reference": 2e-3, "crossing": 1e-3}[name]

    arena.clock = clock
    assert judged(arena, fast(vectors)) is None
    assert arena.opened == 6


def test_where_no_cpu_time_is_known_the_clock_on_the_wall_counts() -> None:
    outcome = measured(FakeArena(lambda *_: None), fast(vectors))
    assert isinstance(outcome, Reply)
    assert outcome.value["clock"] == "time"


def test_a_reference_that_cannot_be_timed_counts_to_the_student_s_favour() -> None:
    """1 ms of work, 100 ms of crossing: up to 3.3 times the latter is not told apart."""
    assert judged(FakeArena(seconds(300, crossing=0.1)), fast(vectors)) is None
    assert judged(FakeArena(seconds(1200, crossing=0.1)), fast(vectors)) is not None


@pytest.mark.parametrize(("power", "fails"), [(1.0, False), (1.2, False), (2.0, True), (3.0, True)])
def test_growth_is_judged_by_its_exponent(power: float, fails: bool) -> None:
    arena = FakeArena(seconds(1, noise=0.05, power=power))
    failure = judged(arena, scales(vectors, sizes=(64, 128, 256, 512)))
    assert (failure is not None) == fails
    assert failure is None or failure.kind == "growth"


def test_a_machine_on_which_the_reference_grows_faster_asks_less() -> None:
    rng = np.random.default_rng(3)

    def clock(name: str, call: int, entries: int) -> float:
        own = 0.0 if name == "crossing" else float((entries / 64) ** 1.4)
        return float(1e-3 * (0.5 + own) * np.exp(0.02 * rng.normal()))

    assert judged(FakeArena(clock), scales(vectors, sizes=(64, 128, 256))) is None


def test_a_reference_that_seems_to_grow_fast_in_noise_lets_nobody_pass() -> None:
    def clock(side: str, number: int, size: int) -> float:
        if side == "student":
            return 0.0005 + 1e-6 * size**2  # quadratic, where 1.3 is allowed
        return 0.0005 + (1e-6 * size**2.2 if side == "reference" else 0.0)

    with pytest.raises(FaultError, match="inconclusive"):
        judged(FakeArena(clock), scales(vectors, sizes=(64, 128, 256, 512)))


def test_sizes_whose_work_is_lost_beside_crossing_are_left_out() -> None:
    """Up to 256 entries the student's work is a hundredth of crossing; what is left grows as the square."""

    def clock(name: str, call: int, entries: int) -> float:
        own = {"student": 1e-9 * entries**3, "reference": 1e-6 * entries, "crossing": 0.0}
        return own[name] + 1e-2

    assert judged(FakeArena(clock), scales(vectors, sizes=(16, 32, 64))) is None
    assert judged(FakeArena(clock), scales(vectors, sizes=(64, 256, 512, 1024))) is not None


def test_every_call_has_inputs_of_its_own_and_both_sides_have_the_same() -> None:
    arena = FakeArena(seconds(1))
    assert judged(arena, fast(vectors)) is None
    theirs = [x.tobytes() for name, x in arena.log if name == "student"]
    ours = [x.tobytes() for name, x in arena.log if name == "reference"]
    assert theirs == ours
    assert len(set(theirs)) == len(theirs) >= 6


def test_the_sides_take_turns_in_going_first() -> None:
    arena = FakeArena(seconds(1))
    judged(arena, fast(vectors))
    names = [name for name, _ in arena.log][2:]  # after the call that does not count
    rounds = [names[at : at + 3] for at in range(0, len(names), 3)]
    assert rounds[0] == ["student", "reference", "crossing"]
    assert rounds[1] == rounds[0][::-1]


def test_one_wrong_answer_in_a_timed_call_fails() -> None:
    def forgetful(x: Any, seen: list[int] = []) -> Any:  # noqa: B006
        seen.append(1)
        return np.cumsum(x) + (len(seen) == 4)

    failure = judged(FakeArena(seconds(0.1), forgetful), fast(vectors))
    assert failure is not None
    assert failure.kind == "value"
    assert failure.message.startswith("running(x): on x of shape (64,): largest error at [")


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        (Ending("timeout", "10 s of CPU time"), "timeout"),
        (Reply(error=StudentError("ValueError", "no")), "exception"),
    ],
)
def test_a_call_that_ends_badly_ends_the_measuring(ended: Outcome, kind: str) -> None:
    failure = judged(FakeArena(seconds(1), lambda x: ended), fast(vectors))
    assert failure is not None
    assert failure.kind == kind


def test_a_reference_that_ends_in_its_box_is_our_fault() -> None:
    ended = Ending("timeout", "10 s of CPU time")
    with pytest.raises(FaultError, match="timing: reference: timeout: 10 s of CPU time"):
        judged(FakeArena(seconds(1), reference=lambda x: ended), fast(vectors))


@pytest.mark.parametrize(
    ("student", "kind"), [(60.0, ""), (200.0, "memory"), (10.0, "")], ids=["as much", "more", "less"]
)
def test_memory_is_what_goes_beyond_a_box_that_does_nothing(student: float, kind: str) -> None:
    arena = FakeArena(seconds(1))
    arena.peaks = {"student": student, "reference": 50.0, "crossing": 30.0}
    failure = judged(arena, frugal(vectors))
    assert ("" if failure is None else failure.kind) == kind


def test_memory_that_nobody_counts_or_sees_is_a_fault() -> None:
    arena = FakeArena(seconds(1))
    with pytest.raises(FaultError, match="does not say how much was used"):
        judged(arena, frugal(vectors))
    arena.peaks = {"student": 40.0, "reference": 31.0, "crossing": 30.0}
    with pytest.raises(FaultError, match="the reference takes only 1 MiB"):
        judged(arena, frugal(vectors))


def test_what_is_timed_does_not_follow_from_the_seed_of_the_cases() -> None:
    """That seed is known to many, and can be found from inputs in a report; answers could be worked out at home."""
    first, second = FakeArena(seconds(1)), FakeArena(seconds(1))
    for arena in (first, second):
        judged(arena, fast(vectors))
        arena.peaks = {"student": 60.0, "reference": 50.0, "crossing": 30.0}
        judged(arena, frugal(vectors))
    timed = [{x.tobytes() for _, x in arena.log} for arena in (first, second)]
    assert all(timed)
    assert not timed[0] & timed[1]
