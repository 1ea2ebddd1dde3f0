"""Sessions in boxes of every kind, and the scripts that tests send."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import pytest

from grader.boxes import Box, Limits, Session, close_all, open_box
from grader.boxes import bare as bare_module
from grader.boxes.choice import _try
from grader.boxes.pipes import SelectPipes, ThreadPipes
from grader.errors import FaultError
from grader.protocol import Ending, Outcome, Ref, Reply, Script, Step
from tests.docker import engine

__all__ = ["Talk", "Talker", "call", "closed", "error_of", "require", "value_of"]

KINDS = [
    ("bare", SelectPipes),
    ("bare", ThreadPipes),
    ("confined", SelectPipes),
    pytest.param(("docker", SelectPipes), marks=engine.needs_engine),
    ("jail", SelectPipes),
]
"""Every box, over every kind of pipes; a new kind of box is one more row."""


@cache
def closed(kind: str) -> str:
    """Why boxes of this kind cannot be had on this machine; empty where they can."""
    if kind not in ("jail", "confined"):
        return ""
    try:
        _try(kind, ())
    except FaultError as fault:
        return f"{kind} does not work here: {fault.message}"
    finally:
        close_all()
    return ""


def require(kind: str) -> None:
    """Skip the test, with the reason, where there is no such box."""
    if why := closed(kind):
        pytest.skip(why)


QUICK = Limits(cpu_s=2, wall_s=8, memory_mib=128, output_mib=2, reply_mib=8)


def call(name: str, *args: Any, probe: bool = False, **kwargs: Any) -> Script:
    """One call of the student's function, its answer sent back."""
    return Script((Step("call", name, args, kwargs),), Ref(0), probe)


def value_of(outcome: Outcome) -> Any:
    """The answer; fails with what came instead."""
    assert isinstance(outcome, Reply), outcome
    assert outcome.error is None, outcome.error
    return outcome.value


def error_of(outcome: Outcome) -> Any:
    """The student's exception; fails if there was none."""
    assert isinstance(outcome, Reply), outcome
    assert outcome.error is not None, outcome.value
    return outcome.error


class Talk:
    """A session with one student's text, and the boxes that it started."""

    def __init__(self, session: Session, started: list[Box]) -> None:
        self.session, self.started = session, started

    def run(self, *scripts: Script, offered: Mapping[int, Any] | None = None) -> list[Outcome]:
        return self.session.run(scripts, offered=offered)

    def verdict(self, script: Script) -> str:
        """How the worker ended at this script."""
        outcome = self.run(script)[0]
        assert isinstance(outcome, Ending), outcome
        return outcome.verdict


class Talker(Protocol):
    def __call__(
        self, source: str, *, limits: Limits = ..., libraries: Sequence[str] = ..., allow: Sequence[str] = ...
    ) -> Talk: ...


@pytest.fixture(params=KINDS, ids=lambda row: f"{row[0]}-{row[1].__name__}")
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Box]:
    """Starts a box of each kind."""
    kind, pipes = request.param
    require(kind)
    if kind == "docker":
        engine.use(monkeypatch)
    if kind == "bare":
        monkeypatch.setattr(bare_module, "open_pipes", pipes)

    def start(libraries: Sequence[str] = (), limits: Limits = QUICK) -> Box:
        return open_box(kind, libraries, limits)

    return start


@pytest.fixture
def talk(start: Callable[..., Box]) -> Iterator[Talker]:
    """Starts sessions, and closes them when the test ends."""
    open_ones: list[Session] = []

    def begin(
        source: str, *, limits: Limits = QUICK, libraries: Sequence[str] = (), allow: Sequence[str] = ()
    ) -> Talk:
        started: list[Box] = []

        def box() -> Box:
            started.append(start(libraries, limits))
            return started[-1]

        session = Session(box, "student.py", source, allow=[*libraries, *allow], limits=limits)
        open_ones.append(session)
        return Talk(session, started)

    yield begin
    for session in open_ones:
        session.close()
