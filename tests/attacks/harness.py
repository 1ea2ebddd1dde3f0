"""Runs a hostile file in a box, over bait, and says what came of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.boxes import KINDS, Session, open_box
from grader.errors import FaultError
from grader.protocol import Ending, Outcome, Ref, Reply, Script, Step
from tests.attacks.labels import Attack, quick
from tests.attacks.lures import VARIABLE, Host, settle
from tests.attacks.witnesses import witnessed

__all__ = ["HELD", "Trial", "attempt", "closed_to", "faults"]

HELD = tuple(kind for kind in KINDS if kind != "bare")
"""Boxes that must hold; `bare` only witnesses that an attack is one."""

_TIMES = 6
_FINE = "\n\ndef fine():\n    return 'fine'\n"


@dataclass
class Trial:
    """What one attack came to in one box."""

    attack: Attack
    kind: str
    verdict: str = ""
    value: Any = None
    outcome: Outcome | None = None
    printed: str = ""
    fine: bool = False
    """The same file's harmless function was answered afterwards."""
    dirty: list[str] = field(default_factory=list)
    """What the bait and what came back tell of success."""
    left: list[str] = field(default_factory=list)
    """What the box left behind or changed in this process."""

    @property
    def claims(self) -> list[str]:
        """What the attack says that it achieved."""
        if self.verdict != "reply" or self.attack.any_reply or self.value == []:
            return []
        return [str(item) for item in self.value] if isinstance(self.value, list) else [repr(self.value)]

    @property
    def succeeded(self) -> bool:
        return bool(self.claims or self.dirty or self.verdict in self.attack.succeeds_by)


def attempt(attack: Attack, kind: str) -> Trial:
    """Run the attack in a box of this kind, then the harmless function, then look around."""
    trial = Trial(attack, kind)
    before = _own_state()
    host = Host()
    running, descriptors = len(settle(0, patience_s=0)), len(os.listdir("/proc/self/fd"))
    os.environ[VARIABLE] = host.token
    try:
        session = Session(
            lambda: open_box(kind, attack.libraries, attack.limits),
            "student.py",
            attack.source + _FINE,
            allow=attack.libraries,
            limits=attack.limits,
        )
        try:
            _converse(session, trial, host)
        finally:
            session.close()
            trial.printed += session.printed()[0]
        trial.left += _left(running, descriptors)
        trial.dirty += witnessed(host, attack, trial.outcome, trial.printed)
    finally:
        del os.environ[VARIABLE]
        host.close()
    trial.left += [f"{name} was changed" for name, value in _own_state().items() if value != before[name]]
    return trial


def faults(trial: Trial) -> list[str]:
    """Why the box did not hold, in words; empty when it did."""
    found = [f"achieved: {claim}" for claim in trial.claims]
    found += trial.dirty + trial.left
    if trial.verdict not in trial.attack.verdicts:
        found.append(f"expected one of {sorted(trial.attack.verdicts)}, got {trial.verdict}: {trial.outcome}")
    if not trial.fine:
        found.append("the next call was not answered")
    return found


_KNOWN: dict[tuple[str, tuple[str, ...], int], str] = {}


def closed_to(kind: str, libraries: tuple[str, ...] = (), processes: int = 0) -> str:
    """Why no box of this kind can be opened here; empty where it can.

    The box that is opened to find out also leaves behind what stays for all, such as a preloaded process.
    """
    asked = (kind, libraries, processes)
    if asked not in _KNOWN:
        _KNOWN[asked] = _why_closed(kind, libraries, processes)
        if _KNOWN[asked]:
            # It may have ended what stays: have that there again before the next test counts processes.
            for other in [other for other, why in _KNOWN.items() if not why]:
                del _KNOWN[other]
    return _KNOWN[asked]


def _why_closed(kind: str, libraries: tuple[str, ...], processes: int) -> str:
    if kind == "docker" and not os.environ.get("GRADER_TEST_DOCKER"):
        return "docker: no engine is named by GRADER_TEST_DOCKER"
    if "torch" in libraries and not _has_torch():
        return "torch is not installed"
    try:
        box = open_box(kind, libraries, quick(processes=processes))
    except FaultError as fault:
        return str(fault)
    started = box.receive(60)
    printed = box.printed()[0].decode("utf-8", "replace")
    box.close()
    assert not isinstance(started, Ending), f"{kind}: a worker that should start did not: {started} {printed}"
    return ""


def _has_torch() -> bool:
    from importlib.util import find_spec

    return find_spec("torch") is not None


def _call(name: str, *args: Any) -> Script:
    return Script((Step("call", name, args),), Ref(0))


def _converse(session: Session, trial: Trial, host: Host) -> None:
    [outcome] = session.run([_call("attack", host.lure)])
    trial.outcome = outcome
    if isinstance(outcome, Ending):
        trial.verdict = outcome.verdict
    else:
        trial.verdict, trial.value = ("error" if outcome.error else "reply"), outcome.value
    trial.printed += session.printed()[0]
    # Again and again: what the attack left, in its pipe or as a signal that comes any time, may cost its author another
    # answer or the worker, but not every answer.
    for _ in range(_TIMES):
        [after] = session.run([_call("fine")])
        trial.fine = isinstance(after, Reply) and after.value == "fine"
        if trial.fine:
            break


def _left(running: int, descriptors: int) -> list[str]:
    found = []
    if len(rest := settle(running)) > running:
        found.append(f"{len(rest) - running} processes are left")
    if (now := len(os.listdir("/proc/self/fd"))) > descriptors:
        found.append(f"{now - descriptors} descriptors are left")
    return found


_ALLCLOSE = np.allclose


def _own_state() -> dict[str, Any]:
    """What hostile code must not change in this process."""
    ours = ("builtins", "os", "sys", "json", "struct", "numpy", "grader.protocol.frames", "grader.boxes")
    return {
        "the environment": dict(os.environ),
        "the working directory": os.getcwd(),
        "numpy.allclose": np.allclose is _ALLCLOSE and not np.allclose([0.0], [1.0]),
        "a module": [id(sys.modules.get(name)) for name in ours],
        "the student's module": "submission" in sys.modules,
        "a handler of signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD)],
        "the search path": list(sys.path),
        "the number of threads": threading.active_count(),
    }
