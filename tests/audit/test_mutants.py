"""Mutants of a reference: every change that could show, none of what cannot."""

from __future__ import annotations

import ast
import sys

import numpy as np
import pytest

from grader.audit.mutants import Mutant, mutants_of
from reference import activations, losses


def of(name: str, **options: object) -> list[Mutant]:
    return mutants_of(getattr(losses, name), exercise=name, **options)  # type: ignore[arg-type]


def test_every_formula_of_a_loss_is_changed() -> None:
    changes = {(mutant.before, mutant.after) for mutant in of("mse")}
    line = "return float(np.mean((pred - target) ** 2))"

    for other in ("np.sum((pred - target) ** 2)", "np.mean((pred + target) ** 2)", "np.mean(pred - target)"):
        assert (line, f"return float({other})") in changes


def test_docstrings_and_the_words_of_errors_stay() -> None:
    for mutant in of("smooth_labels"):
        assert '"""' not in mutant.after
        assert not mutant.after.startswith("raise")


def test_exercises_of_their_own_are_left_alone() -> None:
    whole = {mutant.after for mutant in of("cross_entropy_loss")}
    own = {mutant.after for mutant in of("cross_entropy_loss", others=["log_softmax", "softmax"])}

    assert own < whole


def test_a_function_that_hands_all_work_on_is_wrong_where_the_work_is_done() -> None:
    found = mutants_of(
        activations.softplus_grad, exercise="softplus_grad", others=["sigmoid", "softplus_grad"]
    )

    assert len(found) > 10


def test_the_texts_can_be_handed_in_and_differ_from_one_another() -> None:
    found = of("mae_grad")

    for mutant in found:
        ast.parse(mutant.text)
    assert len({mutant.id for mutant in found}) == len(found)


def test_the_same_reference_has_the_same_mutants() -> None:
    assert of("bce") == of("bce")


def test_manners_do_what_they_are_called_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))  # the texts bring an importer of their own
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    texts = {mutant.operator: mutant.text for mutant in of("mse_grad")}
    pred, target = np.array([1.0, 2.0]), np.array([0.0, 0.0])

    def call(operator: str) -> tuple[np.ndarray, np.ndarray]:
        space: dict[str, object] = {}
        exec(texts[operator], space)
        given = pred.copy()
        return space["mse_grad"](given, target), given  # type: ignore[operator]

    right = losses.mse_grad(pred, target)
    answer, given = call("changes an argument")
    np.testing.assert_array_equal(answer, right)
    assert not np.array_equal(given, pred)
    answer, given = call("returns an argument's memory")
    np.testing.assert_array_equal(answer, right)
    assert answer is given
    with pytest.warns(RuntimeWarning, match="overflow"):
        call("warns on the way")
