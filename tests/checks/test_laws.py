"""Tests of chance: no event is called rarer than it is, by counting all cases where that can be done."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from grader.checks.randomness.draws import TESTS, findings, law_of
from grader.checks.randomness.laws import (
    agreement_chances,
    bet_chance,
    correlation_chance,
    correlation_chances,
    count_chances,
    fixed_points_chance,
    frequencies_chance,
    ladder_of,
    mean_chances,
    normal_scores,
    ranks_chance,
    spread_chances,
    uniform_chance,
)


def overstated(cases: Iterable[tuple[float, float]]) -> float:
    """The largest ratio of how often a chance as small is given, to that chance; (probability, chance given) in."""
    weights: dict[float, float] = defaultdict(float)
    for probability, chance in cases:
        weights[chance] += probability
    total, worst = 0.0, 0.0
    for chance, weight in sorted(weights.items()):
        total += weight
        worst = max(worst, total / chance)
    return worst


def test_counts_are_never_called_rarer_than_they_are() -> None:
    for p in (0.01, 0.3, 0.5):
        counts = np.arange(41)
        chances = count_chances(counts, 40, p)
        assert overstated(zip(stats.binom.pmf(counts, 40, p), chances, strict=True)) <= 1 + 1e-9
    assert float(count_chances(0, 20, 0.5)) == pytest.approx(2 * 0.5**20)


def test_frequencies_are_never_called_rarer_than_they_are() -> None:
    for probabilities in ([0.2, 0.3, 0.5], [0.01, 0.09, 0.9], [0.25] * 4):
        draws, law = 20, np.array(probabilities)
        tables = [
            (*part, draws - sum(part))
            for part in itertools.product(range(draws + 1), repeat=len(law) - 1)
            if sum(part) <= draws
        ]
        weights = stats.multinomial.pmf(tables, draws, law)
        chances = [frequencies_chance(np.array(table), law) for table in tables]
        assert overstated(zip(weights, chances, strict=True)) <= 1 + 1e-9
        assert min(chances) < 1e-3


def test_fixed_points_are_never_called_rarer_than_they_are() -> None:
    for items, draws in ((2, 6), (4, 6), (6, 4)):
        one = np.zeros(items + 1)
        for order in itertools.permutations(range(items)):
            one[sum(at == item for at, item in enumerate(order))] += 1 / math.factorial(items)
        every = one
        for _ in range(draws - 1):
            every = np.convolve(every, one)
        chances = [fixed_points_chance(count, draws=draws, items=items) for count in range(len(every))]
        assert overstated(zip(every, chances, strict=True)) <= 1 + 1e-9
    assert fixed_points_chance(0, draws=200, items=10) < 1e-60
    assert fixed_points_chance(400, draws=200, items=80) < 1e-20


def test_ranks_are_never_called_rarer_than_they_are() -> None:
    numbers, few = 14, 5
    cases = []
    for chosen in itertools.combinations(range(numbers), few):
        others = sorted(set(range(numbers)) - set(chosen))
        cases.append((1 / math.comb(numbers, few), ranks_chance(np.array(chosen), np.array(others))))
    assert overstated(cases) <= 1 + 1e-9
    assert min(chance for _, chance in cases) < 0.03


@pytest.mark.parametrize("level", [1e-3, 0.1])
@pytest.mark.parametrize("mean", [0.1, 0.5])
def test_bets_on_a_mean_are_fair(mean: float, level: float) -> None:
    cases = []
    for values in itertools.product((0.0, 1.0), repeat=12):
        ones = sum(values)
        chance = bet_chance(np.array(values), mean, low=-0.5, high=1.5, level=level)
        cases.append((mean**ones * (1 - mean) ** (12 - ones), chance))
    assert overstated(cases) <= 1 + 1e-9
    assert min(chance for _, chance in cases) < 0.1


def test_bets_find_a_wrong_mean_and_take_a_sure_one() -> None:
    values = np.random.default_rng(0).random(1000)
    assert bet_chance(values, 0.5, low=0, high=1, level=1e-9) > 1e-3
    assert bet_chance(values, 0.6, low=0, high=1, level=1e-9) < 1e-9
    assert bet_chance(np.full(9, 2.0), 2.0, low=2, high=2, level=1e-9) == 1
    assert bet_chance(np.full(9, 2.0), 3.0, low=3, high=3, level=1e-9) == 0


def test_pairs_that_agree_are_counted_with_their_number() -> None:
    rng = np.random.default_rng(0)
    table = rng.integers(2, size=(60, 4))
    assert agreement_chances(table, 0.5)[0] > 0.01
    table[:, 3] = table[:, 1]
    chance, one, two = agreement_chances(table, 0.5)
    assert {one, two} == {1, 3}
    assert chance == pytest.approx(6 * 2 * 0.5**60)


def test_correlations_have_the_chance_that_scipy_gives() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 30))
    second += first
    wanted = stats.pearsonr(first, second).pvalue
    assert correlation_chance(first, second) == pytest.approx(wanted)
    chance, one, two = correlation_chances(np.stack([rng.standard_normal(30), first, second], axis=1))
    assert {one, two} == {1, 2}
    assert chance == pytest.approx(3 * wanted)
    assert correlation_chance(np.ones(9), second[:9]) == 1


def test_normal_numbers_have_the_chances_of_the_tables() -> None:
    scores = np.full((4, 1), 1.96 / 2)
    assert mean_chances(scores)[0] == pytest.approx(2 * stats.norm.sf(1.96))
    assert spread_chances(np.full((5, 1), 2.0))[0] == pytest.approx(2 * stats.chi2.sf(20, 5))
    assert spread_chances(np.zeros((5, 1)))[0] == 0


def test_uniform_numbers_have_kolmogorov_s_chance() -> None:
    numbers = np.random.default_rng(0).random((10, 5))
    assert uniform_chance(numbers) == pytest.approx(stats.kstest(numbers.ravel(), "uniform").pvalue)


def test_scores_are_finite_at_both_ends() -> None:
    ends = normal_scores(np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.5, 0.0]))
    assert ends == pytest.approx([-ends[2], 0, ends[2]])
    assert 5 < ends[2] < 6


def test_the_code_of_permutations_is_one_to_one_and_uniform() -> None:
    orders = np.array(list(itertools.permutations(range(4))))
    digits, sizes = ladder_of(orders, 4)
    assert list(sizes) == [4, 3, 2, 1]
    assert len(np.unique(digits, axis=0)) == 24
    assert np.all((digits >= 0) & (digits < sizes))


def right_rows(kind: str, rng: np.random.Generator) -> list[Any]:
    if kind == "orders":
        return list(rng.permuted(np.tile(np.arange(6), (40, 1)), axis=1))
    made: dict[str, Callable[[tuple[int, int]], Any]] = {
        "normal": rng.standard_normal,
        "coin": lambda shape: (rng.random(shape) < 0.3) + 0.0,
    }
    return list(made[kind]((40, 6)))


@pytest.mark.parametrize(
    ("kind", "law"), [("normal", stats.norm()), ("coin", [0.7, 0.3]), ("orders", [1 / 6] * 6)]
)
def test_a_right_solution_fails_no_more_often_than_the_level_says(kind: str, law: object) -> None:
    rng, known = np.random.default_rng(7), law_of(law)
    assert known is not None
    runs, level, failed = 150, 0.2, 0
    for seed in range(runs):
        seen = list(findings(right_rows(kind, rng), known, seed=seed, order=kind == "orders"))
        assert len(seen) <= TESTS
        failed += any(finding.chance < level / TESTS for finding in seen)
    assert failed <= level * runs
