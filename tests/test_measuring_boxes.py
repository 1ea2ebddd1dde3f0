"""Measuring in real boxes: cheats that a stopwatch would believe, where right and wrong are far apart."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, cast

import numpy as np
import pytest

from grader.boxes import Limits, open_box
from grader.cases import Contract, list_of, real
from grader.checks import fast, frugal, scales
from grader.measuring import Arena
from grader.protocol import Reply
from tests.test_measuring import CONTRACT, judged

Rng = np.random.Generator

SLOW = """
import numpy as np

def slowly(x):
    for _ in range(90):
        total, out = 0.0, []
        for value in x.tolist():
            total += value
            out.append(total)
    return np.array(out)
"""
"""Some hundred times the reference's time and thirty times that of crossing, whatever the machine."""

QUICK = "import numpy as np\n\ndef running(x):\n    return np.add.accumulate(x)\n"

CHEATS = {
    "plainly slow": "def running(x):\n    return slowly(x)\n",
    "remembers the object": """
kept = {}
def running(x):
    if id(x) not in kept:
        kept[id(x)] = (x, slowly(x))
    return kept[id(x)][1]
""",
    "remembers the bytes": """
kept = {}
def running(x):
    key = x.tobytes()
    if key not in kept:
        kept[key] = slowly(x)
    return kept[key]
""",
    "remembers the shape": """
kept = {}
def running(x):
    if x.shape not in kept:
        kept[x.shape] = slowly(x)
    return kept[x.shape]
""",
    "sets the clocks": """
import time
for name in ("perf_counter", "process_time", "thread_time", "monotonic", "time", "clock_gettime"):
    setattr(time, name, lambda *_: 0.0)
def running(x):
    return slowly(x)
""",
    "works in a thread": """
import threading
def running(x):
    found = []
    thread = threading.Thread(target=lambda: found.append(slowly(x)))
    thread.start()
    thread.join()
    return found[0]
""",
    "leaves the thread behind": """
import threading
def running(x):
    found = []
    ready = threading.Event()
    def work():
        found.append(slowly(x))
        ready.set()
        slowly(x)
    threading.Thread(target=work, daemon=True).start()
    ready.wait()
    return found[0]
""",
    "answers later": """
class Later:
    def __init__(self, x):
        self.x, self.shape, self.dtype = x, x.shape, x.dtype
    def __array__(self, dtype=None, copy=None):
        return slowly(self.x)
def running(x):
    return Later(x)
""",
    "works between the calls": """
import _thread
asked = []
def spin():
    while True:
        for x in list(asked):
            slowly(x)
_thread.start_new_thread(spin, ())  # which threading does not count
def running(x):
    asked[:] = [x]
    return slowly(x)
""",
}
KINDS = {"remembers the shape": "value", "answers later": "type"}


def long(rng: Rng, n: int = 4000) -> Mapping[str, Any]:
    return {"x": rng.normal(size=n)}


def real_arena(text: str) -> Arena:
    limits = Limits(cpu_s=10, memory_mib=256)
    return Arena(lambda: open_box("bare", ["numpy"], limits), "a.py", text, allow=["numpy"], limits=limits)


@pytest.mark.timeout(120)
def test_an_honest_function_passes_in_real_boxes() -> None:
    assert judged(real_arena(QUICK), fast(long, at_least=0.05)) is None


@pytest.mark.timeout(120)
@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_gains_nothing(cheat: str) -> None:
    failure = judged(real_arena(SLOW + CHEATS[cheat]), fast(long))
    assert failure is not None
    assert failure.kind == KINDS.get(cheat, "slow")


@pytest.mark.timeout(120)
def test_a_quadratic_function_fails_in_real_boxes() -> None:
    of = Contract("tally", {"x": list_of(real(""))}, list_of(real("")), tally, where="exercise 'tally'")
    text = "def tally(x):\n    return [float(sum(b <= a for b in x)) for a in x]\n"
    check = scales(lambda rng, n: {"x": rng.normal(size=n).tolist()}, sizes=(200, 400, 800))
    failure = judged(real_arena(text), check, of)
    assert failure is not None
    assert failure.kind == "growth"


def tally(x: Sequence[float]) -> list[float]:
    """How many entries are not above each."""
    order = sorted(x)
    place = {value: float(at + 1) for at, value in enumerate(order)}
    return [place[value] for value in x]


@pytest.mark.timeout(120)
def test_peaks_of_memory_are_told_apart_in_real_boxes() -> None:
    check = frugal(lambda rng: long(rng, 1_000_000))
    greedy = "import numpy as np\n\ndef running(x):\n    kept = [x + i for i in range(12)]\n    return np.cumsum(x)\n"
    assert judged(real_arena(QUICK), check) is None
    failure = judged(real_arena(greedy), check)
    assert failure is not None
    assert failure.kind == "memory"


@pytest.mark.timeout(120)
def test_libraries_have_one_thread_on_every_side() -> None:
    text = """
import os
import numpy as np

def running(x):
    a = np.ones((300, 300))
    a @ a
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    names = [os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")]
    return np.array([float(threads), *map(float, names)])
"""
    arena = real_arena(text)
    with ExitStack() as stack:
        sides = [arena.side("student", "", stack), arena.side("reference", text, stack)]
        script = CONTRACT.script({"x": np.zeros(3)})
        answers = [side.call(script, {}).outcome for side in sides]
    assert [cast(Reply, answer).value.tolist() for answer in answers] == [[1, 1, 1, 1]] * 2


BUSY = """
import _thread, time
done = []

def work():
    while time.thread_time() < 0.2:
        pass
    done.append(1)

def running(x):
    if not done:
        done.append(0)
        _thread.start_new_thread(work, ())
    return float(sum(done))
"""


@pytest.mark.timeout(120)
def test_what_a_thread_does_between_two_calls_counts_to_the_next() -> None:
    """Asked again and again until the thread has done its work: the calls together have all of its seconds."""
    script = CONTRACT.script({"x": np.zeros(3)})
    total = 0.0
    with ExitStack() as stack:
        side = real_arena(BUSY).side("student", "", stack)
        while True:
            taken = side.call(script, {})
            if taken.cpu_s is None:
                pytest.skip("this system does not count the CPU seconds of another process")
            total += taken.cpu_s
            if cast(Reply, taken.outcome).value == 1:
                break
            time.sleep(0.02)
    assert total >= 0.2
