"""Nodes of a cluster: what a job takes of one, whether there is one that has it, and whether all are alike."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.batch.desks import Desk
from grader.errors import FaultError

__all__ = ["Seat", "require_alike", "require_room", "wanted"]

_ANSWER_S = 120.0


@dataclass(frozen=True)
class Seat:
    """What has to be free on a node for one job."""

    cpus: float
    gpus: float = 0.0
    memory_mib: int = 0

    @property
    def options(self) -> dict[str, Any]:
        """The same as Ray asks for it."""
        memory = {"memory": self.memory_mib << 20} if self.memory_mib else {}
        return {"num_cpus": self.cpus, "num_gpus": self.gpus, **memory}

    @property
    def words(self) -> str:
        parts = {
            "processors (CPU)": self.cpus,
            "graphics processors (GPU)": self.gpus,
            "MiB of memory": self.memory_mib,
        }
        return ", ".join(f"{count:g} {name}" for name, count in parts.items() if count)

    def on(self, node: Mapping[str, Any]) -> bool:
        """Whether a node, as Ray describes it, has so much when nothing else runs."""
        has = node["Resources"] if node["Alive"] else {}
        return bool(has) and (
            has.get("CPU", 0) >= self.cpus
            and has.get("GPU", 0) >= self.gpus
            and has.get("memory", 0) >= self.memory_mib << 20
        )

    def fits(self, nodes: Sequence[Mapping[str, Any]]) -> bool:
        """Whether there is such a node."""
        return any(map(self.on, nodes))


def wanted(desk: Desk, *, memory: bool) -> Seat:
    """What a desk's jobs take.

    Args:
        memory: Whether the memory that its box may fill is asked for as well.
    """
    limits, resources = desk.assignment.limits, desk.resources
    return Seat(resources["cpus"], resources["gpus"], limits.memory_mib + limits.disk_mib if memory else 0)


def require_room(ray: Any, seat: Seat) -> None:
    """FaultError where no node could ever run a job: Ray would wait for one without end."""
    if not seat.fits(ray.nodes()):
        raise FaultError(
            f"engine ray: expected a node with {seat.words}, got none.",
            mend="Start a node that has them, or lower what the assignment asks for.",
        )


def require_alike(ray: Any, seat: Seat, libraries: Sequence[str]) -> None:
    """FaultError where a node that would grade has other versions than we have: it could come to other verdicts."""
    ask = _asking(["numpy", *(name for name in libraries if name != "numpy")])
    here = ask()
    strategies = importlib.import_module("ray.util.scheduling_strategies")
    nodes = {node["NodeID"]: node for node in ray.nodes() if seat.on(node)}
    asked = {}
    for id in nodes:
        where = strategies.NodeAffinitySchedulingStrategy(node_id=id, soft=False)
        remote = ray.remote(num_cpus=0, max_retries=0)(ask).options(name="grader", scheduling_strategy=where)
        asked[remote.remote()] = id
    answered, _ = ray.wait(list(asked), num_returns=len(asked), timeout=_ANSWER_S) if asked else ([], [])
    for reference in answered:
        try:
            there = ray.get(reference)
        except ray.exceptions.RayError:
            continue  # it died since, and is no concern any more
        for name, value in here.items():
            if there[name] != value:
                raise FaultError(
                    f"engine ray: node {nodes[asked[reference]]['NodeManagerAddress']}: expected {name} {value}, "
                    f"as here, got {there[name]}.",
                    mend="Install the same versions on every node.",
                )


def _asking(libraries: Sequence[str]) -> Callable[[], dict[str, str]]:
    def versions() -> dict[str, str]:
        """Sent as it stands, since grader may be what a node lacks: it uses nothing of this module."""
        import hashlib
        import importlib.metadata
        import importlib.util
        import platform
        from pathlib import Path

        found = {"Python": platform.python_version(), "machine": platform.machine()}
        for name in ("grader", *libraries):
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = "none"
        digest, spec = hashlib.sha256(), importlib.util.find_spec("grader")
        for folder in (spec and spec.submodule_search_locations) or ():
            for path in sorted(Path(folder).rglob("*.py")):
                digest.update(path.read_bytes())
        return {**found, "sources of grader": digest.hexdigest()[:12]}

    return versions
