"""A course's folder: what is found in it, and what an instructor is told about a file that does not work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.courses import Course
from grader.errors import AssignmentError

GOOD = """
from grader import Assignment, Exercise, agrees, real
from reference import sums


assignment = Assignment(
    id="{id}",
    title="Sums",
    exercises=[
        Exercise(sums.total, points=1, inputs={{"x": real("n", low=0, high=1)}}, returns=real(""),
                 checks=[agrees()]),
    ],
)
"""
TOPS = ("reference", "assignments")
REFERENCE = '"""Sums."""\n\n\ndef total(x):\n    """Sum of the entries."""\n    return float(x.sum())\n'


@pytest.fixture(autouse=True)
def kept_imports() -> Iterator[None]:
    """What importing a course leaves in `sys` does not outlive the test."""
    path = list(sys.path)
    modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in TOPS}
    yield
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] in TOPS]:
        del sys.modules[name]
    sys.modules.update(modules)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Course]:
    """Writes a course whose assignment is this text."""

    def make(
        text: str = GOOD, *, id: str = "sums", root: str = "course", reference: str = REFERENCE
    ) -> Course:
        folder = tmp_path / root
        (folder / "reference").mkdir(parents=True, exist_ok=True)
        (folder / "reference" / "__init__.py").touch()
        (folder / "reference" / "sums.py").write_text(reference)
        (folder / "assignments" / id).mkdir(parents=True, exist_ok=True)
        (folder / "assignments" / id / "assignment.py").write_text(
            text.format(id=id) if text is GOOD else text
        )
        return Course(folder)

    return make


def test_assignments_are_listed_by_name_and_other_folders_are_not(make: Callable[..., Course]) -> None:
    make(id="sums")
    course = make(id="another")
    (course.root / "assignments" / "notes").mkdir()

    assert course.ids == ["another", "sums"]
    assert course.load("sums").title == "Sums"


def test_an_unknown_assignment_is_refused_with_those_that_exist(make: Callable[..., Course]) -> None:
    course = make()

    with pytest.raises(AssignmentError) as caught:
        course.load("sum")
    assert str(caught.value) == (
        f"{course.root}: expected the name of an assignment (sums), got 'sum'.\n"
        "Name the course's folder with --course DIR; 'grader list' shows what it holds."
    )


@pytest.mark.parametrize("id", ["../course/assignments/sums", ".", "sums/..", ""])
def test_a_path_is_no_name_of_an_assignment(make: Callable[..., Course], id: str) -> None:
    with pytest.raises(AssignmentError, match="expected the name of an assignment"):
        make().load(id)


BROKEN = {
    "an exception": (
        "x = 1\n\nundefined\n",
        "sums/assignment.py, line 3: NameError: name 'undefined' is not defined\nThe file has to run as it stands.",
    ),
    "a syntax error": (
        "x = 1\ny = (\n",
        "sums/assignment.py, line 2: SyntaxError: '(' was never closed (assignment.py, line 2)\n"
        "The file has to run as it stands.",
    ),
    "an exit": (
        "import sys\nsys.exit(0)\n",
        "sums/assignment.py, line 2: SystemExit: 0\nThe file has to run as it stands.",
    ),
    "no assignment": (
        "x = 1\n",
        "sums/assignment.py: expected `assignment = Assignment(id='sums', ...)`, got NoneType.\n"
        "The identifier is the name of the folder.",
    ),
    "another identifier": (
        GOOD.format(id="summs"),
        "sums/assignment.py: expected `assignment = Assignment(id='sums', ...)`, got id='summs'.\n"
        "The identifier is the name of the folder.",
    ),
    "a refused exercise": (
        GOOD.format(id="sums").replace("points=1", "points=0"),
        "sums/assignment.py, line 10: exercise 'total': points: expected a number above 0, got 0.",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
def test_a_file_that_does_not_work_names_its_line(
    make: Callable[..., Course], monkeypatch: pytest.MonkeyPatch, what: str, relative: bool
) -> None:
    text, message = BROKEN[what]
    course = make(text)
    if relative:  # as on the command line, where the course is the current folder
        monkeypatch.chdir(course.root)
        course = Course(Path())

    with pytest.raises(AssignmentError) as caught:
        course.load("sums")

    assert str(caught.value) == message


def test_a_syntax_error_in_the_reference_names_the_line_that_imports_it(make: Callable[..., Course]) -> None:
    course = make(reference="\n\n\n\n\n\n\n\n\n\n\nx = (\n")

    with pytest.raises(
        AssignmentError, match=r"^sums/assignment\.py, line 3: SyntaxError: .*\(sums\.py, line 12\)"
    ):
        course.load("sums")


def test_each_course_is_loaded_with_its_own_reference(make: Callable[..., Course]) -> None:
    """The second folder's name begins with the first's."""
    two = make(root="course2", reference=REFERENCE.replace("Sum of", "Twice the sum of"))
    one = make(root="course")

    titles = [course.load("sums").exercises[0].statement.title for course in (two, one, two)]

    assert titles == ["Twice the sum of the entries.", "Sum of the entries.", "Twice the sum of the entries."]


def test_each_course_is_loaded_with_its_own_files_beside_the_assignment(make: Callable[..., Course]) -> None:
    text = GOOD.replace(
        "from reference import sums", "from reference import sums\nfrom assignments.sums import words"
    )
    text = text.replace('"Sums"', "words.TITLE").format(id="sums")
    courses = [make(text, root=root) for root in ("course2", "course")]
    for course in courses:
        (course.folder("sums") / "words.py").write_text(f"TITLE = {course.root.name!r}\n")

    titles = [course.load("sums").title for course in (*courses, courses[0])]

    assert titles == ["course2", "course", "course2"]


def test_the_hash_changes_with_the_assignment_and_the_reference_and_nothing_else(
    make: Callable[..., Course],
) -> None:
    course = make()
    first = course.source_hash("sums")
    (course.root / "README.md").write_text("new")
    (course.root / "assignments" / "sums" / "submissions").mkdir()
    (course.root / "assignments" / "sums" / "submissions" / "a.py").write_text("")
    assert course.source_hash("sums") == first

    make(reference=REFERENCE + "\n")
    second = course.source_hash("sums")
    make(GOOD.format(id="sums") + "\n")

    assert len({first, second, course.source_hash("sums")}) == 3
