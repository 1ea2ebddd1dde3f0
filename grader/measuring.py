"""Measures what a student's function costs beside the reference's: equal boxes, in turns, fresh inputs each time.

Three boxes take part: the student's, one with the reference, and one whose function does nothing but return an
answer that it has already, which tells what crossing costs. A round draws inputs and sends them to all three, now
in this order, now in that. Seconds are CPU seconds of the box, by the kernel's count of all its threads, from
before the inputs are sent until the answer is here; where the kernel does not count for us, by the clock.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

from grader.banks import Planned, PlannedCheck
from grader.boxes import Box, Limits, Session
from grader.cases import Contract
from grader.checks import Trial
from grader.checks.costs.decisions import LOOKS, MORE_LOOKS, Decision, decide, growth, median
from grader.checks.costs.makers import Made
from grader.checks.costs.performance import Costs, difference, inputs_of
from grader.errors import FaultError
from grader.protocol import Ending, Outcome, Ref, Reply, Script, Step
from grader.series import Series, Taken

__all__ = ["Arena"]

SIDES = ("student", "reference", "crossing")

_CROSSING = """\
kept = {}


def keep(key, answer):
    kept[key] = answer


def crossing(key, *inputs):
    return kept[key]


def idle():
    return None
"""
_SHARE = {"fast": 1.0, "scales": 0.5}
"""What own work has to be of what crossing costs, to be told from nothing. Two boxes may differ in the cost of
crossing by a good part of it for as long as they live, and no number of rounds tells that from work."""
_SPARE = 0.3
"""What an exponent may be above the reference's, however strict the threshold; and above the threshold, for whatever
the reference does."""
_CLEAR = {"fast": math.log(3), "scales": 0.3, "frugal": math.log(1.5)}
_LEAST_MIB = 4.0
_TINY_MIB = 0.02
_FEW = 3


class Side:
    """One of the boxes."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def call(self, script: Script, offered: Mapping[int, Callable[..., Any]]) -> Taken:
        """Run a script from its delivery to its full answer.

        Raises:
            FaultError: The box could not be kept.
        """
        self.session.load()
        begun = time.perf_counter()
        [outcome] = self.session.run([script], offered=offered, settled=True)
        wall_s = time.perf_counter() - begun
        return Taken(outcome, outcome.cpu_s if isinstance(outcome, Reply) else None, wall_s)


class Arena:
    """Measures one submission.

    Args:
        start: Starts a box with the bank's libraries and limits; all three sides are started so.
        name, source, order: The student's file, as for a `Session`.
    """

    def __init__(
        self,
        start: Callable[[], Box],
        name: str,
        source: str,
        *,
        allow: Sequence[str],
        limits: Limits,
        order: Sequence[int] | None = None,
    ) -> None:
        self._start, self._name, self._source = start, name, source
        self._order = order
        self._allow, self._limits = tuple(allow), limits
        # Seeds of cases are known to many, and can be found from inputs that a report shows: with them, answers
        # to everything that is timed could be worked out beforehand.
        self.secret = secrets.randbits(64)

    def measure(self, planned: Planned, check: PlannedCheck, trial: Trial) -> Outcome:
        """What a timing check's judge needs: a reply with numbers, or how the student's code ended or failed.

        Close to the threshold a "failed" has to be measured a second time, in other boxes.

        Raises:
            FaultError: The machine is too noisy or the inputs too small for a verdict.
        """
        asked = cast(Costs, check.check)
        attempt = _Memory if asked.kind == "frugal" else _Timing
        first = attempt(self, asked, planned.contract, trial, 0).run()
        if not isinstance(first, Reply) or first.error is not None or not first.value["doubtful"]:
            return first
        return attempt(self, asked, planned.contract, trial, 1).run()

    def sides(self, reference: str, stack: ExitStack) -> dict[str, Side]:
        """The three boxes, closed with the stack."""
        return {name: self.side(name, reference, stack) for name in SIDES}

    def side(self, name: str, reference: str, stack: ExitStack) -> Side:
        """One of the boxes, closed with the stack."""
        files = {
            "student": (self._name, self._source),
            "reference": ("reference.py", reference),
            "crossing": ("crossing.py", _CROSSING),
        }
        order = self._order if name == "student" else None
        session = Session(self._start, *files[name], allow=self._allow, limits=self._limits, order=order)
        stack.callback(session.close)
        return Side(session)


class _StoppedError(Exception):
    """There is nothing more to measure; carries what the judge gets instead of numbers."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


@dataclass
class _Timing:
    """One attempt at `fast` or `scales`."""

    arena: Arena
    check: Costs
    contract: Contract
    trial: Trial
    attempt: int

    @property
    def looks(self) -> Sequence[int]:
        return MORE_LOOKS if self.attempt else LOOKS

    def run(self) -> Outcome:
        series = Series(share=_SHARE[self.check.kind])
        sizes: tuple[int | None, ...] = self.check.sizes or (None,)
        verdict: Decision = "open"
        with ExitStack() as stack:
            sides = self.arena.sides(self.trial.expected["reference"], stack)
            try:
                for size in sizes:
                    self._round(sides, 0, size)  # imports, and whatever else is done once
                turns = 1 if len(sizes) == 1 else 2
                for number in range(self.looks[-1]):
                    numbers = range(turns * number + 1, turns * (number + 1) + 1)
                    series.add([self._turn(sides, turn, sizes) for turn in numbers])
                    verdict = self._verdict(series)
                    if verdict != "open":
                        break
            except _StoppedError as stopped:
                return stopped.outcome
        return self._numbers(series, verdict)

    def _turn(
        self, sides: Mapping[str, Side], number: int, sizes: Sequence[int | None]
    ) -> dict[str, list[Taken]]:
        """One call of every size on each side: upwards and the student first, or downwards and the student last."""
        rows: dict[str, list[Taken]] = {name: [] for name in sides}
        for size in sizes if number % 2 else sizes[::-1]:
            for name, taken in self._round(sides, number, size).items():
                rows[name].append(taken)
        return rows if number % 2 else {name: row[::-1] for name, row in rows.items()}

    def _round(self, sides: Mapping[str, Side], number: int, size: int | None) -> dict[str, Taken]:
        """One call on each side, with the same fresh inputs; the answers are compared."""
        numbers = self.arena.secret, self.attempt, number
        made = inputs_of(self.check, self.contract, self.trial.expected["seed"], numbers, size=size)
        taken: dict[str, Taken] = {}
        for name in SIDES if number % 2 else SIDES[::-1]:
            if number == 0 and name == "crossing":
                continue
            script = _crossing(made.script, size) if name == "crossing" else made.script
            taken[name] = sides[name].call(script, made.functions(self.contract))
        if number == 0:  # what it will answer
            kept = _one("keep", size, _answer("reference", taken["reference"].outcome))
            taken["crossing"] = sides["crossing"].call(kept, {})
        answers = {name: _answer(name, taken[name].outcome) for name in SIDES}
        _compare(self.contract, made, answers)
        return taken

    def _verdict(self, series: Series) -> Decision:
        clear = _CLEAR[self.check.kind]
        verdict = decide(self._excesses(series), clear=clear, looks=self.looks)
        if self.check.kind == "fast" or verdict != "pass":
            return verdict
        # A reference that only seems to grow so fast, since what it takes is lost in noise, lets nobody pass.
        limit = self.check.limit + _SPARE
        strict = [exponent - limit for exponent in self._exponents(series, "student")]
        return "pass" if decide(strict, clear=clear, looks=self.looks) == "pass" else "open"

    def _excesses(self, series: Series) -> list[float]:
        """How far each round is over the threshold."""
        if self.check.kind == "fast":
            pairs = zip(series.own("student"), self._reference(series), strict=True)
            return [math.log(theirs[0] / ours * self.check.limit) for theirs, ours in pairs]
        limit = max(self.check.limit, self._best(series) + _SPARE)
        return [exponent - limit for exponent in self._exponents(series, "student")]

    def _best(self, series: Series) -> float:
        """The reference's growth here: caches that overflow make everybody's time grow faster than their work."""
        return median(self._exponents(series, "reference"))

    def _reference(self, series: Series) -> list[float]:
        """The reference's seconds in each round of `fast`, to the student's favour where they cannot be told."""
        [least] = series.least()
        return [max(row[0], least) for row in series.own("reference")]

    def _exponents(self, series: Series, name: str) -> list[float]:
        """The growth in each round, over the sizes that can be measured; none, if they are fewer than two."""
        kept = series.measurable(name)
        if len(kept) < 2:
            return [0.0] * len(series.student)
        sizes = [self.check.sizes[at] for at in kept]
        return [growth(sizes, [row[at] for at in kept]) for row in series.own(name)]

    def _numbers(self, series: Series, verdict: Decision) -> Outcome:
        """The measurements, as the judge reads them."""
        excesses = self._excesses(series)
        close = not all(abs(excess) >= _CLEAR[self.check.kind] for excess in excesses)
        theirs, ours = series.own("student"), series.own("reference")
        value: dict[str, Any] = {
            "wrong": None,
            "verdict": verdict,
            "doubtful": self.attempt == 0 and (verdict == "open" or (verdict == "fail" and close)),
            "rounds": len(excesses),
            "why": "the student's time is too close to the threshold, or the machine too busy.",
            "clock": "time" if series.by_clock else "CPU time",
            "wall": series.wall,
        }
        if not self.check.sizes:
            return Reply(
                {**value, "student": [row[0] for row in theirs], "reference": self._reference(series)}
            )
        best = self._best(series)
        exponents = self._exponents(series, "student")
        return Reply(
            {
                **value,
                "student": theirs,
                "reference": ours,
                "best": best,
                "spare": _SPARE,
                "exponents": exponents,
            }
        )


@dataclass
class _Memory:
    """One attempt at `frugal`: every call in a box of its own, for a peak never goes down."""

    arena: Arena
    check: Costs
    contract: Contract
    trial: Trial
    attempt: int

    def run(self) -> Outcome:
        own: dict[str, list[float]] = {"student": [], "reference": []}
        wall: list[float] = []
        try:
            for number in range(_FEW):
                peaks = self._round(number, wall)
                for name, row in own.items():
                    row.append(max(peaks[name] - peaks["crossing"], _TINY_MIB))
        except _StoppedError as stopped:
            return stopped.outcome
        if median(own["reference"]) < _LEAST_MIB:
            raise FaultError(
                f"memory: {self.contract.name}: the reference takes only {median(own['reference']):.2g} MiB.",
                mend=f"Have make of {self.check.kind} draw larger inputs.",
            )
        excesses = [
            math.log(theirs / ours / self.check.limit)
            for theirs, ours in zip(own["student"], own["reference"], strict=True)
        ]
        verdict = decide(excesses, clear=0.0, fewest=_FEW)
        close = not all(abs(excess) >= _CLEAR["frugal"] for excess in excesses)
        value = {
            "wrong": None,
            "verdict": verdict,
            "doubtful": self.attempt == 0 and (verdict == "open" or (verdict == "fail" and close)),
            "rounds": _FEW,
            "why": "the student's memory is too close to the threshold.",
            "wall": wall,
        }
        return Reply({**value, **own})

    def _round(self, number: int, wall: list[float]) -> dict[str, float]:
        """Peaks in MiB, by side, all with the same inputs (the third without)."""
        numbers = self.arena.secret, self.attempt, number
        made = inputs_of(self.check, self.contract, self.trial.expected["seed"], numbers)
        peaks: dict[str, float] = {}
        answers: dict[str, Any] = {}
        for name in SIDES:
            script = _one("idle") if name == "crossing" else made.script
            with ExitStack() as stack:
                side = self.arena.side(name, self.trial.expected["reference"], stack)
                taken = side.call(script, made.functions(self.contract))
                side.session.close()
                peaks[name] = side.session.memory_mib
            if not peaks[name]:
                raise FaultError("memory: this kind of box does not say how much was used.")
            answers[name] = _answer(name, taken.outcome)
            if name == "student":
                wall.append(taken.wall_s)
        _compare(self.contract, made, answers)
        return peaks


def _answer(name: str, outcome: Outcome) -> Any:
    """What came back from one of the sides.

    Raises:
        _StoppedError: The student's code ended or raised.
        FaultError: So did the reference, or ours.
    """
    if isinstance(outcome, Reply) and outcome.error is None:
        return outcome.value
    if name == "student":
        raise _StoppedError(outcome)
    if isinstance(outcome, Ending):
        raise FaultError(f"timing: {name}: {outcome.verdict}: {outcome.detail}.")
    assert outcome.error is not None
    raise FaultError(f"timing: {name}: {outcome.error.type_name}: {outcome.error.text}")


def _compare(contract: Contract, made: Made, answers: Mapping[str, Any]) -> None:
    """Stop where the student's answer is not the reference's."""
    found = difference(contract, made, answers["reference"], answers["student"])
    if found is not None:
        words = [found.kind, found.message, found.expected, found.got]
        raise _StoppedError(Reply({"wrong": words, "doubtful": False}))


def _one(name: str, *args: Any) -> Script:
    return Script((Step("call", name, args),), Ref(0))


def _crossing(script: Script, key: int | None) -> Script:
    """One call with all that the script's calls are given from outside."""
    given = [
        script.steps[at].args[place] if isinstance(place, int) else script.steps[at].kwargs[place]
        for at, place in script.given()
    ]
    return _one("crossing", key, *given)
