"""Scenarios: calls in sequence, written once and run twice.

`scenario(student, **inputs)` is a plain function of the instructor's. Outside it runs on the reference
module; for the student it is traced: every call, attribute, item and operator is recorded as a step, and
the whole travels as one script. So a scenario must not look into what it gets (no `if`, no loop over it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from grader.errors import AssignmentError
from grader.protocol import Ref, Script, Step

__all__ = ["trace"]

_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_COMPARE = ("lt", "le", "gt", "ge", "eq", "ne")
_UNARY = ("neg", "pos", "abs")


class _Tape:
    def __init__(self, where: str) -> None:
        self.where = where
        self.steps: list[Step] = []

    def record(self, do: Any, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Thing:
        plain = tuple(_refs(arg) for arg in args)
        self.steps.append(Step(do, name, plain, {key: _refs(value) for key, value in kwargs.items()}))
        return _Thing(self, Ref(len(self.steps) - 1), name)


class _Thing:
    """Stands for a result that will exist only in the worker."""

    _tape: _Tape
    _ref: Ref
    _name: str

    def __init__(self, tape: _Tape, ref: Ref, name: str) -> None:
        self.__dict__.update(_tape=tape, _ref=ref, _name=name)

    def __getattr__(self, name: str) -> _Thing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._tape.record("get", name, (self,), {})

    def __call__(self, *args: Any, **kwargs: Any) -> _Thing:
        return self._tape.record("invoke", self._name, (self, *args), kwargs)

    def __getitem__(self, item: Any) -> _Thing:
        return self._tape.record("operate", "getitem", (self, item), {})

    def _refuse(self, *_: object) -> NoReturn:
        raise AssignmentError(
            f"{self._tape.where}: scenario: expected calls, attributes, items and operators, "
            f"got a look into the result of {self._name}.",
            mend="Its value is not known while the scenario is written down; take items by number (r[0], r[1]).",
        )

    __iter__ = __bool__ = __len__ = __int__ = __float__ = __index__ = __setattr__ = __array__ = _refuse
    __array_ufunc__ = None  # an array beside an operator leaves it to us, instead of going entry by entry


def _operator(name: str, *, reflected: bool = False) -> Callable[..., _Thing]:
    def apply(self: _Thing, *others: Any) -> _Thing:
        args = (*others, self) if reflected else (self, *others)
        return self._tape.record("operate", name, args, {})

    return apply


for _name in (*_BINARY, *_COMPARE, *_UNARY):
    setattr(_Thing, f"__{_name}__", _operator(_name))
for _name in _BINARY:
    setattr(_Thing, f"__r{_name}__", _operator(_name, reflected=True))


class _Student:
    """Stands for the student's module."""

    def __init__(self, tape: _Tape) -> None:
        self._tape = tape

    def __getattr__(self, name: str) -> Callable[..., _Thing]:
        return lambda *args, **kwargs: self._tape.record("call", name, args, kwargs)


def _refs(value: Any) -> Any:
    """The value with each stand-in replaced by its reference."""
    if isinstance(value, _Thing):
        return value._ref
    if type(value) in (list, tuple):
        return type(value)(_refs(item) for item in value)
    if type(value) is dict:
        return {key: _refs(item) for key, item in value.items()}
    return value


def trace(scenario: Callable[..., Any], inputs: Mapping[str, Any], *, where: str, probe: bool) -> Script:
    """Write the scenario down as a script.

    Raises:
        AssignmentError: The scenario looks into a result, fails, or records nothing.
    """
    tape = _Tape(where)
    try:
        returns = _refs(scenario(_Student(tape), **inputs))
    except AssignmentError:
        raise
    except Exception as error:
        raise AssignmentError(
            f"{where}: scenario: expected a function of the student's module and the inputs, "
            f"got {type(error).__name__}: {error}.",
            mend="It is called as scenario(student, **inputs); arrays among the inputs cannot be written to.",
        ) from error
    if not tape.steps:
        raise AssignmentError(f"{where}: scenario: expected at least one call of the student's, got none.")
    return Script(tuple(tape.steps), returns, probe)
