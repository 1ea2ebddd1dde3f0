"""A batch in plain text, for the terminal and for logs."""

from __future__ import annotations

from pathlib import Path

from grader.batch.regrading import Regraded
from grader.batch.summaries import Spoken, Summary
from grader.gradebook import Batch
from grader.reports import answers
from grader.reports.inert import inert

__all__ = ["changes_text", "summary_text"]

_BAR = 30
_WIDE = 100


def summary_text(batch: Batch, summary: Summary, out: Path) -> str:
    """What a batch came to, as lines."""
    lines = [_head(batch, summary)]
    if any(summary.histogram):
        lines += ["", *_histogram(summary)]
    if summary.graded and summary.exercises:
        lines += ["", "passed by exercise"]
        width = max(len(share.exercise) for share in summary.exercises)
        lines += [
            f"  {share.exercise:{width}}  {share.passed:4} of {share.of}  {share.percent:5.1f} %"
            for share in summary.exercises
        ]
    if summary.written:
        width = max(len(share.question) for share in summary.written)
        lines += ["", "written answers"]
        lines += [f"  {share.question:{width}}  {_spoken(share)}" for share in summary.written]
    if summary.common:
        lines += ["", "what most fail"]
        for item in summary.common:
            lines.append(f"  {item.count:4}  {item.exercise}: {item.check}: {_short(item.message)}")
    if summary.slowest:
        slow = ", ".join(f"{student} {cpu_s:.1f} s" for student, cpu_s in summary.slowest)
        lines += ["", f"slowest (CPU time of the box): {slow}"]
    for state, words in (("fault", "no verdict, by our fault"), ("refused", "nothing that can be graded")):
        of = [entry for entry in batch.entries if entry.state == state]
        if of:
            lines += ["", f"{words} ({len(of)})"]
            lines += [f"  {entry.person.student}: {_short(entry.message)}" for entry in of]
    lines += ["", f"results, reports, gradebook and index.html: {out}"]
    return inert("\n".join(lines)) + "\n"


def _spoken(share: Spoken) -> str:
    mean = "" if share.percent is None else f"; mean {share.percent:.1f} %"
    told = f"{share.answered} of {share.of} answered, {share.waiting} to be graded by hand{mean}"
    return f"{told} (grader rubric sheet)" if share.waiting else told


def _head(batch: Batch, summary: Summary) -> str:
    states = ", ".join(f"{count} {state}" for state, count in sorted(summary.states.items()))
    text = f"{batch.title}: {states or 'no submissions'}; {batch.wall_s:.1f} s, seed {batch.seed}, box {batch.box}."
    if summary.mean is not None and summary.median is not None:
        mean = f"Mean {summary.mean:.1f} %, median {summary.median:.1f} %"
        text += f"\n{mean} of {batch.max_score:g} points{_so_far(batch)}."
    return text if batch.complete else f"{text}\nInterrupted: go on with --resume."


def _so_far(batch: Batch) -> str:
    """That the percentages are of what is decided so far."""
    pending = sum(entry.pending for entry in batch.entries)
    return f", as far as they are given; {answers.waiting(pending)}" if pending else ""


def _histogram(summary: Summary) -> list[str]:
    most = max(summary.histogram)
    step = 100 // len(summary.histogram)
    return [
        f"  {at * step:3}–{(at + 1) * step:3} %  {count:4}  {'█' * round(_BAR * count / most)}"
        for at, count in enumerate(summary.histogram)
    ]


def changes_text(found: Regraded, *, written: bool) -> str:
    """What judging again changed, as lines."""
    lines = [] if found.changes else ["Nothing changes for anybody."]
    for change in found.changes:
        lines.append(f"{change.student}: {change.before:g} points before, {change.after:g} now")
        lines += [f"  {words}" for words in change.words]
    for student, why in found.kept.items():
        lines.append(f"{student}: stays as it was: {why}")
    if found.changes and not written:
        lines.append("Nothing was written.")
    return inert("\n".join(lines)) + "\n"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDE else f"{line[: _WIDE - 1]}…"
