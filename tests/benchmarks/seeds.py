"""`python -m tests.benchmarks.seeds [N]`: every accepted submission over N seeds; prints what was refused.

Too long for `make test`, which looks at a few seeds; the number belongs into a release's notes.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from grader import grading
from grader.banks import build_bank
from grader.boxes import open_box
from grader.courses import Course
from grader.submissions import collect

ROOT = Path(__file__).parents[2]


def refused(id: str, seed: int) -> list[str]:
    """What accepted submissions of an assignment lose with this seed."""
    bank = build_bank(Course(ROOT).load(id), seed=seed)
    lost: list[str] = []
    for path in sorted((ROOT / "assignments" / id / "submissions" / "accepted").glob("*.py")):
        result = grading.grade(
            bank, collect(path), lambda: open_box("bare", bank.libraries, bank.limits), box="bare"
        )
        lost.extend(
            f"seed {seed}: {id}/{path.stem}: {exercise.name}: {check.name}: {check.status}: {check.message}"
            for exercise in result.exercises
            for check in exercise.checks
            if check.status != "passed"
        )
    return lost


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    jobs = [(id, seed) for seed in range(count) for id in Course(ROOT).ids]
    with ProcessPoolExecutor(max_workers=2) as pool:
        lost = [line for lines in pool.map(refused, *zip(*jobs, strict=True), chunksize=4) for line in lines]
    print("\n".join(lost[:50]))
    print(f"{len(jobs)} gradings of all accepted submissions over {count} seeds: {len(lost)} checks refused")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
