"""What a submission answered, kept so that it can be judged again without running it.

A `Recorder` stands between grading and a session and notes every answer. A `Player` takes the session's place later: the
same questions in the same worker's life get the same answers, and one that was never asked is a fault. So judging again
goes through the very code that judged first. A tape is data of the protocol, like everything that leaves a box.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Conversation, Loaded
from grader.checks import Trial
from grader.errors import FaultError, FormatError, ProtocolError
from grader.protocol import Ending, FrameReader, Outcome, Reply, Script, StudentError, pack, unpack
from grader.runs import Measure

__all__ = ["Digests", "NotAskedError", "Player", "Recorder", "Tape", "read_tape", "write_tape"]

_SCHEMA = 1
_LARGEST = 64 << 20
"""Bytes of one tape, unpacked; a submission with more to say is judged again only by running it."""
_PART = 500
"""Answers in one message: a message holds no more arrays than a reader takes."""

Question = tuple[int, bytes]
"""How often the worker had been renewed, and the digest of a script."""


class NotAskedError(FaultError):
    """A question that the submission was never asked."""


class Digests:
    """Digests of scripts; those of a bank are computed once."""

    def __init__(self, bank: Bank) -> None:
        self._known: dict[int, tuple[Script, bytes]] = {}
        for planned in bank.exercises:
            for check in planned.checks:
                for trial in check.trials:
                    for script in trial.scripts:
                        self._known[id(script)] = script, _digest(script)

    def of(self, script: Script) -> bytes:
        known = self._known.get(id(script))
        return known[1] if known is not None and known[0] is script else _digest(script)


@dataclass
class Tape:
    """One submission's answers."""

    loaded: Loaded = field(default_factory=Loaded)
    answers: dict[Question, list[Outcome]] = field(default_factory=dict)
    """In the order in which a question was asked."""
    printed: list[tuple[str, int]] = field(default_factory=list)
    measured: dict[tuple[str, str, int], Outcome] = field(default_factory=dict)
    """What measuring found, by exercise, check and trial."""
    cpu_s: float = 0.0
    memory_mib: float = 0.0


class Recorder:
    """A session whose answers are kept; what grading asks of one, and of an arena."""

    def __init__(self, session: Conversation, digests: Digests) -> None:
        self._session, self._digests = session, digests
        self._lives = 0
        self.tape = Tape()

    @property
    def file(self) -> str:
        return self._session.file

    @property
    def cpu_s(self) -> float:
        return self._session.cpu_s

    @property
    def memory_mib(self) -> float:
        return self._session.memory_mib

    def load(self) -> Loaded:
        self.tape.loaded = self._session.load()
        return self.tape.loaded

    def run(
        self,
        scripts: Sequence[Script],
        *,
        offered: Mapping[int, Callable[..., Any]] | None = None,
        settled: bool = False,
    ) -> list[Outcome]:
        outcomes = self._session.run(scripts, offered=offered, settled=settled)
        for script, outcome in zip(scripts, outcomes, strict=True):
            self.tape.answers.setdefault((self._lives, self._digests.of(script)), []).append(outcome)
        return outcomes

    def printed(self) -> tuple[str, int]:
        self.tape.printed.append(self._session.printed())
        return self.tape.printed[-1]

    def renew(self) -> None:
        self._lives += 1
        self._session.renew()

    def close(self) -> None:
        self._session.close()
        self.tape.cpu_s, self.tape.memory_mib = self._session.cpu_s, self._session.memory_mib

    def measuring(self, measure: Measure) -> Measure:
        """The measure, with what it finds kept."""

        def measured(planned: Planned, check: PlannedCheck, trial: Trial) -> Outcome:
            found = measure(planned, check, trial)
            self.tape.measured[_place(planned, check, trial)] = found
            return found

        return measured


class Player:
    """A tape in a session's place."""

    def __init__(self, file: str, tape: Tape, digests: Digests) -> None:
        self.file, self._tape, self._digests = file, tape, digests
        self._lives = 0
        self._next: dict[Question, int] = {}
        self._printed = iter(tape.printed)
        self.cpu_s, self.memory_mib = tape.cpu_s, tape.memory_mib

    def load(self) -> Loaded:
        return self._tape.loaded

    def run(
        self,
        scripts: Sequence[Script],
        *,
        offered: Mapping[int, Callable[..., Any]] | None = None,
        settled: bool = False,
    ) -> list[Outcome]:
        return [self._answer(script) for script in scripts]

    def _answer(self, script: Script) -> Outcome:
        question = self._lives, self._digests.of(script)
        at = self._next.get(question, 0)
        known = self._tape.answers.get(question, [])
        if at >= len(known):
            raise NotAskedError("regrade: expected a case that the submission has answered, got a new one.")
        self._next[question] = at + 1
        return known[at]

    def printed(self) -> tuple[str, int]:
        return next(self._printed, ("", 0))

    def renew(self) -> None:
        self._lives += 1

    def close(self) -> None: ...

    def measure(self, planned: Planned, check: PlannedCheck, trial: Trial) -> Outcome:
        found = self._tape.measured.get(_place(planned, check, trial))
        if found is None:
            raise NotAskedError("regrade: expected a cost that was measured, got a check that was not there.")
        return found


def _place(planned: Planned, check: PlannedCheck, trial: Trial) -> tuple[str, str, int]:
    at = next(number for number, item in enumerate(check.trials) if item is trial)
    return planned.contract.name, check.name, at


def _digest(script: Script) -> bytes:
    return hashlib.sha256(pack(script.to_value())).digest()[:16]


def write_tape(tape: Tape, *, about: Mapping[str, str]) -> bytes:
    """The tape as bytes; empty where there is too much on it.

    Args:
        about: What the answers depend on, kept beside them.
    """
    answers = [
        (lives, digest, [_to_data(outcome) for outcome in outcomes])
        for (lives, digest), outcomes in tape.answers.items()
    ]
    found, problem = tape.loaded, tape.loaded.problem
    head = {
        "schema": _SCHEMA,
        "about": dict(about),
        "loaded": [found.mode, None if problem is None else _problem_to_data(problem), list(found.names)],
        "printed": [list(item) for item in tape.printed],
        "measured": [[list(place), _to_data(outcome)] for place, outcome in tape.measured.items()],
        "cpu_s": float(tape.cpu_s),
        "memory_mib": float(tape.memory_mib),
    }
    packer, kept, size = zlib.compressobj(1), [], 0
    try:
        for message in (head, *_parts(answers)):
            frame = pack(message, opaque=True)
            size += len(frame)
            if size > _LARGEST:
                return b""
            kept.append(packer.compress(frame))
    except ProtocolError:
        return b""  # an answer that came in cannot go out again: too large beside others
    return b"".join([*kept, packer.flush()])


def _parts(answers: Sequence[Any]) -> Iterable[list[Any]]:
    for begin in range(0, len(answers), _PART):
        yield list(answers[begin : begin + _PART])


def read_tape(data: bytes, *, name: str = "tape") -> tuple[Tape, dict[str, str]]:
    """The tape, and what its answers depend on.

    Raises:
        FormatError: These are no bytes of `write_tape`, or of another version of it.
    """
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(data, 2 * _LARGEST)
        reader = FrameReader(max_body=2 * _LARGEST)
        reader.feed(plain)
        head = _next(reader)
        if head["schema"] != _SCHEMA:
            raise FormatError(f"{name}: expected answers with schema {_SCHEMA}, got {head['schema']!r}.")
        mode, problem, names = head["loaded"]
        tape = Tape(
            Loaded(mode, None if problem is None else _problem_from_data(problem), tuple(names)),
            printed=[(text, cut) for text, cut in head["printed"]],
            measured={tuple(place): _from_data(item) for place, item in head["measured"]},
            cpu_s=head["cpu_s"],
            memory_mib=head["memory_mib"],
        )
        while (part := _next(reader)) is not None:
            for lives, digest, outcomes in part:
                tape.answers[lives, digest] = [_from_data(item) for item in outcomes]
    except (zlib.error, ProtocolError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"{name}: expected stored answers, got: {error}.") from None
    return tape, head["about"]


def _next(reader: FrameReader) -> Any:
    frame = reader.next()
    return None if frame is None else unpack(frame)


def _to_data(outcome: Outcome) -> Any:
    if isinstance(outcome, Ending):
        return ["ending", outcome.verdict, outcome.detail]
    return ["reply", outcome.to_value(), outcome.cpu_s]


def _from_data(data: Any) -> Outcome:
    if data[0] == "ending":
        return Ending(data[1], data[2])
    reply = Reply.from_value(data[1])
    return Reply(reply.value, reply.error, reply.warnings, reply.after, reply.again, data[2])


def _problem_to_data(problem: StudentError | Ending) -> Any:
    if isinstance(problem, Ending):
        return ["ending", problem.verdict, problem.detail]
    return ["error", problem.to_value()]


def _problem_from_data(data: Any) -> StudentError | Ending:
    return Ending(data[1], data[2]) if data[0] == "ending" else StudentError.from_value(data[1])
