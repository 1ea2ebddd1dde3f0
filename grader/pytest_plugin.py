"""For pytest: `pytest --student FILE` runs an assignment's test files on a submission, in a box.

Light to import: it is loaded wherever this package and pytest are installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.boxes import Session
    from grader.submissions import Submission
    from grader.testing.students import Student

_MARKERS = (
    "points(n): weight of the test among the checks of its exercise; points of an exercise of its own",
    "hidden: the report says that the test failed, and no more",
    'hint("words"): said to the student when the test fails',
    'after("name"): the exercise that has to work first',
    'exercise("name"): the exercise that the test belongs to, where its own name does not say it',
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader")
    group.addoption("--student", metavar="FILE", help="Submission that the fixture `student` runs in a box.")
    group.addoption(
        "--box",
        default="auto",
        choices=("auto", "jail", "confined", "docker", "bare"),
        help="Kind of box; auto is the strongest that works here, never bare.",
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="module")
def student(request: pytest.FixtureRequest) -> Iterator[Student]:
    """The student's file: its functions and classes, called in a box."""
    given = getattr(request.config, "_grader_student", None)
    if given is not None:  # grading, with a session of its own
        yield given
        return
    file = request.config.getoption("--student")
    if not file:
        pytest.skip("no submission to test; name one with --student FILE")
    from grader.errors import GraderError
    from grader.submissions import collect
    from grader.testing.students import Student

    try:
        submission = collect(Path(file))
        session = _session(submission, request.config.getoption("--box"), request.path)
    except GraderError as error:
        raise pytest.UsageError(str(error)) from None
    try:
        yield Student(session, submission.name)
    finally:
        session.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Each test starts afresh: what ended in one is tried again in the next."""
    given = _given(item)
    if given is not None:
        given._ended, given._last = None, ""
        given._functions.clear()
        given._session.printed()
    try:
        return (yield)
    finally:
        if given is not None:
            text, _ = given._session.printed()
            if text.strip():
                item.add_report_section("call", "student", text)


def _given(item: pytest.Item) -> Student | None:
    found: Any = getattr(item, "funcargs", {}).get("student")
    return found if type(found).__name__ == "Student" else None


def _assignment(path: Path) -> Assignment | None:
    """The assignment that a test file stands beside."""
    if not (path.parent / "assignment.py").is_file() or path.parent.parent.name != "assignments":
        return None
    from grader.courses import Course

    return Course(path.parents[2]).load(path.parent.name, tests=False)


def _session(submission: Submission, box: str, tests: Path) -> Session:
    from grader.boxes import Box, Limits, Session, choose, open_box
    from grader.testing.checks import words_of

    assignment = _assignment(tests)

    limits = assignment.limits if assignment is not None else Limits()
    libraries = assignment.libraries if assignment is not None else ("numpy",)
    allow = assignment.allow if assignment is not None else ("numpy",)
    kind = choose(libraries).kind if box == "auto" else box

    def start() -> Box:
        return open_box(kind, libraries, limits)

    forbid = assignment.forbid if assignment is not None else ()
    order = submission.order(words_of(tests))
    return Session(
        start, submission.name, submission.text, allow=allow, forbid=forbid, limits=limits, order=order
    )
