"""`python -m tests.benchmarks.performance`: how sure verdicts on time and on training are, with a machine that is busy.

`fairness`  The reference against itself, asked for half its speed, while another process keeps a processor busy: how
            often it passes, is failed, or has no verdict, and how long that takes.
`ratios`    What loops cost beside a vectorised reference, by inputs.
`learns`    For assignments that use `learns`: the reference's scores over 200 seeds, and how often `wins` of `of` runs
            reach the threshold. Names of assignments may follow.

Nothing here decides a test.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.banks import Planned, PlannedCheck
from grader.boxes import Limits, close_all, open_box
from grader.cases import Contract, draw_cases, real
from grader.checks import Failure, fast, scales
from grader.checks.costs.decisions import median
from grader.checks.learning.training import Learns
from grader.courses import Course
from grader.errors import FaultError
from grader.measuring import Arena
from grader.protocol import Reply

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=30)
RUNS = 200
SEEDS = 200

Rng = np.random.Generator


def matmul(a: Any, b: Any) -> Any:
    """Product of two matrices."""
    return a @ b


def conv2d(x: Any, k: Any) -> Any:
    """Sums of products of a kernel with every patch of an image."""
    patches = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijkl,kl->ij", patches, k)


SAME = """
import numpy as np

def matmul(a, b):
    return a @ b

def conv2d(x, k):
    patches = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijkl,kl->ij", patches, k)
"""
LOOPS = """
import numpy as np

def matmul(a, b):
    out = np.zeros((len(a), b.shape[1]))
    for i in range(len(a)):
        for j in range(b.shape[1]):
            out[i, j] = (a[i] * b[:, j]).sum()
    return out

def conv2d(x, k):
    h, w = k.shape
    out = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (x[i:i + h, j:j + w] * k).sum()
    return out
"""
MATMUL = Contract("matmul", {"a": real("n m"), "b": real("m k")}, real("n k"), matmul, where="matmul")
CONV2D = Contract("conv2d", {"x": real("h w"), "k": real("p q")}, real("r s"), conv2d, where="conv2d")


def square(n: int) -> Callable[[Rng], Mapping[str, Any]]:
    return lambda rng: {"a": rng.normal(size=(n, n)), "b": rng.normal(size=(n, n))}


def image(n: int) -> Callable[[Rng], Mapping[str, Any]]:
    return lambda rng: {"x": rng.normal(size=(n, n)), "k": rng.normal(size=(5, 5))}


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """Another process that never rests."""
    process = subprocess.Popen([sys.executable, "-c", "while True: sum(range(100000))"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def verdict(
    of: Contract, check: Any, source: str, seed: int, kind: str
) -> tuple[str, float, Mapping[str, Any]]:
    """How one grading goes, how long it takes, and what was measured."""
    [trial] = check.plan(of, draw_cases(of, seed=seed, count=2))
    arena = Arena(lambda: open_box(kind, ["numpy"], LIMITS), "a.py", source, allow=["numpy"], limits=LIMITS)
    planned = Planned(of, "", 1.0, (), ())
    begun = time.monotonic()
    outcome = arena.measure(planned, PlannedCheck(check.kind, check, (trial,)), trial)
    wall_s = time.monotonic() - begun
    try:
        failure: Failure | None = check.judge(of, trial, [outcome])
    except FaultError:
        return "no verdict", wall_s, {}
    measured = outcome.value if isinstance(outcome, Reply) and outcome.error is None else {}
    return ("pass" if failure is None else failure.kind), wall_s, measured


def fairness(kind: str, runs: int = RUNS) -> None:
    """The reference's own text as the submission."""
    print(
        f"box {kind}; the reference against itself, {runs} runs each, one processor kept busy by another process"
    )
    for name, of, check in (
        ("fast, at_least=0.5, matmul 200", MATMUL, fast(square(200), at_least=0.5)),
        ("fast, at_least=0.5, conv2d 120", CONV2D, fast(image(120), at_least=0.5)),
        ("scales, at_most=2.3, conv2d 32..256", CONV2D,
         scales(lambda rng, n: image(n)(rng), sizes=(32, 64, 128, 256), at_most=2.3)),
    ):  # fmt: skip
        found: Counter[str] = Counter()
        rounds, took, ratios = [], [], []
        with busy():
            for seed in range(runs if check.kind == "fast" else max(1, runs // 4)):
                ended, wall_s, measured = verdict(of, check, SAME, seed, kind)
                found[ended] += 1
                took.append(wall_s)
                rounds.append(measured.get("rounds", 0))
                if check.kind == "fast" and measured:
                    ratios.append(median(measured["student"]) / median(measured["reference"]))
        shares = ", ".join(f"{name} {count}" for name, count in found.most_common())
        spread = f"; ratios {min(ratios):.2f} to {max(ratios):.2f}" if ratios else ""
        print(
            f"  {name:37} {shares}; median of {median(rounds):.0f} rounds, {median(took):.2f} s{spread}",
            flush=True,
        )


def ratios(kind: str) -> None:
    """Loops over entries, calls of NumPy inside."""
    print(f"box {kind}; loops against the vectorised reference, one processor kept busy")
    with busy():
        for name, of, check in (
            ("matmul 50", MATMUL, fast(square(50))),
            ("matmul 100", MATMUL, fast(square(100))),
            ("matmul 200", MATMUL, fast(square(200))),
            ("conv2d 60, kernel 5", CONV2D, fast(image(60))),
            ("conv2d 120, kernel 5", CONV2D, fast(image(120))),
        ):
            ended, wall_s, measured = verdict(of, check, LOOPS, 0, kind)
            theirs, ours = median(measured["student"]), median(measured["reference"])
            print(
                f"  {name:22} {ended:10} {theirs * 1e3:9.3f} ms against {ours * 1e3:8.3f} ms: {theirs / ours:7.1f} "
                f"times; {measured['rounds']} rounds, {wall_s:.2f} s",
                flush=True,
            )


def training(names: Sequence[str]) -> None:
    """Scores of the references in `learns`, over many seeds."""
    course = Course(ROOT)
    for id in names or course.ids:
        assignment = course.load(id)
        for exercise in assignment.exercises:
            for check in exercise.checks:
                if isinstance(check, Learns):
                    _scores(f"{id}: {exercise.name}", check, exercise.contract(id))


def _scores(name: str, check: Learns, of: Contract) -> None:
    """Every run of every seed, and how many seeds would pass."""
    begun = time.monotonic()
    scores: list[list[float]] = []
    refused = 0
    for seed in itertools.count():
        if len(scores) + refused == SEEDS:
            break
        try:
            scores.append(
                [check.score_of(of, np.random.default_rng([seed, 7, run])) for run in range(check.of)]
            )
        except Exception as error:
            refused += 1
            print(f"  {name}: seed {seed}: {error}")
    table = np.array(scores)
    won = (table >= check.at_least).sum(axis=1)
    low = np.quantile(table, [0, 0.01, 0.5])
    print(
        f"  {name:34} {check.score_name} of at least {check.at_least:g}: {np.mean(won >= check.wins):.1%} of "
        f"{len(table)} seeds in {check.wins} of {check.of} runs; every run in {np.mean(won == check.of):.1%}; "
        f"lowest {low[0]:.3f}, 1 % below {low[1]:.3f}, median {low[2]:.3f}; {time.monotonic() - begun:.0f} s",
        flush=True,
    )


def main(arguments: Sequence[str]) -> None:
    """All of it, or what is named; `--box KIND` for another kind of box, `--runs N` for fewer."""
    rest = list(arguments)
    options = {"--box": "bare", "--runs": str(RUNS)}
    for option in options:
        if option in rest:
            at = rest.index(option)
            options[option] = rest[at + 1]
            del rest[at : at + 2]
    asked = rest[0] if rest else ""
    if asked in ("", "fairness"):
        fairness(options["--box"], int(options["--runs"]))
    if asked in ("", "ratios"):
        ratios(options["--box"])
    if asked in ("", "learns"):
        training(rest[1:])
    close_all()


if __name__ == "__main__":
    # Under its own name: the functions above are taken from their module to make the reference's file.
    importlib.import_module("tests.benchmarks.performance").main(sys.argv[1:])
