"""How a container is started: every right taken away that a worker can do without."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from grader.boxes.limits import Limits
from grader.jail import seccomp
from grader.jail.cells import Allowance
from grader.jail.container import HOME
from grader.worker.main import KERNEL

__all__ = ["allowance_of", "options"]

_MIB = 1 << 20
_SHARES_MIB = {"torch": 768}
_SHARE_MIB = 48
"""Memory of Python and its libraries, generously; the worker itself counts to the byte what is beyond them."""
_FIRST_MIB = 32
"""For the first process, whatever the worker does."""
_CPUS = 1.0
_PACKAGES = "/opt/packages"
_USERS = range(20_000, 60_000)


def allowance_of(limits: Limits) -> Allowance:
    """The part of the limits that the kernel holds for the worker."""
    names = Allowance.__dataclass_fields__
    return Allowance(**{name: getattr(limits, name) for name in names})


def options(
    image: str,
    libraries: Sequence[str],
    limits: Limits,
    *,
    labels: Mapping[str, str],
    gpus: bool = False,
    podman: bool = False,
) -> dict[str, Any]:
    """What the engine is told, in its own words (the body of `POST /containers/create`).

    Args:
        image: Name of the image.
        libraries: What the worker loads.
        limits: Of the submission.
        labels: Of the container.
        gpus: Hand it the graphics processors.
        podman: Leave out what Podman's service refuses: our filter around the container (the worker's own is
            stricter), the number of files (memory holds them), and an owner of the folder.
    """
    user = random.SystemRandom().choice(_USERS)
    host = _host_options(libraries, limits)
    tmpfs = f"rw,noexec,nosuid,nodev,size={limits.disk_mib}m"
    if podman:
        host["Tmpfs"] = {"/box": f"{tmpfs},mode=1777"}
    else:
        host["Tmpfs"] = {"/box": f"{tmpfs},nr_inodes={limits.inodes + 2},mode=700,uid={user},gid={user}"}
        host["SecurityOpt"].append(
            f"seccomp={_profile(processes=limits.processes > 0, cells=KERNEL in libraries)}"
        )
    if gpus:
        host["DeviceRequests"] = [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
    plan = {"libraries": list(libraries), "allowance": asdict(allowance_of(limits))}
    return {
        "Image": image,
        "Cmd": [json.dumps(plan)],
        # Of its own for each container: the kernel counts the processes of a user over all containers.
        "User": f"{user}:{user}",
        "WorkingDir": "/box",
        "Env": [f"{name}={value}" for name, value in _environment().items()],
        "Labels": dict(labels),
        "Hostname": "box",
        "NetworkDisabled": True,
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "HostConfig": host,
    }


def _host_options(libraries: Sequence[str], limits: Limits) -> dict[str, Any]:
    share = max([_SHARE_MIB, *(_SHARES_MIB.get(library, 0) for library in libraries)])
    memory = max(share + limits.memory_mib, limits.disk_mib) + _FIRST_MIB
    return {
        "AutoRemove": True,
        "Init": False,  # the first process is ours
        "NetworkMode": "none",
        "IpcMode": "none",
        "Memory": memory * _MIB,
        "MemorySwap": memory * _MIB,
        "PidsLimit": 2 + limits.threads + limits.processes,
        "NanoCpus": int(_CPUS * 1e9),
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "Ulimits": [
            _ulimit("core", 0),
            _ulimit("nofile", 256),
            _ulimit("nproc", 4096),  # left out, Podman asks for more than a host may grant
            _ulimit("fsize", limits.file_mib * _MIB),
        ],
        "LogConfig": {"Type": "none"},
    }


@cache
def _profile(*, processes: bool, cells: bool) -> str:
    return json.dumps(seccomp.docker_profile(processes=processes, cells=cells))


def _ulimit(name: str, value: int) -> dict[str, Any]:
    return {"Name": name, "Soft": value, "Hard": value}


def _environment() -> dict[str, str]:
    """Small and fixed: one thread a library, nothing of ours."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **threads,
        "HOME": "/box",
        "TMPDIR": "/box/tmp",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": f"{HOME}:{_PACKAGES}",
    }
