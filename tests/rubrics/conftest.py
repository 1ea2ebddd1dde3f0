"""A class of four, three with notebooks and one with a module, graded once; each test gets a copy."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.batch import Candidate, Desk, conclude, run_batch
from grader.batch.jobs import Done, Job
from grader.cli import main
from grader.gradebook import Batch, Person, read_batch
from tests.notebooks.built import markdown, notebook
from tests.strongest import strongest
from tests.test_courses import kept_imports

__all__ = ["ALL", "CLASS", "CODE", "Class", "kept_imports"]

ASSIGNMENT = '''
from grader import Assignment, Exercise, Item, Written, agrees, real


def double(x):
    """Twice."""
    return 2 * x


def triple(x):
    """Thrice."""
    return 3 * x


numbers = real("n", low=-5, high=5)

assignment = Assignment(
    id="words",
    title="Numbers and words",
    exercises=[
        Exercise(double, points=4, inputs={"x": numbers}, returns=numbers, checks=[agrees()]),
        Exercise(triple, points=2, inputs={"x": numbers}, returns=numbers, checks=[agrees()]),
    ],
    written=[
        Written("why", title="Why is it even?", points=5, rubric=[Item("Names two", 2), Item("Divides", 3)]),
        Written("how", title="How would you test it?", points=3),
    ],
)
'''

CODE = "def double(x):\n    return 2 * x\n\n\ndef triple(x):\n    return 3 * x\n"

CLASS: Mapping[str, bytes] = {
    "ada": notebook(
        CODE,
        markdown("Two <script>alert(1)</script>\n\n=1+1 divides", metadata={"nbgrader": {"grade_id": "why"}}),
        markdown("With *tests*.", metadata={"tags": ["written:how"]}),
    ),
    "bob": notebook(CODE, markdown("**Answer why**\n\nIt is."), markdown("## how\n\nYOUR ANSWER HERE")),
    "cyd": notebook(CODE.replace("3 *", "4 *")),
    "=dan": f'{CODE}\n\nwhy = "Because."\nhow = "By hand."\n'.encode(),
}
"""Both answered; one of two; none, and a mistake; a module, by somebody whose name is a formula."""


ALL = {
    ("ada", "why", "Names two"): "2",
    ("ada", "why", "Divides"): "1,5",
    ("ada", "how", "whole"): "3",
    ("bob", "why", "Names two"): "0",
    ("bob", "why", "Divides"): "3",
    ("=dan", "why", "Names two"): "2",
    ("=dan", "why", "Divides"): "3",
    ("=dan", "how", "whole"): "2.5",
}
"""Points for every answer that there is."""


class _Here:
    """Grades in this very process."""

    words = "this process"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        return map(self._desk.grade, jobs)

    def close(self) -> None:
        pass


@dataclass
class Class:
    """A graded class in a folder of its own."""

    course: Path
    handed_in: Path
    out: Path

    def grade(self, *, resume: bool = True) -> Batch:
        """As `grader batch` does."""
        desk = Desk(str(self.course), "words", strongest(), 0, notebooks=True)
        candidates = [
            Candidate(Person(student=path.parent.name), path.parent.name, path=path, shown=path.name)
            for path in sorted(self.handed_in.glob("*/words.*"))
        ]
        batch, results = run_batch(desk, candidates, self.out, _Here(desk), resume=resume)
        return conclude(self.out, batch, results).batch

    def run(self, *args: object) -> Result:
        return CliRunner().invoke(main, ["--course", str(self.course), *map(str, args)])

    def done(self, *args: object) -> str:
        """What a command that works says."""
        found = self.run(*args)
        assert found.exit_code == 0, found.output
        return found.output

    @property
    def batch(self) -> Batch:
        return read_batch((self.out / "batch.json").read_bytes())

    @property
    def sheet(self) -> Path:
        return self.out / "rubric.csv"

    def rows(self) -> list[dict[str, str]]:
        """The sheet as it would be written now."""
        self.done("rubric", "sheet", self.out)
        return list(csv.DictReader(self.sheet.read_text(encoding="utf-8-sig").splitlines(keepends=True)))

    def fill(self, rows: Sequence[Mapping[str, str]], *options: str) -> Result:
        """Take these rows over."""
        with open(self.sheet, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return self.run("rubric", "fill", self.out, self.sheet, *options)

    def give(self, points: Mapping[tuple[str, str, str], str], **cells: str) -> Result:
        """Fill in points by student, question and item, and further cells on the first line of each question."""
        rows = self.rows()
        for row in rows:
            place = (row["student"].removeprefix("'"), row["question"], row["item"])
            if place in points:
                row |= {"points": points[place], **cells}
        return self.fill(rows)

    def points(self) -> dict[str, tuple[float, float]]:
        """Points and what is still to be given, by student."""
        return {entry.person.student: (entry.score, entry.pending) for entry in self.batch.entries}


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Class:
    root = tmp_path_factory.mktemp("rubrics")
    (root / "course/assignments/words").mkdir(parents=True)
    (root / "course/reference").mkdir()
    (root / "course/assignments/words/assignment.py").write_text(ASSIGNMENT)
    for student, data in CLASS.items():
        folder = root / "in" / student
        folder.mkdir(parents=True)
        (folder / f"words{'.ipynb' if data.startswith(b'{') else '.py'}").write_bytes(data)
    made = Class(root / "course", root / "in", root / "out")
    path, modules = list(sys.path), dict(sys.modules)
    made.grade(resume=False)
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        if name.partition(".")[0] in ("reference", "assignments"):
            del sys.modules[name]
    return made


@pytest.fixture
def group(graded_once: Class, tmp_path: Path, kept_imports: None) -> Class:
    """The class, to do with as a test likes."""
    copied = Class(tmp_path / "course", tmp_path / "in", tmp_path / "out")
    shutil.copytree(graded_once.course.parent, tmp_path, dirs_exist_ok=True)
    return copied
