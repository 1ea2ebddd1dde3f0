"""A whole run: every code cell of a notebook, one after the other, in one kernel in a box of its own.

A cell that fails does not stop those below it, as nobody is stopped who clicks on. One that ends the kernel does: what
its variables were is gone. Exercises' functions are graded apart from this, from the cells that define them.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Box, Limits, open_box
from grader.checks import Trial
from grader.errors import FaultError, ProtocolError
from grader.executing.told import CELL_CHARS, Asked, cell_run, found_variables
from grader.protocol import Ending, Outcome, Reply, unpack
from grader.protocol.frames import pack_parts
from grader.results import CellRun
from grader.submissions import Submission
from grader.worker.main import KERNEL

__all__ = ["Execution", "asked_of", "kernel_libraries", "kernel_limits", "needs_run", "open_kernel_box"]

TOTAL = 5
"""Times the limit of one cell that all of them may take together."""

_START_S = 60.0
_START_CPU_S = 30.0
_GRACE_S = 2.0
_ALL_CHARS = 200_000
_FILES, _THREADS, _MEMORY_MIB = 96, 24, 128
_SHOWING = ("matplotlib", "mpl_toolkits", "IPython")
"""What cells may import besides what the assignment allows: notebooks draw and show, and no answer is found by that."""
_NEEDED = ("ipykernel", "nbclient", "nbformat")
_DIED = {
    "timeout": "it took more than {detail} and could not be interrupted",
    "memory": "it took too much memory ({detail})",
    "output": "it printed {detail}",
    "exited": "it ended the process ({detail})",
    "killed": "the process was killed ({detail})",
    "crashed": "the process crashed ({detail})",
    "protocol": "what came back could not be read: {detail}",
}


def kernel_limits(limits: Limits) -> Limits:
    """An assignment's limits, with room for what a kernel itself takes."""
    return replace(
        limits,
        open_files=limits.open_files + _FILES,
        threads=limits.threads + _THREADS,
        memory_mib=limits.memory_mib + _MEMORY_MIB,
    )


def kernel_libraries(libraries: Sequence[str]) -> tuple[str, ...]:
    """What a box for a whole run loads before it is locked.

    Raises:
        FaultError: What runs notebooks is not installed.
    """
    for name in _NEEDED:
        if importlib.util.find_spec(name) is None:
            raise FaultError(
                f"whole run: expected {name} to be installed, found nothing of that name.",
                mend="Install the grader with its notebook extra: pip install 'grader[notebook]'.",
            )
    drawing = [name for name in ("matplotlib",) if name not in libraries and importlib.util.find_spec(name)]
    return (*libraries, *drawing, KERNEL, "nbclient.client")


def open_kernel_box(kind: str, bank: Bank) -> Box:
    """A box of this kind for a whole run.

    Raises:
        FaultError: There is none.
    """
    return open_box(kind, kernel_libraries(bank.libraries), kernel_limits(bank.limits))


def needs_run(planned: Planned) -> bool:
    """Whether an exercise is judged by what the whole run leaves."""
    return any(check.check.runs == "cells" for check in planned.checks)


def asked_of(submission: Submission) -> tuple[Asked, ...]:
    """The code cells as they stand; a plain file is one cell."""
    if submission.notebook is None:
        return (Asked(1, submission.name, submission.text),)
    return tuple(
        Asked(cell.place, cell.label, cell.source, (cell.id, *cell.tags))
        for cell in submission.notebook.cells
        if cell.kind == "code" and cell.source.strip()
    )


class Execution:
    """One submission's whole run, made once and when it is first asked for.

    Args:
        bank: What it may import and take; its exercises' names are the variables that are looked at.
        start: Starts a box with `kernel_libraries` and `kernel_limits`.
    """

    def __init__(self, submission: Submission, bank: Bank, start: Callable[[], Box]) -> None:
        self._start, self._bank = start, bank
        self._asked = asked_of(submission)
        self._names = tuple(planned.contract.name for planned in bank.exercises if needs_run(planned))
        self._runs: list[CellRun] | None = None
        self._fault: FaultError | None = None
        self._found: dict[str, Any] = {}
        self._figures: list[Any] = []
        self._died = ""
        self.cpu_s = 0.0

    @property
    def made(self) -> bool:
        """Whether it was asked for, and could be made."""
        return self._runs is not None

    def cells(self) -> list[CellRun]:
        """What became of each cell.

        Raises:
            FaultError: There is no box for it; again and again.
        """
        if self._fault is not None:
            raise self._fault
        if self._runs is None:
            try:
                self._runs = self._run()
            except FaultError as error:
                self._fault = error
                raise
        return self._runs

    def look(self, planned: Planned, check: PlannedCheck, trial: Trial) -> Outcome:
        """What a check of cells judges: variables, figures and outputs after the run.

        Raises:
            FaultError: As `cells`.
        """
        runs = self.cells()
        name = planned.contract.name
        value: dict[str, Any] = {
            "died": self._died,
            "failed": [run.label for run in runs if run.status != "ok"],
        }
        if check.check.kind == "variable":
            value["found"] = name in self._found
            value["value"] = self._found.get(name, [])
        elif check.check.kind == "figure":
            names = {asked.place: list(asked.names) for asked in self._asked}
            value["figures"] = [
                {**figure, "names": names.get(figure["cell"], [])} for figure in self._figures
            ]
        else:
            value["outputs"] = [
                {"label": run.label, "names": list(asked.names), "text": run.output}
                for run, asked in zip(runs, self._asked, strict=True)
            ]
        return Reply(value)

    def _run(self) -> list[CellRun]:
        box = self._start()
        try:
            return self._in(box)
        finally:
            self.cpu_s = box.close().cpu_s or 0.0

    def _in(self, box: Box) -> list[CellRun]:
        limits = self._bank.limits
        self._open(box)
        runs: list[CellRun] = []
        cpu_left, until = TOTAL * limits.cpu_s, time.monotonic() + TOTAL * limits.clock_s
        room = _ALL_CHARS
        why = ""
        for number, asked in enumerate(self._asked):
            wall_left = until - time.monotonic()
            if not why and (cpu_left <= 0 or wall_left <= 0):
                total = (
                    f"{TOTAL * limits.cpu_s:g} s of CPU time and {TOTAL * limits.clock_s:g} s by the clock"
                )
                why = f"all cells together may take {total}"
            if why:
                runs.append(_not_run(asked, why))
                continue
            before = box.used()
            found = self._cell(box, number, min(limits.cpu_s, cpu_left), min(limits.clock_s, wall_left), room)
            runs.append(found)
            room -= len(found.output)
            used = box.used()
            cpu_left -= found.cpu_s if used is None or before is None else used - before
            if self._died:
                why = f"the kernel ended in {asked.label}"
        if not self._died:
            self._collect(box)
        return runs

    def _open(self, box: Box) -> None:
        """Have a kernel started."""
        if isinstance(frame := box.receive(_START_S), Ending):
            raise FaultError(
                f"whole run: the worker did not start: {frame.detail}.", mend="Run 'grader doctor'."
            )
        box.allow(_START_CPU_S)
        bank = self._bank
        _send(
            box,
            {
                "op": "execute",
                "cells": [[asked.place, asked.source] for asked in self._asked],
                "allow": [*bank.allow, *_SHOWING],
                "forbid": list(bank.forbid),
                "keep": CELL_CHARS,
            },
        )
        frame = box.receive(_START_S)
        why = frame.detail if isinstance(frame, Ending) else _why(unpack(frame))
        if why:
            printed = box.printed()[0].decode("utf-8", "replace").strip()
            raise FaultError(f"whole run: the kernel did not start: {why}. {printed}".rstrip())

    def _cell(self, box: Box, number: int, cpu_s: float, wall_s: float, room: int) -> CellRun:
        """Run one cell; the worker interrupts it when its time is up, and the box ends where that is of no use."""
        asked = self._asked[number]
        box.allow(cpu_s + _GRACE_S)
        _send(box, {"op": "cell", "number": number, "cpu_s": float(cpu_s), "wall_s": float(wall_s)})
        frame = box.receive(wall_s + _GRACE_S)
        if not isinstance(frame, Ending):
            try:
                found = cell_run(asked, unpack(frame, tensors=False), number=number, room=room)
            except ProtocolError as error:
                frame = Ending("protocol", error.message.rstrip("."))
            else:
                late = f"it was interrupted after {cpu_s:g} s of CPU time or {wall_s:.0f} s by the clock"
                return found.model_copy(update={"message": late}) if found.status == "timeout" else found
        detail = f"{cpu_s:g} s of CPU time" if frame.verdict == "timeout" else frame.detail
        self._died = f"{asked.label}: {_DIED[frame.verdict].format(detail=detail.rstrip('.'))}"
        return CellRun(
            place=asked.place,
            label=asked.label,
            status="timeout" if frame.verdict == "timeout" else "died",
            message=self._died.partition(": ")[2],
        )

    def _collect(self, box: Box) -> None:
        """Have variables and figures told."""
        box.allow(self._bank.limits.cpu_s)
        _send(box, {"op": "collect", "names": list(self._names)})
        frame = box.receive(self._bank.limits.clock_s)
        try:
            if isinstance(frame, Ending):
                raise ProtocolError(f"{frame.verdict}: {frame.detail}")
            tensors = any(library.partition(".")[0] == "torch" for library in self._bank.allow)
            message = unpack(frame, tensors=tensors)
            self._found = found_variables(message, self._names)
            figures = message.get("figures")
            self._figures = [item for item in figures if _is_figure(item)] if type(figures) is list else []
        except ProtocolError as error:
            self._died = f"what is there after the run could not be told ({error.message.rstrip('.')})"


def _is_figure(item: object) -> bool:
    return type(item) is dict and type(item.get("cell")) is int and type(item.get("axes")) is list


def _why(message: Any) -> str:
    """Why there is no kernel; empty where there is one."""
    error = message.get("error") if type(message) is dict else "it said something else"
    return "" if error is None else str(error)[:1_000]


def _not_run(asked: Asked, why: str) -> CellRun:
    return CellRun(place=asked.place, label=asked.label, status="not run", message=why)


def _send(box: Box, message: object) -> None:
    for part in pack_parts(message):
        box.send(part)
