"""Answers without thought are turned down, and right ones with the noise of their arithmetic are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import Assignment, Exercise, agrees, integer, leaves_inputs_alone, real
from grader.audit.trivial import noisy, trivial_results
from grader.audit.trying import Replies, Tried, judge_all
from grader.banks import Planned, plan_exercise
from grader.protocol import Reply


def square(x: Any) -> Any:
    """Squares."""
    return np.asarray(x, float) ** 2


def count(n: int) -> int:
    """Twice the number, and one."""
    return 2 * n + 1


SQUARE = Exercise(
    square,
    points=1,
    inputs={"x": real("n", low=1, high=3)},
    returns=real("n"),
    checks=[agrees(), leaves_inputs_alone()],
)
COUNT = Exercise(
    count, points=1, inputs={"n": integer("", low=0, high=50)}, returns=integer(""), checks=[agrees()]
)
BOTH = Assignment("both", "Both", [SQUARE, COUNT])


def planned(name: str) -> Planned:
    return plan_exercise(BOTH, name, seed=0)


def right(exercise: Planned) -> Replies:
    return {
        check.name: [
            [
                Reply(
                    (value := exercise.contract.expected(trial.inputs)),
                    after=list(trial.inputs.values()),
                    again=value,
                )
                for _ in trial.scripts
            ]
            for trial in check.trials
        ]
        for check in exercise.checks
    }


def test_every_answer_without_thought_is_turned_down() -> None:
    exercise = planned("square")
    results = trivial_results(exercise, right(exercise))

    assert len(results) == 13
    assert [item.answer for item in results if not item.caught] == []
    assert all(item.checks[0] == "agrees" for item in results)


def test_half_precision_is_right_where_nothing_is_lost() -> None:
    exercise = planned("count")
    answers = {item.answer for item in trivial_results(exercise, right(exercise))}

    assert "the right answer in half precision" not in answers
    assert "the last answer again" in answers


def test_noise_moves_every_number_and_fails_no_check() -> None:
    exercise = planned("square")
    replies = right(exercise)
    shaken = Tried(noisy(exercise, replies, seed=3))

    judge_all(exercise, exercise.checks, shaken)

    assert shaken.failures == {}
    before, after = replies["agrees"][-1][0], shaken.replies["agrees"][-1][0]
    assert isinstance(before, Reply)
    assert isinstance(after, Reply)
    assert not np.array_equal(before.value, after.value)
    np.testing.assert_allclose(before.value, after.value, rtol=1e-13)
