"""The docker box: a worker in a container of its own, with no network, no files of ours and no rights.

Inside, the worker locks itself in as in a confined box; around it is what the engine adds: namespaces, a
read-only image with nothing but Python in it, control groups. Works with Docker and with Podman's service.

What is trusted: the engine, and the container's first process (`grader.jail.container`), through which all
bytes pass. How a worker ended and what it used is what that process says of it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from grader.boxes.attached import AttachedPipes
from grader.boxes.boxes import Usage
from grader.boxes.containers import options
from grader.boxes.endings import ending_of
from grader.boxes.engines import connect, describe, is_podman, labels, launch, remove, sweep
from grader.boxes.images import CPU, GPU, fingerprint
from grader.boxes.limits import Limits
from grader.boxes.lines import Line
from grader.boxes.pipes import Printed
from grader.errors import FaultError
from grader.protocol import Ending, Frame
from grader.protocol.values import Buffer

__all__ = ["DockerBox", "why_not"]

_SWEEP_S = 60.0
_END_S = 5.0
_checked: dict[tuple[str, str], bool] = {}


class DockerBox:
    """A worker in a container of ours.

    Args:
        libraries: What the worker loads; the image must hold them.
        limits: Of the submission.
        image: Its name; if empty, that of `GRADER_DOCKER_IMAGE`, else `grader-box:cpu` (or `:gpu`).
        gpus: Hand it the graphics processors. The worker's own filter does not let it use them yet.
    """

    kind = "docker"
    stock = None

    def __init__(
        self, libraries: Sequence[str], limits: Limits, *, image: str = "", gpus: bool = False
    ) -> None:
        self._limits = limits
        self._usage: Usage | None = None
        engine = connect()
        sweep(at_most_every_s=_SWEEP_S)
        name = image or os.environ.get("GRADER_DOCKER_IMAGE") or (GPU if gpus else CPU)
        podman = _check_image(engine, name)
        asked = options(name, libraries, limits, labels=labels(), gpus=gpus, podman=podman)
        self.container, connection = launch(asked)
        self._pipes = AttachedPipes(connection, Printed(limits.show_kib << 10, limits.output_mib << 20))
        self._line = Line(self._pipes, limits, used=lambda: self._pipes.cpu_s, ending=self._ending)

    def allow(self, cpu_s: float) -> None:
        self._line.allow(cpu_s)

    def send(self, data: Buffer) -> None:
        self._line.send(data)

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        return self._line.receive(wall_s, since=since)

    def used(self, *, settled: bool = False) -> float | None:
        # As its first process said with the last message: after that was written, and before it travelled.
        return self._pipes.cpu_s

    def printed(self) -> tuple[bytes, int]:
        return self._line.printed()

    def close(self) -> Usage:
        if self._usage is None:
            self._pipes.hang_up()
            end = self._pipes.wait(_END_S)
            if end is None:
                remove(self.container)
            self._pipes.close()
            self._usage = Usage() if end is None else Usage(end.cpu_s, end.memory_mib)
        return self._usage

    def _ending(self) -> Ending:
        """The worker closed its pipe: by ending, or (hostile) without."""
        end = self._pipes.wait(1.0)
        if end is None:
            if not self._pipes.ended:
                return Ending("protocol", "closed the pipe")
            # Where memory is short, the kernel ends what the student started first: this came from outside.
            raise FaultError("docker: the container was ended from outside.", mend="Run 'grader doctor'.")
        if end.out_of_memory:
            return Ending("memory", f"more than {self._limits.memory_mib} MiB")
        return ending_of(end.code)


def _check_image(engine: Any, name: str) -> bool:
    """Once for each engine and image: it is there, and was built with this worker.

    Returns:
        Whether the engine is Podman's.
    """
    key = engine.base_url, name
    if key in _checked:
        return _checked[key]
    mend = "Build it: python -m grader.boxes.images build --library numpy (or see docker/README.md)."
    image = describe(name)
    if image is None:
        raise FaultError(f"docker: expected an image {name!r}, found none.", mend=mend)
    built = ((image.get("Config") or {}).get("Labels") or {}).get("grader.worker")
    if built != fingerprint():
        raise FaultError(
            f"docker: expected {name!r} to hold the worker {fingerprint()}, got {built or 'no label'}.",
            mend=mend,
        )
    _checked[key] = is_podman()
    return _checked[key]


def why_not() -> str:
    """What is missing for docker boxes and how to get it; empty where nothing is."""
    from grader.boxes import engines

    if problem := engines.why_not():
        return problem
    try:
        engine = connect()
        _check_image(engine, os.environ.get("GRADER_DOCKER_IMAGE") or CPU)
    except FaultError as error:
        return str(error).replace("\n", " ")
    return ""
