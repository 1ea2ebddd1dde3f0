"""`python -m tests.benchmarks.notebooks`: every submission as a module and as a notebook, verdicts compared and timed.

Both forms of a submission are graded as a batch does, in turns, without the checks that measure. Names of assignments
may follow; `--way WAY` fills all in in one way (above, beside, below, moved), `--seed N` draws the ways anew, `--loads`
only imports each, in all four ways. `--plain` makes no failing case small, which is much faster; `--class` times
`grader batch` on 48 right submissions in both forms, taking turns. A difference ends it with status 1; times decide
nothing.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from grader.batch import Desk
from grader.batch.jobs import Job
from grader.boxes import close_all
from grader.grading import grade
from grader.results import Result, read_result
from grader.skeletons import notebook_skeleton
from grader.submissions import read_submission
from tests.assignments.alike import differences
from tests.assignments.filled import WAYS, filled
from tests.assignments.test_submissions import COURSE, ROOT, Untimed
from tests.strongest import strongest

_CLASS, _ROUNDS = 48, 5
_MOST_TOLD = 5
"""Differences of one submission; one definition that is not found makes dozens."""


def main(arguments: Sequence[str]) -> int:
    """Print each difference, and for each assignment the seconds of both forms."""
    rest = list(arguments)
    way = rest.pop(rest.index("--way") + 1) if "--way" in rest else ""
    seed = rest.pop(rest.index("--seed") + 1) if "--seed" in rest else ""
    names = [name for name in rest if not name.startswith("--")] or COURSE.ids
    told = 0
    for id in names:
        desk = Untimed(str(ROOT), id, strongest(), 0)
        desk.warm()
        if "--class" in rest:
            _class(desk)
            continue
        plain = "--plain" in rest
        found = list(_loads(desk) if "--loads" in rest else _compared(desk, way, seed, plain=plain))
        print("\n".join(found), end="\n" if found else "", flush=True)
        told += len(found)
    close_all()
    return 1 if told else 0


def _submissions(id: str) -> list[Path]:
    return sorted((COURSE.folder(id) / "submissions").glob("*/*.py"))


def _compared(desk: Desk, way: str, seed: str, *, plain: bool) -> Iterator[str]:
    """The differences of an assignment's submissions; prints how long both forms took."""
    handed_out = notebook_skeleton(desk.assignment)
    clock: dict[str, list[float]] = {"module": [], "notebook": []}
    cpu: dict[str, list[float]] = {"module": [], "notebook": []}
    for number, path in enumerate(_submissions(desk.id)):
        rng = random.Random(f"{path.name}{seed}")
        drawn = rng.choice(WAYS)
        notebook = filled(handed_out, path.read_text(encoding="utf-8"), way=way or drawn, rng=rng)
        forms = {"module": (path.name, path.read_bytes()), "notebook": (f"{path.stem}.ipynb", notebook.data)}
        results: dict[str, Result] = {}
        for form in sorted(forms, reverse=number % 2 == 1):
            begun, used = time.perf_counter(), time.process_time()
            found = results[form] = (_plain if plain else _graded)(desk, *forms[form])
            clock[form].append(time.perf_counter() - begun)
            cpu[form].append(time.process_time() - used + found.cpu_s)
        for difference in differences(results["module"], results["notebook"], notebook)[:_MOST_TOLD]:
            yield f"  {path.parent.name}/{path.stem} ({way or drawn}): {difference}"
    print(
        f"{desk.id:12} {len(cpu['module']):3} submissions; {_times('clock', clock)}; {_times('CPU', cpu)}",
        flush=True,
    )


def _times(what: str, seconds: Mapping[str, Sequence[float]]) -> str:
    """Milliseconds of both forms, and how many times as long a notebook takes: in all, and in the median."""
    module, notebook = (1000 * statistics.fmean(seconds[form]) for form in ("module", "notebook"))
    ratios = [other / one for one, other in zip(seconds["module"], seconds["notebook"], strict=True)]
    in_the_median = f"{statistics.median(ratios):.2f} in the median"
    return f"{what} {module:.0f} and {notebook:.0f} ms, {notebook / module:.2f} times ({in_the_median})"


def _graded(desk: Desk, name: str, data: bytes) -> Result:
    done = desk.grade(Job("student", name, data, key=name))
    return read_result(done.result)


def _plain(desk: Desk, name: str, data: bytes) -> Result:
    submission = read_submission(name, data).restored(desk.bank.given)
    session = desk.session(submission)
    return grade(desk.bank, submission, desk.start, box=desk.box, session=session, explain=False)


def _class(desk: Desk) -> None:
    """Time `grader batch` on a class that is right, as modules and as notebooks."""
    handed_out = notebook_skeleton(desk.assignment)
    right = [path.read_text(encoding="utf-8") for path in _submissions(desk.id) if "accepted" in path.parts]
    with tempfile.TemporaryDirectory() as name:
        for number in range(_CLASS):
            text = right[number % len(right)]
            made = filled(handed_out, text, way=WAYS[number % len(WAYS)], rng=random.Random(number))
            for form, suffix, data in (("module", "py", text.encode()), ("notebook", "ipynb", made.data)):
                path = Path(name, form, f"s{number}", f"{desk.id}.{suffix}")
                path.parent.mkdir(parents=True)
                path.write_bytes(data)
        clock: dict[str, list[float]] = {"module": [], "notebook": []}
        for number in range(_ROUNDS):
            for form in sorted(clock, reverse=number % 2 == 1):
                options = ["--out", f"{name}/{form}{number}"]
                command = [sys.executable, "-m", "grader", "batch", desk.id, f"{name}/{form}", *options]
                begun = time.perf_counter()
                subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
                clock[form].append((time.perf_counter() - begun) / _CLASS)
    print(
        f"{desk.id:12} {_CLASS} right submissions, {_ROUNDS} rounds each; {_times('clock', clock)}",
        flush=True,
    )


def _loads(desk: Desk) -> Iterator[str]:
    """Notebooks that cannot be imported to their end, whichever way they were filled in."""
    handed_out = notebook_skeleton(desk.assignment)
    for path in _submissions(desk.id):
        for way in WAYS:
            rng = random.Random(path.name)
            notebook = filled(handed_out, path.read_text(encoding="utf-8"), way=way, rng=rng)
            with closing(desk.session(read_submission(f"{path.stem}.ipynb", notebook.data))) as session:
                problem = session.load().problem
                if problem is not None:
                    yield f"  {path.parent.name}/{path.stem} ({way}): {problem}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
