"""A contract: what a function takes and returns, and how to call the student's and the reference."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from grader.cases.domains import Domain
from grader.cases.fits import Misfit, nonfinite_misfit
from grader.cases.offered import Anything, Function, Offered
from grader.cases.scenarios import trace
from grader.errors import AssignmentError
from grader.messages import call_text, kind_text, script_text, value_text
from grader.protocol import Callback, Opaque, Ref, Script, Step
from grader.shapes import Sizes

__all__ = ["Contract", "Returns"]

Returns = Domain | tuple[Domain, ...]
"""One result, or the domains of several in order."""


@dataclass(frozen=True)
class Contract:
    """The border that both the student's function and the reference keep to."""

    name: str
    inputs: Mapping[str, Domain]
    returns: Returns
    reference: Callable[..., Any] | None = None
    """The oracle; absent in a hand-out."""
    axes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Shortest and longest length of an axis; for a starred one, the fewest and most axes."""
    scenario: Callable[..., Any] | None = None
    examples: tuple[Mapping[str, Any], ...] = ()
    """Inputs that are always among the cases."""
    where: str = ""

    def script(self, inputs: Mapping[str, Any], *, probe: bool = False) -> Script:
        """The calls that give the student's answer for these inputs."""
        sent = {name: _sent(name, value) for name, value in inputs.items()}
        if self.scenario is not None:
            frozen = {name: _frozen(value) for name, value in sent.items()}
            return trace(self.scenario, frozen, where=self.where, probe=probe)
        args, kwargs = self._arguments(sent)
        order = sent if self.reference is None else inspect.signature(self.reference).parameters
        names = tuple(name for name in order if name in sent and name not in kwargs)
        return Script((Step("call", self.name, tuple(args), kwargs, names),), Ref(0), probe)

    def expected(self, inputs: Mapping[str, Any]) -> Any:
        """The reference's answer; runs out here, on copies.

        What is `anything()` among several results is left out: it is of the reference's own making.

        Raises:
            AssignmentError: The reference raises.
        """
        assert self.reference is not None, "a hand-out holds expected values and asks for no others"
        given = {name: self._real(name, value) for name, value in inputs.items()}
        try:
            if self.scenario is not None:
                return self._compared(self.scenario(_module_of(self.reference), **given))
            args, kwargs = self._arguments(given)
            return self._compared(self.reference(*args, **kwargs))
        except Exception as error:
            raise AssignmentError(
                f"{self.where}: expected an answer of the reference, got {type(error).__name__}: {error}.",
                mend=f"The input was {call_text(self.name, inputs)}; narrow its domain or mend the reference.",
            ) from error

    def reference_named(self, name: str) -> Callable[..., Any]:
        """A function or class of the reference's module, as a scenario calls it."""
        assert self.reference is not None
        found = self.reference if name == self.name else getattr(_module_of(self.reference), name)
        return cast("Callable[..., Any]", found)

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        """Why an answer is not what the contract promises; None if it is."""
        bound = dict(sizes)
        if not isinstance(self.returns, tuple):
            return self.returns.misfit(value, bound)
        count = len(self.returns)
        if not isinstance(value, list | tuple) or len(value) != count:
            return Misfit("type", f"a tuple of {count} results", kind_text(value))
        for number, (domain, item) in enumerate(zip(self.returns, value, strict=True)):
            found = domain.misfit(item, bound)
            if found is not None:
                return found.inside(f"result {number + 1} of {count}")
        return None

    def infinite(self, value: object) -> Misfit | None:
        """The first NaN or infinity in an answer."""
        if isinstance(value, list | tuple):
            found = (self.infinite(item) for item in value)
            return next((misfit for misfit in found if misfit is not None), None)
        return nonfinite_misfit(value)

    def call(self, name: str, inputs: Mapping[str, Any]) -> str:
        """The call, or the calls of a scenario, as a person would write them."""
        shown = {key: _shown(key, value) for key, value in inputs.items()}
        if self.scenario is None:
            return call_text(name, shown)
        return script_text(trace(self.scenario, shown, where=self.where, probe=False))

    def offered(self, inputs: Mapping[str, Any], sizes: Sizes) -> dict[int, Callable[..., Any]]:
        """The functions among the inputs by number, ready to be called by the student."""
        found: dict[int, Callable[..., Any]] = {}
        for name, value in inputs.items():
            domain = self.inputs.get(name)
            if isinstance(value, Offered) and isinstance(domain, Function):
                found[value.key] = _caller(name, domain, value, sizes)
        return found

    def _arguments(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Positional as far as possible: students may name parameters as they like."""
        if self.reference is None:
            return list(values.values()), {}
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        gap = False
        for name, parameter in inspect.signature(self.reference).parameters.items():
            if name not in values:
                gap = True
            elif gap or parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                kwargs[name] = values[name]
            else:
                args.append(values[name])
        return args, kwargs

    def _compared(self, value: Any) -> Any:
        if not isinstance(self.returns, tuple) or not isinstance(value, list | tuple):
            return value
        pairs = zip_longest(self.returns[: len(value)], value)
        return tuple(Opaque("object") if isinstance(part, Anything) else item for part, item in pairs)

    def _real(self, name: str, value: Any) -> Any:
        domain = self.inputs.get(name)
        if isinstance(value, Offered) and isinstance(domain, Function):
            return domain.make(**value.made_from)
        return copy.deepcopy(value)


def _sent(name: str, value: Any) -> Any:
    return Callback(value.key, name) if isinstance(value, Offered) else value


def _frozen(value: Any) -> Any:
    """The same array, read-only: what a script holds must not change while it is written down."""
    if not isinstance(value, np.ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def _shown(name: str, value: Any) -> Any:
    """What stands for an input in a text: an offered function as what it was made from."""
    if not isinstance(value, Offered):
        return value
    parts = ", ".join(f"{key}={value_text(part)}" for key, part in value.made_from.items())
    return Opaque(f"function {name} made from {parts}" if parts else f"function {name}")


def _module_of(reference: Callable[..., Any]) -> SimpleNamespace:
    """The names of the reference's module, as a scenario sees those of the student's."""
    functions = [reference, *vars(reference).values()] if inspect.isclass(reference) else [reference]
    # By the functions' own globals: another course may have taken the module's name since.
    known = (found.__globals__ for found in functions if inspect.isfunction(found))
    return SimpleNamespace(**next(known, vars(inspect.getmodule(reference) or SimpleNamespace())))


def _caller(name: str, domain: Function, value: Offered, sizes: Sizes) -> Callable[..., Any]:
    def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs:
            raise ValueError(f"{name}: expected positional arguments only, got {', '.join(kwargs)}")
        return domain.call(name, value, args, sizes)

    return call
