"""A Ray cluster of several nodes on this machine, in a process of its own: Ray leaves threads where it is imported.

The process is told on its standard input, a JSON list a line, what to do, and answers with a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["Cluster", "command_of", "descendants", "ended"]

_NODE = {"object_store_memory": 80 << 20, "include_dashboard": False, "include_log_monitor": False}
_HEALTH = {
    "health_check_initial_delay_ms": 500,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 5000,
    "health_check_failure_threshold": 3,
}


class Cluster:
    """A head, which grades nothing, and nodes that are added. Its token lies in `home`, where Ray looks for it."""

    def __init__(self, home: Path) -> None:
        token = home / ".ray" / "auth_token"
        token.parent.mkdir(parents=True)
        token.write_text("5e" * 32)
        self.token = token
        self.folder = tempfile.mkdtemp(prefix="ray-")  # short: names of sockets are
        Path(self.folder, "ray").mkdir()  # Ray notes its last cluster there, and does not make the folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            "HOME": str(home),
            "RAY_TMPDIR": self.folder,
            "RAY_AUTH_MODE": "token",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # it listens to this machine alone
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.batch.clusters", self.folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment, start_new_session=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        try:
            self.address: str = self._answer()
        except BaseException:
            self.close()
            raise

    def add(self, *, cpus: float, gpus: float = 0, environment: Mapping[str, str] | None = None) -> int:
        """Start a node; the process number of its raylet, of which all its others descend."""
        return int(self._told("add", cpus, gpus, dict(environment or {})))

    def kill(self, node: int) -> None:
        """SIGKILL for the processes that are a node, without a word."""
        self._told("kill", node)

    def close(self) -> None:
        try:
            self._process.communicate(timeout=60)  # the end of its input is what it waits for
        finally:
            self._process.kill()
            self._process.communicate()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _told(self, *words: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("=> "):
                return json.loads(line[3:])
        raise AssertionError("the cluster's process ended")


def descendants(pid: int) -> set[tuple[int, int]]:
    """Numbers and start times of the process and of all that it started."""
    parents: dict[int, list[int]] = {}
    started: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        parents.setdefault(int(fields[1]), []).append(number)
        started[number] = int(fields[19])
    found, todo = set(), [pid]
    while todo:
        number = todo.pop()
        if number in started:
            found.add((number, started[number]))
        todo += parents.get(number, [])
    return found


def ended(processes: set[tuple[int, int]]) -> set[int]:
    """Those that still run when all had time to end."""
    until = time.monotonic() + 60
    while (left := _alive(processes)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def command_of(pid: int) -> bytes:
    """The command line of a process; empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _alive(processes: set[tuple[int, int]]) -> set[int]:
    """Those of them that still run; a number may have been given out again since."""
    found = set()
    for number, started in processes:
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[19]) == started and fields[0] != "Z":
            found.add(number)
    return found


def _serve(folder: str) -> None:
    cluster = importlib.import_module("ray.cluster_utils").Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 0,
            "temp_dir": folder,
            "no_monitor": True,
            "_system_config": _HEALTH,
            **_NODE,
        },
    )
    nodes = {}
    try:
        print("=>", json.dumps(cluster.address), flush=True)
        for line in sys.stdin:
            match json.loads(line):
                case ["add", cpus, gpus, environment]:
                    options = {"env_vars": environment} if environment else {}
                    node = cluster.add_node(num_cpus=cpus, num_gpus=gpus, **_NODE, **options)
                    [raylet] = [info.process.pid for info in node.all_processes["raylet"]]
                    nodes[raylet] = node
                    print("=>", raylet, flush=True)
                case ["kill", raylet]:
                    cluster.remove_node(nodes.pop(raylet), allow_graceful=False)
                    print("=>", "null", flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    _serve(sys.argv[1])
