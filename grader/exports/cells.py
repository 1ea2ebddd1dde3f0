"""Text from strangers, made harmless for the format it goes into: CSV, XML, Markdown, workflow commands.

Names of students and files, messages that quote student code and what that code printed all pass through here. Every
function first writes out control, invisible and bidirectional characters (`grader.reports.inert`), so that what follows
has to deal with printable text alone.
"""

from __future__ import annotations

import re

from grader.reports.inert import cut, inert, one_line, split_lines

__all__ = [
    "annotation_property",
    "annotation_text",
    "csv_cell",
    "csv_lines",
    "csv_text",
    "markdown",
    "xml_text",
]

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
# What spreadsheets take for the start of a formula, full-width forms included, wherever a cell may start: at the front,
# and behind a separator, since a program set to another one splits there.
_START = "(?=[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212])"
_FORMULA = re.compile(f"(^|[;,\t|])([ \u00a0\u3000'\"]*){_START}")
_APOSTROPHE = re.compile(f"(^|[;,\t|])'([ \u00a0\u3000'\"]*){_START}")
# Everything that starts or ends an element, a link, a mention, a reference, mathematics or a cell of a table.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~$@&:!#^=\"']|(?<=www)\.", re.IGNORECASE)


def csv_cell(value: str | float | None) -> str:
    """A cell that no spreadsheet runs: a text that starts like a formula gets an apostrophe in front.

    Spreadsheets run a cell that starts with `=`, `+`, `-` or `@`, also behind a tab or a carriage return; these two and
    line ends become one space. Numbers stay numbers, negative ones too, and nothing (None) stays an empty cell.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{round(value, 4):.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    text = one_line(value)
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'\2", text)


def csv_lines(text: str) -> str:
    """A cell of several lines, none of which a spreadsheet runs even where it takes it for a row of its own."""
    return "\n".join(csv_cell(line) for line in split_lines(text))


def csv_text(cell: str) -> str:
    """What a cell of ours said before `csv_cell` made it harmless."""
    return _APOSTROPHE.sub(r"\1\2", cell.strip())


def xml_text(text: str, limit: int = 20_000) -> str:
    """Characters that XML 1.0 has; markup itself is escaped by what writes the tree."""
    return inert(cut(text, limit))


def markdown(text: str, limit: int = 500) -> str:
    """One line that is shown as it is, within a line or a cell of a table; no link, mention, image or HTML comes of it.

    What has a meaning becomes a numeric character reference, which cannot start markup in CommonMark. A text of ours
    has to stand in front of it: at the start of a line `1.` and `-` are not escaped.
    """
    text = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", one_line(cut(text, limit)))
    # GitHub looks for mentions in the page it has made, where references are characters again: a space without width.
    return re.sub(r"&#64;(?=\w)|&#35;(?=\d)", r"\g<0>&#8203;", text)


def annotation_text(text: str, limit: int = 2_000) -> str:
    """The message of a workflow command such as `::error::…`, which ends at the end of its line."""
    return inert(cut(text, limit)).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotation_property(text: str, limit: int = 300) -> str:
    """The value of a property of a workflow command, which a comma or colon would end."""
    return annotation_text(one_line(text), limit).replace(":", "%3A").replace(",", "%2C")
