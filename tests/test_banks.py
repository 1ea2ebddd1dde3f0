"""Banks: the same cases for the same seed, kept on disk, and never read where anything about them is in doubt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import (
    Assignment,
    Exercise,
    agrees,
    choice,
    function,
    generator,
    leaves_inputs_alone,
    list_of,
    no_warnings,
    optional,
    real,
    refuses,
    satisfies,
    unchanged_when,
)
from grader.banks import Bank, build_bank, cache_folder, cached_bank, trial_from_data, trial_to_data
from grader.errors import AssignmentError
from grader.protocol import decode, encode

runs: list[str] = []


def scale(x: Any, factor: Any = None) -> Any:
    """Scale by a factor."""
    runs.append("scale")
    if np.ndim(x) != 1:
        raise ValueError("x must be a vector")
    return x * (2.0 if factor is None else factor)


def matrix(x: Any, factor: Any) -> Any:
    """x is a matrix."""
    return {"x": x[None]}


def mixed(x: Any, layers: Any, f: Any, rng: Any) -> Any:
    """Everything that can be drawn."""
    return f(x) + sum(float(w.sum()) for w in layers) + rng.normal(size=x.shape)


SCALE = Exercise(
    scale,
    points=2,
    inputs={"x": real("n"), "factor": optional(real(""))},
    returns=real("n"),
    checks=[
        agrees(),
        no_warnings(),
        unchanged_when("x is copied", lambda x, factor: {"x": x.copy()}),
        leaves_inputs_alone(),
        refuses(matrix),
        satisfies("The length stays", lambda y, x, factor: y.shape == x.shape),
    ],
    hints={"agrees": "Two is the default."},
)
MIXED = Exercise(
    mixed,
    points=1,
    inputs={
        "x": real("n"),
        "layers": list_of(real("a b")),
        "f": function(lambda w: lambda x: w * x, takes=[real("n")], w=real("n")),
        "rng": generator(),
    },
    returns=real("n"),
    checks=[agrees()],
    after="scale",
)
ASSIGNMENT = Assignment("scaling", "Scaling", [SCALE, MIXED])


def content(bank: Bank) -> Any:
    """All trials as data that can be compared."""
    return [
        (
            planned.contract.name,
            check.name,
            [encode(trial_to_data(trial), inline=True) for trial in check.trials],
        )
        for planned in bank.exercises
        for check in planned.checks
    ]


@pytest.fixture(scope="module")
def built() -> Bank:
    return build_bank(ASSIGNMENT, seed=1)


@pytest.fixture
def cached(tmp_path: Path) -> Callable[..., Bank]:
    """Takes a bank from a cache of its own."""

    def made(assignment: Assignment = ASSIGNMENT, *, seed: int = 1, source_hash: str = "0") -> Bank:
        runs.clear()
        return cached_bank(assignment, seed=seed, source_hash=source_hash, cache=tmp_path)

    return made


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_bank_says_what_a_grading_needs(built: Bank) -> None:
    scale_planned, mixed_planned = built.exercises
    assert (built.assignment, built.title, built.seed, built.libraries) == (
        "scaling",
        "Scaling",
        1,
        ("numpy",),
    )
    assert (scale_planned.title, scale_planned.points, mixed_planned.needs) == (
        "Scale by a factor.",
        2.0,
        ("scale",),
    )
    assert [check.name for check in scale_planned.checks] == list(SCALE.named_checks)
    assert scale_planned.checks[0].hint == "Two is the default."
    assert all(check.trials for planned in built.exercises for check in planned.checks)
    assert scale_planned.contract.where == "scaling: exercise 'scale'"


def test_two_builds_with_one_seed_are_equal(built: Bank) -> None:
    assert content(build_bank(ASSIGNMENT, seed=1)) == content(built)


def test_another_seed_gives_other_cases(built: Bank) -> None:
    assert content(build_bank(ASSIGNMENT, seed=2)) != content(built)


def test_another_exercise_beside_it_changes_no_case(built: Bank) -> None:
    alone = content(build_bank(Assignment("scaling", "Scaling", [SCALE]), seed=1))
    assert content(built)[: len(alone)] == alone


def test_the_second_time_the_bank_comes_from_the_cache(
    built: Bank, cached: Callable[..., Bank], tmp_path: Path
) -> None:
    first = cached()
    assert runs
    assert len(files(tmp_path)) == 1
    second = cached()
    assert runs == []
    assert content(first) == content(second) == content(built)
    assert first.hashes == second.hashes
    assert [item.contract for item in second.exercises] == [item.contract for item in built.exercises]


def test_what_a_trial_is_made_of_survives_the_cache(built: Bank) -> None:
    for planned in built.exercises:
        for trial in planned.checks[0].trials:
            back = trial_from_data(decode(*encode(trial_to_data(trial))))
            assert (back.note, back.sizes, back.entries) == (trial.note, trial.sizes, trial.entries)
            assert list(back.inputs) == list(trial.inputs)
            offered = planned.contract.offered(back.inputs, back.sizes)
            assert offered.keys() == planned.contract.offered(trial.inputs, trial.sizes).keys()


def test_the_hash_changes_with_the_sources_the_seed_and_the_engine(
    cached: Callable[..., Bank], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [
        cached(seed=seed, source_hash=source).hashes["cases"]
        for seed, source in [(1, "0"), (1, "0"), (2, "0"), (1, "1")]
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"{name} of tomorrow")
    assert cached().hashes["cases"] not in keys


def damage(data: bytes) -> dict[str, bytes]:
    middle = len(data) // 2
    return {
        "empty": b"",
        "cut": data[:middle],
        "longer": data + b"\0",
        "one bit": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "the last byte": data[:-1] + bytes([data[-1] ^ 1]),
        "another file": b"GIF89a" + data[6:],
    }


@pytest.mark.parametrize("kind", damage(b"12"))
def test_a_damaged_cache_file_is_built_anew(
    built: Bank, cached: Callable[..., Bank], tmp_path: Path, kind: str
) -> None:
    cached()
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole)[kind])
    assert content(cached()) == content(built)
    assert runs
    assert path.read_bytes() == whole


def test_a_cache_file_without_one_of_the_checks_is_built_anew(
    cached: Callable[..., Bank], tmp_path: Path
) -> None:
    fewer = Exercise(scale, points=2, inputs=SCALE.inputs, returns=real("n"), checks=[agrees()])
    cached(Assignment("scaling", "Scaling", [fewer]))
    assert [check.name for check in cached().exercises[0].checks] == list(SCALE.named_checks)
    assert runs


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(built: Bank, tmp_path: Path) -> None:
    (tmp_path / "banks").write_text("a file where the folder should be")
    assert content(cached_bank(ASSIGNMENT, seed=1, source_hash="0", cache=tmp_path)) == content(built)


def test_no_file_but_the_cache_file_stays_behind(cached: Callable[..., Bank], tmp_path: Path) -> None:
    cached()
    assert [path.suffix for path in files(tmp_path)] == [".bank"]


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("GRADER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "grader"


# --- what only shows when the reference runs -----------------------------------------------------------------------


def one(**fields: Any) -> Assignment:
    made: dict[str, Any] = {
        "points": 1,
        "inputs": {"x": real("n")},
        "returns": real("n"),
        "checks": [agrees()],
    }
    return Assignment("one", "One", [Exercise(**{**made, **fields})])


def copied(x: Any) -> Any:
    """A copy."""
    return x.copy()


def colour(x: Any) -> Any:
    """A name of NumPy's."""
    return np.str_("red")


def total(x: Any) -> Any:
    """The sum."""
    return x.sum()


@pytest.mark.parametrize(
    ("assignment", "text"),
    [
        (one(reference=copied),
         "one: exercise 'copied': agrees: expected a check that tells right answers from its first input, got one "
         "that takes it on all "),
        (one(reference=total, returns=real("n")),
         "one: exercise 'total': agrees: expected the reference to pass, got: "
         "total(x): expected an array of shape (n=1,), got the number "),
        (one(reference=colour, returns=choice("red", "blue")),
         "one: exercise 'colour': agrees: expected the reference to pass, got: "
         "colour(x): expected one of 'red', 'blue', got the text 'red'."),
        (one(reference=total, returns=real(""), inputs={"x": choice(np.ones(2), frozenset({1}))}),
         "one: exercise 'total': expected an answer of the reference, got AttributeError: "),
        (one(reference=total, returns=real(""), checks=[satisfies("It is a sum", lambda y, x: y > 1e9)]),
         "one: exercise 'total': satisfies: expected the reference to pass, got: total(x): expected that it is a sum."),
    ],
)  # fmt: skip
def test_an_exercise_that_nobody_could_pass_is_told_to_the_instructor(
    assignment: Assignment, text: str
) -> None:
    with pytest.raises(AssignmentError) as error:
        build_bank(assignment, seed=1)
    assert str(error.value).startswith(text)


def test_inputs_that_cannot_cross_are_told_with_the_exercise() -> None:
    def size(x: Any) -> Any:
        """How many there are."""
        return float(len(x))

    values = [frozenset({1}), frozenset({1, 2}), frozenset()]
    with pytest.raises(AssignmentError) as error:
        build_bank(one(reference=size, returns=real(""), inputs={"x": choice(*values)}), seed=1)
    assert str(error.value) == (
        "one: exercise 'size': agrees: expected inputs and answers of plain data, got frozenset: is not plain data.\n"
        "Numbers, text, lists, tuples, dicts, arrays of numbers, tensors and generators can cross."
    )
