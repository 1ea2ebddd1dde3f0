"""The engine that runs containers: Docker, or Podman's service, which speaks the same.

Found as its own commands find it: `DOCKER_HOST` and the like, else the usual socket.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import FaultError

__all__ = [
    "connect",
    "describe",
    "discard",
    "is_podman",
    "labels",
    "launch",
    "remove",
    "sweep",
    "why_not",
    "worded",
]

_ANSWER_S = 60
_SWEEP_S = 60.0
_OWNER, _SINCE, _PLACE = "grader.owner", "grader.since", "grader.place"
_USUAL = "unix:///var/run/docker.sock"
_INSTALL = (
    "Install Docker (Debian: apt-get install docker.io) or Podman, or set DOCKER_HOST to an engine's socket."
)


class _Mine(threading.local):
    """A connection for each thread, and after a fork for each process."""

    engine: Any = None
    pid = 0
    swept_at = -_SWEEP_S


_mine = _Mine()


def connect() -> Any:
    """The engine's client (`docker.APIClient`).

    Raises:
        FaultError: The package is not installed, or no engine answers.
    """
    if _mine.engine is not None and _mine.pid == os.getpid():
        return _mine.engine
    try:
        docker = _package()
    except ImportError:
        raise FaultError(
            "docker: expected the package 'docker' to be installed, found none.",
            mend="pip install 'grader[docker]'",
        ) from None
    try:
        engine = _client()
    except (docker.errors.DockerException, OSError, ValueError) as error:
        raise FaultError(f"docker: no engine answers: {_short(error)}.", mend=_INSTALL) from None
    _mine.engine, _mine.pid = engine, os.getpid()
    return engine


def _client(version: str | None = None) -> Any:
    docker = _package()
    found = docker.utils.kwargs_from_env()
    _knock(found.get("base_url") or _USUAL)
    return docker.APIClient(version=version, timeout=_ANSWER_S, **found)


def launch(asked: dict[str, Any]) -> tuple[str, socket.socket]:
    """Create a container, attach to it and start it.

    Args:
        asked: The body of `POST /containers/create`.
    Returns:
        Its number, and a connection to its standard streams which is the caller's.
    Raises:
        FaultError: The engine refused, and the container is removed; or it is not behind a socket.
    """
    with worded(f"cannot start a container of {asked['Image']!r}"), contextlib.ExitStack() as undo:
        # A client for this alone: one keeps a connection open for every address, and these are the container's own.
        client = undo.enter_context(contextlib.closing(_client(connect().api_version)))
        container: str = client.create_container_from_config(asked)["Id"]
        undo.callback(remove, container)
        connection = _attach(client, container)
        undo.callback(connection.close)
        client.start(container)
        undo.pop_all()
        client.close()
    return container, connection


def _attach(client: Any, container: str) -> socket.socket:
    stream = client.attach_socket(container, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    connection = getattr(stream, "_sock", stream)
    if not isinstance(connection, socket.socket):
        raise FaultError(
            "docker: expected an engine behind a socket, got a pipe of Windows.",
            mend="Set DOCKER_HOST to tcp://localhost:2375, or run the grader in WSL 2.",
        )
    if isinstance(connection, ssl.SSLSocket):
        return connection
    # Ours alone: the client's own closes when its response is collected, whenever that is.
    own = connection.dup()
    stream.close()
    connection.close()
    return own


def _knock(url: str) -> None:
    """Fail in few words, where the client would in many, and leave its sockets open."""
    path = url.partition("unix://")[2]
    if path and hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX) as door:
            try:
                door.connect(path)
            except OSError as error:
                raise OSError(f"{path}: {error.strerror or error}") from None


@contextlib.contextmanager
def worded(what: str, *, mend: str = "Run 'grader doctor'.") -> Iterator[None]:
    """Whatever the engine refuses is a fault of ours, in words."""
    try:
        yield
    except _refusals() as error:
        raise FaultError(f"docker: {what}: {_short(error)}.", mend=mend) from None


def _package() -> Any:
    # By name, for it has no types.
    return importlib.import_module("docker")


def _refusals() -> tuple[type[Exception], ...]:
    # What the client's own HTTP library raises is an OSError.
    return (_package().errors.DockerException, OSError)


def _short(error: Exception) -> str:
    text = str(getattr(error, "explanation", None) or error)
    return " ".join(text.split())[:300].rstrip(".")


def labels() -> dict[str, str]:
    """What a container says of its owner, this process."""
    pid = os.getpid()
    return {_OWNER: str(pid), _SINCE: _started(pid), _PLACE: _place()}


def sweep(*, at_most_every_s: float = 0.0) -> int:
    """Remove containers whose owner is dead; returns how many.

    A container ends by itself once its owner is gone. Left over are those that were never started, and those of
    an engine that was stopped. Of other machines, and of other process namespaces, nothing is touched.
    """
    if time.monotonic() - _mine.swept_at < at_most_every_s:
        return 0
    engine = connect()
    _mine.swept_at = time.monotonic()
    with worded("cannot list containers"):
        found = engine.containers(all=True, filters={"label": [f"{_PLACE}={_place()}"]})
    removed = 0
    for container in found:
        known = container["Labels"]
        owner = known.get(_OWNER, "")
        if owner.isdecimal() and _started(int(owner)) == known.get(_SINCE):
            continue
        removed += remove(container["Id"])
    return removed


def remove(container: str) -> bool:
    """Kill and remove a container; False if the engine would not, for example as it does so already."""
    try:
        with worded("cannot remove a container"):
            connect().remove_container(container, force=True)
    except FaultError:
        return False
    return True


def discard(image: str) -> bool:
    """Remove an image; False if the engine would not, as a container of it is running."""
    try:
        with worded("cannot remove an image"):
            connect().remove_image(image)
    except FaultError:
        return False
    return True


def is_podman() -> bool:
    """Whether the engine is Podman's service, which cannot be told all that Docker can."""
    with worded("the engine does not tell its version"):
        parts = connect().version().get("Components") or ()
    return any("podman" in str(part.get("Name")).lower() for part in parts)


def describe(image: str) -> dict[str, Any] | None:
    """What the engine knows of an image; None if it has no such image."""
    with worded(f"cannot look at the image {image!r}"):
        try:
            found: dict[str, Any] = connect().inspect_image(image)
        except _package().errors.NotFound:
            return None
        return found


def why_not() -> str:
    """What is missing for docker boxes and how to get it; empty where nothing is."""
    try:
        engine = connect()
        with worded("the engine does not answer", mend=_INSTALL):
            kind = engine.info().get("OSType", "linux")
    except FaultError as error:
        return str(error).replace("\n", " ")
    if kind != "linux":
        return f"docker: expected an engine for Linux containers, got one for {kind}. Switch it to Linux containers."
    return ""


@cache
def _place() -> str:
    """Names this boot of this machine and the process namespace: there a process number means one process."""
    parts = []
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        with contextlib.suppress(OSError):
            parts.append(os.readlink(path) if path.endswith("pid") else Path(path).read_text().strip())
    if parts:
        return "/".join(parts)
    import uuid

    return f"{sys.platform}/{uuid.getnode():x}"


def _started(pid: int) -> str:
    """When a process started, in words of the system; empty where there is no such process."""
    if os.path.isdir("/proc/self"):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except OSError:
            return ""
    try:
        os.kill(
            pid, 0
        )  # signal 0 asks only; elsewhere there is no cheap way to tell two processes of one number
    except ProcessLookupError:
        return ""
    except OSError:
        return "running"
    return "running"
