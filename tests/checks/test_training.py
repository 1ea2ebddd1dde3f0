"""`learns`: what is passed, what is refused, and that new data enter only after training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from grader.boxes import Limits, Session, open_box
from grader.cases import Contract, anything, draw_cases, function, generator, integer, real
from grader.checks import Failure, Trial, learns, renamed_classes, require_discerning
from grader.checks.learning.predictions import weakness
from grader.errors import AssignmentError
from grader.protocol import Ending, Outcome, Reply, Script, StudentError
from grader.worker.loading import Student
from grader.worker.running import run_script

Rng = np.random.Generator
Predict = Callable[[Any], Any]


def train(X: Any, y: Any, rng: Rng) -> Predict:
    """Train a linear classifier."""
    w, *_ = np.linalg.lstsq(X, 2.0 * y - 1, rcond=None)
    return lambda Z: (Z @ w > 0).astype(int)


def teacher(rng: Rng) -> tuple[Mapping[str, Any], Any, Any]:
    """Rows on one side or the other of a random plane."""
    w, X, new = rng.normal(size=6), rng.normal(size=(120, 6)), rng.normal(size=(150, 6))
    return {"X": X, "y": (X @ w > 0).astype(int)}, new, (new @ w > 0).astype(int)


def contract(reference: Any = train, **changes: Any) -> Contract:
    inputs: dict[str, Any] = {"X": real("n d"), "y": integer("n", high=1), "rng": generator()}
    made = Contract("train", inputs, anything(), reference, where="exercise 'train'")
    return replace(made, **changes)


def planned(check: Any, of: Contract) -> Trial:
    [trial] = check.plan(of, draw_cases(of, seed=5, count=3))
    return cast(Trial, trial)


def _failure(error: BaseException) -> StudentError:
    return StudentError(type(error).__name__, str(error), bases=(type(error).__name__,))


def answered(check: Any, of: Contract, trial: Trial, student: Any) -> list[Outcome]:
    """What the worker would answer for a function of the student's."""
    module = SimpleNamespace(**{of.name: student})
    fake = cast(Student, SimpleNamespace(module=module, failure=_failure))
    offered = {**of.offered(trial.inputs, trial.sizes), **check.offered(of, trial)}
    sent = [Script.from_value(script.to_value()) for script in trial.scripts]
    return [run_script(fake, script, lambda f, args, kw: offered[f.id](args, kw), []) for script in sent]


def found(check: Any, student: Any, of: Contract | None = None) -> Failure | None:
    of = of or contract()
    trial = planned(check, of)
    failure = check.judge(of, trial, answered(check, of, trial, student))
    return cast("Failure | None", failure)


def predicting(make: Callable[[Any, Any, Any], Any]) -> Any:
    """A student's function whose predictions are made from X, y and the new data at once."""
    return lambda X, y, rng: lambda Z: make(X, y, Z)


LEARNS = learns(teacher, at_least=0.85)


@pytest.mark.parametrize(
    "right",
    [
        train,
        predicting(lambda X, y, Z: Z @ (X.T @ (y - 0.5)) > 0),
        predicting(lambda X, y, Z: np.sign(Z @ (X.T @ (y - 0.5))) / 2 + 0.5),
        predicting(lambda X, y, Z: np.array([y[np.argmax(X @ z)] for z in Z @ (X.T @ X)], np.int32)),
    ],
)
def test_who_learns_passes_by_whatever_method(right: Any) -> None:
    assert found(learns(teacher, at_least=0.7), right) is None


@pytest.mark.parametrize(
    ("wrong", "kind", "text"),
    [
        (lambda X, y, rng: None, "type",
         "expected a function that predicts, got a value of type NoneType (is the return statement missing?)."),
        (lambda X, y, rng: X, "type", "expected a function that predicts, got a value of type numpy.ndarray."),
        (predicting(lambda X, y, Z: None), "type",
         "what it returns predicts: expected labels of shape (150,), got None (is the return statement missing?)."),
        (predicting(lambda X, y, Z: [0] * len(Z)), "type",
         "what it returns predicts: expected labels of shape (150,), got a list of 150 items (use numpy.array)."),
        (predicting(lambda X, y, Z: np.full((len(Z), 2), 0.5)), "shape",
         "what it returns predicts: expected labels of shape (150,), got shape (150, 2) (scores or probabilities of "
         "every class? Take the class with the largest: argmax(axis=1))."),
        (predicting(lambda X, y, Z: np.zeros((len(Z), 1), int)), "shape",
         "what it returns predicts: expected labels of shape (150,), got shape (150, 1) (one column too many: take "
         "[:, 0])."),
        (predicting(lambda X, y, Z: np.zeros(3, int)), "shape",
         "what it returns predicts: expected labels of shape (150,), got shape (3,)."),
        (predicting(lambda X, y, Z: np.full(len(Z), 0.25)), "value",
         "what it returns predicts: expected labels, which are whole numbers, got 0.25 at [0] (a probability? Compare "
         "it with a threshold)."),
        (predicting(lambda X, y, Z: np.full(len(Z), np.nan)), "nonfinite",
         "what it returns predicts: expected finite numbers, got nan at [0]."),
        (predicting(lambda X, y, Z: np.full(len(Z), "a")), "dtype",
         "what it returns predicts: expected an array of labels, got dtype <U1."),
        (lambda X, y, rng: lambda: 0, "arguments", "expected a function that takes these arguments, got predict()."),
    ],
)  # fmt: skip
def test_predictions_that_cannot_be_scored_are_told_as_what_they_are(
    wrong: Any, kind: str, text: str
) -> None:
    failure = found(LEARNS, wrong)
    assert failure is not None
    assert failure.kind == kind
    assert failure.message.startswith(f"train(X, y, rng): {text}")


def test_who_falls_short_is_told_every_score_and_the_reference_s() -> None:
    failure = found(LEARNS, predicting(lambda X, y, Z: (Z[:, 0] > 0).astype(int)))
    assert failure is not None
    assert failure.kind == "learning"
    assert failure.message.startswith(
        "train(X, y, rng): expected accuracy of at least 0.85 in 2 of 3 runs, got 0."
    )
    assert "; the reference reaches 0.9" in failure.message


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (predicting(lambda X, y, Z: np.ones(len(Z), int)), " It predicts the same whatever it was trained on."),
        (predicting(lambda X, y, Z: np.full(len(Z), int(X[1, 0] > X[0, 0]))), " for every new input: does it use its "
         "argument, and do its weights move?"),
    ],
)  # fmt: skip
def test_weights_that_never_move_are_named(wrong: Any, text: str) -> None:
    failure = found(LEARNS, wrong)
    assert failure is not None
    assert text in failure.message


def test_what_is_weak_is_said_only_where_it_is_so() -> None:
    truths = [np.array([0, 1, 1, 1]), np.array([1, 0, 0, 0])]
    poor = [np.array([1, 0, 1, 0]), np.array([1, 1, 1, 1])]
    assert weakness(truths, poor, [0.25, 0.25], counted=True) == (
        " That is no better than naming the most frequent class each time (0.75 and 0.75): is anything learned from "
        "the training data?"
    )
    assert weakness(truths, poor, [0.25, 0.25], counted=False) == ""
    assert weakness(truths, truths, [0.8, 0.8], counted=True) == ""
    assert weakness([{"a": 1}], [3], [0.1], counted=True) == ""


def test_one_run_of_three_may_fall_short_and_two_may_not() -> None:
    check = LEARNS
    of = contract()
    trial = planned(check, of)
    good = answered(check, of, trial, train)
    bad = answered(check, of, trial, predicting(lambda X, y, Z: (Z[:, 0] > 9).astype(int)))
    assert check.judge(of, trial, [bad[0], good[1], good[2]]) is None
    assert check.judge(of, trial, [bad[0], good[1], bad[2]]) is not None


def test_an_exception_in_any_run_fails_and_so_does_a_worker_that_ends() -> None:
    of = contract()
    trial = planned(LEARNS, of)
    good = answered(LEARNS, of, trial, train)
    ended = Ending("timeout", "10 s of CPU time")
    failure = LEARNS.judge(of, trial, [good[0], good[1], ended])
    assert failure is not None
    assert failure.kind == "timeout"


def test_cpu_seconds_over_the_budget_fail_however_good_the_predictions() -> None:
    check = learns(teacher, at_least=0.85, cpu_s=2)
    of = contract()
    trial = planned(check, of)
    good = [replace(cast(Reply, outcome), cpu_s=1.9) for outcome in answered(check, of, trial, train)]
    assert check.judge(of, trial, good) is None
    failure = check.judge(of, trial, [good[0], replace(good[1], cpu_s=2.5), good[2]])
    assert failure is not None
    assert failure.message == (
        "train(X, y, rng): expected at most 2 s of CPU time for one training, got 2.5 s."
    )
    assert check.title == (
        "Training reaches accuracy of at least 0.85 in 2 of 3 runs on new data, each in 2 s of CPU time"
    )


def test_the_new_data_are_given_once_and_are_in_no_script() -> None:
    of = contract()
    trial = planned(LEARNS, of)
    for run, script in zip(trial.expected["runs"], trial.scripts, strict=True):
        give = LEARNS.offered(of, trial)[run["key"]]
        assert np.array_equal(give((), {}), run["new"])
        with pytest.raises(ValueError, match="given once, after training"):
            give((), {})
        arrays = [arg for step in script.steps for arg in step.args if isinstance(arg, np.ndarray)]
        assert [array.shape for array in arrays] == [(120, 6), (120,)]


THIEF = """
import sys
import numpy as np

def train(X, y, rng):
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    script, call = frame.f_locals["script"], frame.f_locals["call"]
    early = call(script.steps[1].args[0], (), {})
    print("early", early.shape)
    w = X.T @ (y - 0.5)
    return lambda Z: (Z @ w > 0).astype(int)
"""


@pytest.mark.timeout(60)
def test_who_takes_the_new_data_during_training_has_none_left_afterwards() -> None:
    of = contract()
    trial = planned(LEARNS, of)
    limits = Limits(cpu_s=5)
    session = Session(
        lambda: open_box("bare", ["numpy"], limits), "a.py", THIEF, allow=["numpy"], limits=limits
    )
    try:
        outcomes = session.run(trial.scripts, offered=LEARNS.offered(of, trial))
        printed = session.printed()[0]
    finally:
        session.close()
    assert "early (150, 6)" in printed  # the attack works as far as it goes
    failure = LEARNS.judge(of, trial, outcomes)
    assert failure is not None
    assert "ValueError: the new data are given once, after training" in failure.message


def test_a_learning_curve_comes_with_the_failure() -> None:
    check = learns(teacher, at_least=0.85, sizes=(0.1, 0.5))
    of = contract()
    trial = planned(check, of)
    assert len(trial.scripts) == 5
    weak = predicting(lambda X, y, Z: (Z @ X.T[:, :2] @ (y[:2] - 0.5) > 0).astype(int))
    failure = check.judge(of, trial, answered(check, of, trial, weak))
    assert failure is not None
    curve = failure.curve
    assert curve is not None
    assert (curve.x, curve.threshold) == ((12.0, 60.0, 120.0), 0.85)
    assert len(curve.got) == len(curve.expected) == 3
    assert curve.expected[-1] == trial.expected["runs"][0]["score"]


def test_parts_of_the_curve_that_end_badly_are_left_out_and_cost_nothing() -> None:
    check = learns(teacher, at_least=0.85, sizes=(0.1, 0.5))
    of = contract()
    trial = planned(check, of)
    outcomes = answered(check, of, trial, train)
    ended = Ending("timeout", "10 s of CPU time")
    assert check.judge(of, trial, [*outcomes[:3], ended, ended]) is None
    weak = answered(check, of, trial, predicting(lambda X, y, Z: (Z[:, 0] > 9).astype(int)))
    failure = check.judge(of, trial, [*weak[:3], ended, ended])
    assert failure is not None
    assert failure.curve is None


def test_an_answer_that_is_no_function_can_be_scored_itself() -> None:
    def fit(x: Any) -> Any:
        """Mean and spread."""
        return np.array([x.mean(), x.std()])

    def sample(rng: Rng) -> tuple[Mapping[str, Any], Any, Any]:
        truth = rng.uniform(1, 9, size=2)
        return {"x": rng.normal(truth[0], truth[1], size=900)}, None, truth

    def near(truth: Any, answer: Any) -> float:
        return -float(np.abs(truth - answer).max())

    check = learns(sample, at_least=-1.0, score=near, score_name="minus the largest error", predicts=False)
    of = Contract("fit", {"x": real("n")}, real("two"), fit, where="exercise 'fit'", axes={"n": (5, 9)})
    assert found(check, fit, of) is None
    assert "minus the largest error of at least -1 in 2 of 3 runs, got" in _message(
        check, lambda x: x[:2] * 9, of
    )
    assert "expected finite numbers, got nan" in _message(check, lambda x: np.array([np.nan, 1.0]), of)
    assert "expected an array of shape" in _message(check, lambda x: None, of)


def _message(check: Any, student: Any, of: Contract) -> str:
    failure = found(check, student, of)
    return "" if failure is None else failure.message


def test_a_function_among_the_inputs_is_made_from_what_the_data_say() -> None:
    def bowl(centre: float) -> Any:
        return lambda x: (x - centre) ** 2

    def lowest(f: Any) -> float:
        """Where f is lowest."""
        grid = np.linspace(-10, 10, 41)
        return float(grid[np.argmin([f(float(x)) for x in grid])])

    def place(rng: Rng) -> tuple[Mapping[str, Any], Any, Any]:
        centre = float(rng.uniform(-9, 9))
        return {"f": {"centre": centre}}, None, centre

    f = function(bowl, takes=[real("")], centre=real("", low=-9, high=9))
    of = Contract("lowest", {"f": f}, real(""), lowest, where="exercise 'lowest'")
    check = learns(place, at_least=-0.5, score=lambda truth, x: -abs(truth - x), predicts=False)
    assert found(check, lowest, of) is None
    assert found(check, lambda f: 0.0, of) is not None


def test_trivial_answers_do_not_pass() -> None:
    of = contract()
    require_discerning(LEARNS, of, [planned(LEARNS, of)])


def fixed(rng: Rng) -> tuple[Mapping[str, Any], Any, Any]:
    """The same rule for every seed."""
    w, X, new = np.arange(1.0, 7.0), rng.normal(size=(120, 6)), rng.normal(size=(150, 6))
    return {"X": X, "y": (X @ w > 0).astype(int)}, new, (new @ w > 0).astype(int)


@pytest.mark.parametrize(
    ("data", "at_least", "text"),
    [
        (teacher, 0.9999, "learns: expected the reference to reach accuracy of at least 0.9999 for every seed, got 0."),
        (fixed, 0.85, "learns: expected another task for each seed, got data on which what was learned for one seed is "
                      "right for another."),
        (lambda rng: 3, 0.9, "learns: data: expected (inputs, X_new, truth), got 3."),
        (lambda rng: 1 / 0, 0.9, "learns: expected data(rng) to draw data, got ZeroDivisionError"),
        (lambda rng: ({"Z": 3}, 0, 0), 0.9, "learns: data: expected a dict of inputs (X, y, rng), got {'Z': 3}."),
        (lambda rng: ({"X": np.zeros(3), "y": np.zeros(3, int)}, 0, 0), 0.9, "learns: data: X: expected "),
        (lambda rng: (teacher(rng)[0], np.zeros((4, 6)), np.zeros(3, int)), 0.9, "learns: expected "),
        (lambda rng: (teacher(rng)[0], "new", np.zeros(3, int)), 0.9,
         "learns: expected what the reference returns to predict, and a score, got "),
    ],
)  # fmt: skip
def test_a_task_that_cannot_be_graded_is_told_to_the_instructor(
    data: Any, at_least: float, text: str
) -> None:
    with pytest.raises(AssignmentError) as error:
        planned(learns(data, at_least=at_least), contract())
    assert str(error.value).startswith(f"exercise 'train': {text}")


def test_a_solution_that_was_trained_at_home_fails() -> None:
    """Whatever it knows of one seed: no run's own predictor is right in another."""
    of = contract()
    trial = planned(LEARNS, of)
    at_home = train(**trial.inputs)
    failure = LEARNS.judge(of, trial, answered(LEARNS, of, trial, lambda X, y, rng: at_home))
    assert failure is not None


def test_renamed_classes_are_a_permutation() -> None:
    labels = np.arange(12) % 4
    renamed = renamed_classes(np.random.default_rng(3), labels, 4)
    assert len({(int(a), int(b)) for a, b in zip(labels, renamed, strict=True)}) == 4
    assert sorted(set(renamed.tolist())) == [0, 1, 2, 3]
    assert not np.array_equal(renamed, labels)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"data": 3}, "learns: data: expected a function of a generator, got 3."),
        ({"at_least": "high"}, "learns: at_least: expected a number, got 'high'."),
        ({"score": None}, "learns: score: expected a function of truth and answer, got None."),
        ({"score_name": ""}, "learns: score_name: expected words, got ''."),
        ({"wins": 4}, "learns: wins, of: expected whole numbers, wins not above of, got (4, 3)."),
        ({"sizes": (2.0,)}, "learns: sizes: expected at most 8 fractions between 0 and 1, got (2.0,)."),
        ({"cpu_s": 0}, "learns: cpu_s: expected a number above 0, got 0."),
        ({"weight": 0}, "learns: weight: expected a number above 0, got 0."),
    ],
)
def test_arguments_are_checked(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        learns(**{"data": teacher, "at_least": 0.9, **changes})
    assert str(error.value) == text
