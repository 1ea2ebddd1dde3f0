"""Runs test files with pytest, in this process: they are the instructor's, and only what they call is in a box."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion import util  # the only way to its comparisons

from grader.boxes import Conversation
from grader.checks import Failure, error_text
from grader.errors import AssignmentError
from grader.places import place_words
from grader.testing.errors import BoxFaultError, NoAnswer, StudentRaised
from grader.testing.students import Student

__all__ = ["collected", "run_tests"]

_Compared = Callable[[str, object, object], str | None]

_LINES = 8
_PARTS = 400
"""Of two values that are compared line by line, in both together."""
_MAX_TEXT = 2_000
_EXAMPLES = frozenset(("Falsifying example", "Failing test case"))
"""How Hypothesis begins the note with its example, by version."""
_QUIET = ("cacheprovider", "faulthandler", "xdist", "timeout", "randomly", "anyio", "cov", "hypothesispytest")


class _Collector:
    """Keeps the tests that pytest finds, and what stops it from finding them."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []
        self.errors: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr).strip())

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.items.extend(item for item in items if isinstance(item, pytest.Function))


class _Runner:
    """Lends the tests a student, and keeps what became of each."""

    def __init__(self, student: Student, wanted: Collection[str], seed: int) -> None:
        self._student, self._wanted, self._seed = student, wanted, seed
        self.results: dict[str, Failure | str | None] = {}
        """A failure; None if the test passed; words if it could not be run, and that is ours."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: Any) -> None:
        config._grader_student = self._student

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._wanted]
        with contextlib.suppress(ImportError):
            import hypothesis

            for item in items:
                function: Any = getattr(item, "function", None)
                if hasattr(function, "hypothesis"):
                    hypothesis.seed(self._seed)(function)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        before = util._reprcompare
        util._reprcompare = _bounded(before)
        try:
            return (yield)
        finally:
            util._reprcompare = before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        result = yield
        error = call.excinfo.value if call.excinfo is not None else None
        if error is not None and self.results.get(item.nodeid) is None:
            self.results[item.nodeid] = self._told(error)
        elif call.when == "call":
            self.results[item.nodeid] = None
        return result

    def _told(self, error: BaseException) -> Failure | str:
        """What a test that did not pass says: it does on the reference, so what it met is the student's."""
        if isinstance(error, NoAnswer):
            return _with_call(error.failure, self._student)
        if isinstance(error, BoxFaultError):
            return str(error)
        if isinstance(error, pytest.skip.Exception):
            # By what the student's code answered, for it was not on the reference: no evidence is no pass.
            return Failure("test", f"the test was skipped: {error.msg}", call=self._student._last)
        return _failure(error, self._student)


def _bounded(compared: _Compared | None) -> _Compared:
    """pytest's words for two values that differ, for small ones only: its comparison line by line may take hours."""

    def words(op: str, left: object, right: object) -> str | None:
        large = sum(1 for _ in itertools.islice(_parts([left, right]), _PARTS)) >= _PARTS
        return None if large or compared is None else compared(op, left, right)

    return words


def _parts(values: Iterable[object]) -> Iterator[None]:
    """One for each item of containers, and for every few letters of a text."""
    for value in values:
        yield None
        if isinstance(value, str | bytes):
            yield from itertools.repeat(None, len(value) // 20)
        elif isinstance(value, list | tuple | set | frozenset):
            yield from _parts(value)
        elif isinstance(value, dict):
            yield from _parts(value.values())


def _failure(error: BaseException, student: Student) -> Failure:
    shown = _example(error)
    if isinstance(error, StudentRaised):
        found = error.error
        place = f" ({place_words(found.line)})" if found.line else ""
        text = f"{student._last}: {found.type_name}{place}: {found.text}{shown}"
        return Failure(
            "exception",
            text[:_MAX_TEXT],
            line=found.line,
            function=found.function or "",
            code=found.source or "",
            call=student._last,
        )
    told = str(error) if isinstance(error, AssertionError | pytest.fail.Exception) else error_text(error)
    lines = [line for line in told.strip().splitlines() if line.strip()][:_LINES]
    kind = "unstable" if type(error).__name__.startswith("Flaky") else "test"
    text = "\n".join(lines) or "what the test asserts does not hold"
    return Failure(kind, f"{text}{shown}"[:_MAX_TEXT], call=student._last)


def _example(error: BaseException) -> str:
    """The smallest failing inputs that Hypothesis found, on lines of their own."""
    for note in getattr(error, "__notes__", ()):
        head, _, inputs = note.partition(": ")
        if head in _EXAMPLES:
            lines = [line for line in inputs.splitlines() if not line.strip().startswith("student=")]
            return "\n".join(["", f"Failing case: {lines[0]}", *lines[1:]])
    return ""


def _with_call(failure: Failure, student: Student) -> Failure:
    return replace(failure, call=student._last if failure.kind not in ("missing", "arguments") else "")


def collected(folder: Path) -> list[pytest.Function]:
    """The tests in an assignment's folder, in order.

    Raises:
        AssignmentError: A test file cannot be imported.
    """
    collector = _Collector()
    _pytest(folder, [collector], sorted(path.name for path in folder.glob("test_*.py")), "--collect-only")
    if collector.errors:
        raise AssignmentError(f"{folder.name}: a test file cannot be collected: {collector.errors[0]}")
    return collector.items


def run_tests(
    file: Path, ids: Sequence[str], session: Conversation, *, seed: int, plain: Collection[str] = ()
) -> tuple[dict[str, Failure | str | None], set[str]]:
    """Run these tests of a file on the submission in the session.

    Args:
        plain: Steps that have to be answered with plain data.
    Returns:
        By test: a failure; None if it passed; words if it could not be run, and that is ours. And the steps that
        were answered with plain data each time.
    """
    student = Student(session, session.file)
    student._plain = frozenset(plain)
    runner = _Runner(student, frozenset(ids), seed)
    _pytest(file.parent, [runner], [file.name])
    results = {id: runner.results.get(id, "pytest did not run it") for id in ids}
    return results, {step for step, objects in student._gave.items() if not objects}


def _pytest(folder: Path, plugins: list[object], files: Sequence[str], *options: str) -> None:
    off = [part for name in _QUIET for part in ("-p", f"no:{name}")]
    args = [
        "-c",
        os.devnull,
        "-p",
        "grader.pytest_plugin",
        f"--rootdir={folder}",
        "--import-mode=importlib",
        "--capture=sys",
        *off,
        *options,
        *(str(folder / name) for name in files),
    ]
    before = frozenset(sys.modules)
    with _settings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            pytest.main(args, plugins=plugins)
        finally:
            _forget(folder, before)


def _forget(folder: Path, before: frozenset[str]) -> None:
    """Take the test files out of the imported modules: those of another assignment may have the same names."""
    for name in sys.modules.keys() - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if Path(file).parent == folder:
            del sys.modules[name]


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """Hypothesis without a database or a clock: two runs say the same."""
    try:
        from hypothesis import HealthCheck, settings
    except ImportError:
        yield
        return
    before = settings.get_current_profile_name()
    settings.register_profile(
        "grader",
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("grader")
    try:
        yield
    finally:
        settings.load_profile(before)
