"""The messages of one conversation, as records that check what they are made from.

The grader sends `load`, then `run` with many scripts; the worker answers with one `reply` a script, in
order, and may in between send `callback` to call a function that stayed outside. Replies come from a
process that runs student code, so a record is built only from values of the right type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, cast, get_args

from grader.errors import ProtocolError
from grader.protocol.frames import Frame, unpack
from grader.protocol.values import Ref

__all__ = [
    "OPERATORS",
    "Ending",
    "Heard",
    "Outcome",
    "Reply",
    "Script",
    "Sealed",
    "Step",
    "StudentError",
    "field_of",
]

T = TypeVar("T")

Do = Literal["call", "invoke", "get", "operate", "autograd", "inside"]
Kind = Literal["raised", "missing", "uncallable", "arguments", "exit"]

OPERATORS = frozenset(
    "add sub mul truediv floordiv mod pow matmul neg pos abs lt le gt ge eq ne getitem".split()
)
"""Operators that a script may apply; names are those of the standard library's `operator`."""

AUTOGRAD = frozenset(("tensor", "leaf", "gradients"))
"""What a script may ask of torch: tensors of arrays, tensors to differentiate by, the gradients."""

INSIDE = frozenset(("asserts", "doctest", "function"))
"""Forms of an instructor's test that a script may have run beside the student's code."""

_MAX_FRAMES = 50
_MAX_TEXT = 4_000


def field_of(message: object, name: str, kind: type[T]) -> T:
    """The field of a message, of exactly this type.

    Raises:
        ProtocolError: The message is no dict, lacks the field, or holds another type there.
    """
    value = message.get(name) if type(message) is dict else None
    if type(value) is not kind:
        raise ProtocolError(f"expected {name} of type {kind.__name__}, got {type(value).__name__}.")
    return value


@dataclass(frozen=True)
class Step:
    """One thing to do in the worker; its result is what `Ref(index of the step)` stands for."""

    do: Do
    name: str
    """The student's function or class, the attribute, the operator, what is asked of autograd; for `invoke`, how the
    object is called; for `inside`, the form of the test."""
    args: tuple[Any, ...] = ()
    """For `get` and `invoke`, the first is the `Ref` of the object itself; for `inside`, the test's text and mark."""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """Names of the positional arguments, for a function that takes the last of them by name only."""

    def to_value(self) -> dict[str, Any]:
        call = {"args": self.args, "kwargs": dict(self.kwargs), "names": list(self.names)}
        return {"do": self.do, "name": self.name, **call}

    @classmethod
    def from_value(cls, value: object) -> Step:
        do, name = field_of(value, "do", str), field_of(value, "name", str)
        known = {"operate": OPERATORS, "autograd": AUTOGRAD, "inside": INSIDE}
        if do not in get_args(Do) or (do in known and name not in known[do]):
            raise ProtocolError(f"expected a known step, got {do} {name}.")
        names = field_of(value, "names", list)
        if not all(type(item) is str for item in names):
            raise ProtocolError("expected names of arguments, got something else.")
        args, kwargs = field_of(value, "args", tuple), field_of(value, "kwargs", dict)
        return cls(cast(Do, do), name, args, kwargs, tuple(names))


@dataclass(frozen=True)
class Script:
    """Steps in sequence, and what of their results to send back."""

    steps: tuple[Step, ...]
    returns: Any
    """A value in which every `Ref` is replaced by what it stands for."""
    probe: bool = False
    """Also send the `given` arguments after the calls, and the answer once more after they were overwritten."""

    def to_value(self) -> dict[str, Any]:
        return {"steps": [s.to_value() for s in self.steps], "returns": self.returns, "probe": self.probe}

    @classmethod
    def from_value(cls, value: object) -> Script:
        steps = tuple(Step.from_value(step) for step in field_of(value, "steps", list))
        returns = value["returns"] if type(value) is dict and "returns" in value else None
        return cls(steps, returns, field_of(value, "probe", bool))

    def given(self) -> list[tuple[int, int | str]]:
        """Where arguments come from outside: (step, position or name) in all calls, objects of the worker left out."""
        found: list[tuple[int, int | str]] = []
        for number, step in enumerate(self.steps):
            if step.do in ("call", "invoke"):
                found.extend(
                    (number, place) for place, value in enumerate(step.args) if not _holds_ref(value)
                )
                found.extend((number, name) for name, value in step.kwargs.items() if not _holds_ref(value))
        return found


def _holds_ref(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_ref(item) for item in value)
    return type(value) is Ref or (type(value) is dict and any(_holds_ref(item) for item in value.values()))


@dataclass(frozen=True)
class StudentError:
    """An exception of the student's code, as far as its own frames go."""

    type_name: str
    text: str
    line: int | None = None
    function: str | None = None
    source: str | None = None
    frames: tuple[tuple[int, str], ...] = ()
    """(line, function) of each frame in the student's file, outermost first."""
    bases: tuple[str, ...] = ()
    """Names of the exception's class and those it derives from."""
    kind: Kind = "raised"
    """`arguments`: the call did not fit the function's parameters; `exit`: SystemExit was raised."""

    def to_value(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "text": self.text,
            "line": self.line,
            "function": self.function,
            "source": self.source,
            "frames": [list(frame) for frame in self.frames],
            "bases": list(self.bases),
            "kind": self.kind,
        }

    @classmethod
    def from_value(cls, value: object) -> StudentError:
        kind = field_of(value, "kind", str)
        if kind not in get_args(Kind):
            raise ProtocolError(f"expected a known kind of error, got {kind[:80]!r}.")
        frames = [
            (item[0], item[1][:200])
            for item in field_of(value, "frames", list)[:_MAX_FRAMES]
            if _is_frame(item)
        ]
        return cls(
            type_name=field_of(value, "type", str)[:200],
            text=field_of(value, "text", str)[:_MAX_TEXT],
            line=_optional(value, "line", int),
            function=(_optional(value, "function", str) or "")[:200] or None,
            source=(_optional(value, "source", str) or "")[:_MAX_TEXT] or None,
            frames=tuple(frames),
            bases=tuple(
                name[:200] for name in field_of(value, "bases", list)[:_MAX_FRAMES] if type(name) is str
            ),
            kind=cast(Kind, kind),
        )


def _is_frame(item: object) -> bool:
    return type(item) is list and len(item) == 2 and type(item[0]) is int and type(item[1]) is str


def _optional(value: object, name: str, kind: type[T]) -> T | None:
    if type(value) is dict and value.get(name) is None:
        return None
    return field_of(value, name, kind)


@dataclass(frozen=True)
class Reply:
    """What came back for one script."""

    value: Any = None
    error: StudentError | None = None
    warnings: tuple[tuple[str, str, int], ...] = ()
    """(category, text, line) of each warning during the script."""
    after: Any = None
    """With `probe`: the first step's arguments after the call."""
    again: Any = None
    """With `probe`: the answer, read once more after every array among the arguments was overwritten."""
    cpu_s: float | None = field(default=None, compare=False)
    """CPU seconds that the box took for it, noted out here; None where nothing says so. It does not travel."""
    frame: Frame | None = field(default=None, compare=False, repr=False)
    """The message as it came, where somebody wants to keep it."""

    def to_value(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "error": self.error.to_value() if self.error else None,
            "warnings": [list(warning) for warning in self.warnings],
            "after": self.after,
            "again": self.again,
        }

    @classmethod
    def from_value(cls, value: object) -> Reply:
        message = field_of({"reply": value}, "reply", dict)
        if message.keys() != {"value", "error", "warnings", "after", "again"}:
            raise ProtocolError("expected the fields of a reply, got others.")
        warnings = [
            (item[0][:200], item[1][:500], item[2])
            for item in field_of(message, "warnings", list)[:_MAX_FRAMES]
            if type(item) is list and [type(part) for part in item] == [str, str, int]
        ]
        error = None if message["error"] is None else StudentError.from_value(message["error"])
        return cls(message["value"], error, tuple(warnings), message["after"], message["again"])


@dataclass(frozen=True)
class Sealed:
    """An answer that came before, byte for byte, when it was found to be in order: nobody has to read it again."""

    frame: Frame
    mark: bytes
    """Digest of the frame."""
    cpu_s: float | None = field(default=None, compare=False)

    def opened(self) -> Reply:
        """The answer, read."""
        message = unpack(self.frame, shared=True)
        return replace(Reply.from_value(message.get("reply")), cpu_s=self.cpu_s, frame=self.frame)


Verdict = Literal["timeout", "memory", "output", "killed", "crashed", "exited", "protocol"]


@dataclass(frozen=True)
class Ending:
    """How a worker ended before it had answered.

    `timeout` too much CPU time or time by the clock; `memory` killed for memory; `output` printed too much;
    `killed` by a signal from outside; `crashed` by a signal of its own (a segmentation fault); `exited` by
    `os._exit` or the like; `protocol` answered with bytes that are no answer, or closed the pipe.
    """

    verdict: Verdict
    detail: str = ""


Outcome = Reply | Ending
"""What became of one script."""

Heard = Reply | Sealed | Ending
"""The same, perhaps not read again."""
