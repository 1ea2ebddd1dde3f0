"""Inputs that an instructor's function makes for a check of its own, instead of those that cases are drawn from."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.cases.offered import Function, Generator, Offered
from grader.errors import AssignmentError
from grader.protocol import Script, pack
from grader.shapes import Sizes

__all__ = ["Made", "made_from_data", "make_inputs", "seed_of"]


@dataclass(frozen=True)
class Made:
    """Inputs of one call."""

    inputs: Mapping[str, Any]
    sizes: Sizes
    script: Script

    def functions(self, contract: Contract) -> dict[int, Callable[..., Any]]:
        """The functions among the inputs, by number, ready to be called from a box."""
        return contract.offered(self.inputs, self.sizes)

    def to_data(self) -> dict[str, Any]:
        """What `made_from_data` needs to offer the functions again."""
        functions = {
            name: (value.key, dict(value.made_from))
            for name, value in self.inputs.items()
            if isinstance(value, Offered)
        }
        return {"functions": functions, "sizes": dict(self.sizes)}


def made_from_data(contract: Contract, data: Mapping[str, Any]) -> dict[int, Callable[..., Any]]:
    """The functions among inputs that were stored by `Made.to_data`, by number."""
    inputs = {name: Offered(key, name, made_from) for name, (key, made_from) in data["functions"].items()}
    return contract.offered(inputs, data["sizes"])


def seed_of(contract: Contract, cases: Sequence[Case]) -> int:
    """A number that depends on the seed the cases were drawn from, and on nothing else that changes by itself."""
    digest = zlib.crc32(contract.name.encode())
    for case in cases:
        digest = zlib.crc32(pack(contract.script(case.inputs).to_value()), digest)
    return digest


def make_inputs(
    contract: Contract, made: object, rng: np.random.Generator, *, where: str, generators: bool = True
) -> Made:
    """What an instructor's function returned, as inputs of the contract.

    Generators, and functions that have no parameters of their own, need not be among them: they are drawn.

    Args:
        made: A dict of inputs by name; for a function, a dict of what it is made from.
        rng: Draws what is left out.
        generators: Whether the exercise may take a generator at all.
    Raises:
        AssignmentError: It is no dict of inputs, or one does not fit its domain.
    """
    named = f"a dict of inputs ({', '.join(contract.inputs)})"
    require(isinstance(made, Mapping) and set(made) <= set(contract.inputs), where, named, made)
    assert isinstance(made, Mapping)
    inputs: dict[str, Any] = {}
    sizes: Sizes = {}
    for name, domain in contract.inputs.items():
        if isinstance(domain, Generator) and not generators:
            raise AssignmentError(
                f"{where}: expected an exercise that draws nothing, got the input {name!r}."
            )
        if isinstance(domain, Function):
            drawn = domain.dense(rng, sizes)
            given = made.get(name, drawn.made_from)
            require(isinstance(given, Mapping), f"{where}: {name}", "a dict of what it is made from", given)
            inputs[name] = replace(drawn, input=name, made_from=dict(given))
        elif name in made:
            inputs[name] = made[name]
            misfit = domain.misfit(made[name], sizes)
            if misfit is not None:
                raise AssignmentError(f"{where}: {name}: {misfit.text}.")
        elif isinstance(domain, Generator):
            inputs[name] = domain.dense(rng, sizes)
    try:
        script = contract.script(inputs)
    except TypeError as error:
        raise AssignmentError(f"{where}: expected {named}, got {', '.join(made)} ({error}).") from None
    return Made(inputs, sizes, script)
