"""Domains of plain data that is no array: text, choices, optional and alternative values, lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.cases.domains import Domain, Edge, Rng, require
from grader.cases.fits import Misfit
from grader.messages import kind_text, value_text
from grader.shapes import Axes, Sizes, axes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Either", "Omitted", "choice", "defaulted", "either", "list_of", "optional", "string", "tokens"]


def _length_bounds(where: str, low: int, high: int) -> None:
    whole = type(low) is int and type(high) is int
    require(whole and 0 <= low <= high, where, "lengths 0 <= shortest <= longest", (low, high))


@dataclass(frozen=True)
class Text:
    """Strings over an alphabet."""

    alphabet: str
    shortest: int
    longest: int

    def axes_used(self) -> tuple[Axes, ...]:
        return ()

    def dense(self, rng: Rng, sizes: Sizes) -> str:
        return self._drawn(rng, int(rng.integers(self.shortest, self.longest, endpoint=True)))

    def edges(self) -> Mapping[str, Edge]:
        return {
            "the shortest text": lambda rng, sizes: self._drawn(rng, self.shortest),
            "the longest text": lambda rng, sizes: self._drawn(rng, self.longest),
            "equal values": lambda rng, sizes: self.alphabet[0] * self.longest,
        }

    def small(self, sizes: Sizes) -> SearchStrategy[str]:
        from hypothesis import strategies as st

        return st.text(self.alphabet, min_size=self.shortest, max_size=min(self.longest, self.shortest + 4))

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return None if isinstance(value, str) else Misfit("type", "a string", kind_text(value))

    def text(self) -> str:
        return f"a string of {self.shortest} to {self.longest} characters"

    def _drawn(self, rng: Rng, length: int) -> str:
        return "".join(rng.choice(list(self.alphabet), length).tolist())


@dataclass(frozen=True)
class Tokens:
    """Lists of words from a vocabulary; the length is an axis, shared with others."""

    axes: Axes
    vocabulary: tuple[str, ...]

    def axes_used(self) -> tuple[Axes, ...]:
        return (self.axes,)

    def dense(self, rng: Rng, sizes: Sizes) -> list[str]:
        return [
            self.vocabulary[at] for at in rng.integers(len(self.vocabulary), size=self.axes.shape(sizes)[0])
        ]

    def edges(self) -> Mapping[str, Edge]:
        return {"equal values": lambda rng, sizes: [self.vocabulary[0]] * self.axes.shape(sizes)[0]}

    def small(self, sizes: Sizes) -> SearchStrategy[list[str]]:
        from hypothesis import strategies as st

        length = self.axes.shape(sizes)[0]
        return st.lists(st.sampled_from(self.vocabulary), min_size=length, max_size=length)

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            return Misfit("type", "a list of strings", kind_text(value))
        if not self.axes.bind((len(value),), sizes):
            return Misfit("shape", f"a list of length {self.axes.text(sizes)}", f"length {len(value)}")
        return None

    def text(self) -> str:
        return f"a list of words, length {self.axes.text({})}"


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    values: tuple[Any, ...]

    def axes_used(self) -> tuple[Axes, ...]:
        return ()

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return self.values[int(rng.integers(len(self.values)))]

    def edges(self) -> Mapping[str, Edge]:
        # Every value, so that none is left to luck.
        return {f"the value {value_text(v)}": lambda rng, sizes, v=v: v for v in self.values}  # type: ignore[misc]

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        return st.sampled_from(self.values)

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        if any(type(value) is type(known) and value == known for known in self.values):
            return None
        return Misfit("value", f"one of {', '.join(map(value_text, self.values))}", kind_text(value))

    def text(self) -> str:
        return f"one of {', '.join(map(value_text, self.values))}"


@dataclass(frozen=True)
class Either:
    """A value of any of several domains; None is one where `none` says so."""

    options: tuple[Domain, ...]
    none: bool = False

    def axes_used(self) -> tuple[Axes, ...]:
        return tuple(found for option in self.options for found in option.axes_used())

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        at = int(rng.integers(len(self.options) + self.none))
        return None if at == len(self.options) else self.options[at].dense(rng, sizes)

    def edges(self) -> Mapping[str, Edge]:
        found: dict[str, Edge] = {"None": lambda rng, sizes: None} if self.none else {}
        for number, option in enumerate(self.options):
            if len(self.options) > 1:
                found[f"alternative {number + 1}"] = option.dense
            for name, edge in option.edges().items():
                found.setdefault(name, edge)
        return found

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        options = [option.small(sizes) for option in self.options]
        return st.one_of(*([st.none()] if self.none else []), *options)

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        if value is None and self.none:
            return None
        found = None
        for option in self.options:
            trial = dict(sizes)
            found = option.misfit(value, trial)
            if found is None:
                sizes.update(trial)
                return None
        return found and Misfit(found.kind, self.text(), kind_text(value))

    def text(self) -> str:
        return " or ".join([option.text() for option in self.options] + (["None"] if self.none else []))


class Omitted:
    """Stands for a parameter that is left out of a call."""


@dataclass(frozen=True)
class Defaulted:
    """A parameter that is now left out, so that its default holds, now given."""

    domain: Domain

    def axes_used(self) -> tuple[Axes, ...]:
        return self.domain.axes_used()

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return Omitted() if rng.random() < 0.5 else self.domain.dense(rng, sizes)

    def edges(self) -> Mapping[str, Edge]:
        return {"the default": lambda rng, sizes: Omitted(), **self.domain.edges()}

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        return st.one_of(st.builds(Omitted), self.domain.small(sizes))

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return self.domain.misfit(value, sizes)

    def text(self) -> str:
        return f"{self.domain.text()}; may be left out"


@dataclass(frozen=True)
class ListOf:
    """Lists whose items have axes of their own: arrays of varying shapes."""

    item: Domain
    shortest: int
    longest: int

    def axes_used(self) -> tuple[Axes, ...]:
        return ()

    def dense(self, rng: Rng, sizes: Sizes) -> list[Any]:
        return self._drawn(rng, sizes, int(rng.integers(self.shortest, self.longest, endpoint=True)))

    def edges(self) -> Mapping[str, Edge]:
        found: dict[str, Edge] = {
            "the shortest list": lambda rng, sizes: self._drawn(rng, sizes, self.shortest),
            "the longest list": lambda rng, sizes: self._drawn(rng, sizes, self.longest),
        }
        for name, edge in self.item.edges().items():
            found[name] = lambda rng, sizes, edge=edge: [  # type: ignore[misc]
                edge(rng, self._own(rng, sizes)) for _ in range(max(1, self.shortest))
            ]
        return found

    def small(self, sizes: Sizes) -> SearchStrategy[list[Any]]:
        from hypothesis import strategies as st

        free = [name for used in self.item.axes_used() for name in used.names if name not in sizes]
        inner = st.fixed_dictionaries({name: _small_size(name) for name in free if not name.isdigit()})
        items = inner.flatmap(lambda own: self.item.small({**sizes, **own}))
        return st.lists(items, min_size=self.shortest, max_size=min(self.longest, self.shortest + 2))

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        if not isinstance(value, list | tuple):
            return Misfit("type", f"a list of {self.item.text()}", kind_text(value))
        for number, item in enumerate(value):
            found = self.item.misfit(item, dict(sizes))
            if found is not None:
                return found.inside(f"item {number}")
        return None

    def text(self) -> str:
        return f"a list of {self.shortest} to {self.longest} items, each {self.item.text()}"

    def _drawn(self, rng: Rng, sizes: Sizes, length: int) -> list[Any]:
        return [self.item.dense(rng, self._own(rng, sizes)) for _ in range(length)]

    def _own(self, rng: Rng, sizes: Sizes) -> Sizes:
        """Sizes with the item's own axes drawn anew."""
        own = dict(sizes)
        for used in self.item.axes_used():
            for name in used.names:
                if name.startswith("*"):
                    own.setdefault(name, tuple(rng.integers(1, 5, int(rng.integers(1, 3))).tolist()))
                elif not name.isdigit():
                    own.setdefault(name, int(rng.integers(1, 6)))
        return own


def _small_size(name: str) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    length = st.integers(1, 3)
    return st.tuples(length) if name.startswith("*") else length


def string(alphabet: str = "abcdefghij", *, shortest: int = 0, longest: int = 12) -> Text:
    """Strings over `alphabet`, of `shortest` to `longest` characters."""
    require(isinstance(alphabet, str) and bool(alphabet), "string", "at least one character", alphabet)
    _length_bounds("string", shortest, longest)
    return Text(alphabet, shortest, longest)


def tokens(length: str, *, vocabulary: Sequence[str]) -> Tokens:
    """Lists of words from `vocabulary`; `length` names the axis that their number is."""
    words = tuple(vocabulary)
    plain = not isinstance(vocabulary, str) and bool(words) and all(isinstance(word, str) for word in words)
    require(plain, "tokens", "a list of words as vocabulary", vocabulary)
    found = axes(length, where="tokens")
    require(len(found.names) == 1 and not found.starred, "tokens", "the name of one axis as length", length)
    return Tokens(found, words)


def choice(*values: Any) -> Choice:
    """One of these values; each of them is among the cases."""
    require(bool(values), "choice", "at least one value", values)
    return Choice(values)


def optional(domain: Domain) -> Either:
    """A value of `domain`, or None."""
    require(isinstance(domain, Domain), "optional", "a domain such as real(...)", domain)
    return Either((domain,), none=True)


def defaulted(domain: Domain) -> Defaulted:
    """A parameter with a default: left out in half of the cases, a value of `domain` in the others."""
    require(isinstance(domain, Domain), "defaulted", "a domain such as real(...)", domain)
    return Defaulted(domain)


def either(*domains: Domain) -> Either:
    """A value of any of these domains, such as a number or an array of them."""
    fine = len(domains) > 1 and all(isinstance(domain, Domain) for domain in domains)
    require(fine, "either", "two or more domains such as real(...)", domains)
    return Either(domains)


def list_of(item: Domain, *, shortest: int = 1, longest: int = 4) -> ListOf:
    """Lists whose items each have axes of their own, such as the weights of several layers."""
    require(isinstance(item, Domain), "list_of", "a domain such as real(...)", item)
    _length_bounds("list_of", shortest, longest)
    return ListOf(item, shortest, longest)
