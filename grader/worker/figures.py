"""Figures of matplotlib as data: what is drawn, labels and scales, as the reader of a figure sees them.

The same code looks at the student's figures in the box and at the reference's outside. Apart from
`load_matplotlib` only the attributes of matplotlib's objects are used.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["FigureWatch", "figure_data", "load_matplotlib"]

_MOST = 40
_MOST_PARTS = 200
_MOST_TEXT = 300


class FigureWatch:
    """Keeps every figure that pyplot opens: a notebook closes its figures once it has shown them.

    Args:
        where: Asked for each new figure; says which cell makes it.
    """

    def __init__(self, where: Callable[[], int]) -> None:
        self._where = where
        self._seen: list[tuple[int, Any]] = []
        self._on = False

    def start(self) -> None:
        """From now on, if matplotlib is loaded."""
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is None or self._on:
            return
        self._on = True
        managers: Any = helpers.Gcf
        before = managers._set_new_active_manager.__func__

        def noted(cls: Any, manager: Any) -> Any:
            found = before(cls, manager)
            if len(self._seen) < _MOST:
                self._seen.append((self._where(), manager.canvas.figure))
            return found

        managers._set_new_active_manager = classmethod(noted)

    def collected(self) -> list[dict[str, Any]]:
        """The figures so far, in the order in which they were opened; those without axes are left out."""
        found = [{"cell": cell, **figure_data(figure)} for cell, figure in self._seen]
        return [figure for figure in found if figure["axes"]]


def load_matplotlib() -> None:
    """Import pyplot, where it is installed; there may be no folder to keep its settings and list of fonts in."""
    if importlib.util.find_spec("matplotlib") is None:
        return
    import logging
    import tempfile

    made = tempfile.mkdtemp
    tempfile.mkdtemp = lambda *args, **kwargs: "/nonexistent"  # type: ignore[assignment]
    try:
        with warnings.catch_warnings(action="ignore"):
            logging.getLogger("matplotlib").setLevel(logging.ERROR)
            importlib.import_module("matplotlib.pyplot")
            importlib.import_module("matplotlib.backends.backend_agg")
    finally:
        tempfile.mkdtemp = made


def figure_data(figure: Any) -> dict[str, Any]:
    """A figure as data of the protocol."""
    title = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    axes = [item for item in figure.axes if item.get_label() != "<colorbar>"]
    return {"title": _text(title), "axes": [_axes(item) for item in axes[:_MOST_PARTS]]}


def _axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    texts = [] if legend is None else [_text(item.get_text()) for item in legend.get_texts()]
    return {
        "title": _text(axes.get_title()),
        "x_label": _text(axes.get_xlabel()),
        "y_label": _text(axes.get_ylabel()),
        "x_scale": _text(axes.get_xscale()),
        "y_scale": _text(axes.get_yscale()),
        "x_limits": [float(number) for number in axes.get_xlim()],
        "y_limits": [float(number) for number in axes.get_ylim()],
        "legend": texts[:_MOST_PARTS],
        "lines": [_line(line) for line in axes.lines[:_MOST_PARTS]],
        "points": [_points(item) for item in axes.collections[:_MOST_PARTS] if hasattr(item, "get_offsets")],
        "bars": [_bar(patch) for patch in _bars(axes)],
        "images": [_numbers(image.get_array()) for image in axes.images[:_MOST_PARTS]],
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        "label": _text(line.get_label()),
        "x": _numbers(line.get_xdata(orig=False)),
        "y": _numbers(line.get_ydata(orig=False)),
    }


def _points(item: Any) -> Any:
    return _numbers(item.get_offsets())


def _bar(patch: Any) -> list[float]:
    """Left end, lower end, width and height."""
    return [float(patch.get_x()), float(patch.get_y()), float(patch.get_width()), float(patch.get_height())]


def _bars(axes: Any) -> Iterator[Any]:
    """The rectangles of bar charts and histograms."""
    for container in axes.containers[:_MOST_PARTS]:
        if hasattr(container, "patches"):
            yield from container.patches[:_MOST_PARTS]


def _numbers(values: Any) -> Any:
    """An array of its own, of float; masked entries are NaN."""
    numpy = sys.modules["numpy"]
    if hasattr(values, "filled"):
        return numpy.array(values.astype(float).filled(numpy.nan))
    return numpy.array(values, dtype=float)


def _text(value: Any) -> str:
    return str(value)[:_MOST_TEXT]
