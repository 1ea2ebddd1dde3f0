"""How every submission of a class ended, and what must be true of each kind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from grader.gradebook import Entry, read_batch
from tests.benchmarks.cohort.submissions import KINDS, Made

__all__ = ["Ended", "complaints", "outcomes", "table"]

_TIMES = ("cpu_s", "wall_s", "memory_mib")


@dataclass(frozen=True)
class Ended:
    """A submission and what a batch says of it."""

    made: Made
    entry: Entry | None
    verdict: dict[str, Any] | None
    """The result as data, without what a clock or a scale measured."""

    @property
    def word(self) -> str:
        """`full`, `part` or `none` of the points, or the state of an entry without a verdict."""
        if self.entry is None:
            return "lost"
        if self.entry.state != "graded":
            return self.entry.state
        if self.entry.score >= self.entry.max_score:
            return "full"
        return "part" if self.entry.score else "none"

    @property
    def said(self) -> object:
        """All that is to be the same each time."""
        return self.verdict, self.entry and self.entry.model_dump(exclude=set(_TIMES))

    @property
    def points(self) -> object:
        """Of that, what a gradebook holds."""
        return self.word, self.entry and self.entry.exercises


def outcomes(made: Sequence[Made], out: Path) -> list[Ended]:
    """What the batch in this folder says of each student."""
    batch = read_batch((out / "batch.json").read_bytes())
    entries = {entry.person.student: entry for entry in batch.entries}
    return [Ended(one, entries.get(one.student), _verdict(out, entries.get(one.student))) for one in made]


def _verdict(out: Path, entry: Entry | None) -> dict[str, Any] | None:
    if entry is None or not entry.result:
        return None
    data: dict[str, Any] = json.loads((out / entry.result).read_text(encoding="utf-8"))
    for part in (data, *data["exercises"]):
        for name in _TIMES:
            part.pop(name, None)
    return data


_MAY = {
    "right": {"full"},
    "wrong": {"part", "none"},
    "mutated": {"full", "part", "none"},
    "hanging": {"part", "none"},
    "crashing": {"part", "none"},
    "hostile": {"part", "none"},
    "unreadable": {"none", "refused", "missing"},
}
"""How each kind may end; some slips change nothing that counts."""


def complaints(*runs: Sequence[Ended]) -> list[str]:
    """What must not be, in words; empty where all is well."""
    found = []
    for number, run in enumerate(runs, 1):
        for one in run:
            if one.word not in _MAY[one.made.kind] and not _is_told(one):
                why = one.entry.message if one.entry else "the batch does not know the student"
                found.append(f"run {number}: {_name(one)} ended as {one.word!r}: {why}")
    first, *others = runs
    for other in others:
        found += [
            f"{_name(a)}: the runs differ{' in points' if a.points != b.points else ''}: {_difference(a, b)}"
            for a, b in zip(first, other, strict=True)
            if a.said != b.said
        ]
    return found


def _is_told(one: Ended) -> bool:
    """Whether only the import of the file failed: then its definitions are graded, and the report says so."""
    return one.made.how == "import" and one.word == "full" and bool((one.verdict or {}).get("problems"))


def _name(one: Ended) -> str:
    return f"{one.made.student} ({one.made.kind}: {one.made.how})"


def _difference(a: Ended, b: Ended) -> str:
    """The first exercise that differs, else what does."""
    for one, other in zip(
        (a.verdict or {}).get("exercises", ()), (b.verdict or {}).get("exercises", ()), strict=False
    ):
        if one != other:
            texts = [
                json.dumps([item["status"], *(check["message"] for check in item["checks"])])
                for item in (one, other)
            ]
            return f"{one['name']}: {texts[0]:.200} and {texts[1]:.200}"
    return f"{a.word} and {b.word}"


def table(*runs: Sequence[Ended]) -> list[str]:
    """A line for each kind: how many, how they ended, what the box's clock and CPU said, and sameness."""
    words = ("full", "part", "none", "refused", "missing", "fault", "lost")
    heads = [f"{word:>8}" for word in words]
    spent_on = "   ".join(f"{name} median   most    sum" for name in (" wall:", "  CPU:"))
    lines = [f"{'kind':12}{'count':>6}{''.join(heads)}   {spent_on}   same points   same in all"]
    first = runs[0]
    for kind in KINDS:
        of_kind = [at for at, one in enumerate(first) if one.made.kind == kind]
        counts = Counter(first[at].word for at in of_kind)
        same = [
            sum(all(getattr(run[at], part) == getattr(first[at], part) for run in runs) for at in of_kind)
            for part in ("points", "said")
        ]
        entries = [
            entry for run in runs for at in of_kind if (entry := run[at].entry) and entry.state == "graded"
        ]
        numbers = "".join(f"{counts[word] or '':>8}" for word in words)
        spent = [
            _spent([getattr(entry, name) for entry in entries], len(runs)) for name in ("wall_s", "cpu_s")
        ]
        lines.append(f"{kind:12}{len(of_kind):6}{numbers}   {'   '.join(spent)}{same[0]:>14}{same[1]:>14}")
    return lines


def _spent(seconds: Sequence[float], runs: int) -> str:
    """Median and largest of one submission, and the sum over a run."""
    if not seconds:
        return f"{'':28}"
    return f"{median(seconds):10.2f} s {max(seconds):6.2f} {sum(seconds) / runs:6.0f}"
