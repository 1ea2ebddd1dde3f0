"""Batches of a few small submissions to the tiny course."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from grader.batch import Candidate, Desk, LocalEngine, run_batch
from grader.gradebook import Batch, Person
from grader.results import Result
from tests.end_to_end.conftest import but, write_course
from tests.strongest import strongest
from tests.test_courses import kept_imports

__all__ = ["CLASS", "Graded", "Run", "kept_imports", "without_times"]

Graded = tuple[Batch, dict[str, Result]]

CLASS = {
    "ada": but(),
    "bob": but(scale="def scale(x, factor=2.0):\n    return np.asarray(x, float)\n"),
    "cyd": but(secret="def secret(x):\n    while True:\n        pass\n"),
    "dan": but(extremes="def extremes(x):\n    import os\n    os._exit(0)\n"),
    "eve": "this is no Python\n",
    "fay": but(slope="def slope(f, a):\n    return f(a) - f(a + 1.0)\n"),
    "gus": but(scale="def scale(x, factor=2.0):\n    return bytearray(10**12)\n"),
}
"""A class: right, wrong, hanging, ending its process, no Python, wrong again, out of memory."""


class Run(Protocol):
    def __call__(
        self, texts: Mapping[str, str], *, resume: bool = ..., seed: int = ..., out: Path | None = ...
    ) -> Graded: ...


@pytest.fixture(scope="session")
def box() -> str:
    """The strongest kind that works here; the plain process where none does."""
    return strongest()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that a test starts heed SIGINT, even where these tests were started by a shell in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of its own, for tests that change it."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    write_course(tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def grade_all(root: Path, out: Path, box: str, tmp_path: Path, kept_imports: None) -> Run:
    """Grades texts by student, with two processes."""

    def run(
        texts: Mapping[str, str], *, resume: bool = False, seed: int = 0, out: Path | None = out
    ) -> Graded:
        assert out is not None
        desk = Desk(str(root), "tiny", box, seed)
        desk.warm()
        engine = LocalEngine(desk, 2)
        try:
            return run_batch(desk, candidates(tmp_path / "in", texts), out, engine, resume=resume)
        finally:
            engine.close()

    return run


def candidates(folder: Path, texts: Mapping[str, str]) -> list[Candidate]:
    found = []
    for student, text in texts.items():
        path = folder / student / ("tiny.ipynb" if text.startswith("{") else "tiny.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        found.append(Candidate(Person(student=student), student, path=path, shown=f"{student}/{path.name}"))
    return found


def without_times(result: Result) -> dict[str, Any]:
    """A result as data, but for what a clock or a scale measured."""
    data = result.model_dump(exclude={"cpu_s", "wall_s", "memory_mib"})
    for exercise in data["exercises"]:
        del exercise["wall_s"]
    return data
