"""An audit for people: a table for the terminal, one self-contained page for the browser."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.audit.records import Audit, ExerciseAudit, MutantResult
from grader.reports.inert import cut, inert

__all__ = ["render_html", "render_text"]

_WIDTH = 110
_LONGEST = 600
_MOST = 60


def render_text(audit: Audit) -> str:
    """The matrix, then everything that is not as it should be."""
    lines = [f"{audit.title}: audit of its checks", ""]
    lines += _table(audit)
    lines += ["", _summary(audit)]
    for title, items in _findings(audit).items():
        if items:
            lines += ["", f"{title}:"]
            lines += [line for item in items[:_MOST] for line in _wrapped(item)]
            if len(items) > _MOST:
                lines.append(f"  … and {len(items) - _MOST} more; --json has them all.")
    lines += ["", f"Seed {audit.seed}, {audit.wall_s:.1f} s, grader {audit.grader}."]
    return "\n".join(inert(line) for line in lines) + "\n"


def _table(audit: Audit) -> list[str]:
    width = max((len(row.name) for row in audit.exercises), default=0)
    head = f"{'':{width}}  mutants  killed  survived  equivalent  rate    by check"
    rows = [head]
    for row in audit.exercises:
        counts = f"{row.killed + row.survived:7}  {row.killed:6}  {row.survived:8}  {row.equivalent:10}"
        kills = ", ".join(f"{name} {count}" for name, count in row.kills.items())
        rows.append(f"{row.name:{width}}  {counts}  {_percent(row):6}  {kills}")
    total = f"{audit.killed + audit.survived:7}  {audit.killed:6}  {audit.survived:8}  {audit.equivalent:10}"
    rows.append(f"{'all':{width}}  {total}  {100 * audit.rate:.1f} %")
    return rows


def _percent(row: ExerciseAudit) -> str:
    return f"{100 * row.rate:.1f} %" if row.killed + row.survived else "–"


def _summary(audit: Audit) -> str:
    trivial = sum(item.caught for item in audit.trivial)
    wrong = sum(item.caught for item in audit.wrong)
    seeds = f", each with {audit.seeds} further seeds" if audit.seeds else ""
    return (
        f"Trivial answers caught: {trivial} of {len(audit.trivial)}. "
        f"Wrong submissions caught: {wrong} of {len(audit.wrong)}. "
        f"Right variants: {len(audit.right)}{seeds}; false failures: {len(audit.false_failures)}."
    )


def _findings(audit: Audit) -> dict[str, list[str]]:
    """What is not as it should be, by heading."""
    return {
        "False failures": [
            f"{item.exercise}: {item.check}: {item.what} (seed {item.seed}): {item.message}"
            for item in audit.false_failures
        ],
        "Trivial answers that pass": [
            f"{item.exercise}: {item.answer}" for item in audit.trivial if not item.caught
        ],
        "Wrong submissions that are not caught as they promise": [
            f"{item.file}: expected {'; '.join(item.expected) or 'a failure'}, got {'; '.join(item.got) or 'none'}"
            for item in audit.wrong
            if not item.caught
        ],
        "Survivors": [_survivor(mutant) for mutant in audit.survivors],
        "Checks that turn down nothing": [f"{exercise}: {check}" for exercise, check in audit.idle],
    }


def _survivor(mutant: MutantResult) -> str:
    reason = f"\n  reason: {mutant.reason}" if mutant.reason else ""
    before, after = mutant.before or "(nothing)", mutant.after or "(nothing)"
    return (
        f"{mutant.exercise}: {mutant.operator}\n- {before}\n+ {after}\n"
        f"  told apart by {cut(mutant.witness, _LONGEST)}{reason}"
    )


def _wrapped(item: str) -> Iterator[str]:
    for number, line in enumerate(item.splitlines()):
        indent = "  " if number == 0 else "    "
        yield from textwrap.wrap(line, _WIDTH, initial_indent=indent, subsequent_indent="      ") or [""]


def render_html(audit: Audit) -> str:
    """The page as text, to be saved in UTF-8."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader("grader.audit"), PackageLoader("grader.reports")]),
        autoescape=True,
        finalize=lambda value: inert(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["short"] = lambda text: cut(text, _LONGEST)
    findings = _findings(audit)
    findings.pop("Survivors")
    return environment.get_template("audit.html").render(
        audit=audit, summary=_summary(audit), findings=findings, percent=_percent
    )
