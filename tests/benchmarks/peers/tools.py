"""Each tool as it is used from a command line: prepared once, then run on a class as often as asked."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from grader.gradebook import read_batch
from tests.benchmarks.peers.notebooks import (
    handed_in,
    nbgrader_source,
    otter_student,
    otter_tests,
    write_notebook,
)
from tests.benchmarks.peers.questions import TEN, pytest_file, write_cases
from tests.benchmarks.processes import Cost, cost_of

__all__ = ["Graded", "Grader", "Nbgrader", "Otter", "Pytest", "Tool"]


@dataclass(frozen=True)
class Graded:
    """One run over a class."""

    cost: Cost
    count: int
    full: int
    """Submissions that were found to be right."""


class Tool(Protocol):
    """Something that grades."""

    name: str

    def run(self) -> Graded:
        """Grade the class once more, from the beginning."""


@dataclass
class Grader:
    """`grader batch`, with two processes."""

    name: str
    course: Path
    work: Path
    texts: Sequence[bytes]
    box: str
    _runs: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        for number, text in enumerate(self.texts):
            folder = self.work / "in" / f"s{number:03}"
            folder.mkdir(parents=True)
            (folder / "losses.py").write_bytes(text)

    def run(self) -> Graded:
        self._runs += 1
        out = self.work / f"out-{self._runs}"
        command = [
            *(sys.executable, "-m", "grader", "--course", str(self.course), "batch", "losses"),
            *(str(self.work / "in"), "--out", str(out), "--jobs", "2", "--box", self.box),
        ]
        environment = {**os.environ, "GRADER_CACHE": str(self.work / "cache")}
        cost = cost_of([command], environment=environment, said=self.work / "said.txt")
        if not (out / "batch.json").exists():
            sys.exit(f"{self.name}: {(self.work / 'said.txt').read_text(encoding='utf-8')}")
        entries = read_batch((out / "batch.json").read_bytes()).entries
        full = sum(entry.state == "graded" and entry.score == entry.max_score for entry in entries)
        return Graded(cost, len(self.texts), full)


@dataclass
class Pytest:
    """A process of pytest for each submission, without plug-ins, two side by side."""

    name: str
    work: Path
    texts: Sequence[bytes]
    cases: dict[str, Any]

    def __post_init__(self) -> None:
        self.work.mkdir(parents=True)
        (self.work / "test_losses.py").write_text(pytest_file(), encoding="utf-8")
        write_cases(self.cases, self.work)
        for number, text in enumerate(self.texts):
            (self.work / f"s{number:03}").mkdir()
            (self.work / f"s{number:03}" / "losses.py").write_bytes(text)

    def run(self) -> Graded:
        tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_losses.py"]
        commands = [
            ["env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", f"PYTHONPATH={self.work / f's{number:03}'}", *tests]
            for number in range(len(self.texts))
        ]
        cost = cost_of(commands, side_by_side=2, folder=self.work)
        return Graded(cost, len(commands), cost.statuses.count(0))


@dataclass
class Nbgrader:
    """`nbgrader autograde` over a course; two at once are two courses with a database each."""

    name: str
    program: str
    work: Path
    texts: Sequence[bytes]
    cases: dict[str, Any]
    at_once: int = 1

    def __post_init__(self) -> None:
        course = self.work / "prepared"
        write_notebook(nbgrader_source(), course / "source" / "losses" / "losses.ipynb")
        write_cases(self.cases, course / "source" / "losses")
        (course / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"
        )
        self._call(course, "generate_assignment", "losses")
        self._released = json.loads((course / "release" / "losses" / "losses.ipynb").read_text())

    def run(self) -> Graded:
        courses = [self._course(at) for at in range(self.at_once)]
        commands = [["env", "-C", str(course), self.program, "autograde", "losses"] for course in courses]
        cost = cost_of(
            commands,
            side_by_side=self.at_once,
            environment=_activated(self.program),
            said=self.work / "said.txt",
        )
        full = sum(self._full(course) for course in courses)
        return Graded(cost, len(self.texts), full)

    def _course(self, at: int) -> Path:
        """A fresh copy of the course, with its share of the class."""
        course = self.work / f"course-{at}"
        shutil.rmtree(course, ignore_errors=True)
        shutil.copytree(self.work / "prepared", course)
        for number, text in list(enumerate(self.texts))[at :: self.at_once]:
            folder = course / "submitted" / f"s{number:03}" / "losses"
            write_notebook(handed_in(self._released, text.decode()), folder / "losses.ipynb")
            write_cases(self.cases, folder)
        return course

    def _full(self, course: Path) -> int:
        self._call(course, "export")
        with open(course / "grades.csv", newline="", encoding="utf-8") as file:
            return sum(float(row["score"] or 0) == len(TEN) for row in csv.DictReader(file))

    def _call(self, course: Path, *arguments: str) -> None:
        subprocess.run(
            [self.program, *arguments],
            cwd=course,
            check=True,
            capture_output=True,
            env=_activated(self.program),
        )


@dataclass
class Otter:
    """`otter run` for each submission, without a container."""

    name: str
    program: str
    work: Path
    texts: Sequence[bytes]
    cases: dict[str, Any]
    at_once: int = 1

    def __post_init__(self) -> None:
        (self.work / "tests").mkdir(parents=True)
        for name, test in otter_tests().items():
            (self.work / "tests" / name).write_text(test, encoding="utf-8")
        write_cases(self.cases, self.work)
        zipped = [self.program, "generate", "-t", "tests", "-o", "autograder.zip", "cases.json"]
        environment = _activated(self.program)
        subprocess.run(zipped, cwd=self.work, check=True, capture_output=True, env=environment)
        for number, text in enumerate(self.texts):
            write_notebook(
                handed_in(otter_student(), text.decode()), self.work / f"s{number:03}" / "losses.ipynb"
            )

    def run(self) -> Graded:
        folders = [self.work / f"s{number:03}" for number in range(len(self.texts))]
        for folder in folders:
            (folder / "results.json").unlink(missing_ok=True)
        commands = [
            [self.program, "run", "--no-logo", "-a", str(self.work / "autograder.zip"), "-o", str(folder),
             str(folder / "losses.ipynb")]
            for folder in folders
        ]  # fmt: skip
        cost = cost_of(
            commands,
            side_by_side=self.at_once,
            environment=_activated(self.program),
            said=self.work / "said.txt",
        )
        return Graded(
            cost, len(folders), sum(_points(folder / "results.json") == len(TEN) for folder in folders)
        )


def _activated(program: str) -> dict[str, str]:
    """The environment with the program's own folder first on the path: it starts others that lie there."""
    return {**os.environ, "PATH": f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _points(results: Path) -> float:
    """Points in otter's results, 0 where there are none."""
    if not results.exists():
        return 0.0
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    return float(sum(test.get("score", 0) for test in tests))
