"""Functions that draw: right samplers of any style pass, every kind of wrong one is told in numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from grader import checks
from grader.assignment import Assignment, Exercise
from grader.cases import Contract, draw_cases, generator, index, integer, real
from grader.checks import check_from_data, check_to_data, follows, mean_is, require_discerning, seeded
from grader.errors import AssignmentError
from grader.protocol import decode, encode
from tests.checks.students import failure, replies

Function = Callable[..., Any]


def he(n_in: int, n_out: int, rng: Any) -> Any:
    """Normal weights for layers with relu."""
    return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))


def mask(n: int, d: int, drop: float, rng: Any) -> Any:
    """A dropout mask."""
    return (rng.random((n, d)) >= drop) / (1 - drop)


def order(n: int, rng: Any) -> Any:
    """A random order."""
    return rng.permutation(n)


def halves(n: int, rng: Any) -> Any:
    """Half of the indices."""
    return rng.choice(n, n // 2, replace=False)


def weight(n: int, rng: Any) -> Any:
    """One weight, given back by a scenario."""
    return rng.uniform(-1, 1, n)


SIDE, RNG = integer("", low=3, high=12), generator()
HE = Contract("he", {"n_in": SIDE, "n_out": SIDE, "rng": RNG}, real("i o"), he, where="exercise 'he'")
MASK = Contract(
    "mask", {"n": SIDE, "d": SIDE, "drop": real("", low=0.1, high=0.8), "rng": RNG}, real("i o"), mask
)
ORDER = Contract("order", {"n": integer("", low=8, high=30), "rng": RNG}, index("k", below="k"), order)
HALVES = Contract("halves", {"n": integer("", low=12, high=30), "rng": RNG}, index("k", below="b"), halves)
WEIGHT = Contract("weight", {"n": SIDE, "rng": RNG}, real("k"), weight,
                  scenario=lambda student, n, rng: student.weight(n, rng))  # fmt: skip
NORMAL = follows("Entries are drawn from N(0, 2/n_in)", lambda n_in, n_out, rng: stats.norm(0, np.sqrt(2 / n_in)),
                 sample=lambda value, **_: value.ravel())  # fmt: skip
KEPT = follows("Each entry is kept with probability 1 − drop", lambda drop, **_: [drop, 1 - drop],
               sample=lambda value, **_: value.ravel() != 0)  # fmt: skip
ORDERS = follows(
    "Every order is equally likely", lambda n, rng: np.full(n, 1 / n), sample=lambda value, **_: value
)
UNIFORM = follows(
    "Weights are uniform on (−1, 1)", lambda n, rng: stats.uniform(-1, 2), sample=lambda value, **_: value
)
SUMS = follows("Sums are binomial", lambda drop, n, d, rng: stats.binom(n * d, 1 - drop),
               sample=lambda value, **_: [np.count_nonzero(value)])  # fmt: skip
CENTRED = mean_is("Entries have mean zero", lambda **_: 0.0, sample=lambda value, **_: value.ravel())
ONES = mean_is("The mask keeps the mean", lambda n, d, **_: np.ones(n * d), sample=lambda value, **_: value.ravel(),
               draws=400)  # fmt: skip


def batches(n: int, rng: Any) -> Any:
    """An order by sorting random keys."""
    return np.argsort(rng.random(n))


def fisher_yates(n: int, rng: Any) -> Any:
    """An order by swaps."""
    a = np.arange(n)
    for i in range(n - 1):
        j = int(rng.integers(i, n))
        a[i], a[j] = a[j], a[i]
    return a


RIGHT: list[tuple[Any, Contract, Function]] = [
    (NORMAL, HE, he),
    (NORMAL, HE, lambda n_in, n_out, rng: rng.standard_normal((n_out, n_in)).T * (2 / n_in) ** 0.5),
    (NORMAL, HE, lambda n_in, n_out, rng: he(n_in, n_out, rng).astype(np.float32)),
    (NORMAL, HE, lambda n_in, n_out, rng: [[rng.normal(0, (2 / n_in) ** 0.5) for _ in range(n_out)]
                                           for _ in range(n_in)] @ np.eye(n_out)),
    (KEPT, MASK, mask),
    (KEPT, MASK, lambda n, d, drop, rng: rng.binomial(1, 1 - drop, (n, d)) / (1 - drop)),
    (KEPT, MASK, lambda n, d, drop, rng: np.where(rng.random((n, d), np.float32) < drop, 0, 1 / (1 - drop))),
    (SUMS, MASK, mask),
    (ORDERS, ORDER, order),
    (ORDERS, ORDER, batches),
    (ORDERS, ORDER, fisher_yates),
    (ORDERS, HALVES, lambda n, rng: rng.permutation(n)[: n // 2]),
    (UNIFORM, WEIGHT, lambda n, rng: 2 * rng.random(n) - 1),
    (UNIFORM, WEIGHT, lambda n, rng: rng.random(n, np.float32) * 2 - 1),
    (CENTRED, HE, lambda n_in, n_out, rng: rng.choice([-1.0, 1.0], (n_in, n_out))),
    (CENTRED, HE, he),
    (ONES, MASK, mask),
    (seeded(), HE, he),
    (seeded(), ORDER, batches),
]  # fmt: skip


@pytest.mark.parametrize(("check", "contract", "right"), RIGHT)
@pytest.mark.parametrize("seed", [0])
def test_a_right_sampler_of_any_style_passes(
    check: Any, contract: Contract, right: Function, seed: int
) -> None:
    usual = [case for case in draw_cases(contract, seed=seed) if case.ordinary]
    assert failure(check, contract, right, usual[6::14]) is None


def sattolo(n: int, rng: Any) -> Any:
    """Cycles only."""
    a = np.arange(n)
    for i in range(n - 1, 0, -1):
        j = int(rng.integers(i))
        a[i], a[j] = a[j], a[i]
    return a


def any_swap(n: int, rng: Any) -> Any:
    """Every entry swapped with any."""
    a = np.arange(n)
    for i in range(n):
        j = int(rng.integers(n))
        a[i], a[j] = a[j], a[i]
    return a


def drawn(rng: Any, shape: Any, std: float) -> Any:
    return rng.normal(0, std, shape)


WRONG: list[tuple[Any, Contract, Function, str]] = [
    (NORMAL, HE, lambda n_in, n_out, rng: drawn(rng, (n_in, n_out), 2 / n_in), "standard deviation of "),
    (NORMAL, HE, lambda n_in, n_out, rng: drawn(rng, (n_in, n_out), (2 / n_out) ** 0.5), "standard deviation of "),
    (NORMAL, HE, lambda n_in, n_out, rng: drawn(rng, (n_in, n_out), (1 / n_in) ** 0.5), "standard deviation of "),
    (NORMAL, HE, lambda n_in, n_out, rng: he(n_in, n_out, rng) + 0.2, "mean of "),
    (NORMAL, HE, lambda n_in, n_out, rng: rng.uniform(-1, 1, (n_in, n_out)) * (6 / n_in) ** 0.5, "share of "),
    (NORMAL, HE, lambda n_in, n_out, rng: he(n_in, n_out, np.random.default_rng(0)),
     "answers to 200 different seeds: expected different ones, got the same one each time; "),
    (NORMAL, HE, lambda n_in, n_out, rng: np.tile(he(n_in, n_out, rng)[:1], (n_in, 1)),
     "the sum of an answer's |mean of "),
    (NORMAL, HE, lambda n_in, n_out, rng: he(n_in, n_out, rng) * (np.arange(n_out) > 0), "standard deviation of "),
    (NORMAL, HE, lambda n_in, n_out, rng: np.cumsum(he(n_in, n_out, rng), 1) / np.sqrt(np.arange(1, n_out + 1)),
     "the sum of an answer's "),
    (UNIFORM, WEIGHT, lambda n, rng: rng.uniform(-2, 2, n), " draws cannot be: expected numbers from -1 to 1, got "),
    (UNIFORM, WEIGHT, lambda n, rng: rng.random(n), "mean of "),
    (UNIFORM, WEIGHT, lambda n, rng: rng.uniform(-1, 1, n) * 3**-0.5, "standard deviation of "),
    (KEPT, MASK, lambda n, d, drop, rng: (rng.random((n, d)) < drop) / (1 - drop), " times, got "),
    (KEPT, MASK, lambda n, d, drop, rng: np.tile(mask(1, d, drop, rng), (n, 1)), "the sum of an answer's "),
    (KEPT, MASK, lambda n, d, drop, rng: np.tile(mask(n, 1, drop, rng), (1, d)), "the sum of an answer's "),
    (KEPT, MASK, lambda n, d, drop, rng: mask(n, d, 0.5, rng), " times, got "),
    (ORDERS, ORDER, lambda n, rng: np.arange(n), "orders for 200 different seeds: expected different ones"),
    (ORDERS, ORDER, lambda n, rng: rng.integers(n, size=n), "draw 0 of 200: expected each of 0…"),
    (ORDERS, ORDER, lambda n, rng: order(n, rng)[:-1], " numbers in an answer, got "),
    (ORDERS, ORDER, lambda n, rng: 1 + order(n, rng), "draw 0 of 200: expected each of 0…"),
    (ORDERS, ORDER, sattolo, "stay at their own place, in 200 draws: expected about 200, got 0; | at place "),
    (ORDERS, ORDER, any_swap, "orders as from swapping every entry with any other"),
    (ORDERS, ORDER, lambda n, rng: np.roll(np.arange(n), rng.integers(n)),
     " places (counted in a circle), in 200 draws|randomness of the order in 200 draws"),
    (ORDERS, ORDER, lambda n, rng: np.sort(order(n, rng).reshape(2, -1), 1).ravel() if n % 2 == 0 else order(n, rng),
     " at place "),
    (ORDERS, HALVES, lambda n, rng: rng.permutation(n - 1)[: n // 2], " in 200 draws: expected about "),
    (CENTRED, HE, lambda n_in, n_out, rng: he(n_in, n_out, rng) + 0.2, "mean of "),
    (ONES, MASK, lambda n, d, drop, rng: mask(n, d, drop, rng) * (1 - drop), "number "),
    (KEPT, MASK, lambda n, d, drop, rng: None, "expected an array of shape (i, o), got None"),
    (NORMAL, HE, lambda n_in, n_out, rng: he(n_in, n_out, rng) * np.nan, "expected finite numbers, got nan at [0, 0]"),
    (seeded(), HE, lambda n_in, n_out, rng: np.random.standard_normal((n_in, n_out)),
     "expected equal draws for equal seeds, got "),
    (seeded(), HE, lambda n_in, n_out, rng: he(n_in, n_out, np.random.default_rng(0)),
     "expected other draws for other seeds, got "),
]  # fmt: skip


@pytest.mark.parametrize(("check", "contract", "wrong", "says"), WRONG, ids=[row[3] for row in WRONG])
def test_a_wrong_sampler_fails_in_numbers(check: Any, contract: Contract, wrong: Function, says: str) -> None:
    usual = [case for case in draw_cases(contract, seed=0) if case.ordinary]
    found = failure(check, contract, wrong, usual[::-14])
    assert found is not None
    assert any(words in found.message for words in says.split("|"))
    assert found.message.startswith(f"{contract.name}({', '.join(contract.inputs)}): expected ")
    assert "p-value" not in found.message


def test_the_words_are_whole_sentences() -> None:
    [trial] = NORMAL.plan(HE, [draw_cases(HE, seed=3)[0]])
    wrong = replies(HE, trial, he=lambda n_in, n_out, rng: 3 * he(n_in, n_out, rng))
    found = NORMAL.judge(HE, trial, wrong)
    assert found is not None
    assert found.kind == "distribution"
    count, std = trial.expected["numbers"] * 200, np.sqrt(2 / trial.inputs["n_in"])
    assert found.message.startswith(
        f"he(n_in, n_out, rng): expected that entries are drawn from N(0, 2/n_in): standard deviation of {count:,} "
        f"draws: expected {std:.4g}, got "
    )
    assert found.message.endswith("; chance of that for a right solution: below 1e-12.")


def test_a_state_of_its_own_is_told_by_another_order_of_the_seeds() -> None:
    own = np.random.default_rng(0)
    found = failure(seeded(), HE, lambda n_in, n_out, rng: he(n_in, n_out, own))
    assert found is not None
    assert "for the same seed later, " in found.message


def test_the_same_seeds_give_the_same_verdict() -> None:
    for check, contract, wrong, _ in (WRONG[4], WRONG[12], WRONG[21], WRONG[25]):
        cases = draw_cases(contract, seed=4)[20:22]
        first, again = (failure(check, contract, wrong, cases) for _ in range(2))
        assert repr(first) == repr(again)


def test_each_case_and_each_draw_has_a_seed_of_its_own() -> None:
    trials = NORMAL.plan(HE, draw_cases(HE, seed=0))
    drawn = [
        repr(encode(step.args[2])) for trial in trials for script in trial.scripts for step in script.steps
    ]
    assert len(trials) == 4
    assert len(set(drawn)) == len(drawn) == 800


def test_checks_share_the_chance_that_an_assignment_grants() -> None:
    def exercise(name: str, *asked: Any) -> Exercise:
        def reference(n_in: int, n_out: int, rng: Any) -> Any:
            """Weights."""
            return he(n_in, n_out, rng)

        reference.__name__ = name
        return Exercise(reference, points=1, inputs=HE.inputs, returns=HE.returns, checks=asked)

    exercises = [exercise("a", NORMAL, CENTRED, seeded()), exercise("b", NORMAL)]
    assignment = Assignment("init", "Init", exercises, false_fail=3e-4)
    made = assignment.checks_of(exercises[0])
    assert [getattr(check, "share", None) for check in made.values()] == [pytest.approx(1e-4)] * 2 + [None]
    trials = made["follows"].plan(HE, draw_cases(HE, seed=0))
    assert [trial.expected["level"] for trial in trials] == [pytest.approx(1e-4 / 4)] * 4


def test_permutations_are_told_from_independent_numbers_by_the_reference() -> None:
    assert all(trial.expected["order"] for trial in ORDERS.plan(ORDER, draw_cases(ORDER, seed=0)))
    assert all(trial.expected["order"] for trial in ORDERS.plan(HALVES, draw_cases(HALVES, seed=0)))
    with_others = Contract("order", ORDER.inputs, ORDER.returns, lambda n, rng: rng.integers(n, size=n))
    assert not any(trial.expected["order"] for trial in ORDERS.plan(with_others, draw_cases(ORDER, seed=0)))


@pytest.mark.parametrize(("check", "contract"), [(NORMAL, HE), (KEPT, MASK), (ORDERS, ORDER), (seeded(), HE)])
def test_a_law_that_decides_over_an_exercise_takes_no_trivial_answer(check: Any, contract: Contract) -> None:
    require_discerning(check, contract, check.plan(contract, draw_cases(contract, seed=0)))


def test_seeded_judges_as_before_when_it_was_stored() -> None:
    back = check_from_data(decode(*encode(check_to_data(seeded()))))
    for trial in seeded().plan(HE, draw_cases(HE, seed=0)):
        for wrong in (he, lambda n_in, n_out, rng: np.ones((n_in, n_out))):
            outcomes = replies(HE, trial, he=wrong)
            assert repr(back.judge(HE, trial, outcomes)) == repr(seeded().judge(HE, trial, outcomes))


def test_seeded_needs_a_case_that_seeds_make_a_difference_to() -> None:
    coin = Contract("coin", {"rng": RNG}, integer(""), lambda rng: int(rng.integers(2)))
    with pytest.raises(AssignmentError, match="expected a case that it can ask about, got none"):
        seeded().plan(coin, draw_cases(coin, seed=0))


def test_a_place_without_scipy_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(AssignmentError) as error:
        NORMAL.plan(HE, draw_cases(HE, seed=0))
    assert str(error.value) == (
        "follows, mean_is: expected SciPy, got none.\n"
        "Install it where you grade: pip install 'grader[stats]'. Students need none."
    )


def law(given: Any) -> Any:
    return follows("It holds", lambda **_: given, sample=lambda value, **_: value.ravel())


def bad(*_: Any, **__: Any) -> Any:
    raise KeyError("x")


SHOWN = (
    "exercise 'he': follows: law: expected a frozen distribution of scipy.stats, "
    "or probabilities that sum to 1, got "
)
TWO = Contract("he", {**HE.inputs, "other": RNG}, HE.returns, he, where="exercise 'he'")


@pytest.mark.parametrize(
    ("check", "contract", "text"),
    [
        (law(3), HE, f"{SHOWN}3."),
        (law([0.5, 0.4]), HE, f"{SHOWN}[0.5, 0.4]."),
        (law([1.5, -0.5]), HE, f"{SHOWN}[1.5, -0.5]."),
        (law("normal"), HE, f"{SHOWN}'normal'."),
        (law(stats.norm()), HE, "exercise 'he': follows: expected the reference to pass, got: he(n_in, n_out, rng): "),
        (follows("It holds", bad, sample=lambda value, **_: value), HE,
         "exercise 'he': follows: law: expected a function of the inputs, got KeyError: 'x'."),
        (follows("It holds", lambda **_: stats.norm(), sample=bad), HE,
         "exercise 'he': follows: sample: expected the numbers of an answer, got KeyError: 'x'."),
        (follows("It holds", lambda **_: stats.norm(), sample=lambda value, **_: []), HE,
         "exercise 'he': follows: sample: expected the numbers of an answer, got ValueError: expected at least one "
         "real number, got none."),
        (mean_is("It holds", bad, sample=lambda value, **_: value), HE,
         "exercise 'he': mean_is: target: expected a function of the inputs, got KeyError: 'x'."),
        (mean_is("It holds", lambda **_: None, sample=lambda value, **_: value), HE,
         "exercise 'he': mean_is: target: expected finite numbers, got 'None'."),
        (mean_is("It holds", lambda **_: [1.0, 2.0], sample=lambda value, **_: value), HE,
         "exercise 'he': mean_is: target: expected one number, or one for each of the sample's, got '[1.0, 2.0]'."),
        (mean_is("It holds", lambda **_: 9.0, sample=lambda value, **_: value), HE,
         "exercise 'he': mean_is: expected the reference to pass, got: he(n_in, n_out, rng): "),
        (seeded(), TWO, "exercise 'he': seeded: expected one input of generator() among n_in, n_out, rng, other, got "
                        "['rng', 'other']."),
    ],
)  # fmt: skip
def test_a_law_that_cannot_be_meant_is_told_to_the_instructor(
    check: Any, contract: Contract, text: str
) -> None:
    with pytest.raises(AssignmentError) as error:
        check.plan(contract, draw_cases(HE, seed=0))
    assert str(error.value).startswith(text)


MADE: Any = checks


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: MADE.follows("", bad, sample=bad), "follows: expected a sentence, got ''."),
        (lambda: MADE.follows("x", 3, sample=bad), "follows: law: expected a function of the inputs, got 3."),
        (lambda: MADE.follows("x", bad, sample=3),
         "follows: sample: expected a function of the answer and the inputs, got 3."),
        (lambda: MADE.follows("x", bad, sample=bad, draws=3),
         "follows: draws: expected a whole number from 20 to 100000, got 3."),
        (lambda: MADE.mean_is("x", 3, sample=bad), "mean_is: target: expected a function of the inputs, got 3."),
        (lambda: MADE.mean_is("x", bad, sample=bad, weight=0), "mean_is: weight: expected a number above 0, got 0."),
        (lambda: MADE.seeded(weight=0), "seeded: weight: expected a number above 0, got 0."),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_meant_is_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text
