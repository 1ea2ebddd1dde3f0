"""`python -m tests.benchmarks.timed_submissions`: the checks that measure, on every submission they concern.

Accepted submissions have to pass; wrong ones that name such a check in their first line have to fail it. Names of
assignments may follow, and `--box KIND`. Nothing here decides a test.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from grader.banks import Bank, Planned, PlannedCheck, cached_bank
from grader.boxes import close_all, open_box
from grader.checks import judged
from grader.courses import Course
from grader.errors import FaultError
from grader.measuring import Arena
from grader.submissions import collect

COURSE = Course(Path(__file__).parents[2])


def verdict(bank: Bank, path: Path, planned: Planned, check: PlannedCheck, kind: str) -> str:
    """`pass`, the kind of failure with its message, or why there is no verdict."""
    submission = collect(path)
    arena = Arena(
        lambda: open_box(kind, bank.libraries, bank.limits),
        submission.name,
        submission.text,
        allow=bank.allow,
        limits=bank.limits,
    )
    try:
        for trial in check.trials:
            failure = judged(check.check, planned.contract, trial, [arena.measure(planned, check, trial)])
            if failure is not None:
                return f"{failure.kind}: {failure.message}"
    except FaultError as error:
        return f"no verdict: {error.message}"
    return "pass"


def main(arguments: Sequence[str]) -> None:
    """Print a line for each submission and check."""
    rest = list(arguments)
    kind = rest.pop(rest.index("--box") + 1) if "--box" in rest else "jail"
    names = [name for name in rest if name != "--box"] or COURSE.ids
    for id in names:
        bank = cached_bank(COURSE.load(id), seed=0, source_hash=COURSE.source_hash(id))
        folder = COURSE.folder(id) / "submissions"
        for planned in bank.exercises:
            for check in planned.checks:
                if check.check.runs != "timing":
                    continue
                named = f"{planned.contract.name}: {check.name}"
                for path in sorted(folder.glob("*/*.py")):
                    first = path.read_text(encoding="utf-8").partition("\n")[0]
                    fails = named in first.removeprefix("# fails: ").split("; ")
                    if path.parent.name == "wrong" and not fails:
                        continue
                    begun = time.monotonic()
                    found = verdict(bank, path, planned, check, kind)
                    fine = (found == "pass") != fails and not found.startswith("no verdict")
                    mark = "as promised" if fine else "NOT AS PROMISED"
                    took = time.monotonic() - begun
                    print(
                        f"{id} {path.parent.name}/{path.name} {named}: {mark}, {took:.1f} s: {found}",
                        flush=True,
                    )
    close_all()


if __name__ == "__main__":
    main(sys.argv[1:])
