"""Generators of known seeds: how cases with them are called, and whether an answer belongs to its seed."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.cases.offered import Generator
from grader.cases.plain import Defaulted
from grader.checks.answers import signature
from grader.checks.comparing import Tolerance, mismatch
from grader.checks.properties.questions import fitting_answers, planned, question
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.checks.values import require_weight
from grader.messages import value_text
from grader.protocol import Outcome, encode

__all__ = ["chosen_cases", "generator_of", "seeded", "seeds_of", "with_seed"]

_CASES = 4
_SEEDS = 12


def generator_of(check: str, contract: Contract) -> str:
    """The name of the input that is the random generator."""

    def draws(domain: Any) -> bool:
        return isinstance(domain.domain if isinstance(domain, Defaulted) else domain, Generator)

    names = [name for name, domain in contract.inputs.items() if draws(domain)]
    known = ", ".join(contract.inputs)
    require(len(names) == 1, f"{contract.where}: {check}", f"one input of generator() among {known}", names)
    return names[0]


def chosen_cases(contract: Contract, cases: Sequence[Case], name: str) -> list[Case]:
    """A few ordinary cases, one if they differ in the seed only, and the instructor's examples."""
    usual = [case for case in cases if case.ordinary]
    few = spread(usual, _CASES) if len(contract.inputs) > 1 else usual[:1]
    return few + [case for case in cases if case.note.startswith("example")][:_CASES]


def seeds_of(case: Case, name: str, count: int) -> list[int]:
    """Different seeds, drawn from the case's own generator."""
    given = case.inputs.get(name)
    rng = copy.deepcopy(given) if given is not None else np.random.default_rng(0)
    # Of 63 bits: two equal seeds would be equal draws, and those fail.
    return [int(seed) for seed in rng.integers(2**63, size=count)]


def with_seed(case: Case, name: str, seed: int) -> dict[str, Any]:
    return {**case.inputs, name: np.random.default_rng(seed)}


@dataclass(frozen=True)
class Seeded:
    """Equal seeds give equal answers, other seeds others."""

    kind: ClassVar[str] = "seeded"
    title: ClassVar[str] = "Equal seeds give equal draws, other seeds other draws"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    shrinks: ClassVar[bool] = False
    weight: float
    hidden: bool

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        name = generator_of(self.kind, contract)
        chosen = chosen_cases(contract, cases, name)
        return planned(self, contract, chosen, lambda contract, case: self._ask(contract, case, name))

    def _ask(self, contract: Contract, case: Case, name: str) -> Trial | None:
        """Each seed once; then three of them again, in another order."""
        seeds = seeds_of(case, name, _SEEDS)
        # Where the reference's answers coincide, so may those of another right solution.
        answers = {
            repr(encode(contract.expected(with_seed(case, name, seed)), inline=True)) for seed in seeds
        }
        if len(answers) < _SEEDS:
            return None
        again = [_SEEDS - 1, 0, _SEEDS // 2]
        order = [*range(_SEEDS), *again]
        inputs = [with_seed(case, name, seeds[number]) for number in order]
        first = Case(case.note, inputs[0], case.sizes)
        return question(self, contract, first, [(contract, one) for one in inputs[1:]], again=again)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        values = fitting_answers(contract, trial, outcomes)
        if isinstance(values, Failure):
            return values
        once, repeated = values[:_SEEDS], values[_SEEDS:]
        start = f"{signature(contract)}: expected"
        for number, value in zip(trial.expected["again"], repeated, strict=True):
            if not _equal(once[number], value):
                texts = value_text(once[number]), value_text(value)
                text = f"{start} equal draws for equal seeds, got {texts[0]} and, for the same seed later, {texts[1]}."
                tip = "Draw from the generator that is given and from nothing else, and keep nothing between calls."
                return Failure("distribution", f"{text} {tip}", *texts)
        if all(_equal(once[0], value) for value in once[1:]):
            got = value_text(once[0])
            text = f"{start} other draws for other seeds, got {got} for {_SEEDS} different ones."
            return Failure(
                "distribution", f"{text} Draw from the generator that is given.", "other draws", got
            )
        return None


def _equal(first: Any, second: Any) -> bool:
    return mismatch(first, second, Tolerance(0.0, 0.0), scale=1.0) is None


def seeded(*, weight: float = 1, hidden: bool = False) -> Seeded:
    """Equal seeds give equal answers, in whatever order they come, and other seeds give others."""
    require_weight("seeded", weight)
    return Seeded(weight, hidden)
