"""Grades on a Ray cluster: the same jobs, wherever there is room.

Ray starts a process on some node, hands it a job and brings back what came of it. A process or a node that dies is our
misfortune: the job is run again elsewhere, and only one that ends its process again and again becomes a fault. Each
process has boxes of its own; course and cases are sent to nodes that do not have them.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.banks import cache_folder
from grader.batch.desks import Desk
from grader.batch.jobs import Done, Job
from grader.batch.nodes import Seat, require_alike, require_room, wanted
from grader.batch.parcels import Parcel, find_bank, pack, unpack
from grader.boxes import patient
from grader.errors import FaultError, GraderError
from grader.submissions import read_submission

__all__ = ["RayEngine"]

_TRIES = 3
_NODES = 8
"""So many nodes may die under one job: that is hardly the job's doing, but no reason to go on for ever."""
_WINDOW = 2
"""Jobs that are handed to Ray ahead, for each processor: it need not hold thousands."""
_STORE_MIB = 512
_LOOK_S = 5.0
_ANSWER_S = 10.0
_LONGEST_S = 600.0
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would report home
    "RAY_AUTH_MODE": "token",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "(?s).*",  # it would print its own logs in between ours
}


@dataclass
class RayEngine:
    """A Ray cluster.

    Args:
        desk: What is graded.
        address: Of a running cluster, `host:port` or `auto`; without it, one of this machine alone is started.
        count: So many at a time; as many as there is room for by default.
        patience_s: How long to wait for a node when none is left that could grade.
    Raises:
        FaultError: Ray is not installed, the cluster cannot be reached, or it could never grade this.
    """

    desk: Desk
    address: str | None = None
    count: int | None = None
    patience_s: float = 300.0
    _ray: Any = field(default=None, init=False)
    _seat: Seat = field(init=False)
    _grade: Any = field(default=None, init=False)
    _parcel: list[Any] = field(default_factory=list, init=False)
    """In a list, so that a process fetches it only when it needs it."""
    _folder: str = field(default="", init=False)

    def __post_init__(self) -> None:
        if self.address is not None:
            _require_answer(self.address)
        self._ray = _imported(own=self.address is None)
        parcel = pack(Path(self.desk.root), self.desk.id, bank=_bank(self.desk))
        try:
            self._connect()
            self._seat = wanted(self.desk, memory=self.address is not None)
            require_room(self._ray, self._seat)
            require_alike(self._ray, self._seat, self.desk.bank.libraries)
            self._parcel = [self._ray.put(parcel)]
            # Ray's own retries would hide from us how often a job has ended its process.
            self._grade = self._ray.remote(max_retries=0)(_graded).options(
                name="grader", **self._seat.options
            )
        except BaseException:
            self.close()
            raise

    @property
    def words(self) -> str:
        nodes = sum(bool(node["Alive"]) for node in self._ray.nodes())
        cpus = self._ray.cluster_resources().get("CPU", 0)
        return f"a Ray cluster of {nodes} node{'s' if nodes != 1 else ''} with {cpus:g} processors"

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """As `Engine.run`. A job that fails by our fault is tried again, in the end up to three times."""
        waiting, live = deque(jobs), dict[Any, Job]()
        faults, losses = Counter[str](), Counter[str]()
        try:
            while waiting or live:
                self._hand_out(waiting, live)
                ready = self._ready(live)
                if ready is None:
                    yield from (_stranded(job) for job in (*live.values(), *waiting))
                    return
                for reference in ready:
                    job = live.pop(reference)
                    done, lost = self._taken(reference, job)
                    (losses if lost else faults)[job.student] += bool(done.fault)
                    if done.fault and faults[job.student] < _TRIES and losses[job.student] < _NODES:
                        waiting.append(job)
                    else:
                        yield done
        finally:
            # Left early: what runs is not wanted any more. A cluster of our own ends as a whole right after, and to
            # cancel a task that ends at that moment has Ray abort our process.
            for reference in live if self.address is not None else ():
                with contextlib.suppress(Exception):
                    self._ray.cancel(reference, force=True)

    def close(self) -> None:
        self._ray.shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(self) -> None:
        """Raises FaultError where there is no cluster, or none that takes us."""
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "CRITICAL"}
        try:
            if self.address is not None:
                self._ray.init(address=self.address, **options)
                return
            # Short, since names of sockets are; and one folder deeper, since Ray opens its own to everybody.
            self._folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
            options |= {"_temp_dir": f"{self._folder}/ray", "object_store_memory": _STORE_MIB << 20}
            self._ray.init(address="local", num_cpus=self.count, include_dashboard=False, **options)
        except Exception as error:  # Ray's own are of every kind, and some of none
            raise FaultError(
                f"engine ray: expected a cluster at {self.address or 'this machine'}, got: {_root(error)}",
                mend="Run the batch on a node of the cluster, with the cluster's token and the same Ray and Python.",
            ) from None

    def _hand_out(self, waiting: deque[Job], live: dict[Any, Job]) -> None:
        most = max(1, int(_WINDOW * self._ray.cluster_resources().get("CPU", 1)))
        if self.address is not None:  # else the cluster was made for so many
            most = min(most, self.count or most)
        while waiting and len(live) < most:
            job = waiting.popleft()
            live[self._grade.remote(self.desk, self._parcel, job)] = job

    def _ready(self, live: dict[Any, Job]) -> list[Any] | None:
        """Jobs that have ended; None where no node could run one any more, and none comes."""
        since: float | None = None
        while True:
            ready, _ = self._ray.wait(list(live), num_returns=1, timeout=_LOOK_S)
            if ready:
                return list(ready)
            # Jobs that no node has room for would wait for ever.
            since = None if self._seat.fits(self._ray.nodes()) else since or time.monotonic()
            if since is not None and time.monotonic() - since > self.patience_s:
                return None

    def _taken(self, reference: Any, job: Job) -> tuple[Done, bool]:
        """What became of a job, and whether it was lost with a node."""
        errors = self._ray.exceptions
        try:
            done: Done = self._ray.get(reference, timeout=_LONGEST_S)
        except (errors.NodeDiedError, errors.ObjectLostError, errors.GetTimeoutError) as error:
            return _failed(job, f"the node that graded it died ({type(error).__name__})"), True
        except errors.WorkerCrashedError:
            return _failed(job, "the process that graded it was killed"), False
        except errors.OutOfMemoryError:
            return _failed(job, "the process that graded it was killed, as its node ran out of memory"), False
        except errors.RayError as error:
            return _failed(job, _root(error)), False
        return done, False


def _imported(*, own: bool) -> Any:
    """Ray, told beforehand what it reads when it is imported."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if own:
        # A token for this run alone, never on disk; and a cluster that is reached from this machine alone.
        if not any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")):
            os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        # Else whatever runs beside it uses up students' seconds.
        os.environ.setdefault("RAY_worker_niceness", "0")
    else:
        # A wrong token would be tried for half a minute.
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "3")
    try:
        return importlib.import_module("ray")
    except ImportError:
        raise FaultError(
            "engine ray: expected Ray to be installed, got none.", mend="pip install 'grader[cluster]'"
        ) from None


def _require_answer(address: str) -> None:
    """FaultError where nobody listens: Ray itself would try for minutes."""
    if address == "auto":
        return
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or "/" in host:
        raise FaultError(
            f"engine ray: address: expected host:port or auto, got {address!r}.",
            mend="'ray start --head' says the address; run the batch on a node of the cluster.",
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise FaultError(
            f"engine ray: expected a cluster at {address}, got: {error}.", mend="See 'ray status' there."
        ) from None


def _root(error: BaseException) -> str:
    """What it all began with, in a line; Ray likes to quote whole tracebacks."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines() or [""]
    return (lines[-1] if len(lines) > 1 else f"{type(error).__name__}: {lines[0]}")[:300]


def _bank(desk: Desk) -> Path | None:
    return find_bank(dict(desk.bank.hashes), desk.id, cache_folder())


def _failed(job: Job, why: str) -> Done:
    return Done(job.student, job.key, fault=f"engine ray: {why}.")


def _stranded(job: Job) -> Done:
    return _failed(job, "no node was left that could grade it, and none came")


_desks: dict[Desk, Desk] = {}


def _graded(desk: Desk, parcel: list[Any], job: Job) -> Done:
    """Grade a job in a process of Ray's; bank and boxes stay for the next one."""
    try:
        if desk not in _desks:
            _desks[desk] = _settled(desk, parcel)
        here = _desks[desk]
        if here.key(read_submission(job.name, job.data)) != job.key:
            raise FaultError(
                f"{socket.gethostname()}: expected versions and sources of the machine that began, got others."
            )
    except GraderError as error:
        return Done(job.student, job.key, fault=f"engine ray: {error.message}")
    except Exception as error:
        return Done(
            job.student, job.key, fault=" ".join(f"engine ray: {type(error).__name__}: {error}".split())
        )
    return here.grade(job)


def _settled(desk: Desk, parcel: list[Any]) -> Desk:
    """The desk, with course and cases as they are on the machine that began the batch."""
    patient()
    sent: Parcel = importlib.import_module("ray").get(parcel[0])
    root = unpack(sent, Path(desk.root), desk.id, cache_folder())
    here = Desk(str(root), desk.id, desk.box, desk.seed, desk.pages, desk.notebooks, desk.execute)
    here.warm()
    return here
