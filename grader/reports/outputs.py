"""What a cell printed and drew, as far as a page can hold it: text cut, pictures checked, what could act left out."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.reports.inert import inert, one_line

__all__ = ["Outputs", "outputs_of", "shortened"]

_MOST_TEXT = 10_000
"""Characters of one output."""
_MOST_HTML = 60_000
_MOST_PICTURE = 1_000_000
"""Characters of one picture, as base64."""
_MOST_OUTPUTS = 40
_SIGNS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_KINDS = ("display_data", "execute_result", "pyout")
_ERRORS = ("error", "pyerr")
_LEFT_OUT = (
    (re.compile(r"application/vnd\.jupyter\.widget"), "A widget"),
    (re.compile(r"(application|text)/(x-)?(java|ecma)script"), "JavaScript"),
    (re.compile(r"image/svg\+xml"), "An SVG picture"),
    (re.compile(r"application/pdf"), "A PDF"),
)


@dataclass(frozen=True)
class Outputs:
    """Outputs of one cell in the layout of a notebook of version 4."""

    shown: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    """What was left out, and how much, in sentences."""


def outputs_of(cell: Mapping[str, Any]) -> Outputs:
    """Read the outputs of a cell, whatever they are."""
    found = cell.get("outputs")
    outputs = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    merged = list(_merged(outputs))
    shown: list[dict[str, Any]] = []
    notes: list[str] = []
    for output in merged[:_MOST_OUTPUTS]:
        shown += _one(output, notes)
    if len(merged) > _MOST_OUTPUTS:
        notes.append(f"The last {len(merged) - _MOST_OUTPUTS:,} of {len(merged):,} outputs are left out.")
    told = Counter(notes)
    return Outputs(
        tuple(shown), tuple(f"{note} ({told[note]} times)" if told[note] > 1 else note for note in told)
    )


def shortened(text: str, most: int, what: str, notes: list[str]) -> str:
    """Start and end of a long text; what is missing is said in it, and in a note."""
    dropped = len(text) - most
    if dropped <= 0:
        return text
    half = most // 2
    notes.append(f"{what} of {len(text):,} characters is cut: {dropped:,} in its middle are left out.")
    return f"{text[:half]}\n… {dropped:,} characters are left out here …\n{text[-half:]}"


def _merged(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The outputs with what was printed in many pieces put together."""
    name, pieces = "", list[str]()
    for output in outputs:
        if output.get("output_type") == "stream":
            own = "stderr" if "stderr" in (output.get("name"), output.get("stream")) else "stdout"
            if own != name and pieces:
                yield {"output_type": "stream", "name": name, "text": "".join(pieces)}
                pieces = []
            name = own
            pieces.append(_joined(output.get("text")))
            continue
        if pieces:
            yield {"output_type": "stream", "name": name, "text": "".join(pieces)}
            name, pieces = "", []
        yield output
    if pieces:
        yield {"output_type": "stream", "name": name, "text": "".join(pieces)}


def _one(output: dict[str, Any], notes: list[str]) -> Iterator[dict[str, Any]]:
    kind = output.get("output_type")
    if kind == "stream":
        yield {**output, "text": _plain(output["text"], "A printed text", notes)}
    elif kind in _ERRORS:
        trace = output.get("traceback")
        lines = _joined(trace, "\n") or f"{output.get('ename', '')}: {output.get('evalue', '')}"
        yield {
            "output_type": "error",
            "ename": "",
            "evalue": "",
            "traceback": [_plain(lines, "A traceback", notes)],
        }
    elif kind in _KINDS:
        data = output.get("data")
        best = _best(data if isinstance(data, dict) else _as_version_4(output), notes)
        if best:
            yield {"output_type": "display_data", "metadata": {}, "data": best}


def _as_version_4(output: Mapping[str, Any]) -> dict[str, Any]:
    names = {"png": "image/png", "jpeg": "image/jpeg", "html": "text/html", "text": "text/plain"}
    return {mime: output[name] for name, mime in names.items() if name in output}


def _best(data: Mapping[str, Any], notes: list[str]) -> dict[str, str]:
    """The one form in which an output is shown; a table's text stays beside it for when its HTML cannot be."""
    for mime in _SIGNS:
        if mime in data and (picture := _picture(mime, _joined(data[mime]), notes)):
            return {mime: picture}
    notes += [f"{words} is not shown." for mime in data for seen, words in _LEFT_OUT if seen.match(mime)]
    plain = _joined(data.get("text/plain"))
    kept = {"text/plain": _plain(plain, "An output", notes)} if plain.strip() else {}
    for mime in ("text/html", "text/markdown"):
        text = _joined(data.get(mime))
        if text.strip() and len(text) <= _MOST_HTML:
            return {mime: text, **kept}
        if text.strip():
            notes.append(
                f"HTML of {len(text):,} characters is left out{'' if kept else ': too long to show'}."
            )
    latex = _joined(data.get("text/latex"))
    if not kept and latex.strip():
        kept = {"text/plain": _plain(latex, "An output", notes)}
    if not kept:
        notes += [f"An output of kind {one_line(mime)[:60]} is not shown." for mime in data if _unknown(mime)]
    return kept


def _unknown(mime: str) -> bool:
    known = mime in _SIGNS or mime.startswith("text/")
    return not known and not any(seen.match(mime) for seen, _ in _LEFT_OUT)


def _picture(mime: str, text: str, notes: list[str]) -> str:
    """A picture as base64, if it is one and of a reasonable size; else empty."""
    if len(text) > _MOST_PICTURE:
        notes.append(f"A picture of {len(text) * 3 // 4:,} bytes is left out.")
        return ""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data.startswith(_SIGNS[mime]):
        notes.append("A picture that is none is left out.")
        return ""
    return base64.b64encode(data).decode()


def _plain(text: str, what: str, notes: list[str]) -> str:
    """Printed text as a terminal would leave it: what a progress bar wrote over is gone; colours stay."""
    lines = text.replace("\r\n", "\n").split("\n")
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    text = shortened(text, _MOST_TEXT, what, notes)
    return "\x1b[".join(inert(part) for part in text.split("\x1b["))


def _joined(value: object, between: str = "") -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return between.join(line for line in value if isinstance(line, str))
    return ""
