"""The report for a terminal: what, where, expected, got, hint, in that order and in plain lines."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from grader.reports import answers, wording
from grader.reports.curves import numbers
from grader.reports.inert import cut, inert, one_line, split_lines
from grader.results import (
    CheckResult,
    Evidence,
    ExerciseResult,
    Output,
    Problem,
    Result,
    Status,
    Where,
    WrittenResult,
)

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_text", "render_text"]

_STYLES: dict[Status, str] = {"passed": "green", "failed": "bold red", "skipped": "dim", "fault": "yellow"}
_ASCII = str.maketrans(
    {
        "✓": "+", "✗": "x", "–": "-", "—": "-", "−": "-", "·": "-", "×": "x", "│": "|",
        "…": "...", "≤": "<=", "≥": ">=", "±": "+-", "“": '"', "”": '"', "‘": "'", "’": "'",
    }
)  # fmt: skip
_LONGEST = 2000
"""Characters of one message, call or answer."""
_NAME_WIDTH = 40
_WIDTH = 100
_FIRST_ANSWER = 6
"""Lines of a written answer that are shown."""
_FIRST_LINES, _LAST_LINES = 30, 10
"""How much of the student's output is shown."""


def render_text(result: Result, *, width: int = _WIDTH, colour: bool = False, unicode: bool = True) -> str:
    """The report as text, lines no longer than `width`.

    Args:
        result: The verdict.
        width: Columns, at least 40.
        colour: Whether to use escape codes of a terminal; without them the text reads well in a pipe.
        unicode: Whether marks such as ✓ may be used; if not, everything is ASCII.
    """
    from rich.console import Console

    file = StringIO()
    console = Console(
        file=file,
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
    )
    _Writer(console, width=console.width, unicode=unicode).report(result)
    return file.getvalue()


def print_text(result: Result, console: Console) -> None:
    """Write the report to a rich console, in the width, colours and characters that it can show."""
    unicode = console.encoding.lower().startswith("utf") and not console.legacy_windows
    _Writer(console, width=min(console.width, _WIDTH), unicode=unicode).report(result)


@dataclass(frozen=True)
class _Writer:
    """Writes one report; every string passes through `put`, which makes it inert."""

    console: Console
    width: int
    unicode: bool

    def put(self, text: str = "", *, indent: int = 0, style: str = "", label: str = "") -> None:
        """Write `text` wrapped behind an indent; a label stands before its first line."""
        from rich.text import Text

        head, body = (self._plain(part) for part in (label, text))
        left = indent + len(head)
        room = max(self.width - left, 20)
        # Rich drops empty lines at the end of a wrap, so every line of the text is wrapped by itself.
        rows = [
            row
            for line in body.split("\n")
            for row in Text(line).wrap(self.console, room, tab_size=4) or [Text()]
        ]
        for at, row in enumerate(rows):
            start = " " * indent + head if at == 0 else " " * left
            row.rstrip()
            line = Text(start if row.plain else start.rstrip(), style) + row
            line.stylize(style)
            self.console.print(line, no_wrap=True, overflow="ignore", crop=False, highlight=False)

    def _plain(self, text: str) -> str:
        safe = inert(text)
        if self.unicode:
            return safe
        return safe.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def report(self, result: Result) -> None:
        self.put(one_line(wording.headline(result)), style="bold")
        if late := wording.lateness(result):
            self.put(one_line(late))
        for problem in result.problems:
            self.put()
            self._problem(problem)
        if result.exercises:
            self.put()
        names = [one.name for one in result.exercises] + [one.name for one in result.written]
        pad = min(max((len(one_line(name)) for name in names), default=0), _NAME_WIDTH)
        roomy = False
        for at, exercise in enumerate(result.exercises):
            long = exercise.status == "failed"
            if at and (long or roomy):
                self.put()
            self._exercise(exercise, result, pad)
            roomy = long
        for answer in result.written:
            self.put()
            self._written(answer, pad)
        self._whole_run(result)
        self.put()
        self._end(result)

    def _whole_run(self, result: Result) -> None:
        words, lines = wording.whole_run(result)
        if words:
            self.put()
            self.put(words)
        for line in lines:
            self.put(one_line(line), indent=4)

    def _problem(self, problem: Problem) -> None:
        message = cut(problem.message, _LONGEST)
        if problem.fault:
            self.put(wording.fault_text(message), label="! ", style=_STYLES["fault"])
        else:
            style = _STYLES["skipped" if problem.note else "failed"]
            self.put(message, label=f"{wording.problem_word(problem)}: ", style=style)
        if problem.where:
            self._where(problem.where, indent=4)

    def _exercise(self, exercise: ExerciseResult, result: Result, pad: int) -> None:
        name = one_line(exercise.name)
        name = name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 1] + "…"
        parts = [f"{name:<{pad}}"]
        if exercise.status != "fault" or exercise.max_score:
            parts.append(wording.points(exercise.score, exercise.max_score))
        if exercise.status == "skipped":
            parts.append(wording.skip_text(exercise.because, exercise, result))
        if exercise.status == "fault":
            parts.append(wording.fault_text(cut(wording.first_fault(exercise), _LONGEST)))
        label = f"{wording.MARKS[exercise.status]} "
        self.put("  ".join(parts), label=label, style=_STYLES[exercise.status])
        if exercise.status == "passed":
            return
        for check in exercise.checks:
            said = exercise.status == "fault" and check.message == wording.first_fault(exercise)
            if not said:
                self._check(check, exercise, result)
        self._output(exercise.output)

    def _written(self, answer: WrittenResult, pad: int) -> None:
        told = f"{answers.given(answer)}  " if answer.score is not None else ""
        self.put(f"{one_line(answer.name):<{pad}}  {told}{answers.state(answer)}", label="· ")
        lines = [cut(line, _LONGEST) for line in split_lines(answer.answer)] if answer.answer else []
        for line in [*lines[:_FIRST_ANSWER], *(["…"] if lines[_FIRST_ANSWER:] else [])]:
            self.put(line, indent=6, label="│ ", style="dim")
        for item in answer.items:
            self.put(one_line(item.text), indent=4, label=f"{answers.item_points(item):<8} ")
        if answer.comment:
            self.put(cut(answer.comment, _LONGEST), indent=4, label=f"{one_line(answers.marker(answer))}: ")
        if answer.earlier:
            self.put(f"Does not count: {cut(answer.earlier, _LONGEST)}.", indent=4, style="dim")

    def _check(self, check: CheckResult, exercise: ExerciseResult, result: Result) -> None:
        mark = f"{wording.MARKS[check.status]} "
        message = cut(check.message, _LONGEST)
        if check.status == "fault":
            self.put(wording.fault_text(message), label=mark, indent=4, style=_STYLES["fault"])
        elif check.status == "skipped" and exercise.status != "skipped":
            reason = wording.skip_text(check.because, exercise, result)
            self.put(
                f"{one_line(wording.check_title(check))}: {reason}",
                label=mark,
                indent=4,
                style=_STYLES["skipped"],
            )
        elif check.status == "failed":
            self.put(one_line(wording.check_title(check)), label=mark, indent=4, style="red")
            if message:
                self.put(message, indent=6)
            evidence = wording.shown_evidence(check)
            if evidence:
                self._evidence(evidence, result.seed)
            if check.hidden:
                self.put("The inputs of this check are not shown.", indent=6, style="dim")
            if check.hint:
                self.put(cut(check.hint, _LONGEST), indent=6, label="Hint: ", style="cyan")

    def _evidence(self, evidence: Evidence, seed: int) -> None:
        if evidence.call or evidence.expected or evidence.got:
            self.put(f"{one_line(wording.input_title(evidence, seed))}:", indent=6)
        rows = [("call", evidence.call), ("expected", evidence.expected), ("got", evidence.got)]
        for label, text in rows:
            if text:
                self.put(cut(text, _LONGEST), indent=8, label=f"{label:<10}")
        if evidence.curve:
            self.put(f"{evidence.curve.name} over {evidence.curve.over}:", indent=6)
            self.put("; ".join(numbers(evidence.curve)), indent=8)
        if evidence.where:
            self._where(evidence.where, indent=8, label="where")

    def _where(self, where: Where, *, indent: int, label: str = "") -> None:
        head = f"{label:<10}" if label else ""
        self.put(one_line(wording.place(where)), indent=indent, label=head)
        code = " ".join(where.code.strip().splitlines())
        if code:
            self.put(cut(code, 200), indent=indent + len(head) + 2, style="bold")

    def _output(self, output: Output) -> None:
        if not output.text.strip():
            return
        said = f" ({output.cut_bytes:,} bytes in the middle were cut)" if output.cut_bytes else ""
        self.put(f"Your code printed{said}:", indent=4)
        lines = [cut(line, _LONGEST) for line in split_lines(output.text.rstrip())]
        left_out = len(lines) - _FIRST_LINES - _LAST_LINES
        if left_out > 0:
            lines[_FIRST_LINES:-_LAST_LINES] = [f"… {left_out:,} lines are left out here …"]
        for line in lines:
            self.put(line, indent=6, label="│ ", style="dim")

    def _end(self, result: Result) -> None:
        if said := wording.beside(result):
            self.put(one_line(said), style="dim")
        line = f"Seed {result.seed}, box {one_line(result.box)}, grader {one_line(result.grader)}."
        self.put(f"{line} {wording.coverage(result)}".rstrip(), style="dim")
