"""Texts and outputs of cells as HTML: nbconvert makes it, and what of it can act, or leave its place, is taken out."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.reports.inert import inert
from grader.reports.markup import clean
from grader.reports.outputs import Outputs, outputs_of, shortened

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Shower", "Shown"]

_MOST_MARKDOWN = 20_000
_MOST_HTML = 700_000
"""Characters of HTML for all cells of a page, pictures apart."""
_MOST_PICTURES = 1_000_000
_MOST_ATTACHED = 300_000
"""Characters of a picture that is attached to a text."""
_MOST_CONVERTED = 1_500
"""Pieces that nbconvert is asked about: each takes it some milliseconds."""
_MOST_READ = 300_000
"""Characters of all these: some texts take it a second for 10,000."""
_MOST_REFUSED = 5
"""Pieces that found no room, after which no more are tried."""
_PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Shown:
    """What the page shows below a cell's head: HTML that stays in its place."""

    html: Markup
    notes: tuple[str, ...]
    """What was left out, and how much."""


class Shower:
    """Shows cell after cell, as long as there is room on the page."""

    def __init__(self) -> None:
        self._html, self._pictures = _MOST_HTML, _MOST_PICTURES
        self._converted = self._read = self._refused = 0

    def markdown(self, source: str, cell: Mapping[str, Any]) -> Shown:
        """A text of the student's, with the pictures that are attached to it."""
        notes: list[str] = []
        text = shortened(source, _MOST_MARKDOWN, "A text", notes)
        attached = cell.get("attachments")
        attachments = _attachments(attached, notes) if isinstance(attached, dict) else {}
        node = {"cell_type": "markdown", "metadata": {}, "source": text, "attachments": attachments}
        html = self._within(
            self._converted_or(node, text, len(text)), notes, sum(map(_size, attachments.values()))
        )
        return _shown(html, notes)

    def outputs(self, cell: Mapping[str, Any]) -> Shown:
        """What a cell of code printed and drew, as the file has it."""
        found: Outputs = outputs_of(cell)
        notes = list(found.notes)
        html = ""
        for output in found.shown:
            picture = next(((mime, text) for mime, text in _data(output).items() if mime in _PICTURES), None)
            if picture is not None:
                html += self._within(_drawn(*picture), notes, len(picture[1]))
            else:
                html += self._within(self._output(output), notes, 0)
        return _shown(html, notes)

    def text(self, source: str) -> Shown:
        """A text that is shown as it stands."""
        notes: list[str] = []
        html = _pre(shortened(source, _MOST_MARKDOWN, "A text", notes))
        return _shown(self._within(html, notes, 0), notes)

    def _output(self, output: dict[str, Any]) -> str:
        data = _data(output)
        plain = data.get("text/plain", "")
        text = (
            output.get("text") or "\n".join(output.get("traceback", [])) or (plain if len(data) == 1 else "")
        )
        if text and "\x1b" not in text:
            return _pre(text)
        node: dict[str, Any] = {
            "cell_type": "code",
            "metadata": {},
            "source": "",
            "execution_count": None,
            "outputs": [output],
        }
        if len(data) > 1:  # HTML with a text to fall back on
            output["data"] = {mime: text for mime, text in data.items() if mime != "text/plain"}
        read = len(text) + sum(map(len, data.values()))
        return self._converted_or(node, plain or text or "\n".join(data.values()), read)

    def _converted_or(self, node: dict[str, Any], fallback: str, read: int) -> str:
        """The cell as nbconvert shows it, made harmless; as plain text where it fails over it, or we do."""
        self._converted += 1
        self._read += read
        if self._converted > _MOST_CONVERTED or self._read > _MOST_READ or self._refused > _MOST_REFUSED:
            return _pre(fallback)
        try:
            html = clean(_converted(node))
        except Exception:  # whatever odd content sets off in a library of many thousand lines
            html = None
        return _pre(fallback) if html is None else html

    def _within(self, html: str, notes: list[str], pictures: int) -> str:
        """The piece, if there is room for it; empty else."""
        if pictures > self._pictures or len(html) - pictures > self._html:
            size = f"{len(html):,}"
            self._refused += 1
            notes.append(f"Something is left out to keep this page small: {size} characters of HTML.")
            return ""
        self._pictures -= pictures
        self._html -= len(html) - pictures
        return html


def _shown(html: str, notes: Sequence[str]) -> Shown:
    from markupsafe import Markup

    return Shown(Markup(html.strip()), tuple(notes))  # from `clean`, `_drawn` or `_pre`, which escape


def _data(output: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = output.get("data", {})
    return found


def _drawn(mime: str, data: str) -> str:
    """A picture: nbconvert would have it parsed three times, which takes a second for a large one."""
    from markupsafe import Markup

    return str(Markup('<img src="data:{};base64,{}" alt="what the cell drew">').format(mime, data))


def _pre(text: str) -> str:
    from markupsafe import Markup

    return str(Markup("<pre>{}</pre>").format(inert(text)))


def _attachments(attached: Mapping[str, Any], notes: list[str]) -> dict[str, dict[str, str]]:
    """Attached pictures by name, of the kinds that a page may hold."""
    found = {}
    for name, bundle in attached.items():
        shown = outputs_of({"outputs": [{"output_type": "display_data", "data": bundle}]}).shown
        pictures = {mime: text for one in shown for mime, text in _data(one).items() if mime in _PICTURES}
        if _size(pictures) > _MOST_ATTACHED:
            notes.append(f"An attached picture of {_size(pictures) * 3 // 4:,} bytes is left out.")
        elif pictures:
            found[name] = pictures
    return found


def _size(bundle: Mapping[str, str]) -> int:
    return sum(map(len, bundle.values()))


def _converted(node: dict[str, Any]) -> str:
    from nbformat import from_dict

    untyped: Any = from_dict
    notebook = {"cells": [node], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    html, _ = _exporter().from_notebook_node(untyped(notebook))
    return str(html)


@functools.cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter

    untyped: Any = HTMLExporter
    exporter = untyped(
        template_name="basic",
        sanitize_html=True,
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        extra_template_basedirs=[],  # else the current folder may hold a template, or settings that run code
    )
    # Its own list of tags has neither headings nor paragraphs: they would be shown as text.
    exporter.register_filter("clean_html", _cleaned)
    return exporter


def _cleaned(html: object) -> str:
    found = clean(str(html))
    if found is None:
        raise ValueError("it cannot be shown safely")
    return found
