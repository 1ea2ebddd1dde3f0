"""The commands as a user runs them, on the tiny course."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.boxes import Choice, choose
from grader.cli import main
from grader.errors import FaultError
from tests.end_to_end.conftest import but, write_course
from tests.test_courses import kept_imports

__all__ = ["Run", "auto", "kept_imports"]

Run = Callable[..., Result]

GRADES = {
    "right": but(),
    "wrong": but(scale="def scale(x, factor=2.0):\n    return np.asarray(x, float)\n"),
}


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's folder, with a right and a wrong submission beside it."""
    folder = tmp_path_factory.mktemp("cli") / "course"
    write_course(folder)
    for name, text in GRADES.items():
        (folder.parent / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the folder of the submissions, with the tiny course as `--course`."""
    monkeypatch.setenv("GRADER_CACHE", str(cache))
    monkeypatch.chdir(root.parent)

    def call(*args: str, course: str | None = "course") -> Result:
        return CliRunner().invoke(main, [*(["--course", course] if course else []), *args])

    return call


@pytest.fixture(scope="session")
def auto() -> Choice:
    """What `--box auto` takes on this machine."""
    try:
        return choose(["numpy"])
    except FaultError as error:
        pytest.skip(f"no box that isolates works here: {error.message}")
