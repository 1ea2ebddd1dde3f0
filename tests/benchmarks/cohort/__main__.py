"""`python -m tests.benchmarks.cohort`: a generated class of 300 to `losses`, graded twice by `grader batch`.

Prints how each kind of submission ended and what it cost, and whether both runs said the same, times aside. Exit status
1 where they did not, where there was a fault, or where a submission ended as its kind must not.

`--count N`, `--seed N`, `--jobs N`, `--box KIND`; `--short` lowers the limits, so that what hangs costs a second;
`--keep DIR` leaves submissions and results there. Nothing here decides a test.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from grader.boxes import Limits
from tests.benchmarks.cohort.outcomes import Ended, complaints, outcomes, table
from tests.benchmarks.cohort.submissions import Made, class_of, write_class
from tests.benchmarks.courses import losses_course
from tests.benchmarks.processes import Cost, cost_of

SHORT = Limits(cpu_s=2, wall_s=4, memory_mib=256)


def graded(made: list[Made], work: Path, options: argparse.Namespace, run: int) -> tuple[list[Ended], Cost]:
    """One run of the batch."""
    out = work / f"out-{run}"
    command = [
        *(
            sys.executable,
            "-m",
            "grader",
            "--course",
            str(work / "course"),
            "batch",
            "losses",
            str(work / "in"),
        ),
        *("--students", str(work / "in.csv"), "--out", str(out)),
        *("--jobs", str(options.jobs), "--box", options.box),
    ]
    environment = {**os.environ, "GRADER_CACHE": str(work / "cache")}
    cost = cost_of([command], environment=environment, said=work / f"said-{run}.txt")
    return outcomes(made, out), cost


def main() -> int:
    """Make the class, grade it twice, print the table."""
    parser = argparse.ArgumentParser(description="A generated class, graded twice.")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--box", default="jail")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cohort-") as folder:
        work = options.keep or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        losses_course(work / "course", limits=SHORT if options.short else None)
        made = class_of(options.count, seed=options.seed)
        write_class(made, work / "in")
        print(
            f"{len(made)} submissions of losses, seed {options.seed}, {options.jobs} jobs, box {options.box}"
        )
        runs = []
        for run in (1, 2):
            ended, cost = graded(made, work, options, run)
            runs.append(ended)
            bank = "the bank is built first" if run == 1 else "the bank is in the cache"
            print(f"run {run}: {cost.words(len(made))}; exit status {cost.statuses}; {bank}", flush=True)
        print("\n".join(table(*runs)))
        found = complaints(*runs)
        print("\n".join(found) if found else "No fault; every kind ended as it must; both runs say the same.")
    return 1 if found else 0


if __name__ == "__main__":
    begun = time.monotonic()
    status = main()
    print(f"{time.monotonic() - begun:.0f} s in all")
    sys.exit(status)
