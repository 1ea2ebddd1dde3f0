"""`python -m tests.benchmarks.peers`: wall time and CPU for each submission, beside what others use.

The same right submissions of ten functions of `losses`, all texts different, graded in turns by

    grader batch --jobs 2       with all of its checks, in a box; also all 19 functions, and both for a larger class
    pytest                      a process for each submission, two side by side, the cases of `agrees`
    nbgrader autograde          a notebook and the same cases; one course, and two courses at once
    otter run                   a notebook and the same cases; one submission at a time, and two at once

`--count N` submissions for ours and pytest, `--few N` for the notebooks, `--rounds N`; `--nbgrader PATH` and
`--otter PATH` name their programs where they are not on PATH. What is not installed is skipped, and said to be.
CPU is that of the whole process tree. nbgrader 0.9.6 grades one submission at a time; otter-grader grades several only
in containers (`otter grade`), so two at once are simply two commands. Each row says how many were found to be right:
all have to be, or the exit status is 1. Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.cohort.submissions import right_texts
from tests.benchmarks.courses import losses_course
from tests.benchmarks.peers.questions import TEN, asked, bank_of, cases_of
from tests.benchmarks.peers.tools import Graded, Grader, Nbgrader, Otter, Pytest, Tool

OURS, ALL = "grader batch, ten functions", "grader batch, all 19"
LARGER, LARGEST = f"{OURS}, more of them", f"{ALL}, more of them"
MORE = 4
"""How much larger a class is in which the start of the command counts for less."""
PYTEST = "pytest, two processes"
NBGRADER, OTTER = "nbgrader autograde", "otter run"
TARGETS = ((PYTEST, 1), (NBGRADER, 25), (OTTER, 50))
"""How many times the rate of each."""
WALL_MS = 50


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Wall time and CPU of a submission, beside other tools.")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--few", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--box", default="jail")
    parser.add_argument("--nbgrader", default=shutil.which("nbgrader"))
    parser.add_argument("--otter", default=shutil.which("otter"))
    found = parser.parse_args()
    if found.few < 2 or found.count < found.few or found.rounds < 1:
        parser.error("expected --few of at least 2, --count of at least that, and --rounds of at least 1")
    return found


def tools(asked_for: argparse.Namespace, work: Path) -> Iterator[Tool]:
    """Those that are installed, prepared."""
    more = list(itertools.islice(right_texts(seed=5), MORE * asked_for.count))
    texts, few = more[: asked_for.count], more[: asked_for.few]
    ten, whole = losses_course(work / "ten", names=TEN), losses_course(work / "whole")
    yield Grader(OURS, ten, work / "ours", texts, asked_for.box)
    yield Grader(ALL, whole, work / "all", texts, asked_for.box)
    yield Grader(LARGER, ten, work / "larger", more, asked_for.box)
    yield Grader(LARGEST, whole, work / "largest", more, asked_for.box)
    cases = cases_of(bank_of(ten))
    yield Pytest(PYTEST, work / "pytest", texts, cases)
    for name, kind, program in ((NBGRADER, Nbgrader, asked_for.nbgrader), (OTTER, Otter, asked_for.otter)):
        if not program or not shutil.which(program):
            option = f"--{name.split()[0]}"
            print(f"{name}: skipped, it is not installed ({option} PATH names the program)")
            continue
        yield kind(name, program, work / f"{kind.__name__}-1", few, cases)
        yield kind(f"{name}, two at once", program, work / f"{kind.__name__}-2", few, cases, at_once=2)


def machine() -> str:
    return f"{os.cpu_count()} processors, load {', '.join(f'{load:.1f}' for load in os.getloadavg())}"


def line(name: str, runs: list[Graded]) -> str:
    wall = [1e3 * run.cost.wall_s / run.count for run in runs]
    cpu = [1e3 * run.cost.cpu_s / run.count for run in runs]
    right = sum(run.full for run in runs)
    return (
        f"{name:42} {median(wall):9.1f} {min(wall):9.1f} {max(wall):9.1f} {median(cpu):11.1f}"
        f"   {runs[0].count:3} x {len(runs)}, {right} right"
    )


def targets(found: dict[str, list[Graded]]) -> Iterator[str]:
    """What was asked for, and what came of it."""
    wall = {name: median(run.cost.wall_s / run.count for run in runs) for name, runs in found.items()}
    for ours in (OURS, ALL, LARGER, LARGEST):
        ms = 1e3 * wall[ours]
        yield f"{ours}: {ms:.1f} ms a submission, target at most {WALL_MS}: {_word(ms <= WALL_MS)}"
        for peer, times in TARGETS:
            for name in (name for name in wall if name.startswith(peer)):
                ratio = wall[name] / wall[ours]
                target = f"target {times}: {_word(ratio >= times)}" if name == peer else "no target"
                yield f"    {ratio:7.1f} times the rate of {name} ({target})"


def _word(held: bool) -> str:
    return "met" if held else "MISSED"


def main() -> int:
    """Prepare every tool, run each once uncounted, then all in turns, and print the table."""
    asked_for = options()
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        os.environ["GRADER_CACHE"] = str(Path(folder) / "cache")
        every = list(tools(asked_for, Path(folder)))
        bank, whole = bank_of(Path(folder) / "ten"), bank_of(Path(folder) / "whole")
        compared = sum(len(rows) for rows in cases_of(bank).values())
        print(
            f"calls judged: ours {asked(bank)} for ten functions, {asked(whole)} for 19; every peer {compared}"
        )
        print(f"before: {machine()}", flush=True)
        for tool in every:
            first = tool.run()
            what = "the bank is built" if isinstance(tool, Grader) else "not counted"
            print(f"first run, {what}: {tool.name}: {first.cost.words(first.count)}", flush=True)
        found: dict[str, list[Graded]] = {tool.name: [] for tool in every}
        for _ in range(asked_for.rounds):
            for tool in every:
                found[tool.name].append(tool.run())
        print(f"after: {machine()}")
        print(f"{'ms a submission':42} {'wall':>9} {'least':>9} {'most':>9} {'CPU':>11}   submissions")
        print("\n".join(line(name, runs) for name, runs in found.items()))
        print("\n".join(targets(found)))
    return int(any(run.full != run.count for runs in found.values() for run in runs))


if __name__ == "__main__":
    sys.exit(main())
