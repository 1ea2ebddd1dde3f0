"""The ten functions that every tool grades: their cases with expected values, and the tests that peers run on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from grader.banks import Bank
from grader.courses import Course

__all__ = ["TEN", "asked", "bank_of", "cases_of", "pytest_file", "test_code"]

TEN = (
    "softmax log_softmax mse mse_grad mae mae_grad bce bce_with_logits cross_entropy_loss cross_entropy_loss_grad"
).split()

HEAD = """
import json

import numpy as np

with open("cases.json") as file:
    CASES = json.load(file)


def agrees(function, name):
    for inputs, expected in CASES[name]:
        got = function(*(np.array(value) for value in inputs))
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-9, err_msg=name)
"""
"""What precedes the tests, in whatever form they are run."""


def bank_of(course: Path) -> Bank:
    """Our own cases of `losses`, as `grader batch` draws them by default."""
    from grader.banks import cached_bank

    found = Course(course)
    return cached_bank(found.load("losses"), seed=0, source_hash=found.source_hash("losses"))


def asked(bank: Bank) -> int:
    """How many calls of a right submission ours judges, without those that only play one again."""
    return sum(
        len(trial.scripts) for planned in bank.exercises for check in planned.checks for trial in check.trials
    )


def cases_of(bank: Bank) -> dict[str, list[tuple[list[Any], Any]]]:
    """Inputs in order and the reference's value, for every case in which ours compares the answer with a value."""
    found: dict[str, list[tuple[list[Any], Any]]] = {}
    for planned in bank.exercises:
        reference = planned.contract.reference
        if planned.contract.name not in TEN or reference is None:
            continue
        trials = [trial for check in planned.checks if check.name == "agrees" for trial in check.trials]
        rows = [[np.asarray(value).tolist() for value in trial.inputs.values()] for trial in trials]
        expected = [np.asarray(reference(*(np.array(value) for value in row))).tolist() for row in rows]
        found[planned.contract.name] = list(zip(rows, expected, strict=True))
    return found


def test_code(name: str) -> str:
    """The line that tests a function, after `HEAD`."""
    return f"agrees({name}, {name!r})"


def pytest_file() -> str:
    """An ordinary test file: a test for each function."""
    tests = [f"def test_{name}():\n    agrees(losses.{name}, {name!r})\n" for name in TEN]
    head = HEAD.replace("import numpy as np\n", "import losses\nimport numpy as np\n")
    return "\n\n".join([f"{head.strip()}\n", *tests])


def write_cases(cases: dict[str, Any], folder: Path) -> None:
    """`cases.json`, as all peers read it."""
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
