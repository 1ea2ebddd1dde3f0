"""Grades one submission: runs a bank's trials in a box, judges them out here, and adds up."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
import time
from collections.abc import Callable, Sequence

from grader.banks import Bank
from grader.boxes import Box, Conversation, Loaded, Marks, Prepared, Session
from grader.errors import FaultError
from grader.evidence import place_of, where_of
from grader.executing import Execution, open_kernel_box
from grader.judging import Judge
from grader.measuring import Arena
from grader.notebooks.composing import kept_text
from grader.places import in_cells, place_words
from grader.protocol import Ending, StudentError
from grader.results import CellRun, ExerciseResult, Problem, Result, SourceFile, totals
from grader.runs import Measure, run_all
from grader.submissions import Submission
from grader.verdicts import Verdicts
from grader.written import written_results

__all__ = ["arena_of", "grade", "open_session"]

Progress = Callable[[str], None]
"""Told the name of each exercise before it is run."""


def grade(
    bank: Bank,
    submission: Submission,
    start: Callable[[], Box],
    *,
    box: str,
    progress: Progress = lambda name: None,
    session: Conversation | None = None,
    measure: Measure | None = None,
    look: Measure | None = None,
    execution: Execution | None = None,
    execute: bool = False,
    explain: bool = True,
    verdicts: Verdicts | None = None,
) -> Result:
    """Run and judge every exercise.

    Args:
        start: Starts a box with the bank's libraries.
        box: Kind of box, for the report.
        session: A session with the submission that was started ahead of time, if any.
        measure: Measures what trials ask for; by default in boxes that `start` starts.
        look: Says what the whole run left; by default what `execution` says.
        execution: The whole run, which is made where it is needed; by default in a box of this kind.
        execute: Run the whole notebook even where no check needs it.
        explain: Whether failing cases are made small, and tried alone; the verdict is the same without.
        verdicts: Of earlier submissions, on this bank.
    Returns:
        The result. What the grader itself could not do is in it as a fault, never as lost points.
    """
    begun = time.monotonic()
    executed: list[CellRun] = []
    submission = submission.restored(bank.given)
    session = session or open_session(bank, submission, start)
    try:
        with in_cells(submission.text if submission.in_cells else None):
            loaded, problems = _load(bank, submission, session)
            measure = measure or arena_of(bank, submission, start).measure
            execution = execution or Execution(submission, bank, lambda: open_kernel_box(box, bank))
            text, seen = _run_text(bank, submission), look or execution.look
            runs = run_all(bank, session, progress, source=text, measure=measure, look=seen)
            if execute or execution.made:
                executed = _executed(execution, problems)
            names = [planned.contract.name for planned in bank.exercises]
            file, seed = submission.name, bank.seed
            judge = Judge(file, loaded, session, seed=seed, names=names, explain=explain, verdicts=verdicts)
            exercises: list[ExerciseResult] = []
            for planned in bank.exercises:
                exercises.append(judge.exercise(planned, runs[planned.contract.name], exercises))
    finally:
        session.close()
    result = _result(bank, submission, session, exercises, problems=problems, box=box, begun=begun)
    if not executed:
        return result
    return result.model_copy(update={"executed": executed, "cpu_s": round(result.cpu_s + execution.cpu_s, 3)})


def _executed(execution: Execution, problems: list[Problem]) -> list[CellRun]:
    """The cells of the whole run; that it could not be made is a problem of ours."""
    try:
        return execution.cells()
    except FaultError as error:
        problems.append(Problem(message=str(error), fault=True))
        return []


def _load(bank: Bank, submission: Submission, session: Conversation) -> tuple[Loaded, list[Problem]]:
    """How importing went, and what there is to say about the submission as a whole."""
    found = submission.slice(bank.names)
    problems = [_remark(submission, text, line) for text, line in submission.remarks]
    notes = [*((text, None) for text in submission.notes), *(found.notes if found is not None else ())]
    problems += [_remark(submission, text, line, note=True) for text, line in notes]
    try:
        loaded = session.load()
    except FaultError as error:
        loaded = Loaded("whole")
        problems.append(Problem(message=str(error), fault=True))
    return loaded, [*problems, *_load_problems(submission, loaded)]


def open_session(
    bank: Bank,
    submission: Submission,
    start: Callable[[], Box],
    *,
    prepared: Prepared | None = None,
    frames: bool = False,
    marks: Marks | None = None,
) -> Session:
    """A worker for a submission, which starts at once; the arguments are those of `Session`."""
    return Session(
        start,
        submission.name,
        submission.text,
        allow=bank.allow,
        limits=bank.limits,
        forbid=bank.forbid,
        order=submission.order(bank.names),
        prepared=prepared,
        frames=frames,
        marks=marks,
    )


def arena_of(bank: Bank, submission: Submission, start: Callable[[], Box]) -> Arena:
    """Where a submission's time and memory are measured."""
    order = submission.order(bank.names)
    name, text = submission.name, submission.text
    return Arena(start, name, text, allow=bank.allow, limits=bank.limits, order=order)


def _run_text(bank: Bank, submission: Submission) -> str:
    """The text of what is run; what a notebook holds beside it breaks no rules."""
    order = submission.order(bank.names)
    return submission.text if order is None else kept_text(submission.text, order)


def _result(
    bank: Bank,
    submission: Submission,
    session: Conversation,
    exercises: list[ExerciseResult],
    *,
    problems: list[Problem],
    box: str,
    begun: float,
) -> Result:
    written = written_results(bank.written, submission)
    score, most = totals(exercises, written)
    return Result(
        grader=importlib.metadata.version("grader"),
        assignment=bank.assignment,
        title=bank.title,
        coverage="public" if bank.not_covered else "all",
        not_covered=bank.not_covered,
        submission=SourceFile(
            name=submission.name, sha256=submission.sha256, bytes=len(submission.data), text=submission.text
        ),
        score=score,
        max_score=most,
        exercises=exercises,
        written=written,
        problems=problems,
        seed=bank.seed,
        box=box,
        hashes=dict(bank.hashes),
        versions=_versions(bank.libraries),
        cpu_s=round(session.cpu_s, 3),
        wall_s=round(time.monotonic() - begun, 3),
        memory_mib=round(session.memory_mib, 1),
    )


def _remark(submission: Submission, text: str, line: int | None, *, note: bool = False) -> Problem:
    code = (
        submission.text.splitlines()[line - 1] if line and line <= len(submission.text.splitlines()) else ""
    )
    where = where_of(submission.name, line, code=code) if line else None
    return Problem(message=text, where=where, note=note)


def _load_problems(submission: Submission, loaded: Loaded) -> list[Problem]:
    """What went wrong while the file was imported, and what that means for the rest."""
    found = loaded.problem
    if found is None:
        return []
    rest = {
        "": "Nothing in it could be graded.",
        "definitions": "Its functions and classes were graded all the same.",
        "bare definitions": "Its functions and classes were graded all the same, without values that it computes.",
        "whole": "The other cells were graded all the same." if submission.in_cells else "",
    }[loaded.mode]
    what = "A cell could not be run" if submission.in_cells else "The file could not be imported"
    if isinstance(found, Ending):
        ended = {
            "timeout": f"it did not end within {found.detail}",
            "output": f"it printed {found.detail}",
            "exited": "it ended the process (os._exit or the like)",
            "memory": "it took too much memory",
            "protocol": f"what came back could not be read: {found.detail}",
        }.get(found.verdict, f"the process {found.verdict} ({found.detail})")
        return [Problem(message=f"{what} to its end: {ended}. {rest}")]
    return [Problem(message=f"{_import_message(found, what)} {rest}", where=place_of(submission.name, found))]


def _import_message(error: StudentError, what: str) -> str:
    line = f" ({place_words(error.line)})" if error.line else ""
    if error.type_name in ("SyntaxError", "IndentationError", "TabError"):
        return f"The file is no valid Python: {error.type_name}{line}: {error.text}."
    if error.kind == "exit":
        return f"{what} to its end: it ends the program{line}."
    return f"{what} to its end: {error.type_name}{line}: {error.text}."


def _versions(libraries: Sequence[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in dict.fromkeys(("numpy", *libraries)):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found
