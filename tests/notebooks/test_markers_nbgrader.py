"""Notebooks with nbgrader's marks: what students get of them, what tests them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AssignmentError
from grader.notebooks.markers import read_source, released, solved, unsolved
from grader.notebooks.markers.nose import without_nose
from tests.notebooks.built import code, document, markdown, notebook

FOLDER = Path(__file__).parent / "imported"


def marked(id: str, *, points: float | None = None, **kinds: bool) -> dict[str, Any]:
    """Metadata of nbgrader, version 3."""
    meta: dict[str, Any] = {"grade": False, "solution": False, "locked": False, "schema_version": 3} | kinds
    return {"nbgrader": meta | {"grade_id": id} | ({} if points is None else {"points": points})}


def solution(text: str, id: str = "f") -> dict[str, Any]:
    return code(text, metadata=marked(id, solution=True))


def graded(text: str, id: str = "test_f", points: float = 2) -> dict[str, Any]:
    return code(text, metadata=marked(id, points=points, grade=True, locked=True))


def cells(data: bytes) -> list[tuple[str, dict[str, Any]]]:
    return [("".join(cell["source"]), cell["metadata"]) for cell in json.loads(data)["cells"]]


def test_the_demonstration_of_nbgrader_is_released_as_nbgrader_does_it() -> None:
    source = read_source("problem1.ipynb", (FOLDER / "nbgrader_problem1.ipynb").read_bytes())
    theirs = cells((FOLDER / "nbgrader_problem1_release.ipynb").read_bytes())[3:]  # behind their header
    ours = cells(released(source))
    for _, metadata in ours:
        metadata.pop("tags", None)  # ours name written answers
    assert ours == theirs


def test_its_questions_are_known_with_their_points() -> None:
    source = read_source("problem1.ipynb", (FOLDER / "nbgrader_problem1.ipynb").read_bytes())
    assert [(asked.name, [case.points for case in asked.cases]) for asked in source.asked] == [
        ("squares", [1, 1]),
        ("sum_of_squares", [0.5, 0.5]),
    ]
    assert [(manual.name, manual.points) for manual in source.manual] == [
        ("sum_of_squares_equation", 1),
        ("sum_of_squares_application", 2),
        ("cell_938593c4a215c6cc", 4),
    ]
    assert source.asked[0].title == "Part A (2 points)"
    assert source.manual[0].rubric == r"$\sum_{i=1}^n i^2$"


def test_solutions_hidden_tests_and_outputs_are_not_released() -> None:
    shown = [{"output_type": "stream", "name": "stdout", "text": ["secret output"]}]
    source = read_source(
        "a.ipynb",
        notebook(
            solution("def f(x):\n    # BEGIN SOLUTION\n    return secret\n    # END SOLUTION"),
            solution("whole = 'secret'", "g"),
            graded("assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2) == 'secret'\n### END HIDDEN TESTS"),
            code("print(1)", outputs=shown),
            celltoolbar="x",
        ),
    )
    text = released(source).decode()
    assert "secret" not in text
    assert [found for found, _ in cells(released(source))] == [
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "# YOUR CODE HERE\nraise NotImplementedError()",
        "assert f(1)",
        "print(1)",
    ]
    (case,) = source.asked[0].cases
    assert (case.hidden, case.visible) == (True, "assert f(1)")
    assert case.text.strip() == "assert f(1)\nassert f(2) == 'secret'"


def test_the_solution_and_the_stub_are_python_without_tests() -> None:
    source = read_source(
        "a.ipynb", notebook("import math", solution("f = math.sqrt"), graded("assert f(4) == 2"))
    )
    assert solved(source) == "import math\n\n\nf = math.sqrt\n"
    assert unsolved(source) == "import math\n\n\n# YOUR CODE HERE\nraise NotImplementedError()\n"


def test_a_mark_scheme_is_kept_from_students_and_is_the_rubric() -> None:
    text = "## Explain\nWhy?\n=== BEGIN MARK SCHEME ===\n1 for the word\n=== END MARK SCHEME ==="
    cell = markdown(text, metadata=marked("task1", points=3, locked=True, task=True))
    source = read_source("a.ipynb", notebook(cell))
    assert "for the word" not in released(source).decode()
    assert [(m.name, m.title, m.points, m.rubric) for m in source.manual] == [
        ("task1", "Explain", 3, "1 for the word")
    ]


def test_metadata_of_version_0_are_brought_up_to_date() -> None:
    old = {"nbgrader": {"grade": True, "grade_id": "t", "points": "1.5"}}
    empty = {"nbgrader": {"solution": False}}
    source = read_source(
        "a.ipynb", notebook(code("assert f(1)", metadata=old), code("x = 1", metadata=empty))
    )
    metadata = [meta.get("nbgrader") for _, meta in cells(released(source))]
    assert metadata[0] is not None
    assert (metadata[0]["schema_version"], metadata[0]["points"], metadata[0]["solution"]) == (3, 1.5, False)
    assert metadata[1] is None


def test_what_has_no_counterpart_is_said() -> None:
    source = read_source(
        "a.ipynb",
        notebook(
            solution("def f(x): return x"),
            graded("### AUTOTEST f(1); f(2)", "only"),
            graded("assert f(1) == 1\n### HASHED AUTOTEST f(3)", "both"),
            graded("score = 0.5\nscore", "partial"),
            graded("def throws(f):\n    return f()\n### AUTOTEST throws(f)", "vacuous"),
        ),
    )
    told = "\n".join(source.remarks)
    assert "cell 2: has no test left; its 2 points are left out." in told
    assert told.count("AUTOTEST is made by running the solution") == 3
    assert "cell 5: has no test left" in told  # what would be left passes without an answer
    assert "cell 4: ends in a value" in told
    assert [case.text.strip() for case in source.asked[0].cases] == ["assert f(1) == 1", "score = 0.5\nscore"]
    assert "AUTOTEST" not in released(source).decode()


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            solution("# BEGIN SOLUTION\nx = 1"),
            "cell In[1], line 1: expected 'END SOLUTION' after 'BEGIN SOLUTION'",
        ),
        (
            solution("x = 1\n# END SOLUTION"),
            "cell In[1], line 2: expected 'BEGIN SOLUTION' before 'END SOLUTION'",
        ),
        (
            solution("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION"),
            "cell In[1], line 2: expected 'END SOLUTION' before another 'BEGIN SOLUTION'",
        ),
        (code("# BEGIN SOLUTION\n# END SOLUTION"), "a solution only in a cell that is an answer"),
        (solution("# BEGIN HIDDEN TESTS\n# END HIDDEN TESTS"), "hidden tests only in a cell of tests"),
        (graded("assert ("), "cell In[1], line 1: expected Python"),
        (graded("x = 1\nawait f()"), "cell In[1], line 2: expected Python, got 'await' outside function"),
        (solution("x = 1", id=""), "expected a grade_id in its metadata"),
        (solution("x = 1", id="other"), "a grade_id that no other cell has"),
        (
            code("1", metadata={"nbgrader": {"schema_version": 4}}),
            "metadata of nbgrader up to version 3, got 4",
        ),
        (code("1", metadata=marked("t", grade=True)), "expected points in its metadata"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_cell(cell: dict[str, Any], told: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        read_source("a.ipynb", notebook({**cell, "execution_count": 1}, solution("y = 1", id="other")))
    assert told in str(caught.value)


def test_other_languages_and_broken_files_are_refused() -> None:
    kernel = {"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}
    with pytest.raises(AssignmentError, match="expected a notebook in Python, got one in r"):
        read_source("a.ipynb", json.dumps(document("x <- 1", metadata=kernel)).encode())
    with pytest.raises(AssignmentError, match=r"a\.ipynb: expected a notebook"):
        read_source("a.ipynb", b"{")


def test_a_test_brings_along_what_it_needs_of_earlier_ones() -> None:
    first = "import math\nlimit = 3\nassert f(limit)\n# BEGIN HIDDEN TESTS\nkey = 7\n# END HIDDEN TESTS"
    source = read_source(
        "a.ipynb",
        notebook(
            solution("def f(x): return x"),
            graded(first, "one"),
            graded("assert math.sqrt(4) == 2\nassert f(limit) == 3", "two"),
            graded("# BEGIN HIDDEN TESTS\nassert f(key) == 7\n# END HIDDEN TESTS", "three"),
        ),
    )
    texts = [case.text.strip() for case in source.asked[0].cases]
    assert texts[1] == "import math\nlimit = 3\nassert math.sqrt(4) == 2\nassert f(limit) == 3"
    assert texts[2] == "key = 7\nassert f(key) == 7"


def test_a_picture_of_the_solution_is_not_released() -> None:
    pictures = {"sketch.png": {"image/png": "c2VjcmV0"}, "given.png": {"image/png": "Z2l2ZW4="}}
    answer = markdown("![](attachment:sketch.png)", metadata=marked("a", points=1, grade=True, solution=True))
    given = markdown("![](attachment:given.png)", attachments=pictures)
    text = released(read_source("a.ipynb", notebook({**answer, "attachments": pictures}, given))).decode()
    assert "c2VjcmV0" not in text
    assert "Z2l2ZW4=" in text


def test_assertions_of_nose_are_those_of_unittest() -> None:
    cell = "from nose.tools import assert_equal, assert_raises as raises, ok_\nassert_equal(f(1), 1)"
    source = read_source("a.ipynb", notebook(solution("def f(x): return x"), graded(cell)))
    (case,) = source.asked[0].cases
    assert case.text.splitlines() == [
        "import unittest",
        "assert_equal = unittest.TestCase().assertEqual",
        "raises = unittest.TestCase().assertRaises",
        "ok_ = unittest.TestCase().assertTrue",
        "assert_equal(f(1), 1)",
    ]
    assert without_nose("from nose.tools import timed\nx = 1") == "from nose.tools import timed\nx = 1"
