"""What training has to reach: the student's function is trained in the box and judged on data it has not seen."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import answer, error_text, misfit_failure, signature
from grader.checks.costs.makers import Made, made_from_data, make_inputs, seed_of
from grader.checks.learning.predictions import shown_scores, unfit, weakness, wide
from grader.checks.trials import Curve, Failure, Runs, Trial
from grader.checks.values import require_weight
from grader.errors import AssignmentError
from grader.protocol import Callback, Outcome, Ref, Reply, Script, Step

__all__ = ["Data", "Score", "accuracy", "learns", "renamed_classes"]

Data = Callable[[np.random.Generator], tuple[Mapping[str, Any], Any, Any]]
"""Draws one task: the inputs of training, the new inputs, and the truth about these."""
Score = Callable[[Any, Any], float]
"""From the truth and the answer to a number; higher is better."""

_TRIES = 12


def accuracy(truth: Any, predicted: Any) -> float:
    """Share of the predictions that are right, 0 to 1."""
    return float(np.mean(np.asarray(truth) == np.asarray(predicted)))


def renamed_classes(rng: np.random.Generator, labels: Any, classes: int) -> np.ndarray[Any, Any]:
    """The labels 0, 1, … under other numbers, drawn at random: what was learned elsewhere is then of no use.

    Args:
        rng: Draws the new names.
        labels: Integers below `classes`, any shape.
        classes: How many there are.
    """
    return np.asarray(rng.permutation(classes)[np.asarray(labels)])


@dataclass(frozen=True)
class Learns:
    """What the student's function returns predicts well on data that enter the box only after training."""

    kind: ClassVar[str] = "learns"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "scripts"
    shrinks: ClassVar[bool] = False
    data: Data | None
    at_least: float
    score: Score
    score_name: str
    wins: int
    of: int
    predicts: bool
    sizes: tuple[float, ...]
    cpu_s: float | None
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        on = " on new data" if self.predicts else ""
        cost = "" if self.cpu_s is None else f", each in {self.cpu_s:g} s of CPU time"
        return f"Training reaches {self._goal}{on}{cost}"

    @property
    def _goal(self) -> str:
        times = "" if self.of == 1 else f" in {self.wins} of {self.of} runs"
        return f"{self.score_name} of at least {self.at_least:g}{times}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        seed = seed_of(contract, cases)
        tasks = self._different(contract, seed)
        runs = [task.to_data() for task in tasks]
        scripts = [task.script for task in tasks]
        for number, size in enumerate(self.sizes):
            rng = np.random.default_rng([seed, self.of, number])
            part = self._trained(contract, tasks[0].part(size, rng), rng)
            runs.append(part.to_data())
            scripts.append(part.script)
        expected = {"runs": runs, "value": tasks[0].answer}
        first = tasks[0].made
        entries = sum(int(np.size(value)) for value in first.inputs.values())
        return [Trial("", first.inputs, first.sizes, tuple(scripts), expected, entries)]

    def offered(self, contract: Contract, trial: Trial) -> dict[int, Callable[..., Any]]:
        """The new data of each run, and functions among its inputs. Each number gives its data once."""
        found: dict[int, Callable[..., Any]] = {}
        for run in trial.expected["runs"]:
            found.update(made_from_data(contract, run))
            found[run["key"]] = _once(run["new"])
        return found

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        runs = trial.expected["runs"][: self.of]
        answers: list[Any] = []
        for run, outcome in zip(runs, outcomes, strict=False):
            reply = answer(contract, outcome)
            found = reply if isinstance(reply, Failure) else self._unfit(contract, run, reply)
            if found is not None:
                return _explained(contract, found) if self.predicts else found
            assert isinstance(reply, Reply)
            answers.append(reply.value)
        scores = [self._scored(run["truth"], value) for run, value in zip(runs, answers, strict=True)]
        if sum(score >= self.at_least for score in scores) >= self.wins:
            return None
        curve = self._curve(contract, trial, scores[0], outcomes[self.of :])
        text = f"expected {self._goal}, got {shown_scores(scores)}"
        best = f"the reference reaches {shown_scores([run['score'] for run in runs])}"
        truths = [run["truth"] for run in runs]
        why = weakness(truths, answers, scores, counted=self.score is accuracy) if self.predicts else ""
        return Failure(
            "learning",
            f"{signature(contract)}: {text}; {best}.{why}",
            expected=f"{self._goal} ({best})",
            got=shown_scores(scores),
            curve=curve,
        )

    def _unfit(self, contract: Contract, run: Mapping[str, Any], reply: Reply) -> Failure | None:
        """What keeps an answer from being scored at all."""
        if self.cpu_s is not None and reply.cpu_s is not None and reply.cpu_s > self.cpu_s:
            used = f"expected at most {self.cpu_s:g} s of CPU time for one training, got {reply.cpu_s:.3g} s"
            return Failure("timeout", f"{signature(contract)}: {used}.")
        if self.predicts:
            return unfit(signature(contract), run["truth"], reply.value)
        misfit = contract.misfit(reply.value, run["sizes"]) or contract.infinite(reply.value)
        return None if misfit is None else misfit_failure(contract, misfit, reply.value)

    def _scored(self, truth: Any, value: Any) -> float:
        score = float(self.score(copy.deepcopy(truth), wide(value)))
        return -math.inf if math.isnan(score) else score

    def _curve(
        self, contract: Contract, trial: Trial, full: float, outcomes: Sequence[Outcome]
    ) -> Curve | None:
        """Scores over rows of training data, as far as there are any."""
        first, *parts = trial.expected["runs"][:1] + trial.expected["runs"][self.of :]
        points = [(first["rows"], full, first["score"])]
        for run, outcome in zip(parts, outcomes, strict=False):
            reply = answer(contract, outcome)
            if isinstance(reply, Failure) or self._unfit(contract, run, reply) is not None:
                continue
            points.append((run["rows"], self._scored(run["truth"], reply.value), run["score"]))
        points = sorted(point for point in points if math.isfinite(point[1]))
        if len(points) < 2:
            return None
        rows, got, expected = (tuple(map(float, column)) for column in zip(*points, strict=True))
        return Curve(self.score_name, "rows of training data", rows, got, expected, float(self.at_least))

    def score_of(self, contract: Contract, rng: np.random.Generator) -> float:
        """What the reference scores on one task, for those who look for a threshold."""
        return self._trained(contract, self._drawn(contract, rng), rng).score

    # --- planning ---------------------------------------------------------------------------------------------

    def _different(self, contract: Contract, seed: int) -> list[_Task]:
        """As many tasks as there are runs; what was learned for one is no good for another.

        Else a solution that was trained at home, and learns nothing, would pass.
        """
        tasks: list[_Task] = []
        for attempt in range(self.of + _TRIES):
            rng = np.random.default_rng([seed, attempt])
            task = self._trained(contract, self._drawn(contract, rng), rng)
            if task.score < self.at_least:
                raise AssignmentError(
                    f"{contract.where}: learns: expected the reference to reach {self.score_name} of at least "
                    f"{self.at_least:g} for every seed, got {task.score:.4g}.",
                    mend="Lower at_least, or give the reference more data or steps.",
                )
            if not any(
                self._transfers(one, other) for old in tasks for one, other in ((old, task), (task, old))
            ):
                tasks.append(task)
            if len(tasks) == self.of:
                return tasks
        raise AssignmentError(
            f"{contract.where}: learns: expected another task for each seed, got data on which what was learned for "
            "one seed is right for another.",
            mend="A solution that was trained beforehand would pass: have data(rng) draw the rule as well, such as "
            "the weights of a teacher, rename classes (renamed_classes), or permute columns.",
        )

    def _transfers(self, one: _Task, other: _Task) -> bool:
        try:
            predicted = one.predict(copy.deepcopy(other.new)) if self.predicts else one.answer
            return self._scored(other.truth, predicted) >= self.at_least
        except Exception:  # other columns, other classes: no good there, as it should be
            return False

    def _drawn(self, contract: Contract, rng: np.random.Generator) -> _Drawn:
        assert self.data is not None
        try:
            drawn = self.data(rng)
        except Exception as error:
            raise AssignmentError(
                f"{contract.where}: learns: expected data(rng) to draw data, got {error_text(error)}."
            ) from error
        fits = isinstance(drawn, tuple) and len(drawn) == 3 and isinstance(drawn[0], Mapping)
        require(fits, f"{contract.where}: learns: data", "(inputs, X_new, truth)", drawn)
        return _Drawn(*drawn)

    def _trained(self, contract: Contract, drawn: _Drawn, rng: np.random.Generator) -> _Task:
        """The reference trained on a task."""
        where = f"{contract.where}: learns"
        made = make_inputs(contract, drawn.inputs, rng, where=f"{where}: data")
        key = int(rng.integers(2**48))
        predict = found = contract.expected(made.inputs)
        try:
            if self.predicts:
                found = predict(copy.deepcopy(drawn.new))
            score = self._scored(drawn.truth, found)
        except Exception as error:
            part = "what the reference returns to predict, and a score" if self.predicts else "a score"
            raise AssignmentError(f"{where}: expected {part}, got {error_text(error)}.") from error
        script = _then_predicts(made.script, key) if self.predicts else made.script
        task = _Task(made, drawn.new, drawn.truth, key, script, predict, found, score)
        outcome = Reply(found)
        unfitting = self._unfit(contract, task.to_data(), outcome)
        if unfitting is not None:
            raise AssignmentError(f"{where}: expected the reference to pass, got: {unfitting.message}")
        return task


@dataclass(frozen=True)
class _Drawn:
    inputs: Mapping[str, Any]
    new: Any
    truth: Any


@dataclass(frozen=True)
class _Task:
    """One task with the reference's answer."""

    made: Made
    new: Any
    truth: Any
    key: int
    script: Script
    predict: Any
    answer: Any
    score: float

    @property
    def rows(self) -> int:
        arrays = [value for value in self.made.inputs.values() if np.ndim(value)]
        return max((len(value) for value in arrays), default=0)

    def part(self, size: float, rng: np.random.Generator) -> _Drawn:
        """The same task with some of its rows, drawn at random."""
        kept = np.sort(rng.permutation(self.rows)[: max(2, round(size * self.rows))])
        inputs = {
            name: value[kept] if isinstance(value, np.ndarray) and len(value) == self.rows else value
            for name, value in self.made.inputs.items()
            if not isinstance(value, np.random.Generator) and name not in self.made.to_data()["functions"]
        }
        return _Drawn(inputs, self.new, self.truth)

    def to_data(self) -> dict[str, Any]:
        """What judging, and offering the new data, need."""
        own = {"key": self.key, "new": self.new, "truth": self.truth, "score": self.score, "rows": self.rows}
        return {**self.made.to_data(), **own}


def _then_predicts(script: Script, key: int) -> Script:
    """The steps of training, then: fetch the new data from outside, and have the answer predict."""
    at = len(script.steps)
    fetch = Step("invoke", "the new data", (Callback(key, "the new data"),))
    predict = Step("invoke", "predict", (script.returns, Ref(at)))
    return Script((*script.steps, fetch, predict), Ref(at + 1))


def _once(value: Any) -> Callable[..., Any]:
    left = [value]

    def give(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not left:
            raise ValueError("the new data are given once, after training")
        return left.pop()

    return give


def _explained(contract: Contract, failure: Failure) -> Failure:
    """Words for an answer that cannot be called."""
    if failure.line is None and failure.kind == "exception" and "object is not callable" in failure.message:
        got = failure.message.rpartition("TypeError: ")[2].split("'")[1:2]
        text = f"expected a function that predicts, got a value of type {''.join(got)[:40]}"
        tip = " (is the return statement missing?)" if got == ["NoneType"] else ""
        return Failure("type", f"{signature(contract)}: {text}{tip}.")
    return failure


def learns(
    data: Data,
    *,
    at_least: float,
    score: Score = accuracy,
    score_name: str = "accuracy",
    wins: int = 2,
    of: int = 3,
    predicts: bool = True,
    sizes: Sequence[float] = (),
    cpu_s: float | None = None,
    weight: float = 1,
    hidden: bool = False,
) -> Learns:
    """What the exercise returns has learned: `at_least` in `wins` of `of` runs, on data it has not seen.

    Each run has data of its own. The reference reaches `at_least` in every one of them, or the assignment is
    refused; how often a right solution of another make falls short is up to the margin that you leave, and
    `python -m tests.benchmarks.performance learns` shows the reference's scores over many seeds. What was learned
    in one run must be of no use in another: draw the rule from `rng` too (see `renamed_classes`).

    Args:
        data: `data(rng)` returns the inputs by name (without generators; for an input that is a function, a dict
            of what it is made from), the new inputs, and the truth about them.
        at_least: The score to reach.
        score: `score(truth, answer)`, higher is better; called out here.
        wins, of: How many runs must reach it, of how many.
        predicts: The exercise returns a function of the new inputs; if not, its answer itself is scored.
        sizes: Fractions of the training rows, for a learning curve in the report of who falls short.
        cpu_s: CPU seconds that one run may take.
    """
    require(callable(data), "learns: data", "a function of a generator", data)
    require(callable(score), "learns: score", "a function of truth and answer", score)
    require(isinstance(score_name, str) and bool(score_name), "learns: score_name", "words", score_name)
    number = isinstance(at_least, int | float) and math.isfinite(at_least)
    require(number, "learns: at_least", "a number", at_least)
    whole = type(wins) is int and type(of) is int and 1 <= wins <= of <= 10
    require(whole, "learns: wins, of", "whole numbers, wins not above of", (wins, of))
    fractions = all(isinstance(size, float) and 0 < size < 1 for size in sizes)
    require(fractions and len(sizes) <= 8, "learns: sizes", "at most 8 fractions between 0 and 1", sizes)
    positive = cpu_s is None or (isinstance(cpu_s, int | float) and cpu_s > 0)
    require(positive, "learns: cpu_s", "a number above 0", cpu_s)
    require_weight("learns", weight)
    return Learns(data, at_least, score, score_name, wins, of, predicts, tuple(sizes), cpu_s, weight, hidden)
