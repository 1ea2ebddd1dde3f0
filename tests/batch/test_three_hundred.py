"""A class of every kind of submission; `python -m tests.benchmarks.cohort` grades one of 300, with the usual limits."""

from __future__ import annotations

import ast
import math
from collections import Counter
from pathlib import Path

import pytest

from grader import shrinking
from grader.batch import Desk, LocalEngine, conclude, find, run_batch
from grader.boxes import Limits
from grader.handed_in import read_roster
from grader.lateness import Policy
from tests.attacks.labels import FOLDER, read
from tests.benchmarks.cohort.mistakes import HOSTILE
from tests.benchmarks.cohort.outcomes import Ended, complaints, outcomes, table
from tests.benchmarks.cohort.submissions import KINDS, NAMES, Made, class_of, write_class
from tests.benchmarks.courses import losses_course

SOME = "softmax log_softmax mse bce cross_entropy_loss segmentation_cross_entropy".split()
COMPUTING = ("for ever", "counting", "power", "deaf", "import")
"""Ways to hang whose time a small limit of CPU ends, whatever else the machine does."""


def graded(made: list[Made], root: Path, tmp_path: Path, out: Path, box: str) -> list[Ended]:
    desk = Desk(str(root), "losses", box, 0)
    desk.warm()
    source = find(
        tmp_path / "in",
        assignment="losses",
        names=SOME,
        roster=read_roster(tmp_path / "in.csv"),
        policy=Policy.of(root),
        work=tmp_path,
    )
    engine = LocalEngine(desk, 2)
    try:
        batch, results = run_batch(desk, source.candidates, out, engine)
    finally:
        engine.close()
    conclude(out, batch, results)
    return outcomes(made, out)


def test_a_class_of_every_kind_is_graded_twice_with_the_same_result(
    tmp_path: Path, box: str, monkeypatch: pytest.MonkeyPatch, kept_imports: None
) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shrinking, "_CLOCK_S", math.inf)  # on a busy machine it decides which case is shown
    monkeypatch.setattr(shrinking, "_CALLS", 40)  # most of the time goes there
    attacks = [name for name in HOSTILE if box != "bare" or read(FOLDER / f"{name}.py").shown_in != "bare"]
    root = losses_course(tmp_path / "course", names=SOME, limits=Limits(cpu_s=1, wall_s=30, memory_mib=256))
    made = class_of(24, seed=1, names=SOME, hanging=COMPUTING, attacks=attacks)
    write_class(made, tmp_path / "in")

    first = graded(made, root, tmp_path, tmp_path / "first", box)
    second = graded(made, root, tmp_path, tmp_path / "second", box)

    assert not complaints(first, second), "\n".join(table(first, second))
    assert {one.made.kind for one in first} == set(KINDS)


def test_a_class_is_the_same_for_a_seed_and_no_two_texts_are_alike() -> None:
    made = class_of(300, seed=5)
    assert made == class_of(300, seed=5)
    assert made != class_of(300, seed=6)
    assert len({one.data for one in made}) == 300
    counts = Counter(one.kind for one in made)
    assert counts == {kind: 300 * share // 100 for kind, share in KINDS.items()}
    assert len({one.how for one in made if one.kind == "hostile"}) == counts["hostile"]


def test_a_right_submission_in_other_words_defines_the_same_functions() -> None:
    for one in class_of(60, seed=2):
        if one.kind == "right":
            assert one.data is not None
            tree = ast.parse(one.data)
            assert {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} >= set(NAMES)


def test_an_attack_that_needs_bait_or_leave_is_in_no_class() -> None:
    attacks = [read(FOLDER / f"{name}.py") for name in HOSTILE]
    assert not [attack.id for attack in attacks if "lure[" in attack.source or attack.needs - {"numpy"}]


def test_what_a_kind_must_not_do_is_said() -> None:
    made = Made("ada", "right", "loops", b"")
    lost = Ended(made, None, None)
    assert complaints([lost]) == [
        "run 1: ada (right: loops) ended as 'lost': the batch does not know the student"
    ]
    assert complaints([lost], [Ended(made, None, {"exercises": []})])[-1] == (
        "ada (right: loops): the runs differ: lost and lost"
    )
