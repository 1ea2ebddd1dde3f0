"""The folder that students get: what must be in it, what must not, and that it works on its own."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment
from grader.banks import build_bank
from grader.errors import FormatError, GraderError
from grader.grading import grade
from grader.handouts import Handout, find_cases, read_cases, write_handout
from grader.notebooks.given import Given, given_of
from grader.notebooks.reading import read_notebook
from grader.protocol import decode, encode
from grader.results import Result
from grader.submissions import collect
from tests.end_to_end.conftest import ASSIGNMENT, GOOD, but, check_of, exercise_of, write_course
from tests.strongest import open_strongest, strongest

HIDDEN = ASSIGNMENT.replace(
    "checks=[agrees(), satisfies(", "checks=[agrees(), agrees(hidden=True, rtol=0.03125), satisfies("
)
"""As the tiny course, with a hidden check beside a visible one of the same exercise."""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assignment]:
    path, modules = list(sys.path), dict(sys.modules)
    yield write_course(tmp_path_factory.mktemp("course"), assignment=HIDDEN).load("tiny")
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == "reference"]:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in modules.items() if name.startswith("reference")})


@pytest.fixture(scope="module")
def folder(assignment: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Handout:
    return write_handout(assignment, tmp_path_factory.mktemp("handout") / "tiny")


@pytest.fixture
def check(folder: Handout, tmp_path: Path) -> Callable[[str], Result]:
    """Grades a text on the public cases alone."""

    def run(text: str) -> Result:
        bank = read_cases(folder.cases)
        path = tmp_path / "tiny.py"
        path.write_text(text)
        return grade(
            bank, collect(path), lambda: open_strongest(bank.libraries, bank.limits), box=strongest()
        )

    return run


def texts(folder: Handout) -> dict[str, str]:
    paths = (folder.skeleton, folder.notebook, folder.readme, folder.cases)
    return {path.name: path.read_text() for path in paths}


def test_four_files_are_written_and_nothing_else(folder: Handout) -> None:
    assert sorted(path.name for path in folder.cases.parent.iterdir()) == [
        "README.md",
        "tiny.cases.json",
        "tiny.ipynb",
        "tiny.py",
    ]


@pytest.mark.parametrize(
    "secret",
    [
        "Euclid",  # the source of the statement
        "Source:",
        "np.asarray(x, float) * factor",  # code of the reference
        "self.count += by",
        "np.square",
        "c * t * t",  # code of the assignment
        "0.03125",  # the tolerance of the hidden check
        "reference",
    ],
)
def test_nothing_of_the_reference_or_of_a_hidden_check_is_handed_out(folder: Handout, secret: str) -> None:
    assert [name for name, text in texts(folder).items() if secret in text] == []


def test_no_hidden_check_and_no_input_of_one_is_among_the_cases(folder: Handout) -> None:
    tree = decode(json.loads(folder.cases.read_text())["bank"], [], inline=True)

    checks = {item["name"]: [check["name"] for check in item["checks"]] for item in tree["exercises"]}
    assert checks == {
        "scale": ["agrees", "leaves_inputs_alone"],
        "scale_twice": ["agrees"],
        "extremes": ["agrees"],
        "Counter": ["agrees"],
    }
    assert not any(check["check"]["hidden"] for item in tree["exercises"] for check in item["checks"])


def test_public_cases_are_drawn_from_a_seed_of_their_own(folder: Handout) -> None:
    assert read_cases(folder.cases).seed != 0, "0 is the default seed of grading"


def test_the_skeleton_is_valid_python_that_is_not_implemented(folder: Handout) -> None:
    module: dict[str, Any] = {}
    text = folder.skeleton.read_text()
    exec(compile(text, "tiny.py", "exec"), module)

    assert text.startswith(
        '"""Tiny things: write each function; the README says how to check them."""\n\nimport numpy as np\n'
    )
    for name, args in (("scale", (1,)), ("extremes", (1,)), ("slope", (1, 2)), ("Counter", (1,))):
        with pytest.raises(NotImplementedError):
            module[name](*args)


def test_the_skeleton_has_the_signatures_and_statements_of_the_reference(folder: Handout) -> None:
    tree = ast.parse(folder.skeleton.read_text())
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    assert list(found) == ["scale", "scale_twice", "extremes", "Counter", "slope", "secret"]
    scale, counter = found["scale"], found["Counter"]
    assert isinstance(scale, ast.FunctionDef)
    assert ast.unparse(scale.args) == "x, factor=2.0"
    assert ast.get_docstring(scale) == (
        "Multiply by a factor.\n\nArgs:\n    x: Numbers, any shape.\n    factor: What to multiply by.\nReturns:\n"
        "    Numbers, shape of x.\nExample:\n    >>> scale(np.array([1.0, 2.0])).tolist()\n    [2.0, 4.0]"
    )
    assert isinstance(counter, ast.ClassDef)
    assert ast.get_docstring(counter) == "Counts up from a start."
    methods = [node for node in counter.body if isinstance(node, ast.FunctionDef)]
    assert [f"{method.name}({ast.unparse(method.args)})" for method in methods] == [
        "__init__(self, start)", "up(self, by)"
    ]  # fmt: skip
    assert ast.get_docstring(methods[1]) == "Add to the count, and return it."


def test_the_examples_in_the_skeleton_hold_for_a_right_solution(folder: Handout, tmp_path: Path) -> None:
    body = "    raise NotImplementedError\n"
    text = folder.skeleton.read_text().replace(body, "    return np.asarray(x, float) * factor\n", 1)
    (tmp_path / "tiny.py").write_text(text)

    run = subprocess.run(
        [sys.executable, "-m", "doctest", "-v", "tiny.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert "1 passed" in run.stdout


def test_the_readme_lists_every_exercise_its_points_and_how_to_check(folder: Handout) -> None:
    readme = folder.readme.read_text()

    assert readme.startswith("# Tiny things\n")
    assert "in the notebook `tiny.ipynb` or in the file `tiny.py`" in readme
    assert "    grader check tiny.ipynb\n    grader check tiny.py\n" in readme
    assert "You may import Python's own library and: numpy." in readme
    for row in (
        "| `scale` | 4 | Multiply by a factor. |",
        "| `scale_twice` | 2 | Multiply by two, and by two again: use scale. |",
        "| `extremes` | 2 | Smallest and largest entry of each row. |",
        "| `Counter` | 2 | Counts up from a start. |",
        "| `slope` | 2 | Difference of f between a + 1 and a. |",
        "| `secret` | 2 | Twice the sum of the squares. |",
    ):
        assert f"\n{row}\n" in readme
    assert "## `scale(x, factor=2.0)`" in readme
    assert "- a hidden check" in readme


def test_a_skeleton_with_work_in_it_is_kept_and_the_rest_is_renewed(
    assignment: Assignment, tmp_path: Path
) -> None:
    (tmp_path / "tiny.py").write_text("my work")
    (tmp_path / "tiny.ipynb").write_text("my other work")
    (tmp_path / "tiny.cases.json").write_text("old")

    files = write_handout(assignment, tmp_path)

    assert (files.skeleton.read_text(), files.notebook.read_text()) == ("my work", "my other work")
    assert read_cases(files.cases).assignment == "tiny"


def test_given_cells_are_among_the_cases_and_in_the_bank(folder: Handout, assignment: Assignment) -> None:
    given = read_cases(folder.cases).given

    assert [one.source for one in given if one.stays] == ["import numpy as np"]
    assert given == build_bank(assignment, seed=1).given
    assert given == given_of(read_notebook("tiny.ipynb", folder.notebook.read_bytes()))


def test_a_notebook_of_the_instructors_own_is_handed_out_in_place_of_ours(
    assignment: Assignment, tmp_path: Path
) -> None:
    cell = {
        "cell_type": "code",
        "metadata": {"nbgrader": {"grade_id": "t", "grade": True}},
        "source": "x = 1",
    }
    own = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()

    files = write_handout(replace(assignment, notebook=own), tmp_path)

    assert files.notebook.read_bytes() == own
    assert read_cases(files.cases).given == (Given("", "t", "code", True, "x = 1"),)


def test_cases_of_before_notebooks_are_read(folder: Handout, tmp_path: Path) -> None:
    bank = decode(json.loads(folder.cases.read_text())["bank"], [], inline=True)
    del bank["given"]
    tree, _ = encode(bank, inline=True)
    (tmp_path / "old.cases.json").write_text(json.dumps({"schema": 1, "bank": tree}))

    assert read_cases(tmp_path / "old.cases.json").given == ()


def test_a_folder_that_cannot_be_written_is_refused(assignment: Assignment, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(GraderError) as caught:
        write_handout(assignment, tmp_path / "file" / "inside")
    assert (
        str(caught.value) == f"{tmp_path}/file/inside: expected a folder to write to, got: Not a directory."
    )


def test_two_handouts_are_the_same(assignment: Assignment, folder: Handout, tmp_path: Path) -> None:
    again = write_handout(assignment, tmp_path)

    assert texts(again) == texts(folder)


def test_a_right_solution_has_full_points_on_the_public_cases(check: Callable[[str], Result]) -> None:
    result = check(but())

    assert (result.score, result.max_score) == (10, 10)
    assert result.coverage == "public"
    assert result.not_covered


def test_the_notebook_has_no_points_and_says_what_to_write(folder: Handout) -> None:
    bank = read_cases(folder.cases)
    submission = collect(folder.notebook)
    result = grade(bank, submission, lambda: open_strongest(bank.libraries, bank.limits), box=strongest())

    assert (result.score, result.problems) == (0, [])
    assert exercise_of(result, "scale").checks[0].message == "scale(x, factor): is not implemented yet."


def test_the_skeleton_has_no_points_and_says_what_to_write(
    folder: Handout, check: Callable[[str], Result]
) -> None:
    result = check(folder.skeleton.read_text())

    assert result.score == 0
    assert [exercise.checks[0].message for exercise in result.exercises] == [
        "scale(x, factor): is not implemented yet.",
        "",
        "extremes(x): is not implemented yet.",
        "Counter(start, by): is not implemented yet.",
    ]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("scale", "def scale(x, factor=2.0):\n    return np.asarray(x, float) * 2\n"),
        ("extremes", "def extremes(x):\n    return x.min(axis=0), x.max(axis=0)\n"),
        ("Counter", GOOD["Counter"].replace("+= by", "+= 1")),
    ],
)
def test_a_wrong_solution_fails_on_the_public_cases(
    check: Callable[[str], Result], part: str, text: str
) -> None:
    result = check(but(**{part: text}))

    assert exercise_of(result, part).status == "failed"
    assert check_of(result, part).evidence is not None


def test_public_and_full_grading_agree_on_titles_points_and_hints(
    check: Callable[[str], Result], assignment: Assignment
) -> None:
    found = exercise_of(
        check(but(scale="def scale(x, factor=2.0):\n    return np.asarray(x, float)\n")), "scale"
    )

    assert (found.title, found.max_score) == ("Multiply by a factor.", 4)
    assert found.checks[0].hint == "Multiplication is written with a star."


def test_the_folder_alone_is_enough(folder: Handout, tmp_path: Path) -> None:
    """Copied to where there is no course, with torch and the cache out of reach."""
    alone = tmp_path / "alone"
    shutil.copytree(folder.cases.parent, alone)
    (alone / "tiny.py").write_text(but())
    command = [
        sys.executable,
        "-m",
        "grader",
        "check",
        "tiny.py",
        "--json",
        "out/result.json",
        "--fail-under",
        "100",
    ]

    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "HOME": str(tmp_path),
    }
    run = subprocess.run(command, cwd=alone, capture_output=True, text=True, env=environment, check=False)

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Tiny things: 10 of 10 points (100 %)\n")
    assert json.loads((alone / "out" / "result.json").read_text())["coverage"] == "public"


def test_cases_are_found_by_the_files_name_or_as_the_only_ones(folder: Handout, tmp_path: Path) -> None:
    shutil.copy(folder.cases, tmp_path / "tiny.cases.json")
    assert find_cases(tmp_path / "my_work.py") == tmp_path / "tiny.cases.json"

    shutil.copy(folder.cases, tmp_path / "other.cases.json")
    assert find_cases(tmp_path / "other.py") == tmp_path / "other.cases.json"
    with pytest.raises(FormatError) as caught:
        find_cases(tmp_path / "my_work.py")
    assert str(caught.value) == (
        f"{tmp_path}: expected the public cases of one assignment (….cases.json), "
        "got other.cases.json, tiny.cases.json.\n"
        "Keep your file in the folder that you were handed, or name the cases with --cases FILE."
    )


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match=r"expected the public cases of one assignment \(….cases.json\), got none\."
    ):
        find_cases(tmp_path / "tiny.py")


NEWER = "\nAsk for a hand-out that was made for this version of the grader."
ANEW = "\nUnpack the hand-out anew."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"a.cases.json: expected JSON, got Expecting value: line 1 column 1 (char 0).{ANEW}"),
        ("{}", f"a.cases.json: expected public cases with schema 1, got None.{NEWER}"),
        ('{"schema": 9}', f"a.cases.json: expected public cases with schema 1, got 9.{NEWER}"),
        ("[1]", f"a.cases.json: expected public cases with schema 1, got None.{NEWER}"),
        ('{"schema": 1}', f"a.cases.json: is damaged ('bank').{ANEW}"),
    ],
)
def test_cases_of_another_kind_are_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.cases.json"
    path.write_text(text)

    with pytest.raises(FormatError) as caught:
        read_cases(path)
    assert str(caught.value) == message


def test_cases_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match=r"^a\.cases\.json: expected a file that can be read, got: No such file"
    ):
        read_cases(tmp_path / "a.cases.json")


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in plain data, outermost first."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from _places(value, (*path, key))


def _with(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = _with(node[path[0]], path[1:], value)
    return copy


def test_damage_anywhere_is_told_or_harmless(folder: Handout, tmp_path: Path) -> None:
    """Each of some hundred places of the file in turn holds something else; only our own errors come of it."""
    bank = decode(json.loads(folder.cases.read_text())["bank"], [], inline=True)
    del bank["exercises"][1:]
    del bank["given"][1:]
    for exercise in bank["exercises"]:
        for check in exercise["checks"]:
            del check["trials"][1:]
    path = tmp_path / "tiny.cases.json"
    (tmp_path / "tiny.py").write_text("")
    refused = 0
    damages: tuple[Any, ...] = (None, "x", -1, [[]], {})
    for place in _places(bank):
        for damage in damages:
            tree, _ = encode(_with(bank, place, damage), inline=True)
            path.write_text(json.dumps({"schema": 1, "bank": tree}))
            try:
                read_cases(path)
            except GraderError:
                refused += 1
    assert refused > 150
