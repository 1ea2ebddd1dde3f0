"""An exercise as the function or class that is to be written: its signature, its words, nothing in it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from grader.assignment import Assignment, Exercise
from grader.statements import statement

__all__ = ["imports", "is_left", "is_written", "parameters", "stub"]


def imports(assignment: Assignment) -> str:
    """The lines that import an assignment's libraries."""
    return "".join(f"import {_import(name)}\n" for name in assignment.libraries)


def _import(name: str) -> str:
    return {"numpy": "numpy as np", "matplotlib": "matplotlib.pyplot as plt"}.get(name, name)


def is_written(exercise: Exercise) -> bool:
    """Whether there is a function to write; else it is only a test of others."""
    return not exercise.is_tests


def is_left(exercise: Exercise) -> bool:
    """Whether cells are to leave something: a variable, a figure, printed text."""
    return all(check.runs == "cells" for check in exercise.checks)


def stub(exercise: Exercise, text: str) -> str:
    """Python that is not implemented.

    Args:
        text: Its docstring.
    """
    if is_left(exercise):
        return _left(exercise, text)
    if not inspect.isclass(exercise.reference):
        return _function(exercise.name, exercise.reference, indent="", text=text)
    methods = [
        _function(name, method, indent="    ")
        for name, method in vars(exercise.reference).items()
        if inspect.isfunction(method) and (not name.startswith("_") or name.startswith("__"))
    ]
    return f"class {exercise.name}:\n" + _docstring(text, "    ") + "\n" + "\n".join(methods)


def _left(exercise: Exercise, text: str) -> str:
    """What cells are to leave: words, and the name of a variable."""
    words = "".join(f"# {line}".rstrip() + "\n" for line in f"{exercise.name}: {text}".splitlines())
    variable = any(check.kind == "variable" for check in exercise.checks)
    return f"{words}{exercise.name} = ...\n" if variable else words


def _function(name: str, function: Callable[..., Any], *, indent: str, text: str | None = None) -> str:
    text = statement(function).text if text is None else text
    body = _docstring(text, indent + "    ") if text else ""
    return f"{indent}def {name}{parameters(function)}:\n{body}{indent}    raise NotImplementedError\n"


def parameters(function: Callable[..., Any]) -> str:
    """The signature without annotations: a skeleton needs no imports for them."""
    signature = inspect.signature(function)
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def _docstring(text: str, indent: str) -> str:
    prefix = "r" if "\\" in text else ""
    lines = [f"{indent}{line}".rstrip() for line in text.splitlines()]
    lines[0] = f'{indent}{prefix}"""{lines[0].strip()}'
    end = f'\n{indent}"""' if len(lines) > 1 else '"""'
    return "\n".join(lines) + end + "\n"
