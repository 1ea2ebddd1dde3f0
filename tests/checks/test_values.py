"""Agreement with the reference and properties: a right answer passes, and each kind of wrong one fails with words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.cases import Contract, anything, either, generator, index, integer, optional, real
from grader.checks import agrees, satisfies, unchanged_when
from grader.checks.answers import answer
from grader.errors import AssignmentError
from grader.protocol import Ending, StudentError
from grader.protocol import Reply as Answer
from tests.checks.students import case, failure, verdict


def double(x: Any) -> Any:
    """Twice x."""
    return 2 * x


def means(x: Any) -> Any:
    """Mean and largest deviation of each row."""
    return x.mean(axis=1), np.abs(x - x.mean(axis=1, keepdims=True)).max(axis=1)


DOUBLE = Contract("double", {"x": real("n")}, real("n"), double, where="exercise 'double'")
MEANS = Contract("means", {"x": real("n k")}, (real("n"), real("n")), means)
X = [case(x=[1.0, 2.0], sizes={"n": 2})]


@pytest.mark.parametrize(
    "right",
    [
        double,
        lambda x: x + x,
        lambda x: np.float32(2) * np.asarray(x, np.float32),
        lambda values: values * 2.0,
        lambda x, factor=2: factor * x,
        lambda x: np.asfortranarray(2 * x),
    ],
)
def test_any_right_way_to_the_reference_s_answer_agrees(right: Callable[..., Any]) -> None:
    assert verdict(agrees(), DOUBLE, right) == ""


@pytest.mark.parametrize(
    "right", [means, lambda x: list(means(x)), lambda x: tuple(part.astype(np.float32) for part in means(x))]
)
def test_several_results_may_come_as_a_tuple_or_a_list(right: Callable[..., Any]) -> None:
    assert verdict(agrees(), MEANS, right) == ""


def raises(error: BaseException) -> Callable[..., Any]:
    def wrong(x: Any) -> Any:
        raise error

    return wrong


def alternating() -> Callable[..., Any]:
    calls: list[Any] = []

    def wrong(x: Any) -> Any:
        calls.append(x)
        return 2 * x + len(calls) - 1

    return wrong


WRONG: list[tuple[Any, str, str]] = [
    (lambda x: x, "value", "double(x): largest error at [1]: expected 4.0, got 2.0 (tolerance 4e-06). "
                           "Every entry is 1/2 times what is expected; 2 is the length of n."),
    (lambda x: 2.0001 * x, "value", "double(x): largest error at [1]: expected 4.0, got 4.0002 (tolerance 4e-06)."),
    (lambda x: None, "type",
     "double(x): expected an array of shape (n=2,), got None (is the return statement missing?)."),
    (lambda x: [2.0, 4.0], "type",
     "double(x): expected an array of shape (n=2,), got a list of 2 items (use numpy.array)."),
    (lambda x: 2.0, "type", "double(x): expected an array of shape (n=2,), got the number 2.0."),
    (lambda x: "2", "type", "double(x): expected an array of shape (n=2,), got the text '2'."),
    (lambda x: (2 * x, x), "type",
     "double(x): expected an array of shape (n=2,), got a tuple of 2 items (use numpy.array)."),
    (lambda x: np.ma.masked_array(2 * x), "type",
     "double(x): expected an array of shape (n=2,), got a MaskedArray that is a subclass of numpy.ndarray; "
     "return numpy.asarray(...) of it."),
    (lambda x: (2 * x)[:, None], "shape", "double(x): expected shape (n=2,), got (2, 1)."),
    (lambda x: (2 * x)[:1], "shape", "double(x): expected shape (n=2,), got (1,)."),
    (lambda x: np.zeros(0), "shape", "double(x): expected shape (n=2,), got (0,)."),
    (lambda x: (2 * x).astype(complex), "dtype", "double(x): expected an array of numbers, got dtype complex128."),
    (lambda x: (2 * x).astype(bool), "dtype", "double(x): expected an array of numbers, got dtype bool."),
    (lambda x: (2 * x).astype(np.float16), "dtype",
     "double(x): expected an array of at least float32 numbers, got dtype float16."),
    (lambda x: np.array([2.0, math.nan]), "nonfinite", "double(x): expected finite numbers, got nan at [1]."),
    (lambda x: 2 * x * math.inf, "nonfinite", "double(x): expected finite numbers, got inf at [0]."),
    (alternating(), "unstable",
     "double(x): largest error at [0]: expected 2.0, got 3.0 (tolerance 2e-06). "
     "The first call with this input was right, the second is not."),
    (raises(ZeroDivisionError("division by zero")), "exception", "double(x): ZeroDivisionError: division by zero"),
    (raises(NotImplementedError()), "missing", "double(x): is not implemented yet."),
    (raises(RecursionError("deep")), "exception", "double(x): calls itself without end."),
    (raises(MemoryError("Unable to allocate 8 GiB")), "memory",
     "double(x): needs more memory than this assignment grants: Unable to allocate 8 GiB."),
    (lambda: 0, "arguments", "double(x): expected a function that takes these arguments, got double()."),
    (3, "missing", "double(x): expected a function, but double is of type int."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "kind", "text"), WRONG, ids=[text[:60] for _, _, text in WRONG])
def test_a_wrong_answer_fails_with_what_was_expected_and_what_came(
    wrong: Callable[..., Any], kind: str, text: str
) -> None:
    found = failure(agrees(), DOUBLE, wrong, X)
    assert found is not None
    assert found.message == text
    assert found.kind == kind


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda x: x.mean(axis=1), "means(x): expected a tuple of 2 results, got an array of shape (1,)."),
        (lambda x: (*means(x), 0), "means(x): expected a tuple of 2 results, got a tuple of 3 items."),
        (lambda x: (means(x)[0], 1.0),
         "means(x): expected an array of shape (n=1,) as result 2 of 2, got the number 1.0."),
        (lambda x: means(x)[::-1], "means(x): item 0: largest error at [0]: expected 2.0, got 1.0 (tolerance 2e-06)."),
        (lambda x: (means(x)[0], 2 * means(x)[1]),
         "means(x): item 1: largest error at [0]: expected 1.0, got 2.0 (tolerance 1e-06)."),
    ],
)  # fmt: skip
def test_a_wrong_one_of_several_results_is_counted(wrong: Callable[..., Any], text: str) -> None:
    assert verdict(agrees(), MEANS, wrong, [case(x=[[1.0, 3.0]], sizes={"n": 1, "k": 2})]) == text


def test_an_expected_nan_is_no_reason_to_refuse_the_answer() -> None:
    contract = Contract(
        "root", {"x": real("n")}, real("n"), lambda x: np.where(x < 0, np.nan, np.abs(x) ** 0.5)
    )
    cases = [case(x=[-1.0, 4.0])]
    assert verdict(agrees(), contract, lambda x: np.array([np.nan, 2.0]), cases) == ""
    assert verdict(agrees(), contract, lambda x: np.array([0.0, 2.0]), cases) == (
        "root(x): largest error at [0]: expected nan, got 0.0 (tolerance 2e-09)."
    )


def test_a_reference_that_gives_integers_can_be_met_in_floats() -> None:
    contract = Contract("square", {"x": real("n")}, real("n"), lambda x: x * x)
    assert verdict(agrees(), contract, lambda x: np.exp(2 * np.log(x)), [case(x=[3, 7])]) == ""


def test_single_numbers_may_be_of_any_real_type() -> None:
    contract = Contract("total", {"x": real("n")}, real(""), lambda x: float(np.sum(x)))
    for right in (
        np.sum,
        lambda x: float(x.sum()),
        lambda x: np.asarray(x.sum()),
        lambda x: np.float32(x.sum()),
    ):
        assert verdict(agrees(), contract, right, [case(x=[1.5, 2.0])]) == ""
    for wrong, kind in ((lambda x: x.sum(keepdims=True), "an array of shape (1,)"), (lambda x: True, "True")):
        text = f"total(x): expected a number, got {kind}."
        assert verdict(agrees(), contract, wrong, [case(x=[1.0])]) == text


def test_integers_and_indices_must_be_integers() -> None:
    contract = Contract("best", {"z": real("n k")}, index("n", below="k"), lambda z: z.argmax(axis=1))
    cases = [case(z=[[1.0, 2.0]], sizes={"n": 1, "k": 2})]
    assert verdict(agrees(), contract, lambda z: z.argmax(axis=1).astype(np.int32), cases) == ""
    assert verdict(agrees(), contract, lambda z: z.argmax(axis=1) * 1.0, cases) == (
        "best(z): expected an array of integers, got dtype float64."
    )
    assert verdict(agrees(), contract, lambda z: z.argmin(axis=1), cases) == (
        "best(z): 1 of 1 entries differ, the first at [0]: expected 1, got 0."
    )


def test_an_optional_result_may_be_none_where_the_reference_says_so() -> None:
    def first(x: Any) -> Any:
        return None if x[0] < 0 else float(x[0])

    contract = Contract("first", {"x": real("n")}, optional(real("")), first)
    cases = [case(x=[-1.0]), case(x=[2.0])]
    assert verdict(agrees(), contract, first, cases) == ""
    assert verdict(agrees(), contract, lambda x: None, cases) == "first(x): expected 2.0, got None."
    assert verdict(agrees(), contract, lambda x: float(x[0]), cases) == "first(x): expected None, got -1.0."
    assert verdict(agrees(), contract, lambda x: "no", cases) == (
        "first(x): expected a number from -10 to 10 or None, got the text 'no'."
    )


def test_an_object_of_the_student_s_own_among_the_results_is_not_compared() -> None:
    contract = Contract(
        "forward",
        {"x": real("n")},
        (real("n"), anything()),
        lambda x: (2 * x, {"cache": x, "layer": object()}),
    )
    assert verdict(agrees(), contract, lambda x: (2 * x, object()), X) == ""
    assert verdict(agrees(), contract, lambda x: (2 * x, [x, x]), X) == ""
    assert verdict(agrees(), contract, lambda x: (x, None), X).startswith("forward(x): item 0: largest error")


def test_a_generator_that_is_given_back_is_compared_by_its_state() -> None:
    def drawn(rng: Any) -> Any:
        rng.random()
        return rng

    contract = Contract("drawn", {"rng": generator()}, generator(), drawn)
    assert verdict(agrees(), contract, drawn) == ""
    assert verdict(agrees(), contract, lambda rng: rng) == (
        "drawn(rng): expected a generator in the expected state, got a Generator."
    )
    assert verdict(agrees(), contract, lambda rng: 3) == (
        "drawn(rng): expected a numpy.random.Generator, got the number 3."
    )


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Ending("timeout", "10 CPU seconds"),
         "expected an answer, but none came within 10 CPU seconds. Is there a loop that never ends?"),
        (Ending("memory"), "expected an answer, but the process was stopped for using too much memory."),
        (Ending("output", "more than 16 MiB"), "expected an answer, but your code printed more than 16 MiB."),
        (Ending("killed", "SIGKILL"), "expected an answer, but the process was killed (SIGKILL)."),
        (Ending("crashed", "SIGSEGV"), "expected an answer, but the Python process crashed (SIGSEGV)."),
        (Ending("exited", "status 3"),
         "expected an answer, but the process ended first (status 3). Does your code call os._exit?"),
        (Ending("protocol", "not a frame"), "expected an answer, got none that can be read: not a frame."),
        (Answer(error=StudentError("NameError", "double is not defined", kind="missing")),
         "double is not defined: your file has nothing of that name."),
        (Answer(error=StudentError("SystemExit", "0", 3, kind="exit")),
         "expected an answer, but your code ends the program (line 3)."),
        (Answer(error=StudentError("IndexError", "out of range", 12, "f")), "IndexError (line 12): out of range"),
    ],
)  # fmt: skip
def test_no_answer_at_all_is_named_by_how_the_call_ended(outcome: Any, text: str) -> None:
    found = answer(DOUBLE, outcome)
    assert not isinstance(found, Answer)
    assert found.message.removeprefix("double(x): ") == text


def test_a_reference_that_does_not_keep_its_own_contract_is_told_to_the_instructor() -> None:
    contract = Contract("double", {"x": real("n")}, real("n k"), double, where="exercise 'double'")
    with pytest.raises(AssignmentError) as error:
        agrees().plan(contract, X)
    assert str(error.value) == (
        "exercise 'double': agrees: expected the reference to pass, got: "
        "double(x): expected shape (n=2, k), got (2,).\nThe input was double(x=[1.0, 2.0])."
    )


def test_a_reference_that_raises_is_told_with_its_input() -> None:
    contract = Contract("f", {"x": real("n")}, real("n"), lambda x: x.nothing, where="exercise 'f'")
    with pytest.raises(AssignmentError) as error:
        agrees().plan(contract, X)
    assert str(error.value) == (
        "exercise 'f': expected an answer of the reference, "
        "got AttributeError: 'numpy.ndarray' object has no attribute 'nothing'.\n"
        "The input was f(x=[1.0, 2.0]); narrow its domain or mend the reference."
    )


# --- unchanged_when ------------------------------------------------------------------------------------------------


def spread(x: Any) -> Any:
    """Largest minus smallest."""
    return float(np.max(x) - np.min(x))


def shift(x: Any) -> dict[str, Any]:
    return {"x": x + 5}


def shift_in_place(x: Any) -> dict[str, Any]:
    x += 5
    return {"x": x}


SPREAD = Contract("spread", {"x": real("n")}, real(""), spread, where="exercise 'spread'")


@pytest.mark.parametrize("change", [shift, shift_in_place])
def test_an_answer_that_must_not_change_may_not(change: Any) -> None:
    check = unchanged_when("x is shifted", change)
    cases = [case(x=[1.0, 3.0])]
    assert check.title == "The answer stays the same when x is shifted"
    assert verdict(check, SPREAD, spread, cases) == ""
    assert verdict(check, SPREAD, lambda x: float(np.max(x)), cases) == (
        "spread(x): the answer changes when x is shifted: expected 3.0, got 8.0 (tolerance 3e-06). "
        "Afterwards: spread(x=[6.0, 8.0])"
    )
    assert verdict(check, SPREAD, lambda x: None, cases) == (
        "spread(x): expected a number, got None (is the return statement missing?)."
    )
    for number in ("inf", "nan"):
        told = verdict(check, SPREAD, lambda x, number=number: float(number), cases)
        assert told.startswith("spread(x): expected finite numbers, got"), told
    assert cases[0].inputs["x"].tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda x: {"y": x}, "expected a dict of some of x, got {'y': array([1., 3.])}."),
        (lambda x: x, "expected a dict of some of x, got array([1., 3.])."),
        (lambda z: {"x": z},
         "expected changed inputs, got TypeError: <lambda>() got an unexpected keyword argument 'x'.\n"
         "It is called with the inputs by name and returns a dict of those that change."),
        (lambda x: {"x": 2 * x},
         "expected the reference to pass, got: spread(x): the answer changes when x is shifted: "
         "expected 2.0, got 4.0 (tolerance 2e-06). Afterwards: spread(x=[2.0, 6.0])\n"
         "The input was spread(x=[1.0, 3.0])."),
    ],
)  # fmt: skip
def test_a_change_that_is_none_or_that_matters_is_told_to_the_instructor(change: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        unchanged_when("x is shifted", change).plan(SPREAD, [case(x=[1.0, 3.0])])
    assert str(error.value) == f"exercise 'spread': unchanged_when: {text}"


# --- satisfies -----------------------------------------------------------------------------------------------------


def share(x: Any) -> Any:
    """Shares of a whole."""
    return np.abs(x) / np.abs(x).sum()


SHARE = Contract("share", {"x": real("n", low=0.5)}, real("n"), share, where="exercise 'share'")


def told(p: Any, x: Any) -> bool | str:
    return True if abs(p.sum() - 1) < 1e-6 else f"it sums to {p.sum():g}"


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (lambda p, x: abs(p.sum() - 1) < 1e-6, ""),  # a boolean of NumPy
        (lambda p, x: bool(abs(p.sum() - 1) < 1e-6), ""),
        (lambda p, x: None if abs(p.sum() - 1) < 1e-6 else False, ""),
        (told, ": it sums to 3"),
    ],
)
def test_a_property_holds_or_is_told(predicate: Any, words: str) -> None:
    check = satisfies("The shares sum to one", predicate)
    cases = [case(x=[1.0, 2.0])]
    assert check.title == "The shares sum to one"
    assert verdict(check, SHARE, share, cases) == ""
    assert (
        verdict(check, SHARE, lambda x: x, cases) == f"share(x): expected that the shares sum to one{words}."
    )
    assert verdict(check, SHARE, lambda x: 1.0, cases) == (
        "share(x): expected an array of shape (n,), got the number 1.0."
    )


@pytest.mark.parametrize(
    ("predicate", "text"),
    [
        (lambda p, x: False, "expected the reference to pass, got: share(x): expected that it holds.\n"
                             "The input was share(x=[1.0, 2.0])."),
        (lambda p, x: p > 0, "expected True, False or words, got array([ True,  True])."),
        (lambda p: True, "expected True, False or words, got TypeError: <lambda>() got an unexpected keyword "
                         "argument 'x'.\nIt is called with the answer, then the inputs by name, for every answer of "
                         "the right shape."),
    ],
)  # fmt: skip
def test_a_predicate_that_is_none_is_told_to_the_instructor(predicate: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        satisfies("It holds", predicate).plan(SHARE, [case(x=[1.0, 2.0])])
    assert str(error.value) == f"exercise 'share': satisfies: {text}"


def test_an_alternative_may_be_a_number_or_an_array() -> None:
    contract = Contract("same", {"x": either(real(""), real("n"))}, either(real(""), real("n")), lambda x: x)
    assert verdict(agrees(), contract, lambda x: x) == ""
    assert verdict(agrees(), contract, lambda x: np.asarray(x)[None], [case(x=2.0)]) == (
        "same(x): expected shape (), got (1,). The numbers are right, in shape (1,) in place of ()."
    )
    assert verdict(agrees(), contract, str, [case(x=2.0)]) == (
        "same(x): expected a number from -10 to 10 or an array of real numbers, shape (n,) from -10 to 10, "
        "got the text '2.0'."
    )


def test_every_repeated_case_is_asked_twice() -> None:
    trials = agrees().plan(Contract("f", {"n": integer("")}, real(""), float), [case(n=n) for n in range(9)])
    assert [len(trial.scripts) for trial in trials] == [2, 1, 1, 1, 2, 1, 1, 1, 2]
