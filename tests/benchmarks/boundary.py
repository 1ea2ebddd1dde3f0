"""`python -m tests.benchmarks.boundary [kind]`: what crossing into a box costs, beside `cat` at the end of two pipes.

All are measured in turns in one run, so that what else the machine does falls on all of them; medians.
"""

from __future__ import annotations

import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from grader.boxes import KINDS, Limits, Session, open_box
from grader.boxes.pipes import widen
from grader.protocol import Ref, Reply, Script, Step

LIMITS = Limits(reply_mib=1024, cpu_s=600)
SOURCE = "import numpy as np\n\n\ndef double(x):\n    return 2 * x\n\n\ndef same(x):\n    return x\n"
SMALL = np.arange(64.0)
LARGE = np.arange(10 * 2**20 / 8)


class Echo:
    """`cat`: the least that any program at the other end of two pipes can do."""

    def __init__(self, *, wide: bool) -> None:
        self._process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._sink, self._source = self._process.stdin.fileno(), self._process.stdout.fileno()
        for pipe in (self._sink, self._source):
            os.set_blocking(pipe, False)
            if wide:
                widen(pipe)

    def send(self, data: bytes) -> None:
        """There and back again."""
        poll = select.poll()
        poll.register(self._source, select.POLLIN)
        poll.register(self._sink, select.POLLOUT)
        there, back = memoryview(data), memoryview(bytearray(len(data)))
        while back:
            for descriptor, _ in poll.poll():
                if descriptor == self._source:
                    back = back[os.readv(self._source, [back]) :]
                    continue
                there = there[os.write(self._sink, there) :]
                if not there:
                    poll.unregister(self._sink)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def script(name: str, x: object, *, probe: bool = False) -> Script:
    return Script((Step("call", name, (x,)),), Ref(0), probe)


def answered(session: Session, scripts: list[Script]) -> None:
    """Run them, and fail unless each has an answer."""
    for outcome in session.run(scripts):
        assert isinstance(outcome, Reply), outcome
        assert outcome.error is None, outcome.error


def medians(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each, run in turns, after one turn that does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            if turn:
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(found) for name, found in times.items()}


def measure(session: Session, narrow: Echo, wide: Echo) -> None:
    """Print the table."""
    one, probed = [script("double", SMALL)], [script("double", SMALL, probe=True)]
    many = [script("double", SMALL) for _ in range(1000)]
    small = medians(
        {
            "a call of 64 floats, direct": lambda: 2 * SMALL,
            "their bytes through cat": lambda: wide.send(SMALL.tobytes()),
            "through the box, one a message": lambda: answered(session, one),
            "the same as a probe": lambda: answered(session, probed),
        },
        2000,
    )
    small["through the box, 1000 a message"] = medians({"": lambda: answered(session, many)}, 9)[""] / 1000
    for name, seconds in small.items():
        print(f"{name:40} {seconds * 1e6:9.1f} µs")
    large = medians(
        {
            "10 MB through cat, pipes of 64 KiB": lambda: narrow.send(LARGE.data.cast("B")),  # type: ignore[arg-type]
            "10 MB through cat, pipes as of a box": lambda: wide.send(LARGE.data.cast("B")),  # type: ignore[arg-type]
            "10 MB to the box and back": lambda: answered(session, [script("same", LARGE)]),
            "10 MB to the box, doubled, and back": lambda: answered(session, [script("double", LARGE)]),
        },
        25,
    )
    for name, seconds in large.items():
        ratios = "  ".join(f"{seconds / cat:5.2f}" for cat in list(large.values())[:2])
        print(f"{name:40} {seconds * 1e3:9.2f} ms   times the two cats: {ratios}")


def main(kind: str) -> None:
    if kind not in KINDS:
        sys.exit(f"boundary: expected one of {', '.join(KINDS)}, got {kind}.")
    narrow, wide = Echo(wide=False), Echo(wide=True)
    session = Session(
        lambda: open_box(kind, ["numpy"], LIMITS), "a.py", SOURCE, allow=["numpy"], limits=LIMITS
    )
    try:
        measure(session, narrow, wide)
    finally:
        session.close()
        narrow.close()
        wide.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "bare")
