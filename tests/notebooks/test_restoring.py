"""Given code that a student deleted or edited is put back, and nothing of the student's is lost for it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.notebooks.given import Given, given_from_data, given_of, given_to_data
from grader.notebooks.reading import Cell, Notebook
from grader.notebooks.restoring import restore

STUB = "def f(x):\n    raise NotImplementedError"
ANSWER = "def f(x):\n    return np.exp(x)"
TESTS = "assert f(0) == 1\nassert f(1) > 2"


def cell(source: str, name: str = "", *, own: str = "", kind: str = "code", **flags: Any) -> Cell:
    """A cell with nbgrader's name; `grade`, `locked` and `solution` are flags of nbgrader's."""
    metadata: dict[str, Any] = {"nbgrader": {"grade_id": name, **flags}} if name else dict(flags)
    return Cell(0, kind, source, None, name or own, (), metadata, own)


def notebook(*cells: Cell) -> Notebook:
    placed = [
        Cell(at, one.kind, one.source, one.count, one.id, one.tags, one.metadata, one.own)
        for at, one in enumerate(cells, start=1)
    ]
    return Notebook(tuple(placed), "python", ())


TITLE = cell("# Title", "title", kind="markdown", locked=True)
IMPORTS = cell("import numpy as np", "imports", locked=True)
TESTED = cell(TESTS, "tests", grade=True)
GIVEN = given_of(notebook(TITLE, IMPORTS, cell(STUB, "f", solution=True), TESTED))

DONE = cell(ANSWER, "f", solution=True)


def restored(*cells: Cell) -> tuple[list[str], tuple[str, ...]]:
    found = restore(notebook(*cells), GIVEN)
    return [one.source for one in found.cells], found.remarks


def changed(one: Cell, source: str, kind: str = "code") -> Cell:
    return Cell(0, kind, source, None, one.id, one.tags, one.metadata, one.own)


def test_an_untouched_notebook_stays_the_very_same() -> None:
    whole = notebook(TITLE, IMPORTS, DONE, TESTED)
    assert restore(whole, GIVEN) is whole


def test_an_edited_cell_is_put_back_and_the_student_is_told() -> None:
    sources, remarks = restored(TITLE, IMPORTS, DONE, changed(TESTED, "assert True"))

    assert sources == ["# Title", "import numpy as np", ANSWER, TESTS]
    assert remarks == ("cell 4 was given and must stay as it is; it was put back.",)


def test_code_that_became_text_is_code_again() -> None:
    sources, remarks = restored(TITLE, changed(IMPORTS, IMPORTS.source, "markdown"), DONE, TESTED)

    assert sources == ["# Title", "import numpy as np", ANSWER, TESTS]
    assert remarks == ("cell 2 was given and must stay as it is; it was put back.",)


@pytest.mark.parametrize(
    ("cells", "expected", "remark"),
    [
        ((TITLE, DONE, TESTED), ["# Title", "import numpy as np", ANSWER, TESTS], "again after cell 1."),
        ((DONE, TESTED), ["import numpy as np", ANSWER, TESTS], "again at the top."),
        (
            (cell("x = 1"), DONE, TESTED),
            ["x = 1", "import numpy as np", ANSWER, TESTS],
            "again after cell 1.",
        ),
    ],
)
def test_a_deleted_cell_comes_back_after_the_one_before_it_else_before_the_first_answer(
    cells: tuple[Cell, ...], expected: list[str], remark: str
) -> None:
    sources, remarks = restored(*cells)

    assert sources == expected
    assert remarks == (f'A given cell was missing ("import numpy as np"); it was put in {remark}',)


def test_several_deleted_cells_come_back_in_their_order() -> None:
    given = given_of(
        notebook(TITLE, IMPORTS, cell("a = 1", "a", locked=True), cell(STUB, "f", solution=True))
    )

    found = restore(notebook(TITLE, DONE), given)

    assert [one.source for one in found.cells] == ["# Title", "import numpy as np", "a = 1", ANSWER]


def test_the_other_cells_keep_the_numbers_that_the_student_sees() -> None:
    found = restore(notebook(TITLE, DONE, TESTED), GIVEN)

    assert [(one.label, one.source) for one in found.cells] == [
        ("cell 1", "# Title"),
        ("given cell", "import numpy as np"),
        ("cell 2", ANSWER),
        ("cell 3", TESTS),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nimport math\n",
        "import math\nimport numpy as np",
        "import numpy as np\r\n",
        "\n\nimport   numpy as np  # the usual name\n",
        "%matplotlib inline\nimport numpy as np",
    ],
)
def test_what_was_only_added_to_or_laid_out_anew_is_no_edit(source: str) -> None:
    whole = notebook(TITLE, changed(IMPORTS, source), DONE, TESTED)
    assert restore(whole, GIVEN) is whole


def test_lines_within_a_text_do_not_count_as_given_ones() -> None:
    sources, remarks = restored(TITLE, IMPORTS, DONE, changed(TESTED, f"'''\n{TESTS}\n'''"))

    assert sources[-1] == TESTS
    assert len(remarks) == 1


def test_lines_in_another_order_are_an_edit() -> None:
    turned = "\n".join(reversed(TESTS.split("\n")))
    assert restored(TITLE, IMPORTS, DONE, changed(TESTED, turned))[0][-1] == TESTS


def test_what_is_no_python_is_compared_by_its_lines() -> None:
    given = given_of(notebook(cell("plot these points", "p", locked=True), cell(STUB, "f", solution=True)))
    same = notebook(cell("plot these points  \n", "p"), DONE)

    assert restore(same, given) is same
    edited = restore(notebook(cell("plot no points", "p"), DONE), given)
    assert [one.source for one in edited.cells] == ["plot these points", ANSWER]


def test_of_a_copied_cell_only_one_is_the_given_one() -> None:
    edited = changed(TESTED, "assert f(2) > 7")
    sources, remarks = restored(TITLE, IMPORTS, DONE, edited, TESTED)
    assert (sources[-2:], remarks) == (["assert f(2) > 7", TESTS], ())

    sources, remarks = restored(TITLE, IMPORTS, DONE, edited, changed(TESTED, "assert f(3) > 20"))
    assert (sources[-2:], len(remarks)) == ([TESTS, "assert f(3) > 20"], 1)


def test_an_answer_written_into_a_given_cell_is_kept_on_its_lines() -> None:
    written = f"import numpy\n\n{ANSWER}"

    found = restore(notebook(TITLE, changed(IMPORTS, written), TESTED), GIVEN)

    assert [one.source for one in found.cells[1:3]] == ["import numpy as np", written]
    assert found.cells[2].label == "cell 2"
    assert found.remarks == (
        "cell 2 was given and must stay as it is; it was put back. What you defined there besides was kept.",
    )


def test_imports_and_constants_of_the_students_own_are_kept_beside_given_ones() -> None:
    sources, remarks = restored(TITLE, changed(IMPORTS, "import numpy\nEPS = 1e-9\nprint(EPS)"), DONE, TESTED)

    assert sources == ["# Title", "import numpy as np", "import numpy\nEPS = 1e-9\n", ANSWER, TESTS]
    assert remarks == (
        "cell 2 was given and must stay as it is; it was put back. What you defined there besides was kept.",
    )


def test_a_given_function_that_was_rewritten_is_not_kept_beside_the_given_one() -> None:
    given = given_of(
        notebook(cell("def helper(): return 1", "h", locked=True), cell(STUB, "f", solution=True))
    )

    found = restore(notebook(cell("def helper(): return 2", "h"), DONE), given)

    assert [one.source for one in found.cells] == ["def helper(): return 1", ANSWER]


def test_a_cell_is_found_by_its_own_id_where_nbgraders_name_is_gone() -> None:
    given = given_of(notebook(cell("a = 1", "a", own="id-1", locked=True), cell(STUB, "f", solution=True)))

    found = restore(notebook(cell("a = 2", own="id-1"), DONE), given)

    assert [one.source for one in found.cells] == ["a = 1", ANSWER]


def test_a_cell_is_found_by_what_it_holds_where_all_names_are_gone() -> None:
    sources, remarks = restored(cell("import numpy as np\n"), cell(ANSWER), cell("assert True"))

    assert sources == ["import numpy as np\n", TESTS, ANSWER, "assert True"]
    assert remarks == ('A given cell was missing ("assert f(0) == 1"); it was put in again after cell 1.',)


def test_given_code_that_was_merged_into_another_cell_is_there() -> None:
    whole = notebook(TITLE, IMPORTS, changed(DONE, f"{ANSWER}\n{TESTS}"))
    assert restore(whole, GIVEN) is whole


def test_a_notebook_without_any_given_cell_is_the_students_own() -> None:
    whole = notebook(cell("import math"), cell(ANSWER))
    assert restore(whole, GIVEN) is whole


def test_what_is_locked_is_decided_as_nbgrader_does_and_by_editable_where_it_was_not_at_work() -> None:
    rows = [
        (cell("", "a", locked=True), True),
        (cell("", "b", grade=True), True),
        (cell("", "c", grade=True, solution=True, locked=True), False),
        (cell("", "d", solution=True), False),
        (cell("", editable=False), True),
        (cell(""), False),
    ]
    assert [one.locked for one in given_of(notebook(*(one for one, _ in rows)))] == [want for _, want in rows]


def test_given_cells_come_back_from_plain_data() -> None:
    assert given_from_data(given_to_data(GIVEN)) == GIVEN


@pytest.mark.parametrize(
    "data", [None, "x", [3], [{}], [{"id": 1}], [{**given_to_data(GIVEN)[0], "source": 1}]]
)
def test_damaged_data_is_refused(data: Any) -> None:
    with pytest.raises(TypeError):
        given_from_data(data)


def test_more_text_than_can_be_handed_in_is_not_even_read() -> None:
    huge = notebook(changed(IMPORTS, "import numpy"), cell("x = 1\n" * 400_000))
    assert restore(huge, GIVEN) is huge


def test_an_empty_notebook_stays_empty() -> None:
    assert restore(notebook(), (Given("a", "", "code", True, "x = 1"),)).cells == ()
