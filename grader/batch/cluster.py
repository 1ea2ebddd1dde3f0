"""Grades on a Ray cluster: the same jobs, wherever there is room.

Ray starts a process on some node, hands it a job and brings back what came of it. A process or a node that dies is our
misfortune: the job is run again elsewhere, and only a job that ends its process again and again becomes a fault. Each
process makes its own bank from the course, which is sent to nodes that do not have it, and its own boxes.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.batch.desks import Desk
from grader.batch.jobs import Done, Job
from grader.errors import FaultError

__all__ = ["RayEngine"]

_TRIES = 3
_WINDOW = 4
"""Jobs that are handed to Ray ahead, for each processor: it need not hold thousands."""


@dataclass
class RayEngine:
    """A Ray cluster.

    Args:
        desk: What is graded.
        address: Of a running cluster; a new one on this machine where there is none.
        count: Processors of the new one; all by default.
    """

    desk: Desk
    address: str | None = None
    count: int | None = None
    _ray: Any = field(default=None, init=False)
    _grade: Any = field(default=None, init=False)
    _own: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report home
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        try:
            import ray
        except ImportError:
            raise FaultError(
                "engine ray: expected Ray to be installed, got none.", mend="pip install 'grader[cluster]'"
            ) from None
        self._ray = ray
        if not ray.is_initialized():
            self._own = True
            options: dict[str, Any] = {} if self.address else {"num_cpus": self.count}
            ray.init(address=self.address, log_to_driver=False, configure_logging=False, **options)
        self._require_room()
        self._grade = ray.remote(max_retries=_TRIES, retry_exceptions=False)(_graded)

    @property
    def words(self) -> str:
        nodes = sum(bool(node["Alive"]) for node in self._ray.nodes())
        cpus = self._ray.cluster_resources().get("CPU", 0)
        return f"a Ray cluster of {nodes} node{'s' if nodes != 1 else ''} with {cpus:g} processors"

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """As `Engine.run`. A job that fails by our fault is tried again, in the end up to three times."""
        waiting, live = deque(jobs), dict[Any, Job]()
        tries = dict.fromkeys((job.student for job in jobs), 0)
        try:
            while waiting or live:
                while waiting and len(live) < self._window():
                    job = waiting.popleft()
                    live[self._sent(job)] = job
                ready, _ = self._ray.wait(list(live), num_returns=1)
                for reference in ready:
                    job = live.pop(reference)
                    done = self._taken(reference, job)
                    tries[job.student] += 1
                    if done.fault and tries[job.student] < _TRIES:
                        waiting.append(job)
                    else:
                        yield done
        finally:
            for reference in live:  # left early: what runs is not wanted any more
                with contextlib.suppress(Exception):
                    self._ray.cancel(reference, force=True)

    def close(self) -> None:
        if self._own:
            self._ray.shutdown()

    def _window(self) -> int:
        return int(_WINDOW * max(1, self._ray.cluster_resources().get("CPU", 1)))

    def _sent(self, job: Job) -> Any:
        resources = self.desk.resources
        options = {"num_cpus": resources.get("cpus", 1), "num_gpus": resources.get("gpus", 0)}
        return self._grade.options(name=job.student, **options).remote(self.desk, job)

    def _taken(self, reference: Any, job: Job) -> Done:
        try:
            done: Done = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            why = f"engine ray: {type(error).__name__}: the process that graded it, or its node, ended."
            return Done(job.student, job.key, fault=why)
        return done

    def _require_room(self) -> None:
        """FaultError where no node could ever run a job: Ray would wait for one without end."""
        wanted = {"CPU": self.desk.resources.get("cpus", 1), "GPU": self.desk.resources.get("gpus", 0)}
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        if not any(all(node.get(name, 0) >= count for name, count in wanted.items()) for node in nodes):
            words = ", ".join(f"{count:g} {name}" for name, count in wanted.items() if count)
            raise FaultError(
                f"engine ray: expected a node with {words}, got none.",
                mend="Start a node that has them, or lower what the assignment asks for.",
            )


_desks: dict[Desk, Desk] = {}


def _graded(desk: Desk, job: Job) -> Done:
    """Grade a job in a process of Ray's; the bank and the boxes stay for the next one."""
    if desk not in _desks:
        if not Path(desk.root).is_dir():
            return Done(job.student, job.key, fault=f"engine ray: {desk.root}: no such folder on this node.")
        desk.warm()
        _desks[desk] = desk
    return _desks[desk].grade(job)
