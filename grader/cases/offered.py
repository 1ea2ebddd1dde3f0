"""Domains of what is no plain data: random generators, functions offered to the student, and objects that
only the student's code understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases.arrays import Index, Integer
from grader.cases.domains import Domain, Edge, Rng, require
from grader.cases.fits import Misfit
from grader.cases.plain import Defaulted, Either, ListOf
from grader.messages import kind_text
from grader.shapes import Axes, Sizes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Anything", "Function", "Generator", "Offered", "anything", "function", "generator"]


@dataclass(frozen=True)
class Generator:
    """Random generators, each given by its seed."""

    def axes_used(self) -> tuple[Axes, ...]:
        return ()

    def dense(self, rng: Rng, sizes: Sizes) -> np.random.Generator:
        return np.random.default_rng(int(rng.integers(2**32)))

    def edges(self) -> Mapping[str, Edge]:
        return {}

    def small(self, sizes: Sizes) -> SearchStrategy[np.random.Generator]:
        from hypothesis import strategies as st

        return st.integers(0, 9).map(np.random.default_rng)

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        fits = isinstance(value, np.random.Generator)
        return None if fits else Misfit("type", "a numpy.random.Generator", kind_text(value))

    def text(self) -> str:
        return "a numpy.random.Generator; draw from it and from nothing else"


@dataclass(frozen=True)
class Offered:
    """A function offered to the student in one case: which input it is, and what it is made from."""

    key: int
    input: str
    made_from: Mapping[str, Any]


@dataclass(frozen=True)
class Function:
    """Functions offered to the student; they run outside and see only typed data."""

    make: Callable[..., Callable[..., Any]]
    takes: tuple[Domain, ...]
    made_from: Mapping[str, Domain] = field(default_factory=dict)

    def axes_used(self) -> tuple[Axes, ...]:
        return tuple(found for part in self.made_from.values() for found in part.axes_used())

    def dense(self, rng: Rng, sizes: Sizes) -> Offered:
        made_from = {name: part.dense(rng, sizes) for name, part in self.made_from.items()}
        return Offered(int(rng.integers(2**48)), "", made_from)

    def edges(self) -> Mapping[str, Edge]:
        return {}

    def small(self, sizes: Sizes) -> SearchStrategy[Offered]:
        from hypothesis import strategies as st

        parts = st.fixed_dictionaries({name: part.small(sizes) for name, part in self.made_from.items()})
        return parts.map(lambda made_from: Offered(0, "", made_from))

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return Misfit("type", "a function", kind_text(value))

    def text(self) -> str:
        return f"a function of {', '.join(part.text() for part in self.takes) or 'nothing'}"

    def call(self, name: str, offered: Offered, args: tuple[Any, ...], sizes: Sizes) -> Any:
        """Call the function as the student did; ValueError, worded for the student, if that does not fit."""
        if len(args) != len(self.takes):
            raise ValueError(f"{name}: expected {len(self.takes)} arguments, got {len(args)}")
        for arg, domain in zip(args, self.takes, strict=True):
            found = domain.misfit(arg, dict(sizes))
            if found is not None:
                raise ValueError(f"{name}: {found.text}")
            if not _inside(arg, domain, sizes):
                raise ValueError(f"{name}: expected {domain.text()}, got {kind_text(arg)} out of that range")
        return self.make(**offered.made_from)(*args)


def _inside(value: Any, domain: Domain, sizes: Sizes) -> bool:
    """Whether integers are in the range that the instructor declared; `value` is of the right form.

    A function that counts up to its argument would keep the grader busy for as long as the student likes. Real
    numbers may lie outside: right answers take differences at the ends of a range.
    """
    if isinstance(domain, Integer | Index):
        low, high = domain.range(sizes)
        array = np.asarray(value)
        return bool(((array >= low) & (array <= high)).all())
    if isinstance(domain, Defaulted):
        return _inside(value, domain.domain, sizes)
    if isinstance(domain, ListOf):
        return all(_inside(item, domain.item, sizes) for item in value)
    if isinstance(domain, Either):
        fitting = [option for option in domain.options if option.misfit(value, dict(sizes)) is None]
        return value is None or any(_inside(value, option, sizes) for option in fitting)
    return True


@dataclass(frozen=True)
class Anything:
    """Whatever the student's code makes and gets back, such as a cache or an object of its own class."""

    def axes_used(self) -> tuple[Axes, ...]:
        return ()

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        raise NotImplementedError("only the student's code can make such a value")

    def edges(self) -> Mapping[str, Edge]:
        return {}

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        raise NotImplementedError("only the student's code can make such a value")

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return None

    def text(self) -> str:
        return "an object of your own"


def generator() -> Generator:
    """A `numpy.random.Generator`, given by its seed."""
    return Generator()


def function(
    make: Callable[..., Callable[..., Any]], *, takes: Sequence[Domain], **made_from: Domain
) -> Function:
    """A function offered to the student, such as `f` or `step`. It runs outside; only its answers enter.

    No clock stops it there: it has to be cheap for any argument that its domains take. Integers out of their range
    raise ValueError in the student's code; real numbers may lie outside theirs.

    Args:
        make: Makes the function from what `made_from` draws.
        takes: The domains of its positional arguments; what the student passes is checked against them.
        made_from: Domains of the parameters of `make`.
    """
    require(callable(make), "function", "a function that makes one", make)
    domains = [*takes, *made_from.values()]
    wrong = [domain for domain in domains if not isinstance(domain, Domain)]
    require(not wrong, "function", "domains such as real(...)", wrong)
    return Function(make, tuple(takes), dict(made_from))


def anything() -> Anything:
    """An object that only the student's code looks into; it never leaves the box."""
    return Anything()
