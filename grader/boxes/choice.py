"""Opens boxes by their kind, finds the strongest that works here, and keeps preloaded ones ready."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.boxes.bare import BareBox
from grader.boxes.boxes import KINDS, Box
from grader.boxes.limits import Limits
from grader.errors import FaultError
from grader.protocol import Ending

if TYPE_CHECKING:
    from grader.boxes.cgroups import Groups
    from grader.boxes.forked import ForkedBox
    from grader.boxes.prepared import Stock
    from grader.boxes.zygotes import Zygote

__all__ = ["Choice", "choose", "close_all", "open_box", "prepare"]

_FORKED = ("jail", "confined")
_START_S = 60.0
_PRELOADED_MIB = {"torch": 192, "other": 32}


@dataclass(frozen=True)
class Choice:
    """The strongest kind of box that works here, and why those above it do not."""

    kind: str
    passed_over: dict[str, str]
    """Reason by kind, strongest first."""


@dataclass
class _Ready:
    """A zygote of one level and one set of libraries, and the box that was forked ahead of its use."""

    zygote: Zygote
    spare: ForkedBox | None = None
    spare_of: Limits | None = None

    def close(self) -> None:
        if self.spare is not None:
            with contextlib.suppress(FaultError):
                self.spare.close()
        self.zygote.close()


@dataclass
class _Pool:
    """Everything that is kept between one box and the next."""

    ready: dict[tuple[str, tuple[str, ...], str], _Ready] = field(default_factory=dict)
    groups: Groups | None = None
    looked_for_groups: bool = False
    lost: list[Groups] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def open(self, level: str, libraries: tuple[str, ...], limits: Limits, stock: Stock | None) -> Box:
        with self.lock:
            for attempt in range(2):
                ready = self._ready(level, libraries, stock)  # first: it loads while we look around
                self._look(level, limits)
                try:
                    return self._take(ready, libraries, limits)
                except FaultError:
                    self._mend(_key(level, libraries, stock), ready)
                    if attempt:
                        raise
        raise AssertionError("unreachable")

    def _take(self, ready: _Ready, libraries: tuple[str, ...], limits: Limits) -> ForkedBox:
        """The box forked ahead, if it has these limits, and another one in its place."""
        box, ready.spare = (ready.spare, None) if ready.spare_of == limits else (None, ready.spare)
        box = box or self._fork(ready.zygote, libraries, limits)
        if ready.spare is not None:
            ready.spare.close()
        ready.spare_of = limits
        try:
            ready.spare = self._fork(ready.zygote, libraries, limits)
        except FaultError:
            ready.spare = None
            box.close()
            raise
        return box

    def _mend(self, key: tuple[str, tuple[str, ...], str], ready: _Ready) -> None:
        """After a failure: give up what does not work any more, and nothing that others use."""
        if not ready.zygote.usable:
            self.ready.pop(key, None)
            ready.close()
            return
        if self.groups is not None:  # a folder of theirs may be gone; jobs that run still use the others
            self.lost.append(self.groups)
        self.groups, self.looked_for_groups = None, False

    def prepare(self, level: str, libraries: tuple[str, ...]) -> None:
        with self.lock:
            self._ready(level, libraries)

    def entered(self, level: str, libraries: tuple[str, ...]) -> None:
        """Raises FaultError where boxes of this level do not work."""
        with self.lock:
            ready = self._ready(level, libraries)
            try:
                ready.zygote.entered()
            except FaultError:
                del self.ready[_key(level, libraries)]
                ready.close()
                raise

    def close(self) -> None:
        with self.lock:
            for ready in self.ready.values():
                ready.close()
            self.ready.clear()
            for groups in (*self.lost, self.groups):
                if groups is not None:
                    groups.close()
            self.lost.clear()
            self.groups, self.looked_for_groups = None, False

    def _ready(self, level: str, libraries: tuple[str, ...], stock: Stock | None = None) -> _Ready:
        from grader.boxes.zygotes import Zygote

        key = _key(level, libraries, stock)
        if key in self.ready and not self.ready[key].zygote.usable:
            self.ready.pop(key).close()
        if key not in self.ready:
            self.ready[key] = _Ready(Zygote(level, libraries, stock))
        return self.ready[key]

    def _look(self, level: str, limits: Limits) -> None:
        """Find a place for control groups, and refuse what cannot be held without them."""
        from grader.boxes import cgroups

        if not self.looked_for_groups:
            self.groups, self.looked_for_groups = cgroups.find(), True
        if limits.processes and (level == "confined" or self.groups is None):
            lacks = "namespaces" if level == "confined" else "control groups"
            raise FaultError(
                f"box {level}: expected an assignment without processes of its own, got "
                f"processes={limits.processes}; only {lacks} would hold them together.",
                mend="Run 'grader doctor' to see how to get them, or use the box docker.",
            )

    def _fork(self, zygote: Zygote, libraries: tuple[str, ...], limits: Limits) -> ForkedBox:
        from grader.boxes.forked import ForkedBox

        group = None
        if self.groups is not None:
            pids = limits.threads + limits.processes
            # What a job copies of the preloaded memory is counted as its own.
            preloaded = _PRELOADED_MIB["torch" if "torch" in libraries else "other"]
            room = limits.memory_mib + limits.disk_mib + preloaded
            group = self.groups.create(memory_mib=room, pids=pids)
        return ForkedBox(zygote, limits, group)


def _key(
    level: str, libraries: tuple[str, ...], stock: Stock | None = None
) -> tuple[str, tuple[str, ...], str]:
    return level, libraries, stock.key if stock else ""


_pools: dict[int, _Pool] = {}
"""By process: a fork of ours must not talk to its parent's zygotes."""


def _own_pool() -> _Pool:
    return _pools.setdefault(os.getpid(), _Pool())


@atexit.register
def close_all() -> None:
    """End every preloaded process; the next box starts another."""
    if (pool := _pools.get(os.getpid())) is not None:
        pool.close()


def open_box(kind: str, libraries: Sequence[str], limits: Limits, stock: Stock | None = None) -> Box:
    """Start a box of this kind with a worker that has loaded `libraries`.

    Args:
        stock: Messages that its worker should know from the start, where this kind can have it so.
    Raises:
        FaultError: There is no such kind here, or it cannot be started.
    """
    try:
        return _open(kind, libraries, limits, stock)
    except OSError as error:  # such as too many open files
        raise FaultError(f"box {kind}: cannot be opened: {error}.", mend="Run 'grader doctor'.") from None


def _open(kind: str, libraries: Sequence[str], limits: Limits, stock: Stock | None) -> Box:
    if kind == "bare":
        return BareBox(libraries, limits)
    if kind in _FORKED:
        if not sys.platform.startswith("linux"):
            raise FaultError(f"box {kind}: needs Linux, this is {sys.platform}.", mend="Run 'grader doctor'.")
        return _own_pool().open(kind, tuple(libraries), limits, stock)
    if kind == "docker":
        from grader.boxes.docker import DockerBox

        return DockerBox(libraries, limits)
    raise FaultError(f"box: expected one of {', '.join(KINDS)}, got {kind!r}.", mend="Run 'grader doctor'.")


def prepare(kind: str, libraries: Sequence[str]) -> None:
    """Have the libraries loaded, in the background, for boxes that will be opened soon; `auto` may be asked for.

    A failure is told when the box is opened or chosen.
    """
    level = "jail" if kind == "auto" else kind
    if level in _FORKED and sys.platform.startswith("linux"):
        with contextlib.suppress(FaultError):
            _own_pool().prepare(level, tuple(libraries))


def _try(kind: str, libraries: tuple[str, ...]) -> None:
    """Have somebody really enter a box of this kind.

    Raises:
        FaultError: They could not.
    """
    if kind in _FORKED:
        if not sys.platform.startswith("linux"):
            raise FaultError(f"needs Linux, this is {sys.platform}")
        _own_pool().entered(kind, libraries)
        return
    box = open_box(kind, libraries, Limits())
    try:
        found = box.receive(_START_S)
    finally:
        box.close()
    if isinstance(found, Ending):
        raise FaultError(f"{kind}: the worker ended at its start: {found.verdict} {found.detail}.")


def choose(libraries: Sequence[str]) -> Choice:
    """Try, strongest first, the kinds of box that isolate; each is really entered by a throwaway child.

    Args:
        libraries: What the boxes to come will have loaded; the process that was tried is the one they use.
    Raises:
        FaultError: None of them works. `bare` is never chosen: it has to be asked for.
    """
    passed_over: dict[str, str] = {}
    for kind in ("jail", "docker", "confined"):
        try:
            _try(kind, tuple(libraries))
        except FaultError as error:
            passed_over[kind] = error.message
        else:
            return Choice(kind, passed_over)
    reasons = "; ".join(f"{kind}: {why}" for kind, why in passed_over.items())
    raise FaultError(
        f"box auto: no box that isolates works here ({reasons}).",
        mend="Run 'grader doctor'; for code that you trust, ask for --box bare.",
    )
