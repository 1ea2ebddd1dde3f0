"""Runs a notebook's cells one by one, when the grader asks, in a kernel of this process.

The kernel has the main thread, as in Jupyter: signals and event loops are as student code expects them. nbclient and
the conversation with the grader live in a thread beside it. What is said here comes from a process that runs student
code, and is trusted no more than any answer.
"""

from __future__ import annotations

import _thread
import asyncio
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from grader.errors import ProtocolError
from grader.protocol import decode, encode
from grader.protocol.calls import field_of
from grader.worker.control import Control
from grader.worker.figures import FigureWatch
from grader.worker.kernels import cell_name, connect, own_loop, start_kernel
from grader.worker.loading import guard_imports
from grader.worker.outputs import Kept, keeping_client

__all__ = ["run_cells"]

_AGAIN_S = 0.5
_LOOK_S = 0.05
_MOST_TEXT = 4_000


def run_cells(control: Control, message: object) -> NoReturn:
    """Start a kernel and run cells until the grader is gone.

    Args:
        message: `cells`: a list of [place, source]; `allow`, `forbid`: modules; `keep`: characters of output kept of
            a cell.
    """
    run = _Run(control, message)
    try:
        run.start()
    except Exception as error:
        control.send({"op": "kernel", "error": f"{type(error).__name__}: {error}"[:_MOST_TEXT]})
        os._exit(0)
    while True:
        run.loop.run_forever()  # again, where a cell says `exit`


class _Run:
    """One notebook in this worker."""

    def __init__(self, control: Control, message: object) -> None:
        self._control = control
        self._cells = [(place, source) for place, source in field_of(message, "cells", list)]
        self._allow = frozenset(field_of(message, "allow", list))
        self._forbid = frozenset(field_of(message, "forbid", list))
        self._keep = field_of(message, "keep", int)
        self._main = threading.get_ident()
        self._place = 0
        self._late = False
        self._error: BaseException | None = None
        self._figures = FigureWatch(lambda: self._place)
        self.loop = own_loop()

    def start(self) -> None:
        """Have the kernel ready, and the conversation begun in its thread."""

        async def started() -> Any:
            return start_kernel()

        self._app = self.loop.run_until_complete(started())
        self._figures.start()
        self._app.kernel.shell.events.register("post_run_cell", self._note)
        # From here on: what IPython itself imports is its own affair.
        guard_imports(self._allow, self._forbid, module="__main__")
        threading.Thread(target=self._converse, daemon=True).start()

    def _note(self, result: Any) -> None:
        self._error = result.error_in_exec or result.error_before_exec

    def _converse(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException:
            os._exit(1)

    async def _serve(self) -> None:
        nbformat = importlib.import_module("nbformat.v4")
        cells = [nbformat.new_code_cell(source) for _, source in self._cells]
        self._client = await connect(self._app, nbformat.new_notebook(cells=cells), keeping_client())
        self._control.send({"op": "kernel", "error": None})
        while True:
            message = self._control.receive()
            op = field_of(message, "op", str)
            if op == "cell":
                await self._cell(field_of(message, "number", int), message)
            elif op == "collect":
                await self._collect(field_of(message, "names", list))
            else:
                raise ProtocolError(f"expected a cell, got {op[:40]!r}.")

    async def _cell(self, number: int, message: object) -> None:
        """Run one cell, and tell what became of it."""
        self._place, self._error = self._cells[number][0], None
        os.environ["IPYKERNEL_CELL_NAME"] = cell_name(self._place)
        kept = self._client.kept = Kept(self._keep)
        self._late = False
        begun = time.process_time()
        watch = asyncio.ensure_future(
            self._watch(field_of(message, "cpu_s", float), field_of(message, "wall_s", float))
        )
        try:
            await self._client.async_execute_cell(self._client.nb.cells[number], number)
        finally:
            watch.cancel()
        status = "timeout" if self._late else "ok" if kept.error is None else "error"
        self._control.send(
            {
                "op": "cell",
                "number": number,
                "status": status,
                "error": list(kept.error) if kept.error else None,
                "line": self._line(),
                "text": kept.text,
                "cut": kept.cut,
                "shown": kept.shown,
                "cpu_s": time.process_time() - begun,
            }
        )

    async def _watch(self, cpu_s: float, wall_s: float) -> None:
        """Interrupt the kernel once the cell has used up its time, as a person would, and again if need be."""
        cpu, wall = time.process_time(), time.monotonic()
        while time.process_time() - cpu < cpu_s and time.monotonic() - wall < wall_s:
            await asyncio.sleep(_LOOK_S)
        self._late = True
        while True:
            _interrupt(self._main)
            await asyncio.sleep(_AGAIN_S)

    def _line(self) -> int | None:
        """The line of the cell at which its exception came up."""
        name, line = cell_name(self._place), None
        if self._error is None:
            return None
        if isinstance(self._error, SyntaxError) and self._error.filename == name:
            return self._error.lineno
        traceback = self._error.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == name:
                line = traceback.tb_lineno
            traceback = traceback.tb_next
        return line

    async def _collect(self, names: Sequence[str]) -> None:
        """Tell what is there after the cells: variables by name, and the figures."""
        done: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def collect() -> None:
            # In the kernel's own thread: objects of the student's may mind.
            found = self._found(names)
            done.get_loop().call_soon_threadsafe(done.set_result, found)

        self.loop.call_soon_threadsafe(collect)
        self._control.send({"op": "collected", **await done})

    def _found(self, names: Sequence[str]) -> dict[str, Any]:
        known = self._app.kernel.shell.user_ns
        variables: dict[str, Any] = {}
        for name in names:
            if name in known:
                variables[name] = _plain(known[name])
        try:
            figures = self._figures.collected()
        except BaseException:
            figures = None
        return {"variables": variables, "figures": figures}


def _interrupt(thread: int) -> None:
    """As Ctrl-C does, where the system can: then what only waits is woken, too."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(thread, signal.SIGINT)


def _plain(value: Any) -> Any:
    """Data that can cross, in a list; an empty one for what cannot."""
    try:
        return [decode(*encode(value, opaque=True, shared=True))]
    except BaseException:
        return []
