"""Finds answers in what was handed in. Nothing of it is run.

In a notebook an answer is what stands in the cells whose `grade_id`, tag or id is the question's name; else what stands
below a line `**Answer name**` or a heading that is the name or the title. In a Python file it is a string that is
assigned to the name at the top level, or the comments below `# %% [markdown] written:name`. Of several marked cells all
count, of everything else the last in which something was written.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from grader.notebooks.composing import cell_of
from grader.notebooks.reading import Cell, Notebook
from grader.results import ItemResult, WrittenResult
from grader.submissions import Submission
from grader.written.handing_out import STUB, prompt
from grader.written.questions import Written

__all__ = ["Answer", "find_answer", "written_results"]

_LONGEST = 20_000
"""Characters of an answer that a result keeps."""
_MOST_READ = 1 << 20
"""Characters of a cell that are looked at."""

_STUBS = {
    STUB.casefold(),
    "type your answer here, replacing this text",
    "write your answer here",
    "type your answer here",
    "double-click to edit",
    "double click to edit this cell",
    "todo",
    "your code here",
    "raise notimplementederror()",
}
_MARKUP = " \t*_>#`\"'.…-"
# Possessive throughout: lines come from strangers, and none may take long.
_HEADING = re.compile(r" {0,3}+(#{1,6}+)(?:\s|$)")
_ANY_ANSWER = re.compile(
    r"\s*+(?:\*\*|__)\s*+answer\s++[`\"']?+[\w-]++[`\"']?+\s*+[:.]?+\s*+(?:\*\*|__)", re.IGNORECASE
)


@dataclass(frozen=True)
class Answer:
    """What was found."""

    status: Literal["answered", "unanswered", "missing"]
    text: str = ""
    place: str = ""
    """`cell In[7]`, or `line 12`."""


def written_results(questions: Sequence[Written], submission: Submission) -> list[WrittenResult]:
    """Every question with its answer, and without points."""
    return [_result(question, find_answer(submission, question)) for question in questions]


def find_answer(submission: Submission, question: Written) -> Answer:
    """The answer to a question; what was handed out and left as it was is none."""
    found: list[Answer] = []
    if submission.notebook is not None:
        marked = [cell for cell in submission.notebook.cells if _is_marked(cell, question.name)]
        if marked:
            texts = [_answer(cell.source, question).text for cell in marked]
            place = ", ".join(cell.label for cell in marked)
            return _answer("\n\n".join(text for text in texts if text), question, place)
        found = [_answer(text, question, place) for text, place in _below(submission.notebook, question)]
    found += [
        _answer(text, question, _place(submission, line))
        for line, text in sorted(
            [*_strings(submission.text, question.variable), *_comments(submission, question)]
        )
    ]
    answered = [answer for answer in found if answer.status == "answered"]
    return (answered or found or [Answer("missing")])[-1]


def _place(submission: Submission, line: int) -> str:
    """`line 12`, or `cell In[7], line 3`."""
    found = cell_of(submission.text.split("\n"), line) if submission.in_cells else None
    return f"line {line}" if found is None else f"{found[0]}, line {found[1]}"


def _result(question: Written, answer: Answer) -> WrittenResult:
    return WrittenResult(
        name=question.name,
        title=question.title,
        statement=question.statement,
        status=answer.status,
        answer=answer.text[:_LONGEST],
        cut_characters=max(0, len(answer.text) - _LONGEST),
        words=len(answer.text.split()),
        place=answer.place,
        max_score=float(question.points),
        score=None if answer.status == "answered" else 0.0,
        items=[ItemResult(text=item.text, points=float(item.points)) for item in question.rubric],
    )


def _answer(text: str, question: Written, place: str = "") -> Answer:
    """A text without what was handed out."""
    lines = text[:_MOST_READ].encode("utf-8", "replace").decode().splitlines()
    starts = _starts(question)
    kept = []
    for line in lines:
        found = next((match for start in starts if (match := start.match(line))), None)
        own = line if found is None else line[found.end() :]
        if (found is None or own.strip()) and _plain(own) not in _STUBS:
            kept.append(own.rstrip())
    words = "\n".join(kept).strip("\n")
    asked = {_plain(one) for one in (prompt(question), question.statement, question.title)}
    empty = not _plain(words) or _plain(words) in asked
    return Answer("unanswered", place=place) if empty else Answer("answered", words, place)


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(_MARKUP).casefold()


def _is_marked(cell: Cell, name: str) -> bool:
    return cell.id == name or name in cell.tags or f"written:{name}" in cell.tags


def _starts(question: Written) -> list[re.Pattern[str]]:
    """Lines below which, or behind which, the answer stands."""
    name, title = re.escape(question.name), re.escape(question.title.strip())
    bold = rf"\s*+(?:\*\*|__)\s*+answer\s++[`\"']?+{name}[`\"']?+\s*+[:.]?+\s*+(?:\*\*|__)\s*+:?+"
    heading = (
        rf" {{0,3}}+#{{1,6}}+\s++(?:(?:answer\s++)?+[`\"']?+{name}[`\"']?+|{title})\s*+[:.]?+\s*+#*+\s*+$"
    )
    return [re.compile(bold, re.IGNORECASE), re.compile(heading, re.IGNORECASE)]


def _below(notebook: Notebook, question: Written) -> Iterator[tuple[str, str]]:
    """Whatever stands below a line that announces the answer, with the cell of that line."""
    starts = _starts(question)
    for at, cell in enumerate(notebook.cells):
        if cell.kind != "markdown":
            continue
        lines = cell.source[:_MOST_READ].split("\n")
        for number, line in enumerate(lines):
            if any(start.match(line) for start in starts):
                level = _level(line)
                own = _until(lines[number + 1 :], level)
                whole = len(own) == len(lines) - number - 1
                more = _following(notebook.cells[at + 1 :], level) if whole else []
                yield "\n".join([line, *own, *more]), cell.label


def _following(cells: Sequence[Cell], level: int) -> list[str]:
    """What stands in the cells below: as far as text goes, and no heading begins something else."""
    lines: list[str] = []
    for cell in cells:
        own = cell.source[:_MOST_READ].split("\n")
        ends = _HEADING.match(cell.source) and (level == 0 or _level(own[0]) <= level)
        if cell.kind == "code" or ends:
            break
        kept = _until(own, level)
        lines += ["", *kept]
        if len(kept) < len(own):
            break
    return lines


def _until(lines: Sequence[str], level: int) -> list[str]:
    """Lines up to where another answer begins, or a heading of this level or above."""
    for at, line in enumerate(lines):
        if _ANY_ANSWER.match(line) or (level and 0 < _level(line) <= level):
            return list(lines[:at])
    return list(lines)


def _level(line: str) -> int:
    """Of a heading; 0 where it is none."""
    found = _HEADING.match(line)
    return len(found[1]) if found else 0


def _strings(text: str, name: str) -> Iterator[tuple[int, str]]:
    """Strings that are assigned to the name at the top level, with their lines."""
    if name not in text:
        return
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield from _literals(text, name)
        return
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            value = _joined(getattr(node, "value", None))
            if value is not None:
                yield node.lineno, inspect.cleandoc(value)


def _joined(node: ast.AST | None) -> str | None:
    """The text of a string, or of several with `+` between; None for everything else."""
    parts: list[str] = []
    left = [node]
    while left:
        part = left.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            left += [part.left, part.right]  # taken from the end
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            parts.append(part.value)
        else:
            return None
    return "".join(reversed(parts))


def _literals(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The same where the file is no Python: a mistake elsewhere costs nobody an answer."""
    quoted = r'[rR]?(?:"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
    for found in re.finditer(
        rf"^{re.escape(name)}[ \t]*+=[ \t]*+(?:\(\s*+)?+({quoted})", text, re.MULTILINE | re.DOTALL
    ):
        try:
            with warnings.catch_warnings(action="ignore"):
                value = ast.literal_eval(found[1])
        except (SyntaxError, ValueError, MemoryError):
            continue
        yield text.count("\n", 0, found.start()) + 1, inspect.cleandoc(value)


def _comments(submission: Submission, question: Written) -> Iterator[tuple[int, str]]:
    """Comments below `# %% [markdown] written:name`, as the percent format has a cell of text."""
    if submission.in_cells:
        return
    head = re.compile(rf"#\s*%%.*\[(?:markdown|md)\].*\bwritten:{re.escape(question.name)}(?![\w-])")
    lines = submission.text.splitlines()
    for at, line in enumerate(lines):
        if not head.match(line):
            continue
        kept = []
        for below in lines[at + 1 :]:
            if not below.startswith("#") or re.match(r"#\s*%%", below):
                break
            kept.append(below[1:].removeprefix(" "))
        yield at + 1, "\n".join(kept)
