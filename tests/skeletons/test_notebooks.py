"""The notebook that students start from."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from grader.assignment import Assignment
from grader.notebooks.composing import joined
from grader.notebooks.reading import read_notebook
from grader.notebooks.restoring import restore
from grader.skeletons import given_cells, notebook_skeleton
from grader.skeletons.cells import answer, given, name_of
from grader.skeletons.texts import escaped
from tests.end_to_end.conftest import ASSIGNMENT, write_course

NBGRADER = {
    "schema_version": int,
    "grade": bool,
    "locked": bool,
    "solution": bool,
    "task": bool,
    "grade_id": str,
    "checksum": str,
    "cell_type": str,
}
"""The fields of nbgrader's schema, version 3, which allows no other but `points`."""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assignment]:
    path, modules = list(sys.path), dict(sys.modules)
    yield write_course(tmp_path_factory.mktemp("course"), assignment=ASSIGNMENT).load("tiny")
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == "reference"]:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in modules.items() if name.startswith("reference")})


@pytest.fixture(scope="module")
def cells(assignment: Assignment) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(notebook_skeleton(assignment))["cells"]
    return found


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_it_is_a_valid_notebook_as_jupyter_would_write_it(assignment: Assignment) -> None:
    data = notebook_skeleton(assignment).decode()
    untyped: Any = nbformat

    read = untyped.reads(data, as_version=4)
    untyped.validate(read)

    assert untyped.writes(read) + "\n" == data
    assert (read.nbformat, read.nbformat_minor, read.metadata.kernelspec.name) == (4, 5, "python3")


def test_two_of_one_assignment_are_the_same(assignment: Assignment) -> None:
    assert notebook_skeleton(assignment) == notebook_skeleton(assignment)


def test_every_exercise_has_its_statement_and_a_cell_below_it(cells: list[dict[str, Any]]) -> None:
    assert [(cell["cell_type"], cell["id"]) for cell in cells] == [
        ("markdown", "title"),
        ("code", "imports"),
        *(
            pair
            for name in ("scale", "scale_twice", "extremes", "Counter", "slope", "secret")
            for pair in (("markdown", f"statement-{name}"), ("code", f"exercise-{name}"))
        ),
        ("markdown", "how-to-check"),
    ]


def test_a_statement_says_what_is_asked_what_it_is_worth_and_what_is_checked(
    cells: list[dict[str, Any]],
) -> None:
    assert text(cells[2]) == (
        "## `scale(x, factor=2.0)`\n\n"
        "Multiply by a factor. *(4 points)*\n\n"
        "    Args:\n        x: Numbers, any shape.\n        factor: What to multiply by.\n    Returns:\n"
        "        Numbers, shape of x.\n    Example:\n        >>> scale(np.array([1.0, 2.0])).tolist()\n"
        "        [2.0, 4.0]\n\n"
        "What is checked:\n\n"
        "- The values are right\n"
        "- Arguments stay as they were, and the result shares no memory with them"
    )


def test_its_code_is_python_that_is_not_implemented(cells: list[dict[str, Any]]) -> None:
    module: dict[str, Any] = {}
    code = "\n".join(text(cell) for cell in cells if cell["cell_type"] == "code")
    exec(compile(code, "tiny.ipynb", "exec"), module)

    assert ast.get_docstring(ast.parse(text(cells[3])).body[0]) == "Multiply by a factor."  # type: ignore[arg-type]
    for name, args in (("scale", (1,)), ("extremes", (1,)), ("slope", (1, 2)), ("Counter", (1,))):
        with pytest.raises(NotImplementedError):
            module[name](*args)


def test_it_says_at_both_ends_how_to_check(cells: list[dict[str, Any]]) -> None:
    assert "\n    grader check tiny.ipynb" in text(cells[0])
    assert "\n    grader check tiny.ipynb\n" in text(cells[-1])


def test_nbgrader_understands_every_cell(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        found = cell["metadata"]["nbgrader"]
        assert {name: type(value) for name, value in found.items()} == NBGRADER
        assert (found["grade_id"], found["cell_type"]) == (cell["id"], cell["cell_type"])
        assert found["solution"] is not found["locked"]


def test_answers_are_tagged_with_their_exercise_and_what_is_given_cannot_be_edited(
    cells: list[dict[str, Any]],
) -> None:
    assert cells[3]["metadata"]["tags"] == ["exercise:scale"]
    assert cells[3]["metadata"].get("editable") is None
    assert cells[1]["metadata"]["editable"] is False
    assert [cell["id"] for cell in cells if cell["metadata"]["deletable"]] == []


def test_a_checksum_is_the_one_that_nbgrader_computes() -> None:
    """Taken from nbgrader 0.9.6: `compute_checksum` of cells like these."""
    sums = [
        given("code", "imports", "import numpy as np"),
        answer("exercise-f", "def f(x):\n    pass", tag="exercise:f"),
        answer("why", "YOUR ANSWER HERE", tag="written:why", kind="markdown", points=3),
    ]
    assert [cell["metadata"]["nbgrader"]["checksum"] for cell in sums] == SUMS


SUMS = [
    "ec6514f3c4c5b39f6d6913e07e80a5b0",
    "46451817226a6de224422edad17b8b95",
    "cfe06a67cff536de89b3d484993c5913",
]


def test_only_the_imports_have_to_stay(assignment: Assignment) -> None:
    found = given_cells(assignment)

    assert [one.source for one in found if one.stays] == ["import numpy as np"]
    assert [one.id for one in found] == [
        cell.own for cell in read_notebook("a", notebook_skeleton(assignment)).cells
    ]


def test_imports_that_a_student_deleted_are_read_all_the_same(assignment: Assignment) -> None:
    document = json.loads(notebook_skeleton(assignment))
    document["cells"] = [cell for cell in document["cells"] if cell["id"] != "imports"]
    notebook = read_notebook("tiny.ipynb", json.dumps(document).encode())

    text, remarks, _ = joined(restore(notebook, given_cells(assignment)))

    assert text.startswith("# ─── given cell ───\nimport numpy as np\n# ─── cell 3 ───\ndef scale(")
    assert remarks == ('A given cell was missing ("import numpy as np"); it was put in again after cell 1.',)


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("of h × w × c_in images", r"of h × w × c\_in images"),
        ("x[i] * k <= 2 # $5", r"x\[i\] \* k \<= 2 \# \$5"),
        ("use `f_1 * 2` with a_b", r"use `f_1 * 2` with a\_b"),
        ("a ` alone_", r"a \` alone\_"),
    ],
)
def test_markdown_shows_plain_text_as_it_is_and_code_as_code(plain: str, shown: str) -> None:
    assert escaped(plain) == shown


def test_a_name_that_is_no_id_becomes_one() -> None:
    ids = [name_of("exercise", name) for name in ("softmax", "größe", "grösse", "f" * 80, "f" * 81)]

    assert ids[0] == "exercise-softmax"
    assert len(set(ids)) == 5
    assert all(len(id) <= 64 and id.isascii() for id in ids)
