"""The worker's loop: read a message from the grader, answer it.

A worker that is a process of its own talks over standard input and output, which are moved to private
descriptors first; one that was forked from a preloaded process is given its descriptors. What the student
prints goes to standard error, which the grader reads as plain output.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from grader.errors import ProtocolError
from grader.protocol import Callback, Reply, Script, StudentError, pack
from grader.protocol.calls import field_of
from grader.worker.control import Control
from grader.worker.failures import OUT_OF_MEMORY
from grader.worker.figures import load_matplotlib
from grader.worker.loading import MODES, Student
from grader.worker.running import run_script, watch_warnings

__all__ = ["KERNEL", "load_libraries", "main", "open_streams", "prepare_cells", "serve", "stock_up"]

KERNEL = "ipykernel.kernelapp"
"""Among the libraries to load, it says that notebooks' cells will be run."""


class _Outside:
    """A function that stayed with the grader, as seen from here."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._lock = threading.Lock()

    def __call__(self, callback: Callback, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with self._lock:
            self._control.send({"op": "callback", "id": callback.id, "args": args, "kwargs": kwargs})
            answer = self._control.receive()
        if answer["error"] is not None:
            raise ValueError(answer["error"])
        return answer["value"]


class _Session:
    """One student's file in this worker."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._outside = _Outside(control)
        self._student: Student | None = None
        self._warnings: list[tuple[str, str, int]] = []

    def load(self, message: object) -> None:
        mode = field_of(message, "mode", str)
        student = Student(
            field_of(message, "name", str),
            field_of(message, "source", str),
            allow=field_of(message, "allow", list),
            forbid=message.get("forbid", ()) if isinstance(message, dict) else (),
            order=message.get("order") if isinstance(message, dict) else None,
        )
        watch_warnings(student, self._warnings)
        error = student.load(mode if mode in MODES else "whole")
        self._student = student
        _flush()
        value = error.to_value() if error else None
        self._control.send({"op": "loaded", "error": value, "names": student.names()})

    def run(self, message: object) -> None:
        if self._student is None:
            raise ProtocolError("expected a file to be loaded before scripts are run.")
        scripts = _scripts_of(message)
        last = len(scripts) - 1
        for number, item in enumerate(scripts):
            script = item if isinstance(item, Script) else Script.from_value(item)
            reply = run_script(self._student, script, self._outside, self._warnings)
            _flush()
            self._send_reply(number, reply.to_value(), then=_end() if number == last else b"")

    def execute(self, message: object) -> None:
        _cells().run_cells(self._control, message)

    def _send_reply(self, number: int, reply: dict[str, Any], *, then: bytes) -> None:
        try:
            self._control.send({"op": "reply", "number": number, "reply": reply}, then=then)
        except BaseException as error:  # packing looks at types and objects of the student's
            large = isinstance(error, ProtocolError | MemoryError)
            why = "the answer is too large to be sent" if large else "the answer cannot be sent"
            lost = StudentError(type(error).__name__, why)
            self._control.send(
                {"op": "reply", "number": number, "reply": Reply(error=lost).to_value()}, then=then
            )


def _cells() -> Any:
    # Rarely asked for, and asyncio takes its time.
    return importlib.import_module("grader.worker.cells")


def prepare_cells(libraries: Sequence[str]) -> None:
    """Load what runs cells, where the libraries say that this will be asked for: later, our own files are hidden."""
    if KERNEL in libraries:
        _cells()


_stock: dict[int, list[Any]] = {}
"""Scripts of messages that the process which we were forked from has read, by number."""


def stock_up(messages: Iterable[object]) -> None:
    """Read messages that ask to run scripts, for the workers to come."""
    for at, message in enumerate(messages):
        _stock[at] = [Script.from_value(item) for item in field_of(message, "scripts", list)]


def _scripts_of(message: object) -> list[Any]:
    """The scripts that a message asks to run; those of the stock can be run once."""
    if isinstance(message, dict) and "stock" in message:
        return _stock.pop(field_of(message, "stock", int))
    return field_of(message, "scripts", list)


_ALONE = pack({"op": "done", "threads": 1})


def _end() -> bytes:
    """What follows the last reply, in one write with it."""
    threads = threading.active_count()
    return _ALONE if threads == 1 else pack({"op": "done", "threads": threads})


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            # The student may have closed or replaced the stream; what it held is lost, nothing else.
            continue


def _private_control() -> Control:
    """Move the pipes away from descriptors 0 and 1, which the student's code sees as its own."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (source, sink):
            msvcrt.setmode(descriptor, os.O_BINARY)
    open_streams()
    return Control(source, sink)


def open_streams() -> None:
    """Have what Python prints go to descriptor 1, line by line."""
    for name in ("stdout", "stderr"):
        # By line, so that what was printed before a crash is not lost.
        stream = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)


def load_libraries(libraries: Sequence[str]) -> None:
    """Import them, with one thread each."""
    for library in libraries:
        if library == "matplotlib":
            load_matplotlib()
        else:
            __import__(library)
    if "numpy" in libraries:
        __import__("numpy.random")  # NumPy itself puts it off
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)


def _seed() -> None:
    """Have the global random numbers be the same in every worker.

    Code that draws without a seed of its own must get the same verdict twice. Python's own generator is seeded
    anew by every fork.
    """
    random.seed(0)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(0)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(0)


def serve(control: Control) -> NoReturn:
    """Say that we are ready, then answer messages until the grader closes its end."""
    # What still gets out of the loop below, such as after the student's code emptied this module: our frames.
    sys.excepthook = lambda *_: None
    session = _Session(control)
    _seed()
    control.send({"op": "ready"})
    try:
        while True:
            message = control.receive()
            known = {"load": session.load, "run": session.run, "execute": session.execute}
            known[field_of(message, "op", str)](message)
    except BaseException as error:
        # The student's code closed our pipe, took all memory, or the like. No traceback: these frames are ours.
        _flush()
        os._exit(OUT_OF_MEMORY if isinstance(error, MemoryError) else 1)


def main(libraries: list[str]) -> NoReturn:
    """The whole life of a worker with a process of its own."""
    control = _private_control()
    load_libraries(libraries)
    serve(control)
