"""Grades one job; the bank, the boxes and the course are made once in each process that does so."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment import Assignment
from grader.banks import Bank, cache_folder, cached_bank
from grader.batch.jobs import Done, Job
from grader.boxes import Box, Marks, Prepared, Session, Stock, open_box
from grader.bundles import modules_of
from grader.cases import Function
from grader.courses import Course
from grader.errors import GraderError
from grader.executing import Execution, open_kernel_box
from grader.grading import arena_of, grade, open_session
from grader.reports import load_notebook_pages, load_pages, render_html, render_notebook
from grader.results import Result, SourceFile, write_result
from grader.runs import shown_scripts
from grader.submissions import Submission, read_submission
from grader.tapes import Digests, Packer, Recorder, write_tape
from grader.verdicts import Verdicts

__all__ = ["Desk"]


@dataclass(frozen=True)
class Desk:
    """An assignment, and how its submissions are graded; can be sent to another process."""

    root: str
    id: str
    box: str
    seed: int
    pages: bool = True
    """Whether HTML pages are made."""
    notebooks: bool = False
    """Whether pages are made that show notebooks with the verdicts beside their cells: each takes some 0.1 s."""
    execute: bool = False
    """Whether whole notebooks are run even where no check needs it."""

    def __reduce__(self) -> tuple[Any, ...]:
        # What was loaded stays here: an assignment holds functions that no other process can be sent.
        return Desk, (self.root, self.id, self.box, self.seed, self.pages, self.notebooks, self.execute)

    @functools.cached_property
    def course(self) -> Course:
        return Course(Path(self.root))

    @functools.cached_property
    def assignment(self) -> Assignment:
        return self.course.load(self.id)

    @functools.cached_property
    def bank(self) -> Bank:
        return cached_bank(self.assignment, seed=self.seed, source_hash=self.course.source_hash(self.id))

    @property
    def resources(self) -> dict[str, float]:
        """What a cluster has to keep free for one submission: `cpus`, `gpus`."""
        return {"cpus": float(self.assignment.cpus), "gpus": float(self.assignment.gpus)}

    @functools.cached_property
    def digests(self) -> Digests:
        return Digests(self.bank)

    @functools.cached_property
    def prepared(self) -> Prepared:
        return Prepared(
            script
            for planned in self.bank.exercises
            for check in planned.checks
            for trial in check.trials
            for script in trial.scripts
        )

    @functools.cached_property
    def stock(self) -> Stock:
        return Stock(shown_scripts(planned) for planned in self.bank.exercises)

    @functools.cached_property
    def marks(self) -> Marks:
        return Marks()

    @functools.cached_property
    def verdicts(self) -> Verdicts:
        return Verdicts()

    @functools.cached_property
    def packer(self) -> Packer:
        return Packer()

    @functools.cached_property
    def about(self) -> dict[str, str]:
        """What stored answers depend on beside the cases: the functions that students were offered."""
        found = {}
        for planned in self.bank.exercises:
            makers = [d.make for d in planned.contract.inputs.values() if isinstance(d, Function)]
            if makers:
                text = json.dumps(modules_of(makers), sort_keys=True)
                found[planned.contract.name] = hashlib.sha256(text.encode()).hexdigest()
        return found

    @functools.cached_property
    def surroundings(self) -> str:
        """Hash of all that a verdict depends on beside the submission: sources, cases, seed, engine, versions, box."""
        names = ["grader", *dict.fromkeys(("numpy", *self.bank.libraries))]
        versions = {name: importlib.metadata.version(name) for name in names}
        parts = {
            "bank": dict(self.bank.hashes),
            "seed": self.seed,
            "box": self.box,
            "execute": self.execute,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "versions": versions,
            "engine": _engine(),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def key(self, submission: Submission) -> str:
        """What a submission's verdict depends on, as one hash."""
        return self._key(submission.name, submission.sha256)

    def key_of(self, file: SourceFile) -> str:
        """The same, of a submission that was graded before."""
        return self._key(file.name, file.sha256)

    def _key(self, name: str, sha256: str) -> str:
        return hashlib.sha256(f"{self.surroundings}\0{name}\0{sha256}".encode()).hexdigest()

    def start(self) -> Box:
        return open_box(self.box, self.bank.libraries, self.bank.limits, self.stock)

    def session(self, submission: Submission) -> Session:
        """A worker for a submission, that is sent what is ready and whose answers are known again."""
        return open_session(
            self.bank, submission, self.start, prepared=self.prepared, frames=True, marks=self.marks
        )

    def warm(self) -> None:
        """Have everything ready before the first submission."""
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache_folder() / "hypothesis"))
        _ = self.bank, self.digests, self.prepared, self.stock, self.about, self.surroundings
        if self.pages:
            load_pages()
        if self.notebooks:
            load_notebook_pages()

    def grade(self, job: Job) -> Done:
        """Grade a job. Errors of ours become its fault; nothing is raised."""
        try:
            return self._graded(job)
        except GraderError as error:
            return Done(job.student, job.key, fault=error.message)
        except Exception as error:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            return Done(job.student, job.key, fault=text)

    def _graded(self, job: Job) -> Done:
        bank = self.bank
        submission = read_submission(job.name, job.data).restored(bank.given)
        recorder = Recorder(self.session(submission), self.digests)
        execution = Execution(submission, bank, lambda: open_kernel_box(self.box, bank))
        arena = arena_of(bank, submission, self.start)
        try:
            result = grade(
                bank,
                submission,
                self.start,
                box=self.box,
                session=recorder,
                verdicts=self.verdicts,
                measure=recorder.measuring(arena.measure),
                look=recorder.measuring(execution.look),
                execution=execution,
                execute=self.execute,
            )
        finally:
            recorder.close()
        result = result.model_copy(update={"late": job.late})
        tape = write_tape(recorder.tape, about=self.about, packer=self.packer)
        return self.done(job.student, job.key, result, tape, job.data)

    def done(self, student: str, key: str, result: Result, tape: bytes, data: bytes = b"") -> Done:
        """What is kept of a result; `data` is the submission, for a page that shows it."""
        result = result.model_copy(update={"hashes": {**result.hashes, "verdict": key}})
        page = render_html(result) if self.pages else ""
        shown = self.notebooks and data and result.submission.name.lower().endswith(".ipynb")
        return Done(
            student,
            key,
            write_result(result),
            page,
            tape,
            "; ".join(result.faults),
            notebook=render_notebook(result, data) if shown else "",
        )


@functools.cache
def _engine() -> str:
    """Hash of the engine's own sources."""
    digest = hashlib.sha256()
    folder = Path(__file__).parents[1]
    for path in sorted(folder.rglob("*.py")):
        if path.relative_to(folder).parts[0] not in ("demo", "cli", "batch", "audit"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
