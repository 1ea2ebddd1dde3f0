"""Properties: a right answer has them, each wrong one lacks one, and the words say which law and by which values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import checks
from grader.cases import Contract, anything, defaulted, draw_cases, generator, index, real
from grader.checks import (
    adjoint_of,
    bounded,
    changes_with,
    check_from_data,
    check_to_data,
    idempotent,
    linear_in,
    monotone_in,
    require_discerning,
    round_trip,
    same_as,
    symmetric_in,
)
from grader.errors import AssignmentError
from grader.protocol import Reply, decode, encode
from tests.checks.students import case, failure, replies, verdict

Function = Callable[..., Any]


def running(x: Any) -> Any:
    """Running sums."""
    return np.cumsum(x)


def running_backward(dout: Any) -> Any:
    """What flows back through running sums."""
    return np.cumsum(dout[::-1])[::-1]


def steps(y: Any) -> Any:
    """Differences, the first entry kept."""
    return np.diff(y, prepend=0.0)


def gap(x: Any, y: Any) -> Any:
    """Squared distance."""
    return float(((x - y) ** 2).sum())


def difference(x: Any, y: Any) -> Any:
    """Entry by entry."""
    return x - y


def shares(x: Any) -> Any:
    """Positive numbers that sum to one."""
    e = np.exp(x - x.max())
    return e / e.sum()


def clipped(x: Any) -> Any:
    """Between 0 and 1."""
    return np.clip(x, 0.0, 1.0)


def clipped_twice(x: Any) -> Any:
    """Between 0 and 1, the long way."""
    return np.minimum(np.maximum(x, 0.0), 1.0)


def both(x: Any) -> Any:
    """Sum and sums on the way, with a cache."""
    return float(x.sum()), np.cumsum(x), {"x": x}


def one(name: str, reference: Function, **more: Any) -> Contract:
    """A contract of one array."""
    return Contract(name, {"x": real("n")}, real("n"), reference, where=f"exercise {name!r}", **more)


RUNNING = one("running", running)
CLIPPED = one("clipped", clipped)
SHARES = one("shares", shares)
BACK = Contract("running_backward", {"dout": real("n")}, real("n"), running_backward)
GAP = Contract("gap", {"x": real("n"), "y": real("n")}, real(""), gap)
DIFFERENCE = Contract("difference", {"x": real("n"), "y": real("n")}, real("n"), difference)
BOTH = Contract("both", {"x": real("n")}, (real(""), real("n"), anything()), both)

REVERSED = changes_with("the entries are reversed", lambda x: {"x": x[::-1]}, lambda value, x: value[::-1])
LONGER = changes_with("a zero is put at the end", lambda x: {"x": np.append(x, 0.0)},
                      lambda value, x: np.append(value, value[-1]))  # fmt: skip
ADJOINT = adjoint_of(lambda student, v, dout: student.running(v), wrt="dout")
ROUND = round_trip(lambda student, answer, x: student.steps(answer), of="x")
SAME = same_as("one minimum of a maximum", lambda student, x: student.clipped_twice(x))
PASSES: list[tuple[Any, Contract, dict[str, Function]]] = [
    (REVERSED, SHARES, {"shares": shares}),
    (LONGER, RUNNING, {"running": running}),
    (linear_in("x"), RUNNING, {"running": running}),
    (linear_in("x"), BOTH, {"both": lambda x: (x.sum(), np.cumsum(x), object())}),
    (symmetric_in("x", "y"), GAP, {"gap": lambda a, b: np.sum((b - a) ** 2)}),
    (symmetric_in("x", "y", sign=-1), DIFFERENCE, {"difference": difference}),
    (monotone_in("x"), RUNNING, {"running": running}),
    (monotone_in("x", increasing=False), one("negative", np.negative), {"negative": np.negative}),
    (bounded(0, 1), SHARES, {"shares": shares}),
    (bounded(low=lambda x: np.minimum(x, 0.0), high=1.0), CLIPPED, {"clipped": clipped}),
    (ADJOINT, BACK, {"running_backward": running_backward, "running": running}),
    (ROUND, RUNNING, {"running": running, "steps": steps}),
    (idempotent("x"), CLIPPED, {"clipped": clipped}),
    (SAME, CLIPPED, {"clipped": clipped, "clipped_twice": clipped_twice}),
]


def named(check: Any) -> str:
    return str(getattr(check, "kind", ""))


@pytest.mark.parametrize(("check", "contract", "functions"), PASSES, ids=named)
def test_a_right_answer_has_the_property(
    check: Any, contract: Contract, functions: dict[str, Function]
) -> None:
    own = functions[contract.name]
    others = {name: function for name, function in functions.items() if name != contract.name}
    assert failure(check, contract, own, None, **others) is None


@pytest.mark.parametrize(("check", "contract", "functions"), PASSES, ids=named)
def test_a_right_answer_in_float32_has_it_too(
    check: Any, contract: Contract, functions: dict[str, Function]
) -> None:
    if contract.name in ("both", "gap"):
        pytest.skip("answers with plain numbers have no dtype")

    def single(function: Function) -> Function:
        return lambda *args: function(*args).astype(np.float32)

    made = {name: single(function) for name, function in functions.items()}
    wide = getattr(checks, check.kind)
    if check.kind == "adjoint_of":
        check = wide(check.forward, wrt=check.wrt, rtol=1e-5)
    own = made.pop(contract.name)
    assert failure(check, contract, own, None, **made) is None


X = [case(x=[1.0, 4.0], sizes={"n": 2})]
XY = [case(x=[1.0, 4.0], y=[2.0, 0.0], sizes={"n": 2})]
DOUT = [case(dout=[1.0, 4.0], sizes={"n": 2})]
WRONG: list[tuple[Any, Contract, Any, dict[str, Function], str]] = [
    (REVERSED, RUNNING, X, {"shares": lambda x: shares(x) * np.arange(1, 3)},
     "shares(x): the answer does not change as it must when the entries are reversed: largest error at [1]: "
     "expected 0.0474259, got 0.0948517 (tolerance 5.1e-08). Compared with:\nshares(x=[4.0, 1.0] (not contiguous))"),
    (symmetric_in("x", "y"), GAP, XY, {"gap": lambda x, y: float((x * (x - y)).sum())},
     "gap(x, y): the answer changes when x and y change places: expected 15.0, got 2.0 (tolerance 1.5e-05). "
     "Compared with:\ngap(x=[2.0, 0.0], y=[1.0, 4.0])"),
    (symmetric_in("x", "y", sign=-1), DIFFERENCE, XY, {"difference": lambda x, y: abs(x - y)},
     "difference(x, y): the answer does more than change its sign when x and y change places: largest error at [1]: "
     "expected -4.0, got 4.0 (tolerance 4e-06). Compared with:\ndifference(x=[2.0, 0.0], y=[1.0, 4.0])"),
    (bounded(0, 1), SHARES, X, {"shares": lambda x: x / 3},
     "shares(x): expected at most 1.0 at [1], got 1.33333."),
    (bounded(low=lambda x: x / 10), CLIPPED, X, {"clipped": lambda x: x - 2},
     "clipped(x): expected at least 0.1 at [0], got -1.0."),
    (bounded(0, 1), SHARES, X, {"shares": lambda x: x * np.nan},
     "shares(x): expected finite numbers, got nan at [0]."),
    (ROUND, RUNNING, X, {"running": running, "steps": np.diff},
     "running(x): the way back has to give x back: expected shape (2,), got (1,). "
     "Compared with:\na = running([1.0, 4.0])\nb = steps(a)\nb"),
    (ROUND, RUNNING, X, {"running": running},
     "steps is not defined: your file has nothing of that name. The calls: "
     "a = running([1.0, 4.0])\nb = steps(a)\nb"),
    (idempotent("x"), CLIPPED, X, {"clipped": lambda x: x / 2},
     "clipped(x): applied to its own answer as x, the answer changes: largest error at [1]: "
     "expected 2.0, got 1.0 (tolerance 2e-06). Compared with:\na = clipped([1.0, 4.0])\nb = clipped(a)\nb"),
    (SAME, CLIPPED, X, {"clipped": clipped, "clipped_twice": lambda x: np.maximum(x, 0.0)},
     "clipped(x): the answer has to be the same as one minimum of a maximum: largest error at [1]: "
     "expected 4.0, got 1.0 (tolerance 4e-06). Compared with:\na = clipped_twice([1.0, 4.0])\na"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "contract", "cases", "functions", "text"), WRONG, ids=[row[-1][:60] for row in WRONG]
)
def test_an_answer_without_the_property_fails_with_the_law_and_the_two_values(
    check: Any, contract: Contract, cases: Any, functions: dict[str, Function], text: str
) -> None:
    contract = SHARES if "shares" in functions else contract
    others = {name: function for name, function in functions.items() if name != contract.name}
    found = failure(check, contract, functions[contract.name], cases, **others)
    assert found is not None
    assert found.message == text
    assert found.kind in ("property", "nonfinite", "missing")


@pytest.mark.parametrize(
    "wrong",
    [lambda x: np.cumsum(x) + 1, lambda x: np.abs(np.cumsum(x)), lambda x: np.cumsum(x) ** 2],
    ids=["a constant added", "an absolute value", "a square"],
)
def test_what_is_not_linear_is_told_by_the_two_values(wrong: Function) -> None:
    found = failure(linear_in("x"), RUNNING, wrong)
    assert found is not None
    assert found.kind == "property"
    assert found.message.startswith("running(x): the answer is not linear in x; at 0.")
    assert "(another x): largest error at [" in found.message
    assert found.message.count("\nrunning(x=[") == 2


def test_an_answer_that_falls_is_told_with_both_points() -> None:
    check = monotone_in("x")
    [trial] = check.plan(RUNNING, X)
    found = check.judge(RUNNING, trial, replies(RUNNING, trial, running=lambda x: -x))
    assert found is not None
    assert found.message.startswith("running(x): the answer falls when x rises: largest error at [")
    assert "expected at least " in found.message
    assert np.all(trial.inputs["x"] <= X[0].inputs["x"])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            lambda dout: np.cumsum(dout),
            "⟨forward(v), dout⟩ and ⟨v, answer⟩ have to be equal for every v: the first is",
        ),
        (lambda dout: dout, "have to be equal for every v"),
        (lambda dout: 2 * running_backward(dout), "have to be equal for every v"),
    ],
)
def test_a_backward_that_is_not_the_adjoint_of_the_own_forward_fails(wrong: Function, says: str) -> None:
    found = failure(ADJOINT, BACK, wrong, running=running)
    assert found is not None
    assert found.kind == "property"
    assert says in found.message


def test_an_adjoint_of_the_own_but_other_forward_passes() -> None:
    assert (
        failure(ADJOINT, BACK, lambda dout: 2 * running_backward(dout), running=lambda x: 2 * running(x))
        is None
    )


def test_a_forward_of_another_shape_is_told_by_its_shape() -> None:
    found = failure(ADJOINT, BACK, running_backward, DOUT, running=lambda x: running(x)[:1])
    assert found is not None
    assert "expected forward(v) of shape (2,), got " in found.message


def halved(student: Any, x: Any) -> Any:
    """A scenario: the exercise's own function, then another step."""
    return student.clipped(student.clipped(x) * 2.0)


@pytest.mark.parametrize(
    "check",
    [bounded(0, 1), monotone_in("x"), idempotent("x"),
     round_trip(lambda student, answer, x: student.clipped(answer), of="x"),
     same_as("the long way", lambda student, x: student.clipped_twice(student.clipped(x) * 2.0))],
    ids=named,
)  # fmt: skip
def test_exercises_that_are_scenarios_have_properties_too(check: Any) -> None:
    contract = Contract("clipped", {"x": real("n", low=0.6, high=1)}, real("n"), clipped, scenario=halved)
    if check.kind == "round_trip":
        contract = Contract(
            "clipped", {"x": real("n", low=1, high=1.0001)}, real("n"), clipped, scenario=halved
        )
        check = round_trip(lambda student, answer, x: student.clipped(answer), of="x", rtol=1e-3)
    assert failure(check, contract, clipped, clipped_twice=clipped_twice) is None
    wrong = failure(check, contract, lambda x: x * 1.5 - 7.0, clipped_twice=clipped_twice)
    assert check.kind == "monotone_in" or wrong is not None


@pytest.mark.parametrize(("check", "contract", "functions"), PASSES, ids=named)
def test_a_case_always_asks_the_same_question(
    check: Any, contract: Contract, functions: dict[str, Function]
) -> None:
    cases = draw_cases(contract, seed=3)
    first, again = (check.plan(contract, cases) for _ in range(2))
    assert len(first) >= 3
    assert [encode(trial.expected) for trial in first] == [encode(trial.expected) for trial in again]


@pytest.mark.parametrize(("check", "contract", "functions"), PASSES, ids=named)
@pytest.mark.parametrize("answer", [None, np.negative, np.abs], ids=["right", "negative", "absolute"])
def test_a_property_that_was_stored_judges_as_before(
    check: Any, contract: Contract, functions: dict[str, Function], answer: Any
) -> None:
    if not check.stored:
        assert check.kind == "changes_with"
        return
    back: Any = check_from_data(decode(*encode(check_to_data(check))))
    assert back.title == check.title
    made = functions if answer is None else {**functions, contract.name: lambda *args: answer(args[0])}
    for trial in check.plan(contract, draw_cases(contract, seed=3)):
        outcomes = replies(contract, trial, **made)
        assert repr(back.judge(contract, trial, outcomes)) == repr(check.judge(contract, trial, outcomes))


@pytest.mark.parametrize(
    ("check", "contract"),
    [(linear_in("x"), RUNNING), (symmetric_in("x", "y"), GAP), (monotone_in("x"), RUNNING), (SAME, CLIPPED)],
    ids=named,
)
def test_a_property_that_zeros_have_cannot_decide_over_an_exercise(check: Any, contract: Contract) -> None:
    trials = check.plan(contract, draw_cases(contract, seed=3))
    with pytest.raises(AssignmentError, match="tells right answers from zeros"):
        require_discerning(check, contract, trials)


def test_equal_answers_to_all_calls_are_no_adjoint() -> None:
    trials = ADJOINT.plan(BACK, draw_cases(BACK, seed=3))
    assert any(
        ADJOINT.judge(BACK, trial, [Reply(np.ones_like(trial.inputs["dout"]))] * 2) is not None
        for trial in trials
    )


def bad(**inputs: Any) -> Any:
    """Fails."""
    raise KeyError("x")


@pytest.mark.parametrize(
    ("check", "contract", "text"),
    [
        (linear_in("z"), RUNNING, "exercise 'running': linear_in: expected an input (x), got 'z'."),
        (monotone_in("z"), RUNNING, "exercise 'running': monotone_in: expected an input (x), got 'z'."),
        (idempotent("z"), RUNNING, "exercise 'running': idempotent: expected an input (x), got 'z'."),
        (linear_in("x"), SHARES, "exercise 'shares': linear_in: expected the reference to pass, got: shares(x): "),
        (monotone_in("x"), SHARES, "exercise 'shares': monotone_in: expected the reference to pass, got: shares(x): "),
        (bounded(0.5), SHARES, "exercise 'shares': bounded: expected the reference to pass, got: shares(x): expected "
                               "at least 0.5"),
        (bounded(low=bad), SHARES, "exercise 'shares': bounded: low: expected a bound, got KeyError: 'x'."),
        (bounded(low=lambda x: None), SHARES,
         "exercise 'shares': bounded: low: expected a number, or an array like the answer, got None."),
        (changes_with("x", lambda x: {"x": x}, lambda value, x: bad()), SHARES,
         "exercise 'shares': changes_with: expected what the answer becomes, got KeyError: 'x'."),
        (adjoint_of(lambda student, v, x: student.gap(v, v), wrt="x"), RUNNING,
         "exercise 'running': adjoint_of: forward: expected a result of shape ("),
        (round_trip(lambda student, answer, x: 3, of="x"), RUNNING,
         "exercise 'running': round_trip: expected the reference to pass, got: running(x): the way back has to"),
    ],
)  # fmt: skip
def test_a_property_that_the_reference_lacks_is_told_to_the_instructor(
    check: Any, contract: Contract, text: str
) -> None:
    cases = [case(x=[1.0, 4.0, -2.0], sizes={"n": 3})]
    with pytest.raises(AssignmentError) as error:
        check.plan(contract, cases)
    assert str(error.value).startswith(text)


def test_inputs_of_other_domains_cannot_change_places() -> None:
    contract = Contract("pick", {"x": real("n"), "at": index("", below="n")}, real(""), lambda x, at: float(x[at]),
                        where="exercise 'pick'")  # fmt: skip
    with pytest.raises(
        AssignmentError, match="expected inputs that can change places, but as x: expected an array"
    ):
        symmetric_in("x", "at").plan(contract, draw_cases(contract, seed=1))


def test_a_property_without_a_case_is_no_evidence() -> None:
    contract = Contract("drawn", {"rng": generator()}, real(""), lambda rng: float(rng.random()))
    with pytest.raises(AssignmentError, match="expected a case that it can ask about, got none"):
        linear_in("rng").plan(contract, draw_cases(contract, seed=1))


def test_cases_that_leave_the_input_out_are_not_asked() -> None:
    contract = Contract(
        "scaled", {"x": real("n"), "c": defaulted(real(""))}, real("n"), lambda x, c=2.0: c * x
    )
    trials = linear_in("c").plan(contract, draw_cases(contract, seed=1))
    assert all("c" in trial.inputs for trial in trials)
    assert verdict(linear_in("c"), contract, lambda x, c=2.0: c * x) == ""


def test_titles_say_the_law_in_words() -> None:
    assert [check.title for check, _, _ in PASSES] == [
        "The answer changes as it must when the entries are reversed",
        "The answer changes as it must when a zero is put at the end",
        "The answer is linear in x",
        "The answer is linear in x",
        "The answer stays the same when x and y change places",
        "The answer changes its sign, and nothing else, when x and y change places",
        "The answer does not fall when x rises",
        "The answer does not rise when x rises",
        "Every entry of the answer is at least 0 and at most 1",
        "Every entry of the answer is at least its bound and at most 1.0",
        "The answer is the adjoint of forward: ⟨forward(v), dout⟩ = ⟨v, answer⟩",
        "the way back gives x back",
        "Applied to its own answer as x, nothing changes",
        "The answer is the same as one minimum of a maximum",
    ]
