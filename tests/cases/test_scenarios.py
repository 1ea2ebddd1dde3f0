"""Scenarios: what is written down, what the reference makes of it, and what cannot be written down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Contract, real
from grader.checks import agrees
from grader.errors import AssignmentError
from grader.protocol import Ref, Step
from tests.checks.students import case, verdict


class Counter:
    """Counts up, from a start."""

    def __init__(self, start: float = 0.0) -> None:
        self.value = start

    def add(self, x: Any, *, times: int = 1) -> Any:
        self.value = self.value + times * x
        return self.value

    def __call__(self, x: Any) -> Any:
        return self.value * x

    def pair(self) -> tuple[Any, Any]:
        return self.value, -self.value


def contract(scenario: Any, returns: Any = None) -> Contract:
    inputs = {"x": real("n")}
    return Contract(
        "Counter", inputs, returns or real("n"), Counter, scenario=scenario, where="exercise 'Counter'"
    )


X = np.array([1.0, -2.0])


def test_calls_attributes_items_and_operators_become_steps() -> None:
    def scenario(student: Any, x: Any) -> Any:
        counter = student.Counter(3.0)
        counter.add(x, times=2)
        return [counter.pair()[1] - x * counter(x), {"v": counter.value}]

    script = contract(scenario).script({"x": 5.0}, probe=True)
    assert script.steps == (
        Step("call", "Counter", (3.0,)),
        Step("get", "add", (Ref(0),)),
        Step("invoke", "add", (Ref(1), 5.0), {"times": 2}),
        Step("get", "pair", (Ref(0),)),
        Step("invoke", "pair", (Ref(3),)),
        Step("operate", "getitem", (Ref(4), 1)),
        Step("invoke", "Counter", (Ref(0), 5.0)),
        Step("operate", "mul", (5.0, Ref(6))),
        Step("operate", "sub", (Ref(5), Ref(7))),
        Step("get", "value", (Ref(0),)),
    )
    assert script.returns == [Ref(8), {"v": Ref(9)}]
    assert script.probe


SCENARIOS: list[Any] = [
    lambda s, x: s.Counter().add(x),
    lambda s, x: x - 0.5 * s.Counter().add(x),
    lambda s, x: x * s.Counter().add(x) / (s.Counter(2.0).value ** 2),
    lambda s, x: np.float64(2) * s.Counter().add(x),
    lambda s, x: (s.Counter().add(x) == x) * 1.0,
    lambda s, x: (s.Counter().add(x) != x) * 1.0,
    lambda s, x: -abs(s.Counter().add(x)) // 2 % 5,
    lambda s, x: x @ s.Counter().add(x) + x,
    lambda s, x: (s.Counter().add(x) > 0) * 1.0,
    lambda s, x: s.Counter(x).pair()[1] * 1.0,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=range(len(SCENARIOS)))
def test_the_student_s_steps_give_what_the_reference_gives(scenario: Any) -> None:
    class Wrong(Counter):
        def add(self, x: Any, *, times: int = 1) -> Any:
            return -7 * x - 0.5

        def pair(self) -> tuple[Any, Any]:
            return self.value, self.value

    made = contract(scenario)
    assert verdict(agrees(), made, Counter, [case(x=[1.0, -2.0])]) == ""
    assert verdict(agrees(), made, Wrong, [case(x=[1.0, -2.0])]).startswith("Counter(x): ")


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        (lambda s, x: 1 if s.Counter().add(x) else 2, "add"),
        (lambda s, x: 1 if s.Counter().value > 0 else 2, "gt"),
        (lambda s, x: [v for v in s.Counter().pair()], "pair"),  # noqa: C416
        (lambda s, x: sum(s.Counter().pair()), "pair"),
        (lambda s, x: len(s.Counter().pair()), "pair"),
        (lambda s, x: float(s.Counter().value), "value"),
        (lambda s, x: range(s.Counter().value), "value"),
        (lambda s, x: np.asarray(s.Counter().value), "value"),
        (lambda s, x: 3 in s.Counter().pair(), "pair"),
        (lambda s, x: setattr(s.Counter(), "value", 3), "Counter"),
    ],
)
def test_a_look_into_a_result_is_refused(scenario: Any, name: str) -> None:
    with pytest.raises(AssignmentError) as error:
        contract(scenario).script({"x": X})
    assert str(error.value) == (
        "exercise 'Counter': scenario: expected calls, attributes, items and operators, "
        f"got a look into the result of {name}.\n"
        "Its value is not known while the scenario is written down; take items by number (r[0], r[1])."
    )


def in_place(student: Any, x: Any) -> Any:
    first = student.Counter().add(x)
    x += 1
    return student.Counter().add(x) - first


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        (lambda s, x: x, "expected at least one call of the student's, got none."),
        (lambda s: s.Counter(), "expected a function of the student's module and the inputs, "
                                "got TypeError: <lambda>() got an unexpected keyword argument 'x'."),
        (lambda s, x: np.exp(s.Counter().value),
         "expected a function of the student's module and the inputs, got TypeError: operand '_Thing' does not "
         "support ufuncs (__array_ufunc__=None)."),
        (in_place, "expected a function of the student's module and the inputs, "
                   "got ValueError: output array is read-only."),
    ],
)  # fmt: skip
def test_a_scenario_that_cannot_be_written_down_is_refused(scenario: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        contract(scenario).script({"x": X})
    assert str(error.value).splitlines()[0] == f"exercise 'Counter': scenario: {text}"
    assert X.tolist() == [1, -2]


def test_a_scenario_that_fails_on_the_reference_is_refused() -> None:
    with pytest.raises(AssignmentError) as error:
        contract(lambda s, x: s.Counter().subtract(x)).expected({"x": 1.0})
    assert str(error.value).startswith(
        "exercise 'Counter': expected an answer of the reference, "
        "got AttributeError: 'Counter' object has no attribute 'subtract'."
    )


def test_every_function_of_the_reference_s_module_can_be_called() -> None:
    made = contract(lambda s, x: s.Counter(s.Counter(1.0).value).add(x))
    assert made.expected({"x": X}).tolist() == [2, -1]
