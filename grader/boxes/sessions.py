"""A conversation with the worker in a box: load a file, run scripts, and start anew when the worker ends.

Everything that comes back is hostile: replies out of order, of another shape or too many end the box.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from grader.boxes.boxes import Box
from grader.boxes.limits import Limits
from grader.boxes.marks import Marks, mark_of
from grader.boxes.prepared import Prepared, run_message
from grader.errors import FaultError, ProtocolError
from grader.protocol import Ending, Frame, Heard, Outcome, Reply, Script, Sealed, StudentError, pack, unpack
from grader.protocol.calls import field_of
from grader.protocol.frames import HEADER_SIZE, pack_parts

__all__ = ["Conversation", "Loaded", "Session"]

Offered = Callable[[tuple[Any, ...], dict[str, Any]], Any]
"""A function that stays with us, called by the student with these arguments."""

_MODES = ("whole", "definitions", "bare definitions")
_START_S = 60.0
_MAX_CALLBACKS = 100_000
_MAX_ENDINGS = 3
_REPLIES = 8
"""Times the limit on one message that all answers may take: they are kept until they are judged."""
_NODE = 64
"""Bytes that a value takes in memory at least, however few it had in the message."""
_END = Frame(pack({"op": "done", "threads": 1})[HEADER_SIZE:], b"")
"""What a message ends with unless threads are left running: known by its bytes, without being decoded."""


@dataclass(frozen=True)
class Loaded:
    """How importing the student's file went."""

    mode: str = ""
    """`whole`, `definitions` or `bare definitions`; empty if not even those could be run."""
    problem: StudentError | Ending | None = None
    """What stopped the whole file from being run."""
    names: tuple[str, ...] = ()


class Conversation(Protocol):
    """What grading asks of a submission: a session in a box, or what was said in one, played again."""

    @property
    def file(self) -> str:
        """The name of the student's file."""

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""

    @property
    def memory_mib(self) -> float:
        """Peak memory so far."""

    def load(self) -> Loaded:
        """Import the student's file, as much of it as can be; once."""

    def run(
        self,
        scripts: Sequence[Script],
        *,
        offered: Mapping[int, Offered] | None = None,
        settled: bool = False,
    ) -> list[Outcome]:
        """Run the scripts in order; an outcome for each."""

    def hear(
        self, scripts: Sequence[Script], *, offered: Mapping[int, Offered] | None = None
    ) -> Sequence[Heard]:
        """As `run`; answers that came before may be sealed."""

    def printed(self) -> tuple[str, int]:
        """What was printed since the last call, and how many bytes of it were cut."""

    def renew(self) -> None:
        """Have the next scripts run in a fresh worker."""

    def close(self) -> None: ...


class Session:
    """One submission in boxes of one kind, one at a time.

    Args:
        name, source: The student's file.
        order: Of a notebook, the statements of its text that are run, in this order; None for all of a file.
        prepared: Messages that were encoded for an earlier submission.
        frames: Whether replies keep the messages that they came in.
        marks: Answers of earlier submissions, which `hear` need not read again.
    """

    def __init__(
        self,
        start: Callable[[], Box],
        name: str,
        source: str,
        *,
        allow: Sequence[str],
        limits: Limits,
        forbid: Sequence[str] = (),
        order: Sequence[int] | None = None,
        prepared: Prepared | None = None,
        frames: bool = False,
        marks: Marks | None = None,
    ) -> None:
        self._frames, self._marks = frames, marks
        self._start = start
        self._message = prepared.message if prepared else run_message
        self._name, self._source = name, source
        self._order = None if order is None else list(order)
        self._allow, self._forbid = list(allow), list(forbid)
        self._limits = limits
        # Not because a reply says so: importing torch takes seconds, and memory that is never given back.
        self._tensors = any(library.partition(".")[0] == "torch" for library in allow)
        self._box: Box | None = start()  # at once: its libraries load while we go on
        self._clock: float | None = None
        """The worker's CPU seconds when they were last looked at: what it does between two messages counts too."""
        self._ready = False
        self._loaded: Loaded | None = None
        self._printed: list[tuple[bytes, int]] = []
        self._stock_used: set[int] = set()
        self._room = _REPLIES * limits.reply_mib << 20
        self._starting_s = 0.0
        self.cpu_s = 0.0
        self.memory_mib = 0.0

    @property
    def file(self) -> str:
        """The name of the student's file."""
        return self._name

    def load(self) -> Loaded:
        """Import the student's file, as much of it as can be; once a session."""
        if self._loaded is not None:
            return self._loaded
        problem: StudentError | Ending | None = None
        for mode in _MODES:
            found, names = self._load(mode)
            problem = problem or found
            # In the later modes, and in a notebook, a statement may fail on its own; those that did not are there.
            alone = mode != "whole" or self._order is not None
            if found is None or (alone and isinstance(found, StudentError)):
                self._loaded = Loaded(mode, problem, names)
                return self._loaded
            self._drop()
            if isinstance(found, StudentError) and not found.frames:
                break  # not one line of it was run: the text is no Python
        self._loaded = Loaded("", problem)
        return self._loaded

    def run(
        self,
        scripts: Sequence[Script],
        *,
        offered: Mapping[int, Offered] | None = None,
        settled: bool = False,
    ) -> list[Outcome]:
        """Run the scripts in order; an outcome for each.

        A worker that ends costs the script it was at, and those after it once that happened three times or
        once by `timeout`.

        Args:
            offered: Functions that stay here, by number.
            settled: For measuring: after each answer, wait until the worker rests and note its CPU seconds exactly
                (else those of scripts that travel together run into one another by a moment). Answers are not kept.
        """
        found = self._run(scripts, offered or {}, settled=settled, marks=None)
        return [outcome for outcome in found if not isinstance(outcome, Sealed)]

    def hear(
        self, scripts: Sequence[Script], *, offered: Mapping[int, Offered] | None = None
    ) -> Sequence[Heard]:
        """As `run`; answers that came in an earlier submission, byte for byte, stay sealed."""
        return self._run(scripts, offered or {}, settled=False, marks=self._marks)

    def _run(
        self, scripts: Sequence[Script], offered: Mapping[int, Offered], *, settled: bool, marks: Marks | None
    ) -> list[Heard]:
        outcomes: list[Heard] = []
        endings = 0
        since = time.monotonic()
        self._starting_s = 0.0
        while len(outcomes) < len(scripts):
            try:
                ending = self._run_some(
                    scripts[len(outcomes) :], outcomes, offered, since, settled=settled, marks=marks
                )
            except FaultError:
                self._drop()  # ours; the next exercise gets a box that works
                raise
            if ending is None:
                continue
            endings += 1
            self._drop()
            if len(outcomes) == len(scripts):
                break  # it ended after the last answer
            outcomes.append(ending)
            if endings >= _MAX_ENDINGS or ending.verdict in ("timeout", "output"):
                outcomes.extend([ending] * (len(scripts) - len(outcomes)))
        return outcomes

    def printed(self) -> tuple[str, int]:
        """What the student's code printed since the last call, and how many bytes of it were cut."""
        if self._box is not None:
            self._printed.append(self._box.printed())
        text = b"".join(data for data, _ in self._printed).decode("utf-8", "replace")
        cut = sum(cut for _, cut in self._printed)
        self._printed.clear()
        return text, cut

    def renew(self) -> None:
        """Have the next scripts run in a fresh worker, which knows nothing of those before."""
        self._drop()

    def close(self) -> None:
        self._drop()

    def _load(self, mode: str) -> tuple[StudentError | Ending | None, tuple[str, ...]]:
        box = self._worker()
        box.allow(self._limits.cpu_s)
        modules = {"allow": self._allow, "forbid": self._forbid}
        message = {"name": self._name, "source": self._source, "order": self._order, **modules, "mode": mode}
        _send(box, {"op": "load", **message})
        frame = box.receive(self._limits.clock_s)
        if isinstance(frame, Ending):
            return frame, ()
        try:
            reply = unpack(frame, tensors=self._tensors)
            names = [name for name in field_of(reply, "names", list) if type(name) is str]
            error = reply.get("error")
            return (None if error is None else StudentError.from_value(error)), tuple(names[:500])
        except ProtocolError as error:
            return Ending("protocol", error.message), ()

    def _worker(self) -> Box:
        """A box whose worker is ready, started anew if the last one ended."""
        if self._box is None:
            self._box = self._start()
        if not self._ready:
            frame = self._box.receive(_START_S)
            if isinstance(frame, Ending):
                printed = self._box.printed()[0].decode("utf-8", "replace").strip()
                why = printed.splitlines()[-1] if printed else frame.detail
                self._drop()
                raise FaultError(f"box: the worker did not start: {why}.", mend="Run 'grader doctor'.")
            self._ready = True
        return self._box

    def _reload(self) -> Ending | None:
        """Have the file loaded in a worker that is ready, in the mode that worked."""
        loaded = self.load()
        if self._ready or not loaded.mode:
            return None
        found, _ = self._load(loaded.mode)
        if self._box is not None:
            self._box.printed()  # the import has been shown once
        return found if isinstance(found, Ending) else None

    def _prepared(self) -> Box | Ending:
        """A box in which the file is loaded; the time that this takes is not that of the scripts."""
        begun = time.monotonic()
        if (ending := self._reload()) is not None:
            return ending
        if not self.load().mode:
            return Ending("exited", "the file could not be imported")
        box = self._worker()
        self._starting_s += time.monotonic() - begun  # a container takes a second
        return box

    def _run_some(
        self,
        scripts: Sequence[Script],
        outcomes: list[Heard],
        offered: Mapping[int, Offered],
        since: float,
        *,
        settled: bool,
        marks: Marks | None,
    ) -> Ending | None:
        """Run scripts in one worker until all are answered (None) or it ends."""
        box = self._prepared()
        if isinstance(box, Ending):
            return box
        box.allow(self._limits.cpu_s)
        if self._clock is None:
            self._clock = box.used(settled=settled)
        self._ask(box, scripts)
        answered = calls = 0
        while True:
            frame = box.receive(self._limits.clock_s, since=since + self._starting_s)
            if isinstance(frame, Ending):
                return frame
            if frame == _END and answered == len(scripts):
                return None
            try:
                mark = mark_of(frame) if marks else b""
                if marks and answered < len(scripts) and marks.number(mark) == answered:
                    outcomes.append(Sealed(frame, mark, self._charged(frame, box, settled=settled)))
                    answered += 1
                    continue
                message = unpack(frame, shared=True, tensors=self._tensors)
                op = field_of(message, "op", str)
                if op == "callback" and calls < _MAX_CALLBACKS:
                    calls += 1
                    _send(box, _answer(message, offered))
                elif op == "reply" and answered < len(scripts) and message.get("number") == answered:
                    reply = Reply.from_value(message.get("reply"))
                    spent = self._charged(frame, box, settled=settled)
                    outcomes.append(replace(reply, cpu_s=spent, frame=frame if self._frames else None))
                    if marks:
                        marks.note(mark, answered)
                    answered += 1
                elif op == "done" and answered == len(scripts):
                    if field_of(message, "threads", int) > 1:
                        self._drop()  # threads left running must not slow down the next exercise
                    return None
                else:
                    raise ProtocolError(f"expected answer {answered}, got {op[:40]!r}.")
            except ProtocolError as error:
                return Ending("protocol", error.message)

    def _ask(self, box: Box, scripts: Sequence[Script]) -> None:
        """Send scripts to a worker, or the number of those that it has already."""
        place = box.stock.place(scripts) if box.stock else None
        if place is None or place in self._stock_used:
            for part in self._message(scripts):
                box.send(part)
        else:  # once: the student's code may have changed what it was given
            self._stock_used.add(place)
            _send(box, {"op": "run", "stock": place})

    def _charged(self, frame: Frame, box: Box, *, settled: bool) -> float | None:
        """CPU seconds of an answer, which is charged to what all of them may take."""
        room = self._room - _kept(frame)
        if room < 0:
            raise ProtocolError(f"answered with more than {_REPLIES * self._limits.reply_mib} MiB in all")
        self._room = self._room if settled else room
        used = box.used(settled=settled)
        spent = None
        if used is not None and self._clock is not None:
            spent, self._clock = used - self._clock, used
        return spent

    def _drop(self) -> None:
        if self._box is not None:
            self._printed.append(self._box.printed())
            usage = self._box.close()
            self.cpu_s += usage.cpu_s or 0.0
            self.memory_mib = max(self.memory_mib, usage.memory_mib or 0.0)
        self._box, self._ready, self._clock = None, False, None
        self._stock_used.clear()


def _kept(frame: Frame) -> int:
    """About how much memory a message takes once it is decoded."""
    nodes = frame.head.count(b",") + frame.head.count(b"[")
    return len(frame.head) + len(frame.body) + _NODE * nodes


def _send(box: Box, message: object) -> None:
    for part in pack_parts(message):
        box.send(part)  # large arrays are views: nothing changes them while the worker has its turn


def _answer(message: Any, offered: Mapping[int, Offered]) -> dict[str, Any]:
    """Call one of our functions for the student; whatever it raises becomes a ValueError over there.

    Not a fault of ours: the reference called it too and had an answer, so the student's arguments are to blame.
    """
    call = offered.get(field_of(message, "id", int))
    if call is None:
        raise ProtocolError("expected a function that was offered, got another number.")
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a student passes
            value = call(field_of(message, "args", tuple), field_of(message, "kwargs", dict))
        return {"op": "answer", "value": value, "error": None}
    except ValueError as error:
        return {"op": "answer", "value": None, "error": str(error)}
    except Exception as error:
        return {"op": "answer", "value": None, "error": f"{type(error).__name__}: {error}"}
