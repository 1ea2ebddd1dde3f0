"""Files with a flaw as a whole: what the student is told, word for word, and that the rest is graded."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import GOOD, Grade, but, messages


def test_the_right_solution_has_full_points_and_no_remarks(grade_text: Grade) -> None:
    result = grade_text(but())

    assert (result.score, result.max_score) == (14, 14)
    assert [exercise.status for exercise in result.exercises] == ["passed"] * 6
    assert result.problems == []
    assert result.faults == []


NO_FILE = "could not be run, because the file cannot be imported (see above)."
NOT_PYTHON = [
    (
        but(scale="def scale(x, factor=2.0)\n    return x\n"),
        "The file is no valid Python: SyntaxError (line 4): expected ':'. Nothing in it could be graded.",
        (4, "def scale(x, factor=2.0)"),
    ),
    (
        but(scale="def scale(x, factor=2.0):\nreturn x\n"),
        "The file is no valid Python: IndentationError (line 5): expected an indented block after function "
        "definition on line 4. Nothing in it could be graded.",
        (5, "return x"),
    ),
    (
        but(scale="if 1:\n\tx = 1\n        y = 2\n"),
        "The file is no valid Python: TabError (line 6): inconsistent use of tabs and spaces in indentation. "
        "Nothing in it could be graded.",
        (6, "y = 2"),
    ),
]


@pytest.mark.parametrize(("text", "problem", "place"), NOT_PYTHON, ids=["syntax", "indentation", "tabs"])
def test_a_file_that_is_no_python_shows_its_line(
    grade_text: Grade, text: str, problem: str, place: tuple[int, str]
) -> None:
    result = grade_text(text)

    [found] = result.problems
    assert found.message == problem
    assert found.where is not None
    assert (found.where.line, found.where.code) == place
    assert result.score == 0
    assert messages(result)["extremes"] == f"extremes(x): {NO_FILE}"
    assert messages(result)["secret"] == "A hidden case fails: the file cannot be imported."


def test_an_empty_file_is_called_empty(grade_text: Grade) -> None:
    result = grade_text("")

    assert [problem.message for problem in result.problems] == ["The file is empty."]
    assert messages(result) == {
        "scale": "scale is not defined: your file has nothing of that name.",
        "scale_twice": "",
        "extremes": "extremes is not defined: your file has nothing of that name.",
        "Counter": "Counter is not defined: your file has nothing of that name.",
        "slope": "slope is not defined: your file has nothing of that name.",
        "secret": "A hidden case fails: the name is not defined.",
    }


LOADED_ANYWAY = {
    "sys.exit at import": (
        but(imports="import numpy as np\nimport sys\nsys.exit()\n").encode(),
        "The file could not be imported to its end: it ends the program (line 3). "
        "Its functions and classes were graded all the same.",
        (3, "sys.exit()"),
    ),
    "os._exit at import": (
        but(imports="import numpy as np, os\nos._exit(0)\n").encode(),
        "The file could not be imported to its end: it ended the process (os._exit or the like). "
        "Its functions and classes were graded all the same.",
        None,
    ),
    "hang at import": (
        but(imports="import numpy as np\nwhile True: pass\n").encode(),
        "The file could not be imported to its end: it did not end within 1 s of CPU time. "
        "Its functions and classes were graded all the same.",
        None,
    ),
    "exception at import": (
        but(imports="import numpy as np\nprint(undefined)\n").encode(),
        "The file could not be imported to its end: NameError (line 2): name 'undefined' is not defined. "
        "Its functions and classes were graded all the same.",
        (2, "print(undefined)"),
    ),
    "forbidden library": (
        but(imports="import numpy as np\nimport pydantic\n").encode(),
        "The file could not be imported to its end: ImportError (line 2): 'pydantic' is not allowed here: "
        "besides Python's own library, use numpy. Its functions and classes were graded all the same.",
        (2, "import pydantic"),
    ),
    "Latin-1": (
        but(secret="# Größe\n" + GOOD["secret"]).encode("latin-1"),
        "Byte 0xf6 is not UTF-8. It was read as Latin-1; save the file as UTF-8.",
        (28, "# Größe"),
    ),
    "UTF-16": (
        but().encode("utf-16"),
        "The file is saved as UTF-16, which Python does not read. Save it as UTF-8.",
        None,
    ),
    "NUL bytes": (but().encode() + b"\0\n", "The file holds NUL bytes; they were left out.", (30, "")),
}


@pytest.mark.parametrize("what", LOADED_ANYWAY)
def test_a_flaw_of_the_file_is_told_and_its_functions_are_graded(grade_text: Grade, what: str) -> None:
    data, problem, place = LOADED_ANYWAY[what]

    result = grade_text(data)

    [found] = result.problems
    assert found.message == problem
    assert (found.where and (found.where.line, found.where.code)) == place
    assert not found.fault
    assert result.score == 14


def test_a_byte_order_mark_is_no_flaw(grade_text: Grade) -> None:
    result = grade_text(b"\xef\xbb\xbf" + but().encode())

    assert (result.score, result.problems) == (14, [])
