"""Contracts: how the student's function and the reference are called, and what stays outside."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from grader.cases import (
    Contract,
    Offered,
    anything,
    defaulted,
    function,
    generator,
    index,
    integer,
    list_of,
    optional,
    real,
)
from grader.errors import AssignmentError
from grader.protocol import Callback, Opaque, Ref, Script, Step


def affine(x: Any, w: Any, b: Any = 0.0, *, scale: Any = 1.0) -> Any:
    """x times w, plus b."""
    return scale * (x * w + b)


INPUTS: dict[str, Any] = {
    "x": real("n"),
    "w": real("n"),
    "b": defaulted(real("")),
    "scale": defaulted(real("")),
}
AFFINE = Contract("affine", INPUTS, real("n"), affine, where="exercise 'affine'")


@pytest.mark.parametrize(
    ("inputs", "args", "kwargs"),
    [
        ({"x": 1, "w": 2}, (1, 2), {}),
        ({"w": 2, "x": 1, "b": 3}, (1, 2, 3), {}),
        ({"x": 1, "w": 2, "scale": 4}, (1, 2), {"scale": 4}),
        ({"x": 1, "b": 3}, (1,), {"b": 3}),
    ],
)
def test_arguments_go_by_place_as_far_as_they_can(inputs: Any, args: Any, kwargs: Any) -> None:
    names = ("x", "w", "b")[: len(args)]
    assert AFFINE.script(inputs) == Script((Step("call", "affine", args, kwargs, names),), Ref(0))


def test_the_reference_is_called_like_the_student_s_function_and_on_copies() -> None:
    def careless(x: Any, w: Any) -> Any:
        x += w
        return x

    contract = Contract("careless", {"x": real("n"), "w": real("n")}, real("n"), careless)
    inputs = {"x": np.ones(2), "w": np.full(2, 2.0)}
    assert contract.expected(inputs).tolist() == [3, 3]
    assert inputs["x"].tolist() == [1, 1]
    assert AFFINE.expected({"x": 2.0, "w": 3.0, "scale": 10.0}) == 60


def test_what_only_the_reference_understands_is_left_out_of_several_results() -> None:
    contract = Contract("f", {"x": real("n")}, (real("n"), anything()), lambda x: (x, object()))
    assert contract.expected({"x": 3.0}) == (3.0, Opaque("object"))


def test_a_reference_that_fails_is_named_with_its_input() -> None:
    with pytest.raises(AssignmentError) as error:
        AFFINE.expected({"x": "a", "w": "b"})
    assert str(error.value) == (
        "exercise 'affine': expected an answer of the reference, "
        "got TypeError: can't multiply sequence by non-int of type 'str'.\n"
        "The input was affine(x='a', w='b'); narrow its domain or mend the reference."
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((np.ones(2), 1.0), None),
        ([np.ones(2), 1.0], None),
        (np.ones(2), "expected a tuple of 2 results, got an array of shape (2,)"),
        ((np.ones(2),), "expected a tuple of 2 results, got a tuple of 1 items"),
        ((np.ones(2), None), "expected a number as result 2 of 2, got None"),
        ((np.ones(3), 1.0), "expected shape (n=2,) as result 1 of 2, got (3,)"),
    ],
)
def test_each_of_several_results_has_its_domain(value: Any, text: str | None) -> None:
    contract = Contract("f", {}, (real("n"), real("")))
    found = contract.misfit(value, {"n": 2})
    assert (found and found.text) == text


def test_results_share_axes_that_no_input_has() -> None:
    contract = Contract("f", {}, (real("free"), real("free")))
    assert contract.misfit((np.ones(2), np.ones(2)), {}) is None
    found = contract.misfit((np.ones(2), np.ones(3)), {})
    assert found is not None
    assert found.text == "expected shape (free=2,) as result 2 of 2, got (3,)"


def test_infinite_entries_are_found_in_any_result() -> None:
    found = AFFINE.infinite((np.ones(2), [1.0, np.array([0.0, math.inf])]))
    assert found is not None
    assert found.text == "expected finite numbers, got inf at [1]"
    assert AFFINE.infinite((1, "a", None, np.array(["x"]), Opaque("Box"))) is None


# --- functions offered to the student ------------------------------------------------------------------------------

STEP = function(lambda w: lambda x: w * x, takes=[real("n")], w=real("n"))
OFFERED = Contract("f", {"step": STEP, "x": real("n")}, real("n"), lambda step, x: step(x))
INPUT = {"step": Offered(7, "step", {"w": np.array([2.0, 3.0])}), "x": np.ones(2)}


def test_an_offered_function_is_sent_as_a_name_and_runs_outside() -> None:
    assert OFFERED.script(INPUT).steps[0].args[0] == Callback(7, "step")
    assert OFFERED.expected(INPUT).tolist() == [2, 3]
    (call,) = OFFERED.offered(INPUT, {"n": 2}).values()
    assert call((np.array([1.0, 10.0]),), {}).tolist() == [2, 30]
    assert OFFERED.call("f", INPUT) == "f(step=<function step made from w=[2.0, 3.0]>, x=[1.0, 1.0])"


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((), {}, "step: expected 1 arguments, got 0"),
        ((np.ones(2),), {"w": 1}, "step: expected positional arguments only, got w"),
        ((np.ones(3),), {}, "step: expected shape (n=2,), got (3,)"),
        (
            ([1.0, 2.0],),
            {},
            "step: expected an array of shape (n=2,), got a list of 2 items (use numpy.array)",
        ),
    ],
)
def test_an_offered_function_takes_what_its_contract_says(args: Any, kwargs: Any, text: str) -> None:
    with pytest.raises(ValueError) as error:
        OFFERED.offered(INPUT, {"n": 2})[7](args, kwargs)
    assert str(error.value) == text


def test_a_generator_is_drawn_from_anew_by_reference_and_student() -> None:
    contract = Contract("f", {"rng": generator()}, real(""), lambda rng: rng.random())
    inputs = {"rng": np.random.default_rng(3)}
    assert contract.expected(inputs) == contract.expected(inputs) == np.random.default_rng(3).random()


@pytest.mark.parametrize(
    ("takes", "given"),
    [
        (integer("", low=0, high=9), 10),
        (integer("n", low=0, high=9), np.array([3, -1])),
        (index("", below="n"), 3),
        (defaulted(integer("", low=0, high=9)), 10),
        (optional(integer("", low=0, high=9)), 10),
        (list_of(integer("", low=0, high=9)), [1, 10]),
    ],
)
def test_an_offered_function_is_not_run_on_integers_out_of_their_range(takes: Any, given: Any) -> None:
    """It runs in the grader, without a clock: one that counts up to its argument would never come back."""

    def never(n: Any) -> Any:
        raise AssertionError("run")

    with pytest.raises(ValueError, match=r"^f: expected .* out of that range$"):
        function(lambda: never, takes=[takes]).call("f", Offered(1, "f", {}), (given,), {"n": 2})


@pytest.mark.parametrize(
    ("takes", "given"),
    [
        (integer("", low=0, high=9), 9),
        (index("", below="n"), 1),
        (index("", below="m"), 1),
        (optional(integer("", low=0, high=9)), None),
        (list_of(integer("", low=0, high=9)), [0, 9]),
        (real("", low=0, high=9), 9.001),
    ],
)
def test_an_offered_function_is_run_inside_the_range_and_on_reals_beside_it(takes: Any, given: Any) -> None:
    """Differences at the end of a range need the function a little outside."""
    same = function(lambda: lambda n: n, takes=[takes])
    assert same.call("f", Offered(1, "f", {}), (given,), {"n": 2}) == given
