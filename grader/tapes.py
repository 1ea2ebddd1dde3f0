"""What a submission answered, kept so that it can be judged again without running it.

A `Recorder` stands between grading and a session and notes every answer. A `Player` takes the session's place later:
the same questions in the same worker's life get the same answers, and one that was never asked is a fault. So judging
again goes through the very code that judged first. A tape is data of the protocol, like everything that leaves a box.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from grader.banks import Bank, Planned, PlannedCheck
from grader.boxes import Conversation, Loaded, mark_of
from grader.checks import Trial
from grader.errors import FaultError, FormatError, ProtocolError
from grader.protocol import (
    Ending,
    Frame,
    Heard,
    Outcome,
    Reply,
    Script,
    Sealed,
    StudentError,
    decode,
    encode,
    pack,
    unpack,
)
from grader.protocol.calls import field_of
from grader.runs import Measure

__all__ = ["Digests", "NotAskedError", "Packer", "Player", "Recorder", "Tape", "read_tape", "write_tape"]

_SCHEMA = 1
_LARGEST = 64 << 20
"""Bytes of one tape, unpacked; a submission with more to say is judged again only by running it."""
_MAGIC = b"GTP1"
_TOGETHER = 100
"""Answers that are compressed as one."""

H = TypeVar("H", bound=Heard)

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
    answers: dict[Question, list[Heard]] = field(default_factory=dict)
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
        self._noted(scripts, outcomes)
        return outcomes

    def hear(
        self, scripts: Sequence[Script], *, offered: Mapping[int, Callable[..., Any]] | None = None
    ) -> Sequence[Heard]:
        return self._noted(scripts, self._session.hear(scripts, offered=offered))

    def _noted(self, scripts: Sequence[Script], outcomes: Sequence[H]) -> Sequence[H]:
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

    def hear(
        self, scripts: Sequence[Script], *, offered: Mapping[int, Callable[..., Any]] | None = None
    ) -> Sequence[Heard]:
        return self.run(scripts)

    def _answer(self, script: Script) -> Outcome:
        question = self._lives, self._digests.of(script)
        at = self._next.get(question, 0)
        known = self._tape.answers.get(question, [])
        if at >= len(known):
            raise NotAskedError("regrade: expected a case that the submission has answered, got a new one.")
        self._next[question] = at + 1
        answer = known[at]
        return answer.opened() if isinstance(answer, Sealed) else answer

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


class Packer:
    """Compresses answers, a hundred at a time; those that came together before are not compressed again."""

    def __init__(self, most: int = 64 << 20) -> None:
        self._known: dict[bytes, bytes] = {}
        self._room = most

    def packed(self, outcomes: Sequence[Reply | Sealed]) -> bytes:
        """The messages of these answers, one behind the other, compressed."""
        key = b"".join(
            outcome.mark if isinstance(outcome, Sealed) else mark_of(_frame(outcome)) for outcome in outcomes
        )
        if key in self._known:
            return self._known[key]
        data = zlib.compress(b"".join(part for outcome in outcomes for part in _frame(outcome)), 1)
        if len(key) + len(data) <= self._room:
            self._room -= len(key) + len(data)
            self._known[key] = data
        return data


def write_tape(tape: Tape, *, about: Mapping[str, str], packer: Packer | None = None) -> bytes:
    """The tape as bytes; empty where there is too much on it.

    Args:
        about: What the answers depend on, kept beside them.
        packer: That of a batch, which has compressed the same answers before.
    """
    packer = packer or Packer()
    said = [item for outcomes in tape.answers.values() for item in outcomes if not isinstance(item, Ending)]
    problem = tape.loaded.problem
    head = {
        "schema": _SCHEMA,
        "about": dict(about),
        "loaded": [tape.loaded.mode, problem and _problem_to_data(problem), list(tape.loaded.names)],
        "printed": tape.printed,
        "measured": [[place, _measured_to_data(outcome)] for place, outcome in tape.measured.items()],
        "cpu_s": tape.cpu_s,
        "memory_mib": tape.memory_mib,
        "answers": [
            [lives, digest.hex(), [_entry(outcome) for outcome in outcomes]]
            for (lives, digest), outcomes in tape.answers.items()
        ],
    }
    text = json.dumps(head, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(text) + sum(len(part) for outcome in said for part in _frame(outcome)) > _LARGEST:
        return b""
    parts = [zlib.compress(text, 1)]
    parts += [packer.packed(said[at : at + _TOGETHER]) for at in range(0, len(said), _TOGETHER)]
    return _MAGIC + b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def _entry(outcome: Heard) -> list[Any]:
    """An outcome as it stands in the head; the message that it came in stands behind it."""
    if isinstance(outcome, Ending):
        return [outcome.verdict, outcome.detail]
    head, body = _frame(outcome)
    return [len(head), len(body), outcome.cpu_s]


def _mark(outcome: Reply | Sealed) -> bytes:
    return outcome.mark if isinstance(outcome, Sealed) else mark_of(_frame(outcome))


def _frame(outcome: Reply | Sealed) -> Frame:
    assert outcome.frame is not None, "a session that is recorded keeps its frames"
    return outcome.frame


def read_tape(data: bytes, *, name: str = "tape") -> tuple[Tape, dict[str, str]]:
    """The tape, and what its answers depend on.

    Raises:
        FormatError: These are no bytes of `write_tape`, or of another version of it.
    """
    try:
        text, *parts = _parts(data)
        head = json.loads(text.decode("utf-8", "surrogatepass"))
        if head["schema"] != _SCHEMA:
            raise FormatError(f"{name}: expected answers with schema {_SCHEMA}, got others.")
        mode, problem, names = head["loaded"]
        tape = Tape(
            Loaded(mode, problem and _problem_from_data(problem), tuple(names)),
            printed=[(text, cut) for text, cut in head["printed"]],
            measured={tuple(place): _measured_from_data(item) for place, item in head["measured"]},
            cpu_s=head["cpu_s"],
            memory_mib=head["memory_mib"],
        )
        left = _Left(memoryview(b"".join(parts)))
        for lives, digest, entries in head["answers"]:
            tape.answers[lives, bytes.fromhex(digest)] = [left.outcome(entry) for entry in entries]
    except (zlib.error, ProtocolError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"{name}: expected stored answers, got: {error}.") from None
    return tape, head["about"]


def _parts(data: bytes) -> Iterator[bytes]:
    """The parts that `write_tape` compressed, no more than a tape may hold."""
    if data[: len(_MAGIC)] != _MAGIC:
        raise ValueError("other bytes")
    at, room = len(_MAGIC), _LARGEST
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "big")
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(data[at + 8 : at + 8 + size], room + 1)
        room -= len(plain)
        if not unpacker.eof or room < 0:
            raise ValueError("they are cut off")
        yield plain
        at += 8 + size


@dataclass
class _Left:
    """The messages that have not been read yet."""

    data: memoryview

    def outcome(self, entry: Any) -> Outcome:
        if isinstance(entry[0], str):
            return Ending(*entry)
        head, body = self._take(entry[0]), self._take(entry[1])
        frame = Frame(bytes(head), bytes(body))
        reply = Reply.from_value(field_of(unpack(frame), "reply", dict))
        return replace(reply, cpu_s=entry[2], frame=frame)

    def _take(self, size: int) -> memoryview:
        if not 0 <= size <= len(self.data):
            raise ValueError("expected a message, got the end")
        taken, self.data = self.data[:size], self.data[size:]
        return taken


def _measured_to_data(outcome: Outcome) -> Any:
    if isinstance(outcome, Ending):
        return [outcome.verdict, outcome.detail]
    return [encode(outcome.value, inline=True)[0]]


def _measured_from_data(data: Any) -> Outcome:
    return Ending(*data) if len(data) > 1 else Reply(decode(data[0], [], inline=True))


def _problem_to_data(problem: StudentError | Ending) -> Any:
    if isinstance(problem, Ending):
        return [problem.verdict, problem.detail]
    return problem.to_value()


def _problem_from_data(data: Any) -> StudentError | Ending:
    return Ending(*data) if isinstance(data, list) else StudentError.from_value(data)
