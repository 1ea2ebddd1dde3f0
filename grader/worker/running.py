"""Runs scripts: steps over the student's functions and objects, with what came back as plain data."""

from __future__ import annotations

import inspect
import operator
import sys
import warnings
from collections.abc import Callable
from typing import Any

from grader.protocol import Callback, Ref, Reply, Script, Step, StudentError, decode, encode
from grader.worker.autograd import autograd
from grader.worker.inside import run_inside
from grader.worker.loading import Student

__all__ = ["Caller", "run_script", "watch_warnings"]

Caller = Callable[[Callback, tuple[Any, ...], dict[str, Any]], Any]
"""Calls a function that stayed outside: its `Callback`, positional and keyword arguments."""

_MAX_WARNINGS = 50


class _StepError(Exception):
    """A step that could not even start; carries what to tell the student."""

    def __init__(self, error: StudentError) -> None:
        super().__init__(error.text)
        self.error = error


def watch_warnings(student: Student, seen: list[tuple[str, str, int]]) -> None:
    """From now on every warning lands in `seen` instead of the output."""

    def note(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object, **__: object
    ) -> None:
        if len(seen) < _MAX_WARNINGS:
            seen.append(
                (category.__name__, str(message)[:500], lineno if filename == student.filename else 0)
            )

    warnings.simplefilter("always")
    warnings.showwarning = note


def run_script(student: Student, script: Script, call: Caller, seen: list[tuple[str, str, int]]) -> Reply:
    """Run the steps; an exception of the student's becomes the reply's error."""
    seen.clear()
    results: list[Any] = []
    taken: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    try:
        for step in script.steps:
            args = tuple([_resolve(arg, results, call) for arg in step.args])
            kwargs = {key: _resolve(value, results, call) for key, value in step.kwargs.items()}
            taken.append((args, kwargs))
            results.append(_take(student, step, args, kwargs))
        value = _resolve(script.returns, results, call)
        if not script.probe:
            return Reply(value=value, warnings=tuple(seen))
        given = [
            taken[at][0][place] if isinstance(place, int) else taken[at][1][place]
            for at, place in script.given()
        ]
        return _probed(value, given, seen)
    except _StepError as problem:
        return Reply(error=problem.error, warnings=tuple(seen))
    except BaseException as error:
        return Reply(error=student.failure(error), warnings=tuple(seen))


def _probed(value: Any, given: list[Any], seen: list[tuple[str, str, int]]) -> Reply:
    """The answer as it is, the arguments, and the answer again after the arguments were overwritten."""
    before = _snapshot(value)
    after = _snapshot(given)
    for arg in given:
        _overwrite(arg)
    return Reply(value=before, warnings=tuple(seen), after=after, again=value)


def _take(student: Student, step: Step, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if step.do == "get":
        return getattr(args[0], step.name)
    if step.do == "operate":
        return getattr(operator, step.name)(*args)
    if step.do == "autograd":
        return autograd(step.name, args)
    if step.do == "inside":
        return run_inside(student, step.name, *args)
    if step.do == "invoke":
        return _invoke(student, args[0], step.name, args[1:], kwargs)
    if step.name not in student.module.__dict__:
        raise _StepError(StudentError("NameError", f"{step.name} is not defined", kind="missing"))
    target = student.module.__dict__[step.name]
    if not callable(target):
        kind = type(target).__name__
        raise _StepError(StudentError("TypeError", f"{step.name} is of type {kind}", kind="uncallable"))
    return _invoke(student, target, step.name, args, kwargs, step.names)


def _invoke(
    student: Student,
    target: Any,
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    names: tuple[str, ...] = (),
) -> Any:
    try:
        return target(*args, **kwargs)
    except TypeError as error:
        signature = None if student.failure(error).frames else _misfit(target, args, kwargs)
        if signature is None:
            raise
    fitting = _by_name(target, args, kwargs, names)
    if fitting is None:
        raise _StepError(StudentError("TypeError", f"{name}{signature}", kind="arguments"))
    return target(*fitting[0], **fitting[1])


def _by_name(
    target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], names: tuple[str, ...]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The same call with as few of the last arguments given by name as makes it fit, if any does."""
    for at in range(len(args) - 1, -1, -1) if len(names) == len(args) else ():
        named = {**kwargs, **dict(zip(names[at:], args[at:], strict=True))}
        if _misfit(target, args[:at], named) is None:
            return args[:at], named
    return None


def _misfit(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """The signature of `target`, if these arguments do not fit it."""
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return str(signature)[:500]
    return None


def _resolve(value: Any, results: list[Any], call: Caller) -> Any:
    """The value with each `Ref` replaced by the object and each `Callback` by a function."""
    kind = type(value)
    if kind is Ref:
        found = results[value.slot]
        for part in value.path:
            found = found[part]
        return found
    if kind is Callback:
        return lambda *args, **kwargs: call(value, args, kwargs)
    if kind is list or kind is tuple:
        return kind(_resolve(item, results, call) for item in value)
    if kind is dict:
        return {key: _resolve(item, results, call) for key, item in value.items()}
    return value


def _snapshot(value: Any) -> Any:
    """Plain data that no longer changes with the student's objects."""
    return decode(*encode(value, opaque=True, shared=True))


def _overwrite(value: Any) -> None:
    """Change every entry of every array in `value`, in place: 0 becomes 1, all else 0."""
    if isinstance(value, list | tuple):
        for item in value:
            _overwrite(item)
        return
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and isinstance(value, numpy.ndarray):
        if value.flags.writeable:
            value[...] = value == 0
    elif torch is not None and isinstance(value, torch.Tensor):
        with torch.no_grad():
            value.copy_(value == 0)
