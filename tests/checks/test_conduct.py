"""What a call does beside its answer: arguments, views, warnings, refusals."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from grader.cases import Contract, anything, function, generator, list_of, optional, real
from grader.checks import leaves_inputs_alone, no_warnings, refuses
from grader.errors import AssignmentError
from tests.checks.students import case, failure, verdict


def scaled(x: Any, factor: Any = None) -> Any:
    """x times a factor."""
    return x * (2.0 if factor is None else factor)


SCALED = Contract(
    "scaled", {"x": real("n k"), "factor": optional(real(""))}, real("n k"), scaled, where="exercise 'scaled'"
)
X = [case(x=[[1.0, 2.0]], factor=3.0)]


def product(a: Any, b: Any, c: Any) -> Any:
    """The product of two."""
    return a * b


class Layer:
    """Doubles."""

    def run(self, x: Any) -> Any:
        return 2 * x


def in_place(x: Any, factor: Any) -> Any:
    x *= 1 if factor is None else factor
    return x.copy()


def in_place_at_the_end(x: Any, factor: Any) -> Any:
    answer = scaled(x, factor)
    x[-1, -1] = 0
    return answer


VIEW = "scaled(x, factor): the result shares memory with an argument (it is the argument, or a view of it). "


@pytest.mark.parametrize(
    "right", [scaled, lambda x, factor: scaled(np.array(x), factor), lambda x, factor: 3.0]
)
def test_a_function_that_works_on_copies_leaves_its_inputs_alone(right: Any) -> None:
    assert verdict(leaves_inputs_alone(), SCALED, right) == ""


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (in_place, "scaled(x, factor): changes its argument x in place; work on a copy."),
        (in_place_at_the_end, "scaled(x, factor): changes its argument x in place; work on a copy."),
        (lambda x, factor: x, f"{VIEW}Return an array of its own, such as a copy."),
        (lambda x, factor: x[:, ::-1], f"{VIEW}Return an array of its own, such as a copy."),
        (lambda x, factor: (1, x.T), f"{VIEW}Return an array of its own, such as a copy."),
        (lambda x, factor: x / 0 if factor else 1 // 0, ""),
        (lambda x: x, "scaled(x, factor): expected a function that takes these arguments, got scaled(x)."),
    ],
)
def test_a_function_that_writes_into_its_inputs_or_gives_them_back_does_not(wrong: Any, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert verdict(leaves_inputs_alone(), SCALED, wrong, X) == text


def test_both_values_of_a_changed_argument_are_told() -> None:
    found = failure(leaves_inputs_alone(), SCALED, in_place, X)
    assert found is not None
    assert (found.kind, found.expected, found.got) == ("inputs", "x = [[1.0, 2.0]]", "x = [[3.0, 6.0]]")


def test_a_generator_may_be_drawn_from_and_a_function_called() -> None:
    def noisy(x: Any, f: Any, rng: Any) -> Any:
        return f(x) + rng.normal(size=x.shape)

    doubled = function(lambda: lambda x: 2 * x, takes=[real("n")])
    contract = Contract("noisy", {"x": real("n"), "f": doubled, "rng": generator()}, real("n"), noisy)
    assert verdict(leaves_inputs_alone(), contract, noisy) == ""

    def careless(x: Any, f: Any, rng: Any) -> Any:
        x += 1
        return f(x)

    assert verdict(leaves_inputs_alone(), contract, careless).startswith(
        "noisy(x, f, rng): changes its argument x "
    )


def test_lists_of_arrays_are_looked_into() -> None:
    def total(ws: Any) -> Any:
        return float(sum(w.sum() for w in ws))

    contract = Contract("total", {"ws": list_of(real("r c"))}, real(""), total)
    assert verdict(leaves_inputs_alone(), contract, total) == ""

    def careless(ws: Any) -> Any:
        ws[-1][...] += 1
        return total(ws)

    assert verdict(leaves_inputs_alone(), contract, careless) == (
        "total(ws): changes its argument ws in place; work on a copy."
    )


def test_what_only_the_student_understands_counts_as_shared_with_nothing() -> None:
    contract = Contract("f", {"x": real("n")}, (real("n"), anything()), lambda x: (x * 1, x))
    assert verdict(leaves_inputs_alone(), contract, lambda x: (x * 1, object())) == ""
    assert verdict(leaves_inputs_alone(), contract, lambda x: (x, object())).startswith(
        "f(x): the result shares"
    )


def test_a_scenario_names_the_input_and_not_the_place_of_the_argument() -> None:
    def careless(a: Any, b: Any, c: Any) -> Any:
        a *= 2
        return a * b

    contract = Contract(
        "product",
        {"x": real("n"), "y": real("n")},
        real("n"),
        product,
        scenario=lambda student, x, y: student.product(y, x, 1.0),
    )
    check = leaves_inputs_alone()
    assert verdict(check, contract, product) == ""
    assert (
        verdict(check, contract, careless)
        == "product(x, y): changes its argument y in place; work on a copy."
    )


def test_a_scenario_may_begin_with_a_call_without_arguments() -> None:
    contract = Contract(
        "Layer", {"x": real("n")}, real("n"), Layer, scenario=lambda student, x: student.Layer().run(x)
    )
    assert verdict(leaves_inputs_alone(), contract, Layer) == ""


# --- no_warnings ---------------------------------------------------------------------------------------------------


def sigmoid(x: Any) -> Any:
    """Logistic function."""
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


SIGMOID = Contract(
    "sigmoid", {"x": real("n", low=-1e4, high=1e4)}, real("n"), sigmoid, where="exercise 'sigmoid'"
)


def naive(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_overflow_on_the_way_to_a_right_answer_is_told() -> None:
    assert verdict(no_warnings(), SIGMOID, sigmoid) == ""
    assert (
        verdict(no_warnings(), SIGMOID, naive) == "sigmoid(x): RuntimeWarning: overflow encountered in exp."
    )
    assert verdict(no_warnings(), SIGMOID, lambda x: 1 // 0) == (
        "sigmoid(x): ZeroDivisionError: integer division or modulo by zero"
    )


def test_other_warnings_are_the_student_s_own_affair() -> None:
    def talkative(x: Any) -> Any:
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        warnings.warn("careful", UserWarning, stacklevel=1)
        return sigmoid(x)

    assert verdict(no_warnings(), SIGMOID, talkative) == ""


def test_a_reference_with_warnings_cannot_ask_for_none() -> None:
    contract = Contract("sigmoid", SIGMOID.inputs, real("n"), naive, where="exercise 'sigmoid'")
    with pytest.raises(AssignmentError) as error:
        no_warnings().plan(contract, [case(x=[-1e4])])
    assert str(error.value) == (
        "exercise 'sigmoid': expected an answer of the reference, got RuntimeWarning: overflow encountered in exp.\n"
        "The input was sigmoid(x=[-10000.0]); narrow its domain or mend the reference."
    )


# --- refuses -------------------------------------------------------------------------------------------------------


def root(x: Any) -> Any:
    """Square root."""
    if np.any(np.asarray(x) < 0) or np.ndim(x) != 1:
        raise ValueError("x must be a vector without negative entries")
    return np.sqrt(x)


def negative(x: Any) -> Any:
    """A negative entry.

    More words, for instructors."""
    return {"x": -1 - x}


def shapes(x: Any) -> Any:
    """x is no vector"""
    return [{"x": x[None]}, {"x": 3.0}]


class OwnError(ValueError):
    pass


def own(x: Any) -> Any:
    raise OwnError("no")


def other(x: Any) -> Any:
    raise TypeError("no")


ROOT = Contract("root", {"x": real("n", low=0)}, real("n"), root, where="exercise 'root'")
FOUR = [case(x=[4.0])]
START = "root(x): A negative entry: expected a ValueError"


@pytest.mark.parametrize(
    ("function_", "text"),
    [
        (root, ""),
        (own, ""),
        (other, f"{START}, got TypeError: no"),
        (lambda x: np.zeros(1), f"{START}, got the answer [0.0]."),
        (lambda x: None, f"{START}, got the answer None."),
        (lambda: 0, "root(x): expected a function that takes these arguments, got root()."),
    ],
)
def test_bad_input_has_to_raise_a_value_error(function_: Any, text: str) -> None:
    assert verdict(refuses(negative, shapes), ROOT, function_, FOUR) == text


def test_each_kind_of_bad_input_is_asked_by_its_own_words() -> None:
    def half(x: Any) -> Any:
        if np.any(np.asarray(x) < 0):
            raise ValueError
        return np.sqrt(x)

    assert verdict(refuses(negative, shapes), ROOT, half, FOUR) == (
        "root(x): x is no vector: expected a ValueError, got the answer [[2.0]]."
    )
    assert len(refuses(negative, shapes).plan(ROOT, FOUR)) == 6


def good(x: Any) -> Any:
    """Nothing is bad"""
    return {"x": x}


def nothing(x: Any) -> Any:
    """No change"""
    return []


def text_for_numbers(x: Any) -> Any:
    """Text"""
    return {"x": "abc"}


@pytest.mark.parametrize(
    ("maker", "text"),
    [
        (good, "refuses: Nothing is bad: expected a ValueError of the reference, got [2.0].\n"
               "The input was root(x=[4.0])."),
        (text_for_numbers, "refuses: Text: expected a ValueError of the reference, got UFuncTypeError: "),
        (nothing, "refuses: expected at least one change of the inputs, got []."),
    ],
)  # fmt: skip
def test_input_that_the_reference_takes_is_told_to_the_instructor(maker: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        refuses(maker).plan(ROOT, FOUR)
    assert str(error.value).startswith(f"exercise 'root': {text}")
