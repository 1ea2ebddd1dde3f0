"""`python -m tests.benchmarks.power`: which wrong samplers are found, and how often chance fails a right one.

Samplers are judged by `grader.checks.randomness.draws` itself, without a box: 200 draws a grading, as `follows` makes
by default, at the level that a check has in an assignment (1e-6 shared by five checks of four cases each). Right
samplers are judged at levels at which failures can be counted. About two minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from grader.checks.randomness.draws import TESTS, Law, examine, findings, law_of
from grader.checks.randomness.laws import bet_chance

Rng = np.random.Generator
Array = np.ndarray[Any, Any]
Sampler = Callable[[Rng], Array]

DRAWS = 200
LEVEL = 1e-6 / 5 / 4
SEEDS = 40
IN, OUT, ROWS, DROP, ITEMS = 6, 4, 5, 0.3, 24


def known(value: Any) -> Law:
    law = law_of(value)
    assert law is not None
    return law


NORMAL = known(stats.norm(0, np.sqrt(2 / IN)))
UNIFORM = known(stats.uniform(-1, 2))
KEPT = known([DROP, 1 - DROP])
ORDER = known(np.full(ITEMS, 1 / ITEMS))
INDEX = known(np.full(ITEMS, 1 / ITEMS))


def swapped(rng: Rng, choose: Callable[[Rng, int], int]) -> Array:
    a = np.arange(ITEMS)
    for i in range(ITEMS - 1, -1, -1):
        j = choose(rng, i)
        a[i], a[j] = a[j], a[i]
    return a


def sorted_batches(rng: Rng) -> Array:
    return np.sort(rng.permutation(ITEMS).reshape(4, -1), axis=1).ravel()


MISTAKES: list[tuple[str, Law, bool, Sampler]] = [
    ("init: n_out for n_in", NORMAL, False, lambda rng: rng.normal(0, np.sqrt(2 / OUT), IN * OUT)),
    ("init: variance for standard deviation", NORMAL, False, lambda rng: rng.normal(0, 2 / IN, IN * OUT)),
    ("init: 1/n for 2/n", NORMAL, False, lambda rng: rng.normal(0, np.sqrt(1 / IN), IN * OUT)),
    ("init: mean of both fans", NORMAL, False, lambda rng: rng.normal(0, np.sqrt(4 / (IN + OUT)), IN * OUT)),
    ("init: uniform of the right spread", NORMAL, False, lambda rng: rng.uniform(-1, 1, IN * OUT)),
    ("init: one row for all", NORMAL, False, lambda rng: np.tile(rng.normal(0, np.sqrt(2 / IN), OUT), IN)),
    ("init: last row left at zero", NORMAL, False,
     lambda rng: np.append(rng.normal(0, np.sqrt(2 / IN), (IN - 1) * OUT), np.zeros(OUT))),
    ("uniform: bound without the root of 3", UNIFORM, False, lambda rng: rng.uniform(-1, 1, IN) / np.sqrt(3)),
    ("uniform: bound wider by 5 %", UNIFORM, False, lambda rng: rng.uniform(-1.05, 1.05, IN)),
    ("uniform: only positive", UNIFORM, False, lambda rng: rng.random(IN)),
    ("dropout: keeps with p", KEPT, False, lambda rng: rng.random(ROWS * IN) < DROP),
    ("dropout: always one half", KEPT, False, lambda rng: rng.random(ROWS * IN) < 0.5),
    ("dropout: one mask row for the batch", KEPT, False, lambda rng: np.tile(rng.random(IN) >= DROP, ROWS)),
    ("dropout: one number for a row", KEPT, False, lambda rng: np.repeat(rng.random(ROWS) >= DROP, IN)),
    ("dropout: exactly a share dropped", KEPT, False, lambda rng: rng.permutation(ROWS * IN) >= 9),
    ("minibatches: fixed order", ORDER, True, lambda rng: np.arange(ITEMS)),
    ("minibatches: with replacement", ORDER, True, lambda rng: rng.integers(ITEMS, size=ITEMS)),
    ("minibatches: sorted within a batch", ORDER, True, sorted_batches),
    ("minibatches: batches shuffled, not rows", ORDER, True,
     lambda rng: np.arange(ITEMS).reshape(4, -1)[rng.permutation(4)].ravel()),
    ("minibatches: a random rotation", ORDER, True, lambda rng: np.roll(np.arange(ITEMS), rng.integers(ITEMS))),
    ("shuffle: Sattolo", ORDER, True, lambda rng: swapped(rng, lambda rng, i: int(rng.integers(i)) if i else 0)),
    ("shuffle: swapped with any", ORDER, True, lambda rng: swapped(rng, lambda rng, i: int(rng.integers(ITEMS)))),
    ("shuffle: never the last place", ORDER, True,
     lambda rng: np.append(rng.permutation(ITEMS - 1), ITEMS - 1)),
    ("bootstrap: without replacement", INDEX, False, lambda rng: rng.permutation(ITEMS)),
    ("bootstrap: never the last index", INDEX, False, lambda rng: rng.integers(ITEMS - 1, size=ITEMS)),
    ("any: seed ignored", NORMAL, False,
     lambda rng: np.random.default_rng(0).normal(0, np.sqrt(2 / IN), IN * OUT)),
    ("any: 20 seeds only", NORMAL, False,
     lambda rng: np.random.default_rng(rng.integers(20)).normal(0, np.sqrt(2 / IN), IN * OUT)),
]  # fmt: skip


RIGHT: list[tuple[str, Law, bool, Callable[[Rng, int], Array]]] = [
    ("normal", NORMAL, False, lambda rng, draws: rng.normal(0, np.sqrt(2 / IN), (draws, 6))),
    ("uniform, float32", UNIFORM, False, lambda rng, draws: 2 * rng.random((draws, 6), np.float32) - 1),
    ("kept or dropped", KEPT, False, lambda rng, draws: rng.random((draws, 6)) >= DROP),
    ("Poisson", known(stats.poisson(0.7)), False, lambda rng, draws: rng.poisson(0.7, (draws, 4))),
    ("exponential", known(stats.expon()), False, lambda rng, draws: rng.exponential(size=(draws, 3))),
    ("orders of 5", known(np.full(5, 0.2)), True,
     lambda rng, draws: rng.permuted(np.tile(np.arange(5), (draws, 1)), axis=1)),
]  # fmt: skip


def found(law: Law, order: bool, sampler: Sampler, seed: int) -> str:
    """What is seen in one grading; empty if nothing is."""
    rows = [np.asarray(sampler(np.random.default_rng([seed, draw])), dtype=float) for draw in range(DRAWS)]
    finding = examine(rows, law, level=LEVEL, seed=seed, order=order)
    return finding.text if finding else ""


def mistakes() -> None:
    print(f"share of {SEEDS} gradings that fail, {DRAWS} draws each, level {LEVEL:.0e} a case")
    for name, law, order, sampler in MISTAKES:
        texts = [found(law, order, sampler, seed) for seed in range(SEEDS)]
        print(f"  {name:42} {np.mean([bool(text) for text in texts]):6.1%}  {texts[0][:110]}", flush=True)


def false_fails(gradings: int, until: float) -> None:
    levels = (1e-2, 1e-3)
    print(f"right samplers: share that fails of up to {gradings} gradings (40 draws each)")
    for number, (name, law, order, sampler) in enumerate(RIGHT):
        rng, failed, rare, runs = np.random.default_rng(number), [0, 0], 0, 0
        stop = time.monotonic() + (until - time.monotonic()) / (len(RIGHT) - number)
        while runs < gradings and time.monotonic() < stop:
            rows = list(sampler(rng, 40).astype(float))
            chances = [finding.chance for finding in findings(rows, law, seed=runs, order=order)]
            failed = [
                count + (min(chances) < level / TESTS) for count, level in zip(failed, levels, strict=True)
            ]
            rare += sum(chance < 1e-3 for chance in chances)
            runs += 1
        shares = "  ".join(
            f"level {level:.0e}: {count / runs:.5f}" for level, count in zip(levels, failed, strict=True)
        )
        # A single test at 1e-3, to see more than Bonferroni's rule leaves.
        print(
            f"  {name:42} {shares}  single tests below 1e-3: {rare / runs / len(chances):.6f}  ({runs} gradings)"
        )


def bets(gradings: int) -> None:
    """`mean_is`: right means at two levels, and how far a mean has to be off to be found."""
    rng = np.random.default_rng(0)
    failed = [0, 0]
    for _ in range(gradings):
        values = (rng.random(400) < 0.3) / 0.3
        for at, level in enumerate((1e-2, 1e-3)):
            failed[at] += bet_chance(values, 1.0, low=-2, high=5, level=level) < level
    print(f"means: share of {gradings} right ones that fails: at 1e-2 {failed[0] / gradings:.5f}, "
          f"at 1e-3 {failed[1] / gradings:.5f}")  # fmt: skip
    for off in (0.05, 0.1, 0.2):
        hits = [
            bet_chance((rng.random(4000) < 0.3) / 0.3 + off, 1.0, low=-2, high=5, level=LEVEL) < LEVEL
            for _ in range(SEEDS)
        ]
        print(f"  mean off by {off} of a spread of 1.5, 4000 numbers: found in {np.mean(hits):.1%}")


if __name__ == "__main__":
    begun = time.monotonic()
    mistakes()
    bets(5_000)
    false_fails(20_000, begun + 115)
    print(f"{time.monotonic() - begun:.0f} s")
