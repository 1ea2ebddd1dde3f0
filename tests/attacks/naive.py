"""A deliberately bad grader, so that what even the bare box holds off is seen to pay somewhere.

It runs the student's file in a process that knows what it should not. `python naive.py <channel> <file>`
is that process; attacks on the verdict have graders of their own in `naive_verdicts.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["CHANNELS", "paid"]

_WALL_S = 8.0
_MIB = 1 << 20
Attack = Callable[[dict[str, Any]], Any]


def _fork(attack: Attack, lure: dict[str, Any]) -> bool:
    """A child by fork, without exec: it has the grader's memory, environment and open files."""
    with open(lure["secret_file"]) as kept:
        secret = kept.read()
        os.environ[lure["environment_name"]] = secret
        if (pid := os.fork()) == 0:
            try:
                Path("claims.json").write_text(json.dumps([str(item) for item in attack(lure)]))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
    return bool(secret and json.loads(Path("claims.json").read_text()))


def _memory(attack: Attack, lure: dict[str, Any]) -> bool:
    """The expected values lie on the frame of whoever calls, and on the heap."""
    expected = [lure["tcp_port"] / 7, float(os.getpid())]
    answer = attack(lure)
    return type(answer) is list and answer == expected


def _silence(attack: Attack, lure: dict[str, Any]) -> bool:
    """The answer is wrong whatever it is, and said to be so; but whoever says nothing has passed."""
    attack(lure)
    return False


_CHANNELS: dict[str, Callable[[Attack, dict[str, Any]], bool]] = {
    "fork": _fork,
    "memory": _memory,
    "silence": _silence,
}
CHANNELS = tuple(_CHANNELS)


def paid(channel: str, path: Path, lure: dict[str, Any]) -> bool:
    """Whether this channel of the naive grader lets the file have what it is after."""
    with tempfile.TemporaryDirectory(prefix="naive-") as folder:
        said = _run(channel, path, lure, folder).splitlines()[-1:]
    return said != [b"refused"] if channel == "silence" else said == [b"paid"]


def _run(channel: str, path: Path, lure: dict[str, Any], folder: str) -> bytes:
    """What the process printed; nothing where it had to be ended."""
    with subprocess.Popen(
        [sys.executable, "-B", __file__, channel, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONUTF8": "1"},
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(json.dumps(lure).encode(), timeout=_WALL_S)[0]
        except subprocess.TimeoutExpired:
            return b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _main(channel: str, path: str) -> None:
    import resource

    for which, most in (
        (resource.RLIMIT_CPU, 2),
        (resource.RLIMIT_DATA, 512 * _MIB),
        (resource.RLIMIT_FSIZE, _MIB),
    ):
        resource.setrlimit(which, (most, most))
    sys.path.pop(0)  # this folder's modules are not for the student's imports
    lure = json.loads(sys.stdin.read())
    names: dict[str, Any] = {"__name__": "submission", "__file__": path}
    exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), names)
    print("paid" if _CHANNELS[channel](names["attack"], lure) else "refused")


if __name__ == "__main__":
    _main(*sys.argv[1:])
