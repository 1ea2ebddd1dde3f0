"""`python -m tests.benchmarks.leaks [jobs] [kind]`: what is left after many jobs in a row, counted before and after.

Exit status 1 if anything but memory grew at all, or memory by more than a byte a job and two megabytes.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

from grader.boxes import Limits, Session, close_all, open_box
from tests.benchmarks.box import LIBRARIES, SOURCES, answer

__all__ = ["Held", "held"]

Held = dict[str, int]


def _status(pid: str, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def family() -> list[str]:
    """We and every process below us."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[entry.name] = (entry / "stat").read_text().rpartition(")")[2].split()[1]
    below = new = {str(os.getpid())}
    while new:
        new = {child for child, parent in parents.items() if parent in below} - below
        below = below | new
    return sorted(below, key=_started)


def _started(pid: str) -> int:
    """When a process began; numbers of processes begin anew after a while."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return sys.maxsize


def held() -> Held:
    """What we, and the preloaded processes below us, hold of the system."""
    everyone = family()
    temporary = Path(tempfile.gettempdir())
    found = {
        "processes": len(everyone),
        "descriptors": sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in everyone),
        "mounts here": len(Path("/proc/self/mountinfo").read_text().splitlines()),
        "mounts of all": sum(
            len(Path(f"/proc/{pid}/mountinfo").read_text().splitlines()) for pid in everyone
        ),
        "temporary files": sum(1 for path in temporary.iterdir() if path.name.startswith("grader-")),
        "control groups": sum(
            1 for _, folders, _ in os.walk("/sys/fs/cgroup") for name in folders if name.startswith("grader-")
        ),
    }
    roles = ["grader", "its child", "preloaded", "job ahead", *(f"another {n}" for n in range(len(everyone)))]
    for name, pid in zip(roles, everyone, strict=False):
        found[f"KiB in memory, {name}"] = _status(pid, "VmRSS")
    return found


def main() -> int:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    kind = sys.argv[2] if len(sys.argv) > 2 else "jail"
    limits = Limits()

    def run() -> None:
        session = Session(
            lambda: open_box(kind, LIBRARIES["numpy"], limits),
            "s.py",
            SOURCES["numpy"],
            allow=["numpy"],
            limits=limits,
        )
        answer(session)
        session.close()

    for _ in range(200):
        run()
    time.sleep(0.5)
    before = held()
    begun = time.perf_counter()
    for _ in range(jobs):
        run()
    taken = time.perf_counter() - begun
    time.sleep(0.5)
    after = held()
    print(f"{jobs} jobs in {kind}: {taken:.1f} s, {taken / jobs * 1e3:.2f} ms each")
    worse = False
    for name in dict.fromkeys([*before, *after]):
        grown = after.get(name, 0) - before.get(name, 0)
        allowed = 2048 + jobs // 1024 if name.startswith("KiB") else 0
        worse = worse or grown > allowed
        print(f"{name:28} {before.get(name, 0):10} {after.get(name, 0):10} {grown:+8}")
    close_all()
    print(f"{'after closing: processes':28} {len(family()):10}")
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
