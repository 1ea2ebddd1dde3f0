"""Answers made to bring a judge down: they fail, because a fault would take their points out of those that count."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from grader.cases import Contract, real
from grader.checks import Check, agrees, judged, satisfies
from grader.errors import AssignmentError, FaultError
from grader.protocol import Reply
from tests.checks.students import case

CONTRACT = Contract("total", {"x": real("n")}, real(""), lambda x: float(x.sum()), where="exercise 'total'")


def near(value: Any, x: Any) -> bool:
    return math.isclose(value, float(np.sum(x)))


def picky(value: Any, x: Any) -> Any:
    return True if value == np.sum(x) else 1 / 0


def broken_check(error: Exception) -> Check:
    def judge(*_: object) -> None:
        raise error

    return cast(Check, SimpleNamespace(kind="broken", judge=judge))


def test_an_integer_that_no_float_holds_fails_before_a_predicate_sees_it() -> None:
    check = satisfies("The sum is right", near)
    [trial] = check.plan(CONTRACT, [case(x=[1.0, 2.0], sizes={"n": 2})])

    found = check.judge(CONTRACT, trial, [Reply(10**400)])

    assert found is not None
    assert found.message == "total(x): expected a number that fits into 64 bits, got an integer of 1329 bits."


def test_a_predicate_that_a_student_s_answer_brings_down_is_a_failure() -> None:
    check = satisfies("The sum is right", picky)
    [trial] = check.plan(CONTRACT, [case(x=[1.0, 2.0], sizes={"n": 2})])

    found = check.judge(CONTRACT, trial, [Reply(4.0)])

    assert found is not None
    assert found.kind == "property"
    assert found.message == (
        "total(x): expected that the sum is right: could not be checked: ZeroDivisionError: division by zero."
    )


def test_a_predicate_that_the_reference_brings_down_is_told_to_the_instructor() -> None:
    check = satisfies("The sum is right", lambda value, x: bool(1 / 0))

    with pytest.raises(AssignmentError, match="expected True, False or words, got ZeroDivisionError"):
        check.plan(CONTRACT, [case(x=[1.0, 2.0], sizes={"n": 2})])


def test_a_judge_that_a_student_s_answer_brings_down_is_a_failure() -> None:
    check = agrees()
    [trial] = check.plan(CONTRACT, [case(x=[1.0], sizes={"n": 1})])

    found = judged(broken_check(RuntimeError("Can't call numpy().")), CONTRACT, trial, [Reply(1.0)])

    assert found is not None
    assert found.message == "total(x): the answer could not be compared: RuntimeError: Can't call numpy()."


def test_a_fault_of_the_machine_stays_one() -> None:
    [trial] = agrees().plan(CONTRACT, [case(x=[1.0], sizes={"n": 1})])

    with pytest.raises(FaultError):
        judged(broken_check(FaultError("box: gone.")), CONTRACT, trial, [Reply(1.0)])


@pytest.mark.parametrize(
    "value",
    [torch.tensor(5.0, requires_grad=True), [torch.tensor(5.0, requires_grad=True)], [[1], [1, 2]], 10**2000],
    ids=["a tensor", "a list of tensors", "a ragged list", "an integer"],
)
def test_what_numpy_cannot_read_is_of_another_type(value: Any) -> None:
    [trial] = agrees().plan(CONTRACT, [case(x=[1.0], sizes={"n": 1})])

    found = agrees().judge(CONTRACT, trial, [Reply(value)])

    assert found is not None
    assert found.kind in ("type", "dtype", "value")
