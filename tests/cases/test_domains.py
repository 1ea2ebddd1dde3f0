"""Domains: what they draw is inside them, what is outside is named, and nobody can write down a wrong one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.cases import (
    Misfit,
    anything,
    boolean,
    choice,
    defaulted,
    either,
    function,
    generator,
    index,
    integer,
    list_of,
    optional,
    permutation,
    positive_definite,
    real,
    simplex,
    string,
    symmetric,
    tokens,
)
from grader.cases.fits import nonfinite_misfit
from grader.cases.offered import Offered
from grader.cases.plain import Omitted
from grader.errors import AssignmentError
from grader.protocol import Opaque

SIZES: dict[str, Any] = {"n": 5, "k": 3, "m": 4, "*rest": (2, 3)}


def array_of(shape: tuple[int, ...], low: float, high: float) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        return value.shape == shape and bool(((low <= value) & (value <= high)).all())

    return fits


def definite(value: Any) -> bool:
    return (
        value.shape == (3, 3)
        and bool((np.linalg.eigvalsh(value) > 0).all())
        and np.array_equal(value, value.T)
    )


DOMAINS: list[tuple[Any, Callable[[Any], bool]]] = [
    (real("n k"), array_of((5, 3), -10, 10)),
    (real("n 2", low=3, high=4), array_of((5, 2), 3, 4)),
    (real("*rest n", low=-1e6, high=1e-3), array_of((2, 3, 5), -1e6, 1e-3)),
    (real("n", low=-1e308, high=1e308), array_of((5,), -1e308, 1e308)),
    (real("n", low=0.25, high=0.5), array_of((5,), 0.25, 0.5)),
    (real("", low=1, high=2), lambda value: type(value) is float and 1 <= value <= 2),
    (integer("n", low=-2, high=7), array_of((5,), -2, 7)),
    (integer("", low=3, high=3), lambda value: value == 3 and type(value) is int),
    (integer("n", low=-(2**63), high=2**63 - 1), lambda value: value.dtype == np.int64),
    (index("n", below="k"), array_of((5,), 0, 2)),
    (index("n", below="7"), array_of((5,), 0, 6)),
    (index("", below="k"), lambda value: value in (0, 1, 2)),
    (boolean("n"), lambda value: value.dtype == bool and value.shape == (5,)),
    (boolean(""), lambda value: type(value) is bool),
    (simplex("n k"), lambda p: p.shape == (5, 3) and bool((p >= 0).all()) and np.allclose(p.sum(-1), 1, atol=1e-12)),
    (symmetric("k k"), lambda a: np.array_equal(a, a.T) and a.shape == (3, 3)),
    (positive_definite("k k"), definite),
    (permutation("n"), lambda p: sorted(p.tolist()) == [0, 1, 2, 3, 4]),
    (string("xy", shortest=1, longest=3), lambda s: 1 <= len(s) <= 3 and set(s) <= {"x", "y"}),
    (tokens("n", vocabulary=["to", "be"]), lambda words: len(words) == 5 and set(words) <= {"to", "be"}),
    (choice("a", 1, None), lambda value: value in ("a", 1, None)),
    (optional(real("n")), lambda value: value is None or value.shape == (5,)),
    (either(real(""), boolean("")), lambda value: isinstance(value, float | bool)),
    (list_of(real("a b"), shortest=2, longest=3),
     lambda items: len(items) in (2, 3) and all(item.ndim == 2 for item in items)),
    (list_of(index("n", below="k")), lambda items: all(array_of((5,), 0, 2)(item) for item in items)),
    (generator(), lambda value: isinstance(value, np.random.Generator)),
    (function(lambda w: lambda x: w * x, takes=[real("n")], w=real("n")),
     lambda value: isinstance(value, Offered) and value.made_from["w"].shape == (5,)),
]  # fmt: skip
IDS = [str(number) + " " + domain.text() for number, (domain, _) in enumerate(DOMAINS)]


@pytest.mark.parametrize(("domain", "inside"), DOMAINS, ids=IDS)
def test_dense_and_special_values_are_inside_their_domain(domain: Any, inside: Any) -> None:
    for draw in (domain.dense, *domain.edges().values()):
        for seed in range(8):
            value = draw(np.random.default_rng(seed), SIZES)
            assert inside(value), value
            if not isinstance(value, Offered):
                assert domain.misfit(value, dict(SIZES)) is None


@pytest.mark.parametrize(("domain", "inside"), DOMAINS, ids=IDS)
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_small_values_are_inside_their_domain(domain: Any, inside: Any, data: st.DataObject) -> None:
    sizes = {**SIZES, "n": 5, "k": 3}
    value = data.draw(domain.small(sizes))
    assert inside(value)


@pytest.mark.parametrize("domain", [domain for domain, _ in DOMAINS], ids=IDS)
def test_a_draw_is_the_same_for_the_same_seed(domain: Any) -> None:
    for draw in (domain.dense, *domain.edges().values()):
        first, second = (draw(np.random.default_rng(3), SIZES) for _ in range(2))
        if not isinstance(first, np.random.Generator | Offered):
            np.testing.assert_equal(first, second)


def test_a_parameter_with_a_default_is_now_left_out_and_now_given() -> None:
    domain = defaulted(real(""))
    drawn = [domain.dense(np.random.default_rng(seed), {}) for seed in range(20)]
    assert {type(value) for value in drawn} == {Omitted, float}
    assert isinstance(domain.edges()["the default"](np.random.default_rng(0), {}), Omitted)


EDGES = {
    "zeros": [0, 0, 0, 0],
    "the low end of the range": [-9, -9, -9, -9],
    "the high end of the range": [30, 30, 30, 30],
}


@pytest.mark.parametrize("name", EDGES)
def test_special_values_are_what_their_name_says(name: str) -> None:
    drawn = real("m", low=-9, high=30).edges()[name](np.random.default_rng(0), SIZES)
    assert drawn.tolist() == EDGES[name]


def test_special_values_cover_ties_magnitudes_and_dtypes() -> None:
    edges, rng = real("n k", low=-1e4, high=1e4, also=[7.5]).edges(), np.random.default_rng(1)
    drawn = {name: edge(rng, SIZES) for name, edge in edges.items()}
    assert (drawn["equal rows"] == drawn["equal rows"][0]).all()
    assert len(np.unique(drawn["equal values"])) < 15
    assert np.abs(drawn["tiny values"]).max() < 1e-6
    assert np.abs(drawn["large values"]).max() > 1e3
    assert set(np.unique(drawn["both ends of the range"])) > {-1e4, 1e4}
    assert np.ptp(np.log10(np.abs(drawn["values of every magnitude"]))) > 3
    assert 7.5 in drawn["special values"]
    assert drawn["float32 input"].dtype == np.float32
    assert drawn["integer input"].dtype.kind == "i"
    assert all(np.isfinite(value).all() for value in drawn.values())


def test_float32_and_integer_input_can_be_excluded() -> None:
    assert set(real("n").edges()) - set(real("n", variants=False).edges()) == {
        "float32 input",
        "integer input",
    }
    assert "integer input" not in real("n", low=0.1, high=0.9).edges()


@pytest.mark.parametrize("avoid", [(0,), (0, 1), (1, 0), (-1, 0, 1), (10, 9), (-10,)])
def test_values_to_avoid_are_in_no_case(avoid: tuple[float, ...]) -> None:
    domain = real("n", avoid=avoid, also=[0.5])
    for name, edge in domain.edges().items():
        for seed in range(5):
            value = edge(np.random.default_rng(seed), {"n": 40})
            assert not np.isin(value, avoid).any(), name
            assert domain.low <= value.min() <= value.max() <= domain.high


def test_all_but_one_share_of_a_peaked_simplex_row_is_exactly_zero() -> None:
    drawn = simplex("n k").edges()["zeros and ones"](np.random.default_rng(0), SIZES)
    assert np.sort(drawn, axis=-1).tolist() == [[0, 0, 1]] * 5


def test_each_value_of_a_choice_is_a_case_of_its_own() -> None:
    edges = choice("mean", "sum", 2).edges()
    assert {name: edge(np.random.default_rng(0), {}) for name, edge in edges.items()} == {
        "the value 'mean'": "mean",
        "the value 'sum'": "sum",
        "the value 2": 2,
    }


# --- what is outside -----------------------------------------------------------------------------------------------


class Box:
    pass


@pytest.mark.parametrize(
    ("domain", "value", "kind", "text"),
    [
        (real(""), None, "type", "expected a number, got None"),
        (real(""), True, "type", "expected a number, got True"),
        (real(""), np.True_, "type", "expected a number, got True"),
        (real(""), 1j, "type", "expected a number, got the number 1j"),
        (real(""), np.float16(1), "dtype", "expected a number in at least float32, got float16"),
        (real(""), np.ones(1), "shape", "expected a number, got an array of shape (1,)"),
        (real(""), torch.ones(2), "type", "expected a number, got a torch tensor of shape (2,)"),
        (real(""), {"x": 1}, "type", "expected a number, got a dict"),
        (real("n"), torch.ones(2), "type", "expected an array of shape (n=5,), got a torch tensor of shape (2,)"),
        (real("n"), Opaque("Box"), "type", "expected an array of shape (n=5,), got a Box"),
        (real("n k"), np.ones((3, 5)), "shape", "expected shape (n=5, k=3), got (3, 5)"),
        (real("n free"), np.ones(3), "shape", "expected shape (n=5, free), got (3,)"),
        (real("n"), np.ones(5, bool), "dtype", "expected an array of numbers, got dtype bool"),
        (real("n"), np.array(["a"] * 5), "dtype", "expected an array of numbers, got dtype <U1"),
        (integer(""), 1.0, "type", "expected an integer, got the number 1.0"),
        (integer(""), True, "type", "expected an integer, got True"),
        (integer("n"), np.ones(5), "dtype", "expected an array of integers, got dtype float64"),
        (index("n", below="k"), np.ones(5), "dtype", "expected an array of integers, got dtype float64"),
        (boolean(""), 1, "type", "expected True or False, got the number 1"),
        (boolean("n"), np.ones(5, int), "dtype", "expected an array of booleans, got dtype int64"),
        (simplex("n k"), [1.0], "type",
         "expected an array of shape (n=5, k=3), got a list of 1 items (use numpy.array)"),
        (permutation("n"), np.arange(5.0), "dtype", "expected an array of integers, got dtype float64"),
        (string(), 3, "type", "expected a string, got the number 3"),
        (tokens("n", vocabulary=["a"]), ["a"], "shape", "expected a list of length (n=5,), got length 1"),
        (tokens("n", vocabulary=["a"]), [1], "type", "expected a list of strings, got a list of 1 items"),
        (choice("a", 1), True, "value", "expected one of 'a', 1, got True"),
        (choice("a", 1), "b", "value", "expected one of 'a', 1, got the text 'b'"),
        (optional(real("")), "x", "type", "expected a number from -10 to 10 or None, got the text 'x'"),
        (list_of(real("a b")), 3, "type",
         "expected a list of an array of real numbers, shape (a, b) from -10 to 10, got the number 3"),
        (list_of(real("a b")), [np.ones((1, 1)), np.ones(2)], "shape", "expected shape (a, b) as item 1, got (2,)"),
        (generator(), np.random, "type", "expected a numpy.random.Generator, got a module"),
        (function(lambda: abs, takes=[]), abs, "type", "expected a function, got a builtin_function_or_method"),
        (defaulted(real("")), "x", "type", "expected a number, got the text 'x'"),
    ],
)  # fmt: skip
def test_a_value_outside_is_named_with_what_it_is(domain: Any, value: Any, kind: str, text: str) -> None:
    found = domain.misfit(value, dict(SIZES))
    assert found is not None
    assert (found.kind, found.text) == (kind, text)


@pytest.mark.parametrize(
    ("domain", "value"),
    [
        (real(""), 3),
        (real(""), np.float32(3)),
        (real(""), np.int64(3)),
        (real(""), np.array(3.0)),
        (real(""), torch.tensor(3.0)),
        (real("n"), np.ones(5, np.float32)),
        (real("n"), np.ones(5, int)),
        (real("*any"), 3.0),
        (real("*any"), np.ones((2, 2))),
        (integer(""), np.uint8(3)),
        (boolean(""), np.False_),
        (choice("a", 1), 1),
        (anything(), Box()),
        (list_of(real("a")), (np.ones(2), np.ones(3))),
    ],
)
def test_a_value_of_a_kin_type_is_inside(domain: Any, value: Any) -> None:
    assert domain.misfit(value, dict(SIZES)) is None


def test_free_axes_are_bound_by_the_first_value_and_hold_for_the_next() -> None:
    sizes: dict[str, Any] = {}
    assert real("a b").misfit(np.ones((2, 3)), sizes) is None
    assert sizes == {"a": 2, "b": 3}
    assert real("b").misfit(np.ones(2), sizes) == Misfit("shape", "shape (b=3,)", "(2,)")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, None),
        (None, None),
        ("nan", None),
        (np.array([1, 2]), None),
        (math.nan, "expected finite numbers, got nan"),
        (np.array([[0.0, -math.inf]]), "expected finite numbers, got -inf at [0, 1]"),
        (complex(math.nan, 1), "expected finite numbers, got (nan+1j)"),
    ],
)
def test_the_first_entry_that_is_not_finite_is_found(value: Any, text: str | None) -> None:
    found = nonfinite_misfit(value)
    assert (found and found.text) == text


# --- what cannot be meant ------------------------------------------------------------------------------------------

# Without their types: the arguments are wrong on purpose.
wrong: Any = grader
MEND = '\nUse names, fixed lengths and at most one starred name: "batch 3 classes", "*rows classes".'

BAD: list[tuple[Callable[[], Any], str]] = [
    (lambda: wrong.real(3), "real(3): expected axes as text, got 3.\n"
                            'Write the axes in one string, such as "batch classes".'),
    (lambda: wrong.real("batch, classes"),
     f"real('batch, classes'): expected axis names separated by spaces, got 'batch,' in 'batch, classes'.{MEND}"),
    (lambda: wrong.real("-1"), f"real('-1'): expected axis names separated by spaces, got '-1' in '-1'.{MEND}"),
    (lambda: wrong.real("* n"), f"real('* n'): expected axis names separated by spaces, got '*' in '* n'.{MEND}"),
    (lambda: wrong.real("*a *b"), "real('*a *b'): expected at most one starred axis, got '*a *b'.\n"
                                  "With two of them no shape could be told apart; give one of them plain names."),
    (lambda: wrong.real("n", low=5, high=5),
     "real('n'): expected low below high, got (5, 5).\nSwap them, or widen the range."),
    (lambda: wrong.real("n", low="0"), "real('n'): expected finite numbers for low and high, got ('0', 10)."),
    (lambda: wrong.real("n", high=math.inf), "real('n'): expected finite numbers for low and high, got (-10, inf)."),
    (lambda: wrong.real("n", low=math.nan), "real('n'): expected finite numbers for low and high, got (nan, 10)."),
    (lambda: wrong.real("n", also=[3, 11]), "real('n'): expected values of also from -10 to 10, got [11]."),
    (lambda: wrong.real("n", low=0, high=1, avoid=[0]),
     "real('n'): expected a range wider than 2 with avoid, got (0, 1)."),
    (lambda: wrong.integer("n", low=0.5), "integer('n'): expected integers for low and high, got (0.5, 10)."),
    (lambda: wrong.integer("n", low=True), "integer('n'): expected integers for low and high, got (True, 10)."),
    (lambda: wrong.integer("n", low=3, high=2),
     "integer('n'): expected low not above high, got (3, 2).\nSwap them, or widen the range."),
    (lambda: wrong.integer("n", high=2**63), f"integer('n'): expected integers of 64 bits, got (0, {2**63})."),
    (lambda: wrong.index("n", below="a b"), "index('n'): expected the name of one axis as below, got 'a b'."),
    (lambda: wrong.index("n", below="*a"), "index('n'): expected the name of one axis as below, got '*a'."),
    (lambda: wrong.index("n", below=3), "index('n'): below: expected axes as text, got 3.\n"
                                        'Write the axes in one string, such as "batch classes".'),
    (lambda: wrong.simplex(""), "simplex(''): expected at least one axis, got ''."),
    (lambda: wrong.permutation(""), "permutation(''): expected at least one axis, got ''."),
    (lambda: wrong.symmetric("n"), "symmetric('n'): expected the last two axes equal, got 'n'.\nWrite \"n n\"."),
    (lambda: wrong.positive_definite("n m"),
     "positive_definite('n m'): expected the last two axes equal, got 'n m'.\nWrite \"n n\"."),
    (lambda: wrong.string(""), "string: expected at least one character, got ''."),
    (lambda: wrong.string("ab", shortest=3, longest=2),
     "string: expected lengths 0 <= shortest <= longest, got (3, 2)."),
    (lambda: wrong.string("ab", shortest=-1), "string: expected lengths 0 <= shortest <= longest, got (-1, 12)."),
    (lambda: wrong.tokens("n", vocabulary="abc"), "tokens: expected a list of words as vocabulary, got 'abc'."),
    (lambda: wrong.tokens("n", vocabulary=[]), "tokens: expected a list of words as vocabulary, got []."),
    (lambda: wrong.tokens("n", vocabulary=[1]), "tokens: expected a list of words as vocabulary, got [1]."),
    (lambda: wrong.tokens("n m", vocabulary=["a"]), "tokens: expected the name of one axis as length, got 'n m'."),
    (lambda: wrong.tokens("*n", vocabulary=["a"]), "tokens: expected the name of one axis as length, got '*n'."),
    (lambda: wrong.choice(), "choice: expected at least one value, got ()."),
    (lambda: wrong.optional(3), "optional: expected a domain such as real(...), got 3."),
    (lambda: wrong.optional(real), f"optional: expected a domain such as real(...), got {real!r}."),
    (lambda: wrong.defaulted(0.5), "defaulted: expected a domain such as real(...), got 0.5."),
    (lambda: wrong.either(3, 4), "either: expected two or more domains such as real(...), got (3, 4)."),
    (lambda: wrong.either(wrong.generator()),
     "either: expected two or more domains such as real(...), got (Generator(),)."),
    (lambda: wrong.list_of("n"), "list_of: expected a domain such as real(...), got 'n'."),
    (lambda: wrong.list_of(wrong.generator(), longest=0),
     "list_of: expected lengths 0 <= shortest <= longest, got (1, 0)."),
    (lambda: wrong.function(3, takes=[]), "function: expected a function that makes one, got 3."),
    (lambda: wrong.function(abs, takes=[3]), "function: expected domains such as real(...), got [3]."),
    (lambda: wrong.function(abs, takes=[], w=3), "function: expected domains such as real(...), got [3]."),
]  # fmt: skip


@pytest.mark.parametrize(("make", "text"), BAD, ids=range(len(BAD)))
def test_a_domain_that_cannot_be_meant_is_refused_with_its_value(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text


@pytest.mark.parametrize(
    "domain", [real(""), integer(""), real("*shape")], ids=["real", "integer", "any shape"]
)
@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**400], ids=["unsigned", "negative", "no float"])
def test_an_integer_beyond_64_bits_is_no_number_that_a_judge_can_compute_with(
    domain: Any, value: int
) -> None:
    found = domain.misfit(value, {})
    assert found is not None
    assert found.kind == "dtype"


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63)])
def test_integers_of_64_bits_are_numbers(value: int) -> None:
    assert integer("").misfit(value, {}) is None
    assert real("").misfit(value, {}) is None
