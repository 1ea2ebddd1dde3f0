"""Failing cases made small, with Python functions in place of a box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader import shrinking
from grader.cases import Contract, draw_cases, function, list_of, real
from grader.checks import Failure, Trial, agrees, gradient_of
from grader.errors import FaultError
from grader.protocol import Ending, Outcome, Reply
from grader.shrinking import Run, shrink
from tests.checks.students import replies


def softmax(z: Any) -> Any:
    """Shares."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def total_over_all(z: Any) -> Any:
    powers = np.exp(z - z.max())
    return powers / powers.sum()


def naive(z: Any) -> Any:
    with np.errstate(all="ignore"):
        powers = np.exp(z)
        return powers / powers.sum(axis=-1, keepdims=True)


CONTRACT = Contract(
    "softmax", {"z": real("batch classes", low=-900, high=900)}, real("batch classes"), softmax
)


def counting(contract: Contract, student: Callable[..., Any]) -> tuple[Run, list[Trial]]:
    asked: list[Trial] = []

    def run(trial: Trial) -> list[Outcome]:
        asked.append(trial)
        return replies(contract, trial, **{contract.name: student})

    return run, asked


def first(contract: Contract, student: Callable[..., Any], check: Any) -> tuple[Trial, Failure]:
    """The largest failing trial of a bank, so that there is something to make small."""
    run, _ = counting(contract, student)
    trials = check.plan(contract, draw_cases(contract, seed=0))
    found = [(trial, check.judge(contract, trial, run(trial))) for trial in trials]
    return [(trial, failure) for trial, failure in found if failure is not None][-1]


def shrunk(contract: Contract, student: Callable[..., Any], seed: int = 0) -> tuple[Any, list[Trial]]:
    check = agrees()
    trial, failure = first(contract, student, check)
    run, asked = counting(contract, student)
    return shrink(run, check, contract, trial, failure, seed=seed), asked


@pytest.mark.parametrize(
    ("student", "smallest"),
    [
        (total_over_all, [[0.0], [0.0]]),
        (lambda z: 2 * softmax(z), [[0.0]]),
        (lambda z: softmax(z.T).T, [[0.0, 0.0]]),
        (lambda z: softmax(z) * (1 + 1e-3 * (z.shape[0] > 2)), [[0.0], [0.0], [0.0]]),
    ],
)
def test_the_smallest_case_is_found(student: Any, smallest: list[list[float]]) -> None:
    found, _ = shrunk(CONTRACT, student)
    assert found is not None
    trial, failure = found
    assert trial.inputs["z"].tolist() == smallest
    assert failure.message.startswith("softmax(z): ")


def test_one_number_that_overflows_is_enough() -> None:
    found, _ = shrunk(CONTRACT, naive)
    assert found is not None
    assert found[1].kind == "nonfinite"
    assert found[0].inputs["z"].tolist() == [[-900.0]]  # the low end of the range: exp is 0 there


def test_the_same_seed_shows_the_same_case_after_the_same_calls() -> None:
    (first_found, first_asked), (second_found, second_asked) = (
        shrunk(CONTRACT, naive, seed=4) for _ in range(2)
    )
    assert repr(first_found) == repr(second_found)
    assert len(first_asked) == len(second_asked)


def test_the_shrunk_case_fails_in_the_same_way() -> None:
    def student(z: Any) -> Any:
        return np.ones(3) if z.shape[0] == 1 else total_over_all(z)  # another mistake on smaller input

    found, _ = shrunk(CONTRACT, student)
    assert found is not None
    assert found[1].kind == "value"
    assert found[0].inputs["z"].shape == (2, 1)


def test_no_more_calls_are_made_than_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrinking, "_CALLS", 30)
    found, asked = shrunk(CONTRACT, naive)
    assert found is None or found[0].entries <= 100
    assert 0 < len(asked) <= 2 * 30  # once as it is, once more with the note of the case


@pytest.mark.parametrize("clock", ["_CPU_S", "_CLOCK_S"])
def test_when_time_is_up_the_case_that_was_found_first_stays(
    clock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrinking, clock, -1.0)
    found, asked = shrunk(CONTRACT, total_over_all)
    assert found is None
    assert asked == []


def test_the_time_of_the_box_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []
    check = agrees()
    trial, failure = first(CONTRACT, total_over_all, check)

    def run(smaller: Trial) -> list[Outcome]:
        answers = replies(CONTRACT, smaller, softmax=total_over_all)
        spent.append(7.0 * len(answers))
        return [replace(answer, cpu_s=7.0) for answer in answers if isinstance(answer, Reply)]

    monkeypatch.setattr(shrinking, "_CPU_S", 30.0)
    monkeypatch.setattr("grader.shrinking.time.thread_time", lambda: 0.0)
    assert shrink(run, check, CONTRACT, trial, failure, seed=0) is None
    assert sum(spent) > 30.0 >= sum(spent[:-1])  # nothing more is asked once the time is over


def test_a_crash_ends_the_search() -> None:
    check = agrees()
    trial, failure = first(CONTRACT, total_over_all, check)
    asked = []

    def run(trial: Trial) -> list[Outcome]:
        asked.append(trial)
        return [Ending("crashed", "SIGSEGV")]

    assert shrink(run, check, CONTRACT, trial, failure, seed=0) is None
    assert len(asked) <= 2


def test_what_was_found_before_a_crash_is_kept() -> None:
    check, asked = agrees(), []
    trial, failure = first(CONTRACT, total_over_all, check)

    def run(trial: Trial) -> list[Outcome]:
        asked.append(trial)
        failing = [item for item in asked if len(item.inputs["z"]) > 1]
        return [Ending("timeout")] if len(failing) > 3 else replies(CONTRACT, trial, softmax=total_over_all)

    found = shrink(run, check, CONTRACT, trial, failure, seed=0)
    assert found is not None
    assert len(found[0].inputs["z"]) > 1


def test_a_fault_of_the_box_is_not_swallowed() -> None:
    check = agrees()
    trial, failure = first(CONTRACT, total_over_all, check)

    asked = []

    def run(trial: Trial) -> list[Outcome]:
        asked.append(trial)
        raise FaultError("the box is gone")

    with pytest.raises(FaultError) as error:
        shrink(run, check, CONTRACT, trial, failure, seed=0)
    assert str(error.value) == "the box is gone"
    assert len(asked) <= 3


@pytest.mark.parametrize(
    "kind",
    [
        "missing",
        "arguments",
        "timeout",
        "output",
        "memory",
        "crashed",
        "exited",
        "killed",
        "protocol",
        "exit",
    ],
)
def test_a_failure_that_has_nothing_to_do_with_numbers_is_left_as_it_is(kind: str) -> None:
    check = agrees()
    trial, _ = first(CONTRACT, total_over_all, check)
    run, asked = counting(CONTRACT, total_over_all)
    assert shrink(run, check, CONTRACT, trial, Failure(kind, ""), seed=0) is None
    assert asked == []


def test_a_hand_out_without_the_reference_shrinks_nothing() -> None:
    trial, failure = first(CONTRACT, total_over_all, agrees())
    bare = Contract("softmax", CONTRACT.inputs, CONTRACT.returns)
    run, asked = counting(bare, total_over_all)
    assert shrink(run, agrees(), bare, trial, failure, seed=0) is None
    assert asked == []


def test_a_failure_in_float32_alone_is_made_small_in_float32() -> None:
    def student(z: Any) -> Any:
        return softmax(z) + (0.01 if z.dtype == np.float32 else 0)

    found, _ = shrunk(CONTRACT, student)
    assert found is not None
    assert found[0].note == "float32 input"
    assert found[0].inputs["z"].dtype == np.float32
    assert found[0].inputs["z"].size == 1


def test_lists_and_offered_functions_are_made_small_too() -> None:
    def through(x: Any, layers: Any, f: Any) -> Any:
        return f(x) + sum(float(w.sum()) for w in layers)

    doubled = function(lambda w: lambda x: w * x, takes=[real("n")], w=real(""))
    inputs: dict[str, Any] = {"x": real("n"), "layers": list_of(real("a b"), shortest=0), "f": doubled}
    contract = Contract("through", inputs, real("n"), through)
    found, _ = shrunk(contract, lambda x, layers, f: through(x, layers[:1], f))
    assert found is not None
    # Simplest first: one layer is right, so the second holds the one number that is missing.
    first_layer, second_layer = found[0].inputs["layers"]
    assert (first_layer.size, second_layer.tolist()) == (1, [[1.0]])


def test_a_kink_is_not_shown_as_the_smallest_failing_gradient() -> None:
    def slope(x: Any) -> Any:
        """Derivative of the absolute value."""
        return np.sign(x)

    contract = Contract("slope", {"x": real("n")}, real("n"), slope)
    check = gradient_of(lambda x: np.abs(x).sum(), wrt="x")

    def student(x: Any) -> Any:
        return np.where(x > 0, 2.0, -1.0)

    trial, failure = first(contract, student, check)
    run, _ = counting(contract, student)
    found = shrink(run, check, contract, trial, failure, seed=0)
    assert found is not None
    assert found[0].inputs["x"].tolist() == [1.0]
