"""Draws that nobody would hand in by mistake: each gets a verdict in words, without a warning, and none passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from grader.cases import Contract, anything, draw_cases, generator, integer, real
from grader.checks import follows, mean_is
from grader.checks.randomness.draws import TESTS, findings, law_of
from tests.checks.students import failure

SIDE, RNG = integer("", low=3, high=6), generator()


def normal(n: int, rng: Any) -> Any:
    """Normal numbers."""
    return rng.normal(size=n)


def some(n: int, rng: Any) -> Any:
    """One to six normal numbers."""
    return rng.normal(size=int(rng.integers(1, 7)))


NORMAL = Contract("normal", {"n": SIDE, "rng": RNG}, real("k"), normal, where="exercise 'normal'")
LOOSE = Contract("normal", {"n": SIDE, "rng": RNG}, anything(), normal, where="exercise 'normal'")
SOME = Contract("some", {"n": SIDE, "rng": RNG}, real("k"), some, where="exercise 'some'")
LAW = follows("Numbers are normal", lambda **_: stats.norm(), sample=lambda value, **_: value)
MEAN = mean_is("The mean is zero", lambda **_: 0.0, sample=lambda value, **_: value)
SCALED = mean_is("The mean is zero", lambda **_: 0.0, sample=lambda value, **_: value / np.abs(value).max())


def verdict(check: Any, contract: Contract, function: Callable[..., Any]) -> str:
    cases = [case for case in draw_cases(contract, seed=0) if case.ordinary][:1]
    found = failure(check, contract, function, cases)
    return "" if found is None else found.message


ODD: dict[str, Callable[[Any], Any]] = {
    "nan": lambda x: x * np.nan,
    "infinite": lambda x: x * np.inf,
    "huge": lambda x: x * 0 + 1e308,
    "huge both ways": lambda x: np.where(np.arange(len(x)) % 3, 1e308, -1e308),
    "squares overflow": lambda x: x * 1e160,
    "complex": lambda x: x + 1j,
    "booleans": lambda x: x > 0,
    "empty": lambda x: x[:0],
    "none": lambda x: None,
    "text": lambda x: "x",
    "texts": lambda x: x.astype(str),
    "objects": lambda x: x.astype(object),
    "a dict": lambda x: {"x": x},
    "ragged": lambda x: [[1.0], [1.0, 2.0]],
    "a huge integer": lambda x: 10**400,
    "largest integers": lambda x: np.full(len(x), 2**64 - 1, np.uint64),
    "a generator": lambda x: (item for item in x),
    "dates": lambda x: np.zeros(len(x), "M8[s]"),
    "masked": lambda x: np.ma.array(x, mask=True),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("check", [LAW, MEAN])
@pytest.mark.parametrize("contract", [NORMAL, LOOSE])
def test_an_odd_answer_fails_in_words_of_its_own(check: Any, contract: Contract, odd: str) -> None:
    message = verdict(check, contract, lambda n, rng: ODD[odd](rng.normal(size=n)))
    assert message.startswith("normal(n, rng): ")
    assert "AssignmentError" not in message


def test_numbers_that_become_nan_in_the_instructor_s_hands_do_not_pass() -> None:
    assert verdict(SCALED, NORMAL, lambda n, rng: rng.choice([-1.0, 1.0], n)) == ""
    message = verdict(SCALED, NORMAL, lambda n, rng: np.zeros(n))
    assert message == (
        "normal(n, rng): expected that the mean is zero: the answer could not be read: "
        "ValueError: expected finite numbers, got nan."
    )


def test_a_few_numbers_of_an_answer_or_a_single_draw_bring_no_test_down() -> None:
    """Not even by a warning, of the mean of nothing or otherwise; and a chance is always a number."""
    rng = np.random.default_rng(0)
    for draws in (1, 2, 3, 5):
        for places in range(1, 8):
            for law in (stats.norm(), [0.5, 0.5]):
                rows = [rng.integers(2, size=places).astype(float) for _ in range(draws)]
                for answers in (rows, [row[: 1 + at % places] for at, row in enumerate(rows)]):
                    found = list(findings(answers, law_of(law), seed=0))  # type: ignore[arg-type]
                    assert len(found) <= TESTS
                    assert all(finding.chance >= 0 for finding in found)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda n, rng: np.full(int(rng.integers(1, 7)), rng.normal()), "with the next one over"),
        (lambda n, rng: rng.normal() * np.resize([1, -1], int(rng.integers(1, 7))), "with the next one over"),
        (lambda n, rng: _repeated(rng), "each draw with the next"),
    ],
)
def test_answers_of_different_lengths_have_to_be_independent_too(wrong: Any, told: str) -> None:
    assert verdict(LAW, SOME, some) == ""
    assert told in verdict(LAW, SOME, wrong)


_kept: list[Any] = []


def _repeated(rng: Any) -> Any:
    """Every draw twice, which an answer alone does not show."""
    if len(_kept) % 2 == 0:
        _kept.append(rng.normal(size=int(rng.integers(1, 7))))
    else:
        _kept.append(_kept[-1])
    return _kept[-1]
