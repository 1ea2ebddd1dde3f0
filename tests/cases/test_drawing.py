"""Cases: the same for the same seed, at real shapes, with every edge, smallest first."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from grader.cases import (
    Case,
    Contract,
    Domain,
    boolean,
    defaulted,
    draw_cases,
    function,
    generator,
    index,
    integer,
    list_of,
    optional,
    real,
    simplex,
    small_cases,
    string,
    tokens,
)
from grader.errors import AssignmentError
from grader.protocol import encode


def contract(inputs: Mapping[str, Domain], **fields: Any) -> Contract:
    return Contract("f", inputs, real(""), **fields)


INPUTS: dict[str, Domain] = {
    "logits": real("batch classes", low=-50, high=50),
    "labels": index("batch", below="classes"),
    "weights": real("classes", low=0, high=2),
    "bias": real("classes", low=0, high=2),
    "rate": real("", low=0.1, high=1),
}
EVERYTHING = {
    **INPUTS,
    "mask": optional(boolean("batch")),
    "steps": defaulted(integer("")),
    "layers": list_of(real("rows columns")),
    "words": tokens("batch", vocabulary=["to", "be"]),
    "name": string(),
    "p": simplex("*any classes"),
}
CASES = draw_cases(contract(INPUTS), seed=1)


def noted(note: str, cases: list[Case] = CASES) -> Case:
    return next(case for case in cases if case.note == note)


def data_of(cases: list[Case]) -> Any:
    return [encode([case.note, dict(case.inputs), dict(case.sizes)], inline=True) for case in cases]


def test_one_seed_gives_the_same_cases_every_time() -> None:
    first, second = (draw_cases(contract(EVERYTHING), seed=9) for _ in range(2))
    assert data_of(first) == data_of(second)


def test_another_seed_or_another_name_gives_other_cases() -> None:
    other = Contract("g", INPUTS, real(""))
    assert data_of(CASES) != data_of(draw_cases(contract(INPUTS), seed=2))
    assert data_of(CASES) != data_of(draw_cases(other, seed=1))


def test_the_smallest_cases_come_first() -> None:
    sizes = [case.entries for case in draw_cases(contract(EVERYTHING), seed=3)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("count", [5, 24])
def test_there_are_as_many_ordinary_cases_as_asked_for_and_a_few_twins_in_the_same_shape(count: int) -> None:
    ordinary = [case for case in draw_cases(contract(INPUTS), seed=1, count=count) if case.ordinary]
    twins = [
        (a, b)
        for a, b in pairwise(ordinary)
        if a.inputs["logits"].shape == b.inputs["logits"].shape and a.inputs["rate"] != b.inputs["rate"]
    ]
    assert len(ordinary) == count + 3
    assert len(twins) >= 3


def test_axes_of_one_name_have_one_length_and_arrays_are_dense() -> None:
    for case in CASES:
        batch, classes = case.inputs["logits"].shape
        assert case.inputs["labels"].shape == (batch,)
        assert case.inputs["weights"].shape == (classes,)
        assert case.inputs["labels"].max(initial=0) < classes
        assert case.sizes == {"batch": batch, "classes": classes}
        if case.ordinary:
            assert len(np.unique(case.inputs["logits"])) == batch * classes


def test_axes_of_different_names_have_different_lengths_where_their_ranges_allow() -> None:
    shapes = [case.inputs["logits"].shape for case in CASES if case.ordinary]
    assert all(batch != classes for batch, classes in shapes)
    assert len(set(shapes)) > 10
    assert {batch > classes for batch, classes in shapes} == {True, False}


def test_every_edge_is_among_the_cases_whatever_the_seed() -> None:
    expected = {
        "axis batch has length 1", "axis batch is long", "axis classes has length 1", "axis classes is long",
        "every axis as short as it can be", "equal values", "equal rows", "the low end of the range",
        "the high end of the range", "both ends of the range", "a few values at the ends", "large values",
        "values of every magnitude", "zeros", "tiny values", "float32 input", "integer input", "the last index",
        "integers of another dtype", "Fortran order", "array that is not contiguous", "equal inputs",
        "inputs that are equal in places", "integer input logits", "integer input weights", "axes of one length",
    }  # fmt: skip
    for seed in range(4):
        notes = {case.note for case in draw_cases(contract(INPUTS), seed=seed, count=3)}
        assert expected <= notes


def test_layouts_dtypes_and_ties_are_what_the_note_says() -> None:
    assert noted("Fortran order").inputs["logits"].flags.f_contiguous
    assert not noted("array that is not contiguous").inputs["weights"].flags.c_contiguous
    assert noted("float32 input").inputs["logits"].dtype == np.float32
    assert noted("integer input").inputs["logits"].dtype == np.int64
    alone = noted("integer input weights").inputs
    assert (alone["weights"].dtype, alone["logits"].dtype) == (np.int64, np.float64)
    assert noted("axes of one length").inputs["logits"].shape == (3, 3)
    assert noted("integers of another dtype").inputs["labels"].dtype == np.int32
    equal = noted("equal inputs").inputs
    assert equal["weights"].tolist() == equal["bias"].tolist()
    places = noted("inputs that are equal in places").inputs
    assert 0 < (places["weights"] == places["bias"]).sum() < len(places["bias"])
    assert noted("every axis as short as it can be").inputs["logits"].shape == (1, 1)


def test_axes_are_empty_only_where_the_contract_says_so() -> None:
    assert all(case.entries > 0 and min(case.inputs["logits"].shape) > 0 for case in CASES)
    cases = draw_cases(contract(INPUTS, axes={"batch": (0, 4)}), seed=1)
    assert noted("axis batch is empty", cases).inputs["logits"].shape[0] == 0
    assert max(case.inputs["logits"].shape[0] for case in cases) == 4
    assert all(case.inputs["logits"].shape[1] > 0 for case in cases)


def test_a_starred_axis_is_any_number_of_axes_in_its_range() -> None:
    cases = draw_cases(contract({"x": real("*rows k")}, axes={"*rows": (0, 2)}), seed=1)
    assert {case.inputs["x"].ndim for case in cases} == {1, 2, 3}


def test_ranges_that_leave_nothing_small_are_taken_as_they_are() -> None:
    cases = draw_cases(contract({"x": real("a b")}, axes={"a": (90, 99), "b": (90, 99)}), seed=1, count=2)
    assert all(min(case.inputs["x"].shape) >= 90 for case in cases)


def test_the_items_of_a_list_have_shapes_of_their_own() -> None:
    cases = draw_cases(contract({"x": real("n"), "layers": list_of(real("n width"))}), seed=1)
    shapes = [[item.shape for item in case.inputs["layers"]] for case in cases]
    assert any(len(set(found)) > 1 for found in shapes)
    assert all(
        shape[0] == len(case.inputs["x"])
        for case, found in zip(cases, shapes, strict=True)
        for shape in found
    )
    assert all(
        case.entries == case.inputs["x"].size + sum(w.size for w in case.inputs["layers"]) for case in cases
    )


def test_a_default_is_left_out_of_some_calls_and_given_in_others() -> None:
    cases = draw_cases(contract({"x": real("n"), "rate": defaulted(real(""))}), seed=1)
    assert {"rate" in case.inputs for case in cases} == {True, False}
    assert "rate" not in noted("the default", cases).inputs


def test_examples_are_always_among_the_cases() -> None:
    given_ = {"x": np.array([1.0, 2.0])}
    cases = draw_cases(contract({"x": real("n")}, examples=(given_,)), seed=4)
    assert noted("example 1", cases).inputs == given_


def test_a_function_without_inputs_has_one_case() -> None:
    assert [(case.note, case.inputs) for case in draw_cases(contract({}), seed=1)] == [("", {})]


def test_offered_functions_and_generators_count_for_no_more_than_they_are() -> None:
    f = function(lambda w: lambda x: w * x, takes=[real("n")], w=real("n"))
    cases = draw_cases(contract({"f": f, "rng": generator()}), seed=1)
    assert {case.entries for case in cases} == {1}
    assert all(case.inputs["f"].input == "f" for case in cases)
    assert len({case.inputs["f"].key for case in cases}) == len(cases)


def test_an_axis_that_no_input_has_is_refused() -> None:
    made = contract(
        {"x": real("n"), "ws": list_of(real("rows"))}, axes={"rows": (1, 2)}, where="exercise 'f'"
    )
    with pytest.raises(AssignmentError) as error:
        draw_cases(made, seed=1)
    assert str(error.value) == (
        "exercise 'f': axes: expected a name of the inputs' axes (n), got 'rows'.\n"
        "Axes are named in the inputs' domains."
    )


# --- small cases ---------------------------------------------------------------------------------------------------

repeatable = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@repeatable
@given(small_cases(contract(EVERYTHING)))
def test_small_cases_are_cases_of_the_contract(case: Case) -> None:
    sizes = dict(case.sizes)
    assert case.ordinary
    for name, value in case.inputs.items():
        domain = EVERYTHING[name]
        assert domain.misfit(value, sizes) is None
    assert max(case.inputs["logits"].shape) <= 3


def test_the_simplest_case_is_the_smallest() -> None:
    inputs = {name: INPUTS[name] for name in ("logits", "labels")}
    case = find(small_cases(contract(inputs)), lambda case: True, settings=repeatable)
    assert {name: value.tolist() for name, value in case.inputs.items()} == {"logits": [[0.0]], "labels": [0]}


@pytest.mark.parametrize(
    ("note", "kept"),
    [("float32 input", True), ("integer input", True), ("integer input logits", True),
     ("integer input weights", True), ("array that is not contiguous", True),
     ("Fortran order", True), ("zeros", False), ("", False)],
)  # fmt: skip
def test_small_cases_keep_dtype_and_layout_and_no_other_speciality(note: str, kept: bool) -> None:
    case = find(
        small_cases(contract(INPUTS), note=note),
        lambda case: case.inputs["logits"].shape == (2, 3),
        settings=settings(repeatable, max_examples=200, phases=[Phase.generate]),
    )
    logits = case.inputs["logits"]
    assert case.note == (note if kept else "")
    assert (logits.dtype, logits.flags.c_contiguous, logits.flags.f_contiguous) == {
        "float32 input": (np.float32, True, False),
        "integer input": (np.int64, True, False),
        "integer input logits": (np.int64, True, False),
        "array that is not contiguous": (np.float64, False, False),
        "Fortran order": (np.float64, False, True),
    }.get(note, (np.float64, True, False))
    assert case.inputs["labels"].dtype == np.int64
