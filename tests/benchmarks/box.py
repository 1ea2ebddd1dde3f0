"""`python -m tests.benchmarks.box`: what a box costs, side by side in one run. Nothing here decides a test.

Each figure is a median with its 95th percentile; the things compared take turns.
"""

from __future__ import annotations

import functools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from grader.boxes import Box, Limits, Session, close_all, open_box
from grader.boxes.forked import ForkedBox
from grader.boxes.zygotes import Zygote
from grader.protocol import Ref, Reply, Script, Step

SOURCES = {
    "nothing": "def f():\n    return sum(i * i for i in range(100))\n",
    "numpy": "import numpy as np\n\n\ndef f():\n    return float((np.ones((8, 8)) @ np.ones((8, 8))).sum())\n",
    "torch": (
        "import torch\n\n\ndef f():\n    x = torch.ones(8, 8, requires_grad=True)\n"
        "    (x @ x).sum().backward()\n    return float(x.grad.sum())\n"
    ),
}
LIBRARIES = {"nothing": [], "numpy": ["numpy"], "torch": ["numpy", "torch"]}
TARGET = {"numpy": (15, 10), "torch": (100, 20)}
"""Times faster than a fresh process, milliseconds over a submission's own time."""
CALL = Script((Step("call", "f"),), Ref(0))


def timed(run: Callable[[], object]) -> float:
    """Milliseconds of a run; what it leaves to be closed is closed afterwards, off the clock."""
    begun = time.perf_counter()
    left = run()
    taken = (time.perf_counter() - begun) * 1e3
    if isinstance(left, Session):
        left.close()
    return taken


def in_turns(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Milliseconds of each, one after the other, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(repeats + 1):
        for name, run in runs.items():
            taken = timed(run)
            if number:
                times[name].append(taken)
    return times


def line(name: str, times: Sequence[float]) -> str:
    p95 = sorted(times)[int(0.95 * (len(times) - 1))]
    return f"{name:48} {statistics.median(times):9.2f} ms   (95 %: {p95:8.2f})"


def fresh(name: str) -> None:
    subprocess.run([sys.executable, "-c", SOURCES[name] + "\nf()\n"], check=True)


def answer(session: Session) -> None:
    [outcome] = session.run([CALL])
    assert isinstance(outcome, Reply), outcome
    assert outcome.error is None, outcome.error


def one(name: str, kind: str, limits: Limits) -> None:
    """A whole submission: box, import, one call, end."""
    libraries = LIBRARIES[name]
    session = Session(
        lambda: open_box(kind, libraries, limits), "s.py", SOURCES[name], allow=libraries, limits=limits
    )
    answer(session)
    session.close()


def direct(name: str) -> Callable[[], None]:
    """The submission's own time: its text run and called in this process, libraries loaded."""
    code = compile(SOURCES[name], "s.py", "exec")

    def run() -> None:
        scope: dict[str, Callable[[], object]] = {}
        exec(code, scope)
        scope["f"]()

    return run


def first_answers(name: str, repeats: int) -> None:
    """Until a fresh process has done it, and until a job has answered: forked on demand, or forked ahead."""
    limits = Limits()
    zygote = Zygote("jail", LIBRARIES[name])
    zygote.entered()

    def session(start: Callable[[], Box]) -> Session:
        begun = Session(start, "s.py", SOURCES[name], allow=LIBRARIES[name], limits=limits)
        answer(begun)
        return begun

    times = in_turns(
        {
            "fresh": lambda: fresh(name),
            "on demand": lambda: session(lambda: ForkedBox(zygote, limits, None)),
            "ahead": lambda: session(lambda: open_box("jail", LIBRARIES[name], limits)),
        },
        repeats,
    )
    zygote.close()
    print(line(f"{name}: a fresh process that does the same", times["fresh"]))
    whole = statistics.median(times["fresh"])
    for how in ("on demand", "ahead"):
        ratio = whole / statistics.median(times[how])
        print(
            line(f"{name}: jail, forked {how}, to the first answer", times[how])
            + f"   {ratio:.0f} times faster"
        )
    if name in TARGET:
        print(f"{'':48} target: {TARGET[name][0]} times")


def whole_submissions(name: str, repeats: int) -> None:
    limits = Limits()
    kinds = ("jail", "confined")
    runs: dict[str, Callable[[], object]] = {"own": direct(name)}
    for kind in kinds:
        runs[kind] = functools.partial(one, name, kind, limits)
    times = in_turns(runs, repeats)
    own = statistics.median(times["own"])
    print(line(f"{name}: a short submission's own time", times["own"]))
    for kind in kinds:
        over = statistics.median(times[kind]) - own
        print(line(f"{name}: the whole of it in {kind}", times[kind]) + f"   {over:.2f} ms over")
    if name in TARGET:
        print(f"{'':48} target: {TARGET[name][1]} ms over")


def main() -> None:
    for name, repeats in (("nothing", 100), ("numpy", 40), ("torch", 10)):
        first_answers(name, repeats)
    for name in SOURCES:
        whole_submissions(name, 200)
    close_all()


if __name__ == "__main__":
    main()
