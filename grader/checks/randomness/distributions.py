"""Functions that draw: the law of their answers over many seeds, never one draw.

A case is called many times, each time with a generator of another seed, and all answers are judged together. The
chance that a right solution fails is shared out: an assignment's among its checks (`share`), a check's among its
trials, a trial's among its tests. Seeds belong to the case, so that the same bank gives the same verdict always.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import confirm, error_text, signature
from grader.checks.comparing import as_array
from grader.checks.properties.questions import fitting_answers
from grader.checks.randomness.draws import Law, examine, law_of, ordered
from grader.checks.randomness.findings import Finding, chance_text, pair_words
from grader.checks.randomness.laws import bet_chance, require_scipy
from grader.checks.randomness.seeds import chosen_cases, generator_of, seeds_of, with_seed
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import require_weight
from grader.errors import AssignmentError
from grader.messages import number_text, value_text
from grader.protocol import Outcome

__all__ = ["follows", "mean_is"]

Array = np.ndarray[Any, Any]
Sample = Callable[..., Any]
"""From one answer, then the inputs by name, to the numbers in it."""

_SHARE = 1e-6
_LARGEST = 1e140
"""What is beyond is taken for this: of so many numbers the squares, and their sum, are still finite."""


def _plan_draws(
    check: Follows | MeanIs, contract: Contract, cases: Sequence[Case], more: Callable[..., dict[str, Any]]
) -> list[Trial]:
    """A trial a case with all its draws, confirmed on the reference; `more` sees the reference's numbers."""
    require_scipy()
    name = generator_of(check.kind, contract)
    chosen = chosen_cases(contract, cases, name)
    level = check.share / max(1, len(chosen))
    trials = []
    for case in chosen:
        inputs = [with_seed(case, name, seed) for seed in seeds_of(case, name, check.draws)]
        answers = [contract.expected(one) for one in inputs]
        rows = [_of_reference(check, contract, answer, case.inputs) for answer in answers]
        lengths = {len(row) for row in rows}
        expected = {
            "value": answers[0],
            "level": level,
            "seed": seeds_of(case, name, check.draws + 1)[-1],
            "numbers": lengths.pop() if len(lengths) == 1 else None,
            "sizes": [case.sizes] * len(inputs),
            "calls": [""] * len(inputs),
            **more(contract, case, rows),
        }
        scripts = tuple(contract.script(one) for one in inputs)
        trial = Trial(case.note, case.inputs, case.sizes, scripts, expected, case.entries)
        trials.append(confirm(check, contract, trial, *answers))
    if not trials:
        raise AssignmentError(f"{contract.where}: {check.kind}: expected an ordinary case, got none.")
    return trials


def _numbers(check: Follows | MeanIs, answer: Any, inputs: Mapping[str, Any]) -> Array:
    """What `sample` takes from one answer.

    Raises:
        ValueError: It gives anything but finite real numbers; else whatever it raises itself.
    """
    assert check.sample is not None
    with np.errstate(all="ignore"):  # an answer may be of any size, and what came of it is looked at
        numbers = np.ravel(as_array(check.sample(answer, **inputs)))
    if not numbers.size or numbers.dtype.kind not in "fiub":
        got = f"dtype {numbers.dtype}" if numbers.size else "none"
        raise ValueError(f"expected at least one real number, got {got}")
    wild = numbers[~np.isfinite(numbers)]
    if wild.size:  # a comparison with NaN never holds, so that no test would find anything
        raise ValueError(f"expected finite numbers, got {number_text(float(wild[0]))}")
    return np.asarray(np.clip(numbers.astype(float), -_LARGEST, _LARGEST))


def _of_reference(
    check: Follows | MeanIs, contract: Contract, answer: Any, inputs: Mapping[str, Any]
) -> Array:
    """The same of the reference's answer.

    Raises:
        AssignmentError: `sample` fails on it.
    """
    try:
        return _numbers(check, answer, inputs)
    except Exception as error:
        raise AssignmentError(
            f"{contract.where}: {check.kind}: sample: expected the numbers of an answer, got {error_text(error)}.",
            mend="It is called with the answer, then the inputs by name.",
        ) from error


def _rows(
    check: Follows | MeanIs, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]
) -> list[Array] | Failure:
    """The numbers of every answer."""
    answers = fitting_answers(contract, trial, outcomes)
    if isinstance(answers, Failure):
        return answers
    inputs = copy.deepcopy(dict(trial.inputs))
    count = trial.expected["numbers"]
    rows = []
    for answer in answers:
        try:
            row = _numbers(check, answer, inputs)
        except Exception as error:
            # The reference's answers passed: an answer that brings `sample` down is no right one.
            text = f"the answer could not be read: {error_text(error)}."
            return _failure(check, contract, text, got=value_text(answer))
        if count is not None and len(row) != count:
            text = f"expected {count} numbers in an answer, got {len(row)}."
            return _failure(check, contract, text, str(count), str(len(row)))
        rows.append(row)
    return rows


def _failure(
    check: Follows | MeanIs, contract: Contract, text: str, expected: str = "", got: str = ""
) -> Failure:
    """Words after what should hold."""
    what = check.what
    told = what if what[1:2].isupper() or not what[1:2].isalpha() else what[0].lower() + what[1:]
    return Failure("distribution", f"{signature(contract)}: expected that {told}: {text}", expected, got)


def _told(check: Follows | MeanIs, contract: Contract, found: Finding) -> Failure:
    surely = f"chance of that for a right solution: {chance_text(found.chance)}"
    surely = "no right solution does that" if found.sure else surely
    return _failure(check, contract, f"{found.text}; {surely}.", found.expected, found.got)


def _called(
    check: str, contract: Contract, what: str, function: Callable[..., Any], inputs: Mapping[str, Any]
) -> Any:
    """What a function of the inputs gives; its errors are the instructor's."""
    try:
        return function(**copy.deepcopy(dict(inputs)))
    except Exception as error:
        raise AssignmentError(
            f"{contract.where}: {check}: {what}: expected a function of the inputs, "
            f"got {type(error).__name__}: {error}.",
            mend="It is called with all inputs by name, the generator among them.",
        ) from error


@dataclass(frozen=True)
class Follows:
    """The numbers in the answers are independent and have a law."""

    kind: ClassVar[str] = "follows"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "scripts"
    shrinks: ClassVar[bool] = False
    what: str
    law: Callable[..., Any] | None
    sample: Sample | None
    draws: int
    weight: float
    hidden: bool
    share: float = _SHARE
    """Chance that it fails a right solution."""

    @property
    def title(self) -> str:
        return self.what

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        def order(contract: Contract, case: Case, rows: Sequence[Array]) -> dict[str, Any]:
            return {"order": ordered(rows, self._law(contract, case.inputs))}

        return _plan_draws(self, contract, cases, order)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        rows = _rows(self, contract, trial, outcomes)
        if isinstance(rows, Failure):
            return rows
        wanted, law = trial.expected, self._law(contract, trial.inputs)
        found = examine(rows, law, level=wanted["level"], seed=wanted["seed"], order=wanted["order"])
        return None if found is None else _told(self, contract, found)

    def _law(self, contract: Contract, inputs: Mapping[str, Any]) -> Law:
        assert self.law is not None
        value = _called(self.kind, contract, "law", self.law, inputs)
        law = law_of(value)
        if law is None:
            raise AssignmentError(
                f"{contract.where}: follows: law: expected a frozen distribution of scipy.stats, or probabilities that "
                f"sum to 1, got {value_text(value)}.",
                mend="Such as scipy.stats.norm(0, 2), or numpy.full(6, 1 / 6) for the numbers 0 to 5.",
            )
        return law


@dataclass(frozen=True)
class MeanIs:
    """The numbers in the answers have a mean."""

    kind: ClassVar[str] = "mean_is"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "scripts"
    shrinks: ClassVar[bool] = False
    what: str
    target: Callable[..., Any] | None
    sample: Sample | None
    draws: int
    weight: float
    hidden: bool
    share: float = _SHARE
    """Chance that it fails a right solution."""

    @property
    def title(self) -> str:
        return self.what

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        def bounds(contract: Contract, case: Case, rows: Sequence[Array]) -> dict[str, Any]:
            target, numbers = self._target(contract, case.inputs), np.concatenate(rows)
            fits = not target.ndim or all(row.shape == target.shape for row in rows)
            where = f"{contract.where}: mean_is: target"
            require(fits, where, "one number, or one for each of the sample's", value_text(target))
            # Another right solution may spread its numbers otherwise: the reference's range, and as much again.
            low, high = (float(end(numbers)) for end in (np.min, np.max))
            room = (high - low) / 2 or max(1.0, abs(high))
            return {"low": low - room, "high": high + room}

        return _plan_draws(self, contract, cases, bounds)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        rows = _rows(self, contract, trial, outcomes)
        if isinstance(rows, Failure):
            return rows
        target, level = self._target(contract, trial.inputs), trial.expected["level"]
        columns = np.stack(rows).T if target.ndim else [np.concatenate(rows)]
        for number, column in enumerate(columns):
            mean, share = float(target[number] if target.ndim else target), level / len(columns)
            ends = {end: trial.expected[end] for end in ("low", "high")}
            ends = {"low": min(ends["low"], mean), "high": max(ends["high"], mean)}
            chance = bet_chance(column, mean, level=share, **ends)
            if chance < share:
                place = f"number {number} of the answer: " if target.ndim else ""
                what = f"{place}mean of {len(column):,} draws"
                return _told(self, contract, Finding(chance, what, *pair_words(mean, float(column.mean()))))
        return None

    def _target(self, contract: Contract, inputs: Mapping[str, Any]) -> Array:
        assert self.target is not None
        value = _called(self.kind, contract, "target", self.target, inputs)
        try:
            target = np.ravel(np.asarray(value, float)) if np.ndim(value) else np.asarray(value, float)
            finite = bool(np.isfinite(target).all()) and target.size > 0
        except (TypeError, ValueError):
            finite = False
        require(finite, f"{contract.where}: mean_is: target", "finite numbers", value_text(value))
        return target


def _require(where: str, what: object, sample: object, draws: object, weight: float) -> None:
    require(isinstance(what, str) and bool(what), where, "a sentence", what)
    require(callable(sample), f"{where}: sample", "a function of the answer and the inputs", sample)
    whole = isinstance(draws, int) and not isinstance(draws, bool) and 20 <= draws <= 100_000
    require(whole, f"{where}: draws", "a whole number from 20 to 100000", draws)
    require_weight(where, weight)


def follows(
    what: str,
    law: Callable[..., Any],
    *,
    sample: Sample,
    draws: int = 200,
    weight: float = 1,
    hidden: bool = False,
) -> Follows:
    """The numbers in the answers are independent draws from a law.

    The exercise has one input of `generator()`. Each case is called `draws` times with generators of different
    seeds. Means, spreads and frequencies are tested, over all numbers and at each place of the answer, and whether
    numbers depend on their neighbours, on other places, or on the draw before.

    Where the reference never gives a category twice in one answer, answers are tested as permutations (or as
    beginnings of them): every order has to be equally likely.

    Args:
        what: The law as a sentence, such as "Entries are drawn from N(0, 1/n_in)".
        law: Called with the inputs by name; returns a frozen distribution of scipy.stats (its parameters may be
            arrays like the sample), or an array of the probabilities of the numbers 0…K−1.
        sample: Called with an answer, then the inputs by name; returns the numbers in it, shape (n,).
        draws: How often each case is called.
    """
    require(callable(law), "follows: law", "a function of the inputs", law)
    _require("follows", what, sample, draws, weight)
    return Follows(what, law, sample, draws, weight, hidden)


def mean_is(
    what: str,
    target: Callable[..., Any],
    *,
    sample: Sample,
    draws: int = 200,
    weight: float = 1,
    hidden: bool = False,
) -> MeanIs:
    """The mean of the numbers in the answers is known; whatever else their law is.

    Args:
        what: As a sentence, such as "The estimate is unbiased".
        target: Called with the inputs by name; returns the mean, or one mean for each number of the sample.
        sample: Called with an answer, then the inputs by name; returns bounded numbers, shape (n,), independent of one
            another unless each has its own mean. Where they are not, return one, such as their average.
        draws: How often each case is called.
    """
    require(callable(target), "mean_is: target", "a function of the inputs", target)
    _require("mean_is", what, sample, draws, weight)
    return MeanIs(what, target, sample, draws, weight, hidden)
