"""From a failure to what a report may show of it."""

from __future__ import annotations

import numpy as np

from grader import checks
from grader.cases import Contract
from grader.checks import Failure, Grid, Trial
from grader.places import cell_and_line
from grader.protocol import StudentError
from grader.results import AFTER_RUN, Curve, Evidence, Picture, Where

__all__ = ["evidence_of", "hidden_message", "place_of", "where_of"]

_KINDS = {
    "value": "a value is wrong",
    "nonfinite": "a value is not finite",
    "shape": "the shape is wrong",
    "type": "the type is wrong",
    "dtype": "the dtype is wrong",
    "exception": "an exception is raised",
    "timeout": "no answer comes in time",
    "memory": "too much memory is used",
    "inputs": "an argument is changed, or shared with the result",
    "rule": "a rule of the exercise is not kept",
    "test": "what the test asserts does not hold",
    "property": "the property does not hold",
    "gradient": "a derivative is wrong",
    "distribution": "the distribution is wrong",
    "refusal": "bad input is not refused",
    "warning": "a floating-point warning is raised",
    "missing": "the name is not defined",
    "unstable": "the same input gives two answers",
    "arguments": "the function does not take these arguments",
    "import": "the file cannot be imported",
    "exit": "your code ends the program",
    "exited": "the process ends before it has answered",
    "crashed": "the Python process crashes",
    "killed": "the process is killed",
    "output": "too much is printed",
    "protocol": "what comes back is no answer",
    "learning": "what is learned is not good enough",
    "slow": "it takes too long",
    "growth": "its time grows too fast",
    "cell": "what the notebook's cells leave is not there",
    "figure": "the figure is not as asked for",
    "printed": "what is printed is not as asked for",
}


def hidden_message(failure: Failure) -> str:
    """What a hidden check says: the kind of error, never the input."""
    return f"A hidden case fails: {_KINDS.get(failure.kind, failure.kind)}."


def place_of(file: str, error: StudentError) -> Where | None:
    """Where an exception happened in the student's file."""
    if error.line is None:
        return None
    return where_of(file, error.line, function=error.function or "", code=error.source or "")


def where_of(file: str, line: int, *, function: str = "", code: str = "") -> Where:
    """A line of the text that was run, as a record."""
    cell, cell_line = cell_and_line(line) or ("", None)
    return Where(file=file, line=line, cell=cell, cell_line=cell_line, function=function, code=code.strip())


def evidence_of(contract: Contract, trial: Trial, failure: Failure, file: str, *, shrunk: bool) -> Evidence:
    """The failing case as a record."""
    where = None
    if failure.line is not None:
        where = where_of(file, failure.line, function=failure.function, code=failure.code)
    called = not any(step.do == "inside" for script in trial.scripts for step in script.steps)
    asked = (
        called
        and trial.note != AFTER_RUN
        and failure.kind not in ("missing", "import", "arguments", "rule", "test")
    )
    return Evidence(
        case=trial.note,
        call=failure.call or (contract.call(contract.name, failure.inputs or trial.inputs) if asked else ""),
        expected=failure.expected,
        got=failure.got,
        index=list(failure.index) if failure.index else None,
        error=failure.error,
        tolerance=failure.tolerance,
        shrunk=shrunk,
        where=where,
        picture=_picture(failure.grid) if failure.grid is not None else None,
        curve=_curve(failure.curve) if failure.curve is not None else None,
    )


def _picture(grid: Grid) -> Picture:
    expected, got, error = (np.asarray(part, float).tolist() for part in grid)
    return Picture(expected=expected, got=got, error=error)


def _curve(found: checks.Curve) -> Curve:
    x, got, expected = list(found.x), list(found.got), list(found.expected)
    return Curve(name=found.name, over=found.over, x=x, got=got, expected=expected, threshold=found.threshold)
