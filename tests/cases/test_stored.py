"""Domains as data: they recognise as before, and other data is told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import (
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
from grader.cases.stored import returns_from_data, returns_to_data
from grader.errors import FormatError
from grader.protocol import decode, encode

DOMAINS: list[Any] = [
    real("n *rest 3", also=[1], avoid=[2], variants=False),
    integer("n", low=-3),
    index("n", below="k"),
    boolean(""),
    simplex("n k"),
    symmetric("n n"),
    positive_definite("n n"),
    permutation("n"),
    string("ab"),
    tokens("n", vocabulary=["to", "be"]),
    choice("a", 1, None, (1, 2)),
    optional(real("n")),
    either(real(""), list_of(boolean("n"))),
    defaulted(choice(1)),
    generator(),
    anything(),
]


@pytest.mark.parametrize(
    "returns", [*DOMAINS, tuple(DOMAINS), (real("n"),)], ids=lambda item: type(item).__name__
)
def test_domains_are_the_same_after_storing(returns: Any) -> None:
    data = decode(*encode(returns_to_data(returns), inline=True), inline=True)
    assert returns_from_data(data) == returns


def test_a_domain_that_was_stored_recognises_as_before() -> None:
    back: Any = returns_from_data(returns_to_data(real("n k")))
    assert back.misfit(np.ones((2, 3)), {"n": 2}) is None
    assert back.misfit(np.ones((2, 3)), {"n": 3}).text == "expected shape (n=3, k), got (2, 3)"


@pytest.mark.parametrize(
    "data",
    [None, 3, "real", {}, {"kind": "Real"}, {"kind": "os.system"}, {"kind": ["Real"]}, [{"kind": "Text"}],
     {"kind": "Boolean", "axes": {"axes": "*a *b"}}, {"kind": "Boolean", "axes": {"axes": 3}},
     {"kind": "Generator", "seed": 3},
     returns_to_data(function(lambda: abs, takes=[real("n")]))],
)  # fmt: skip
def test_data_that_describes_no_domain_is_told_apart(data: Any) -> None:
    with pytest.raises(FormatError, match=r"^domain: expected a description of one, got "):
        returns_from_data(data)
