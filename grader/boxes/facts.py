"""What this machine is: the facts by which `explanations` tells why a box does not work here."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.jail import landlock

__all__ = ["Facts", "gather"]

_SYSCTLS = (
    *(f"user.max_{name}_namespaces" for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")),
    "kernel.unprivileged_userns_clone",
    "kernel.apparmor_restrict_unprivileged_userns",
)
_ALL_USERS = 4294967295
_CONTAINERS = {"/.dockerenv": "docker", "/run/.containerenv": "podman"}


@dataclass(frozen=True)
class Facts:
    """What can be seen of a machine without trying anything."""

    system: str = "linux"
    """As in `sys.platform`."""
    kernel: str = ""
    """Its release, such as `6.8.0-45-generic`."""
    machine: str = "x86_64"
    user: int = 1000
    """Number of our user; 0 is root."""
    all_users: bool = True
    """Whether root may become any user; not so inside a user namespace, such as a rootless container."""
    container: str = ""
    """`docker`, `podman` or another name that a container gives itself; empty outside."""
    filtered: bool = False
    """Whether somebody put a filter of system calls on us."""
    covered: tuple[str, ...] = ()
    """What lies mounted over parts of /proc."""
    sysctls: Mapping[str, int] = field(default_factory=dict)
    """Settings of the kernel that are about namespaces; those it does not have are left out."""
    modules: tuple[str, ...] = ()
    """Security modules that are switched on; empty where that cannot be seen."""
    landlock: int = 0
    """Its version (ABI); 0 where there is none."""
    seccomp: bool = True
    cgroups: tuple[int, ...] = ()
    """Versions of control groups that are mounted."""

    @property
    def release(self) -> tuple[int, int]:
        """The first two numbers of the kernel's release; (0, 0) if it has none."""
        found = re.match(r"(\d+)\.(\d+)", self.kernel)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def gather() -> Facts:
    """Look around on this machine."""
    if not sys.platform.startswith("linux"):
        return Facts(
            system=sys.platform, kernel=platform.release(), machine=platform.machine(), seccomp=False
        )
    mounts = _text("/proc/self/mountinfo")
    status = _text("/proc/self/status")
    return Facts(
        kernel=platform.release(),
        machine=platform.machine(),
        user=os.geteuid(),
        all_users=_maps_all(_text("/proc/self/uid_map")),
        container=_container(),
        filtered=re.search(r"^Seccomp:\s*[1-9]", status, re.M) is not None,
        covered=tuple(re.findall(r"^\d+ \d+ \S+ \S+ (/proc/\S+)", mounts, re.M)),
        sysctls={name: int(text) for name in _SYSCTLS if (text := _sysctl(name)).lstrip("-").isdigit()},
        modules=tuple(name for name in _text("/sys/kernel/security/lsm").strip().split(",") if name),
        landlock=landlock.abi(),
        seccomp="\nSeccomp:" in status,
        cgroups=tuple(
            version for version, kind in ((1, "cgroup"), (2, "cgroup2")) if f" - {kind} " in mounts
        ),
    )


def _text(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def _sysctl(name: str) -> str:
    return _text(f"/proc/sys/{name.replace('.', '/')}").strip()


def _maps_all(uid_map: str) -> bool:
    """Whether users here are the machine's; also where that cannot be seen."""
    return not uid_map.strip() or uid_map.split() == ["0", "0", str(_ALL_USERS)]


def _container() -> str:
    """The kind of container that we are in, by the signs that engines leave."""
    for path, name in _CONTAINERS.items():
        if os.path.exists(path):
            return name
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return "kubernetes"
    named = os.environ.get("container", "")  # noqa: SIM112 - podman and systemd write it so
    for text in (named, _text("/run/systemd/container")):
        if re.fullmatch(r"[a-z-]{2,30}", text.strip()):
            return text.strip()
    found = re.search(r"docker|kubepods|libpod|lxc", _text("/proc/1/cgroup"))
    return found[0] if found else ""
