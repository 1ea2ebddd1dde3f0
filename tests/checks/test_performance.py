"""`fast`, `scales` and `frugal`: what they plan, how measurements become a verdict, and what a student reads.

Nothing here is timed: the measurements are made up. `tests/test_measuring.py` has those of real boxes.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from grader.cases import Contract, anything, draw_cases, generator, real
from grader.checks import Failure, Trial, fast, frugal, scales
from grader.checks.costs.decisions import FEWEST, LOOKS, MORE_LOOKS, decide, growth
from grader.checks.costs.performance import difference, inputs_of
from grader.errors import AssignmentError, FaultError
from grader.protocol import Ending, Outcome, Ref, Reply, StudentError

Rng = np.random.Generator


def product(a: Any, b: Any) -> Any:
    """Product of two matrices."""
    return a @ b


def forward(a: Any, b: Any) -> Any:
    """The product, and what the way back needs."""
    return product(a, b), (a, b)


def matrices(rng: Rng, n: int = 4) -> dict[str, Any]:
    return {"a": rng.normal(size=(n, 3)), "b": rng.normal(size=(3, n))}


CONTRACT = Contract(
    "product", {"a": real("n m"), "b": real("m k")}, real("n k"), product, where="exercise 'product'"
)
FORWARD = Contract("forward", CONTRACT.inputs, (real("n k"), anything()), forward, where="exercise 'forward'")


def planned(check: Any, of: Contract = CONTRACT, seed: int = 5) -> Trial:
    [trial] = check.plan(of, draw_cases(of, seed=seed, count=3))
    return cast(Trial, trial)


# --- planning --------------------------------------------------------------------------------------------------------


def test_a_trial_holds_the_reference_as_a_file_and_no_script() -> None:
    trial = planned(fast(matrices), FORWARD)
    names: dict[str, Any] = {}
    exec(trial.expected["reference"], names)
    assert trial.scripts == ()
    answer = names["forward"](np.eye(2), np.eye(2))
    assert np.array_equal(answer[0], np.eye(2))


def test_inputs_are_the_same_for_one_number_and_others_for_another() -> None:
    check, seed = fast(matrices), planned(fast(matrices)).expected["seed"]
    first, again, other = (inputs_of(check, CONTRACT, seed, (0, number)).inputs["a"] for number in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_other_seeds_of_the_bank_draw_other_inputs() -> None:
    assert (
        planned(fast(matrices), seed=5).expected["seed"] != planned(fast(matrices), seed=6).expected["seed"]
    )


def test_what_only_the_student_understands_stays_in_the_box() -> None:
    made = inputs_of(fast(matrices), FORWARD, 1, (0,))
    assert made.script.returns == (Ref(0, (0,)), None)
    assert difference(FORWARD, made, (np.eye(4), None), (np.eye(4), None)) is None


def uncounted(rng: Rng) -> dict[str, Any]:
    return {"a": 3, "b": np.zeros((2, 2))}


@pytest.mark.parametrize(
    ("check", "of", "text"),
    [
        (fast(matrices), Contract("f", CONTRACT.inputs, anything(), product, where="f"),
         "f: fast: expected an answer that can be compared, got anything().\nFor a function that trains, "),
        (fast(uncounted), CONTRACT, "exercise 'product': fast: make: a: expected an array of shape "),
        (fast(lambda rng: {"z": 1}), CONTRACT, "exercise 'product': fast: make: expected a dict of inputs (a, b), "),
        (fast(lambda rng: {"a": np.zeros((2, 2))}), CONTRACT, "exercise 'product': "),
        (fast(lambda: {}), CONTRACT, "exercise 'product': fast: expected inputs from make, got TypeError: "),
        (fast(matrices), Contract("f", {**CONTRACT.inputs, "rng": generator()}, real("n n"), product, where="f"),
         "f: fast: make: expected an exercise that draws nothing, got the input 'rng'."),
        (fast(matrices), Contract("f", CONTRACT.inputs, real("n"), product, where="f"),
         "f: fast: the reference: expected shape (n=4,), got (4, 4)."),
    ],
)  # fmt: skip
def test_what_cannot_be_timed_is_told_to_the_instructor(check: Any, of: Contract, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        planned(check, of)
    assert str(error.value).startswith(text)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: fast(3), "fast: make: expected a function of a generator, got 3."),  # type: ignore[arg-type]
        (lambda: fast(matrices, at_least=0), "fast: limit: expected a number above 0.0, at most 10.0, got 0."),
        (lambda: frugal(matrices, weight=0), "frugal: weight: expected a number above 0, got 0."),
        (lambda: scales(matrices, sizes=(4, 2, 8)),
         "scales: sizes: expected three to eight growing whole numbers, got (4, 2, 8)."),
        (lambda: scales(matrices, sizes=(4, 5, 6)),
         "scales: sizes: expected a largest size of at least 4 times the smallest, got (4, 5, 6)."),
    ],
)  # fmt: skip
def test_arguments_are_checked(make: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text


# --- decisions -------------------------------------------------------------------------------------------------------


def test_a_clear_case_needs_few_measurements_and_a_close_one_more() -> None:
    assert decide([2.0] * (FEWEST - 1), clear=1) == "open"
    assert decide([2.0] * FEWEST, clear=1) == "fail"
    assert decide([-2.0] * FEWEST, clear=1) == "pass"
    assert decide([0.5] * FEWEST, clear=1) == "open"
    assert decide([-0.5] * 9, clear=1) == "pass"
    assert decide([0.5] * 9, clear=1) == "open"
    assert decide([0.5] * 13, clear=1) == "fail"
    assert decide([2.0, 2.0, 2.0, 2.0, -2.0], clear=1) == "open"
    assert decide([0.5, -0.5] * 12 + [0.5], clear=1) == "open"


def test_one_wild_measurement_decides_nothing() -> None:
    assert decide([1e9, *[-0.5] * 16], clear=1) == "pass"
    assert decide([-1e9, *[0.5] * 24], clear=1) == "fail"


@pytest.mark.parametrize("looks", [LOOKS, MORE_LOOKS])
def test_at_the_very_threshold_a_wrong_fail_has_at_most_the_chance_that_is_promised(
    looks: tuple[int, ...],
) -> None:
    """Every way in which a fair coin can fall, added up; none of the excesses is clear."""
    ways, failed, passed = {0: 1.0}, 0.0, 0.0
    for count in range(1, looks[-1] + 1):
        thrown: dict[int, float] = {}
        for over, chance in ways.items():
            for more in (0, 1):
                thrown[over + more] = thrown.get(over + more, 0.0) + chance / 2
        ways = {}
        for over, chance in thrown.items():
            verdict = decide([0.1] * over + [-0.1] * (count - over), clear=1, looks=looks)
            failed += chance if verdict == "fail" else 0.0
            passed += chance if verdict == "pass" else 0.0
            if verdict == "open":
                ways[over] = chance
    assert 0 < failed <= 1e-3
    assert 0 < passed <= 2e-2


def test_growth_is_the_exponent() -> None:
    sizes = [100, 200, 400, 800]
    assert growth(sizes, [3e-6 * n**2 for n in sizes]) == pytest.approx(2)
    assert growth(sizes, [5e-3] * 4) == pytest.approx(0)
    assert growth(sizes, [1e-6 * n for n in sizes]) == pytest.approx(1)


# --- judging ---------------------------------------------------------------------------------------------------------


def judged(check: Any, *, of: Contract = CONTRACT, **measured: Any) -> Failure | None:
    value = {"wrong": None, "verdict": "fail", "rounds": 9, "why": "w.", "clock": "CPU time", "wall": [0.25]}
    failure = check.judge(of, planned(check, of), [Reply({**value, **measured})])
    return cast("Failure | None", failure)


def test_a_slow_function_is_told_both_times() -> None:
    failure = judged(fast(matrices), student=[0.2, 0.0031, 0.003], reference=[7.6e-05, 7.6e-05, 1e-5])
    assert failure is not None
    assert (failure.kind, failure.message) == (
        "slow",
        "product(a, b): takes 41 times the reference's CPU time (3.1 ms against 76 µs on a of shape (4, 3), b of shape "
        "(3, 4)); at most 3.3 times is allowed.",
    )
    assert failure.expected == "at most 0.253 ms of CPU time"
    assert failure.got == "3.1 ms of CPU time (the call takes 250 ms by the clock)"
    assert judged(fast(matrices), verdict="pass", student=[1.0], reference=[1.0]) is None


def test_a_function_whose_time_grows_too_fast_is_told_the_exponents_and_shown_the_curve() -> None:
    check = scales(matrices, sizes=(10, 20, 40))
    columns: dict[str, Any] = {"student": [[0.001, 0.004, 0.016]], "reference": [[0.001, 0.002, 0.004]]}
    failure = judged(check, **columns, exponents=[2.0, 1.9, 2.1], best=1.04, spare=0.3)
    assert failure is not None
    assert failure.message == (
        "product(a, b): CPU time grows as n^2 (1 ms at n = 10, 4 ms at n = 20, 16 ms at n = 40); at most n^1.34 is "
        "allowed. The reference's grows as n^1.04."
    )
    assert failure.curve is not None
    assert failure.curve.got == (1.0, 4.0, 16.0)
    assert failure.curve.expected == (1.0, 2.0, 4.0)


def test_a_function_that_needs_too_much_memory_is_told_both_peaks() -> None:
    failure = judged(frugal(matrices), student=[310.0] * 3, reference=[7.5] * 3)
    assert failure is not None
    assert (failure.kind, failure.message) == (
        "memory",
        "product(a, b): needs 41 times the reference's memory (310 MiB against 7.5 MiB on a of shape (4, 3), b of "
        "shape (3, 4)); at most 3 times is allowed.",
    )


def test_no_verdict_is_a_fault_of_ours() -> None:
    with pytest.raises(FaultError, match=r"timing: inconclusive after 9 rounds: w\."):
        judged(fast(matrices), verdict="open")


def test_a_wrong_answer_is_told_as_such_and_not_as_slow() -> None:
    failure = judged(fast(matrices), wrong=["value", "product(a, b): on …: expected 1, got 2.", "1", "2"])
    assert failure == Failure("value", "product(a, b): on …: expected 1, got 2.", "1", "2")


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Ending("timeout", "10 s of CPU time"), "timeout"),
        (Ending("memory", "more than 1024 MiB"), "memory"),
        (Reply(error=StudentError("ValueError", "no")), "exception"),
    ],
)
def test_code_that_ends_or_raises_in_a_timed_call_fails_as_ever(outcome: Outcome, kind: str) -> None:
    check = fast(matrices)
    failure = check.judge(CONTRACT, planned(check), [outcome])
    assert failure is not None
    assert failure.kind == kind


def test_titles_say_what_is_allowed() -> None:
    assert fast(matrices).title == "It takes at most 3.3 times the reference's CPU time"
    assert fast(matrices, at_least=0.5).title == "It takes at most 2 times the reference's CPU time"
    assert scales(matrices, sizes=(1, 2, 4)).title == "Its CPU time grows at most as n^1.3"
    assert frugal(matrices).title == "It needs at most 3 times the reference's memory"
