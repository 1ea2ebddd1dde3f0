"""Texts and outputs of cells as HTML: nbconvert makes it, and what of it can act, or leave its place, is taken out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
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
_MOST_CONVERTED = 1_500
"""Cells that nbconvert is asked about: each takes it some milliseconds."""
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
        self._html, self._pictures, self._converted = _MOST_HTML, _MOST_PICTURES, 0

    def markdown(self, source: str, cell: Mapping[str, Any]) -> Shown:
        """A text of the student's, with the pictures that are attached to it."""
        notes: list[str] = []
        text = shortened(source, _MOST_MARKDOWN, "A text", notes)
        attached = cell.get("attachments")
        attachments = _attachments(attached) if isinstance(attached, dict) else {}
        node = {"cell_type": "markdown", "metadata": {}, "source": text, "attachments": attachments}
        return self._within(self._converted_or(node, text), notes, sum(map(_size, attachments.values())))

    def outputs(self, cell: Mapping[str, Any]) -> Shown:
        """What a cell of code printed and drew, as the file has it."""
        found: Outputs = outputs_of(cell)
        notes = list(found.notes)
        html = ""
        for output in found.shown:
            pictures = sum(len(text) for mime, text in output.get("data", {}).items() if mime in _PICTURES)
            piece = self._within(self._output(output), notes, pictures)
            notes = list(piece.notes)
            html += piece.html
        return Shown(_markup(html), tuple(notes))

    def text(self, source: str) -> Shown:
        """A text that is shown as it stands."""
        notes: list[str] = []
        return self._within(_pre(shortened(source, _MOST_MARKDOWN, "A text", notes)), notes, 0)

    def _output(self, output: dict[str, Any]) -> str:
        data = output.get("data", {})
        plain = data.get("text/plain", "")
        node: dict[str, Any] = {
            "cell_type": "code",
            "metadata": {},
            "source": "",
            "execution_count": None,
            "outputs": [output],
        }
        if len(data) > 1:  # HTML with a text to fall back on
            output["data"] = {mime: text for mime, text in data.items() if mime != "text/plain"}
        fallback = (
            plain or output.get("text") or "\n".join(output.get("traceback", [])) or "\n".join(data.values())
        )
        return self._converted_or(node, fallback)

    def _converted_or(self, node: dict[str, Any], fallback: str) -> str:
        """The cell as nbconvert shows it, made harmless; as plain text where it fails over it, or we do."""
        self._converted += 1
        if self._converted > _MOST_CONVERTED or self._html <= 0:
            return _pre(fallback)
        try:
            html = clean(_converted(node))
        except Exception:  # whatever odd content sets off in a library of many thousand lines
            html = None
        return _pre(fallback) if html is None else html

    def _within(self, html: str, notes: list[str], pictures: int) -> Shown:
        """The piece, if there is room for it."""
        if pictures > self._pictures or len(html) - pictures > self._html:
            size = f"{len(html):,}"
            notes.append(
                f"What comes next here is left out to keep this page small: {size} characters of HTML."
            )
            return Shown(_markup(""), tuple(notes))
        self._pictures -= pictures
        self._html -= len(html) - pictures
        return Shown(_markup(html), tuple(notes))


def _markup(html: str) -> Markup:
    from markupsafe import Markup

    return Markup(html)  # from `clean` or `_pre`, which escape


def _pre(text: str) -> str:
    from markupsafe import Markup

    return str(Markup("<pre>{}</pre>").format(inert(text)))


def _attachments(attached: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Attached pictures by name, of the kinds that a page may hold."""
    found = {}
    for name, bundle in attached.items():
        output = {"output_type": "display_data", "data": bundle}
        (shown,) = outputs_of({"outputs": [output]}).shown or ({"data": {}},)
        pictures = {mime: text for mime, text in shown["data"].items() if mime in _PICTURES}
        if pictures:
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
