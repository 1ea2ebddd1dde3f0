"""Sample results: factories that fill in what a test does not care about."""

from __future__ import annotations

import hashlib
from typing import Any

from grader.results import (
    CheckResult,
    Evidence,
    ExerciseResult,
    Output,
    Picture,
    Problem,
    Result,
    SourceFile,
    Where,
)

__all__ = ["CODE", "check", "evidence", "exercise", "losses", "picture", "result", "source"]

CODE = '''\
"""Losses, week 2."""

import numpy as np


def softmax(z):
    """Turn scores into probabilities, row by row."""
    e = np.exp(z - z.max())
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(logits, labels):
    """Mean negative log-likelihood of the labels."""
    p = softmax(logits)
    picked = p[np.arange(len(labels)), labels]
    print("picked", picked)
    return -np.log(picked).sum()  # one number


def accuracy(logits, labels):
    return (logits.argmax(axis=-1) == labels).mean()


def focal(logits, labels, gamma=2.0):
    p = softmax(logits)
    return focal_weight(p, gamma) * cross_entropy(logits, labels)
'''
"""What the student of the samples handed in."""


def source(text: str = CODE, *, name: str = "losses.py") -> SourceFile:
    data = text.encode("utf-8", "surrogatepass")
    return SourceFile(name=name, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), text=text)


def picture(rows: int = 3, columns: int = 4, *, wrong: int = 1) -> Picture:
    """A smooth expected answer; the first `wrong` rows of the answer got are 12 % too large."""
    expected = [[((7 * i + 3 * j) % 11) / 11 for j in range(columns)] for i in range(rows)]
    got = [[v * 1.12 if i < wrong else v for v in row] for i, row in enumerate(expected)]
    error = [
        [abs(a - b) / 1e-3 for a, b in zip(e, g, strict=True)] for e, g in zip(expected, got, strict=True)
    ]
    return Picture(expected=expected, got=got, error=error)


def evidence(**changes: Any) -> Evidence:
    fields: dict[str, Any] = {
        "case": "",
        "call": "cross_entropy(logits=[[0, 1], [2, 0]], labels=[1, 0])",
        "expected": "0.2201",
        "got": "0.4402",
        "error": 0.2201,
        "tolerance": 1e-6,
        "shrunk": True,
        "where": Where(
            file="losses.py",
            line=17,
            function="cross_entropy",
            code="    return -np.log(picked).sum()  # one number",
        ),
    }
    return Evidence(**(fields | changes))


def check(**changes: Any) -> CheckResult:
    fields: dict[str, Any] = {
        "name": "agrees",
        "title": "Agrees with the definition",
        "status": "passed",
        "cases": 50,
        "score": 1.0,
    }
    return CheckResult(**(fields | changes))


def exercise(**changes: Any) -> ExerciseResult:
    fields: dict[str, Any] = {
        "name": "softmax",
        "title": "Turn scores into probabilities.",
        "status": "passed",
        "score": 4.0,
        "max_score": 4.0,
        "checks": [check()],
        "wall_s": 0.12,
    }
    return ExerciseResult(**(fields | changes))


def result(**changes: Any) -> Result:
    """A result whose scores add up, unless `changes` says otherwise."""
    exercises = changes.get("exercises", [exercise()])
    fields: dict[str, Any] = {
        "grader": "0.1.0",
        "assignment": "losses",
        "title": "Losses",
        "submission": source(),
        "score": sum(one.score for one in exercises),
        "max_score": sum(one.max_score for one in exercises),
        "exercises": exercises,
        "seed": 7,
        "box": "namespaces",
        "hashes": {"assignment": "5f3c" * 16, "cases": "a01b" * 16},
        "versions": {"python": "3.11.7", "numpy": "2.4.6"},
        "cpu_s": 1.42,
        "wall_s": 1.9,
        "memory_mib": 81.5,
    }
    return Result(**(fields | changes))


def losses() -> Result:
    """One of everything: passed, failed with a picture, failed hidden, skipped, fault, a problem, output."""
    skipped = [check(name=name, status="skipped", score=0.0) for name in ("agrees", "gamma")]
    return result(
        exercises=[
            exercise(name="logsumexp", title="The logarithm of a sum of exponentials."),
            _failed_softmax(),
            _failed_entropy(),
            exercise(
                name="focal",
                status="skipped",
                score=0.0,
                max_score=3.0,
                because="cross_entropy",
                checks=skipped,
            ),
            exercise(
                name="kl_divergence",
                status="fault",
                score=0.0,
                max_score=0.0,
                checks=[check(status="fault", message="docker: cannot start image grader-box:1.")],
            ),
            exercise(name="accuracy", score=4.0),
        ],
        problems=[
            Problem(
                message="losses.py could not be imported to its end: NameError: name 'focal_weight' is not defined.",
                where=Where(file="losses.py", line=26, code="    return focal_weight(p, gamma)"),
            )
        ],
        coverage="public",
        not_covered="large batches, extreme scores and labels of other integer types.",
    )


def _failed_softmax() -> ExerciseResult:
    return exercise(
        status="failed",
        score=2.5,
        title="Turn scores into probabilities, each row by itself.",
        checks=[
            _wrong_softmax(),
            check(name="sums_to_one", title="Each row sums to one", cases=20),
            check(name="shape", title="Keeps the shape of its input", cases=20),
            check(
                name="stable",
                title="Does not overflow for scores of 1000",
                status="skipped",
                because="agrees",
                score=0.0,
                cases=0,
            ),
        ],
    )


def _wrong_softmax() -> CheckResult:
    rows = [[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]]
    got = [[0.2, 0.3, 0.5], [0.0946, 0.0271, float("nan")]]
    error = [[0.0, 0.0, 0.0], [605400.0, 172900.0, float("inf")]]
    return check(
        status="failed",
        score=0.0,
        cases_failed=12,
        kind="value",
        message="largest error at [1, 0]: expected 0.7, got 0.0946 (tolerance 1e-06).",
        hint="Subtract the largest score of each row, not of the whole array:\nlook at `axis` and "
        "`keepdims` of `max`.",
        evidence=evidence(
            call="softmax(z=[[0.11, 0.51, 1.02], [-2.1, -3.35, -4.04]])",
            expected="[[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]]",
            got="[[0.2, 0.3, 0.5], [0.0946, 0.0271, nan]]",
            index=[1, 0],
            error=0.6054,
            picture=Picture(expected=rows, got=got, error=error),
            where=None,
        ),
    )


def _failed_entropy() -> ExerciseResult:
    return exercise(
        name="cross_entropy",
        title="Mean negative log-likelihood of the labels.",
        status="failed",
        score=1.0,
        max_score=5.0,
        output=Output(
            text="picked [0.7310586 0.8807971]\npicked [0.5 0.5]\n\x1b[31mred\x1b[0m", cut_bytes=20480
        ),
        checks=_wrong_entropy(),
    )


def _wrong_entropy() -> list[CheckResult]:
    return [
        check(
            status="failed",
            message="expected 0.2201, got 0.4402 (tolerance 1e-06): the answer is the sum, 2 times the mean.",
            kind="value",
            cases_failed=50,
            evidence=evidence(picture=picture(12, 16)),
            hint="Divide by the number of rows.",
        ),
        check(
            name="labels",
            title="Refuses labels that are no class",
            status="failed",
            kind="exception",
            cases_failed=1,
            cases=1,
            message="expected ValueError, got no exception.",
            evidence=evidence(
                case="labels float64", call="cross_entropy(…)", expected="ValueError", got="0.31"
            ),
        ),
        check(
            name="hidden",
            title="Agrees on data that is not shown",
            status="failed",
            hidden=True,
            message="3 of 20 cases differ by more than the tolerance 1e-06.",
            cases=20,
            cases_failed=3,
            evidence=evidence(call="secret_call()", expected="secret", got="secret"),
        ),
    ]
