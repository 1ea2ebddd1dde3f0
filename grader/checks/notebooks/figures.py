"""A figure that the notebook draws with matplotlib."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.comparing import Tolerance, mismatch
from grader.checks.notebooks.remains import about_cell, answer_of, blame, remains_of, trial_of
from grader.checks.trials import Curve, Failure, Runs, Trial
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.protocol import Outcome
from grader.worker.figures import figure_data

__all__ = ["Figure", "figure"]

_TEXTS = {"title": "title", "x_label": "label of the x axis", "y_label": "label of the y axis"}
_SCALES = {"x_scale": "x axis", "y_scale": "y axis"}
_SERIES = {"lines": "line", "points": "set of points", "bars": "bar", "images": "image"}
_MOST_DRAWN = 200
Wish = bool | str


@dataclass(frozen=True)
class Figure:
    """A figure has what the exercise asks for: data, words, scales."""

    kind: ClassVar[str] = "figure"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "cells"
    lines: bool
    points: bool
    bars: bool
    images: bool
    title_: Wish
    x_label: Wish
    y_label: Wish
    legend: bool
    x_scale: str
    y_scale: str
    cell: str
    rtol: float
    atol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        data = [f"{word}s" for name, word in _SERIES.items() if getattr(self, name)]
        words = [word for name, word in _TEXTS.items() if self._wish(name)]
        words += ["legend"] if self.legend else []
        words += [f"{getattr(self, name)} {word}" for name, word in _SCALES.items() if getattr(self, name)]
        return f"The figure has what is asked for: {', '.join([*data, *words])}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        drawn = _drawn_by(contract)
        wanted = [axes for axes in drawn["axes"] if self._asks(axes)] or drawn["axes"][:1]
        trial = trial_of({"value": wanted})
        if (found := self._missing(wanted, drawn["axes"])) is not None:
            raise AssignmentError(
                f"{contract.where}: figure: expected the reference's own figure to pass, got: {found.message}",
                mend="It draws with pyplot all that the check asks for.",
            )
        if any(getattr(self, name) and not any(axes[name] for axes in wanted) for name in _SERIES):
            raise AssignmentError(
                f"{contract.where}: figure: expected a reference that draws what is compared."
            )
        return [trial]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        found = remains_of(contract, outcomes)
        if isinstance(found, Failure):
            return found
        figures = about_cell(self.cell, contract.name, found.get("figures", ()))
        if not figures:
            where = f" in the cell {self.cell!r}" if self.cell else ""
            text = f"{contract.name}: expected a figure{where}, got none{blame(found)}."
            return Failure("figure", text, "a figure", "none")
        failures = [self._missing(trial.expected["value"], item["axes"]) for item in figures]
        if None in failures:
            return None
        # Of several figures the last that lacks the least: it is what the student most likely means.
        best = max((failure for failure in failures if failure), key=lambda failure: failure.entries)
        return replace(best.failure, message=f"{contract.name}: {best.failure.message}")

    def _wish(self, name: str) -> Wish:
        return self.title_ if name == "title" else getattr(self, name)

    def _asks(self, axes: Mapping[str, Any]) -> bool:
        return any(getattr(self, name) and axes[name] for name in _SERIES)

    def _missing(self, wanted: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> _Lack | None:
        """What the best of a figure's axes lacks of the reference's, one after the other."""
        for want in wanted:
            lacks = [self._lack(want, axes) for axes in got]
            if None not in lacks:
                empty = _Lack(0, Failure("figure", "expected axes in the figure, got none.", "axes", "none"))
                return max((lack for lack in lacks if lack), key=lambda lack: lack.entries, default=empty)
        return None

    def _lack(self, want: Mapping[str, Any], axes: Mapping[str, Any]) -> _Lack | None:
        """The first thing that these axes lack, and how many they have before it."""
        for number, failure in enumerate(self._looked_at(want, axes), start=1):
            if failure is not None:
                return _Lack(number, failure)
        return None

    def _looked_at(self, want: Mapping[str, Any], axes: Mapping[str, Any]) -> Iterator[Failure | None]:
        for name, word in _SERIES.items():
            if getattr(self, name):
                yield self._series(name, word, want, axes)
        for name, word in _TEXTS.items():
            if wish := self._wish(name):
                yield _text(word, wish, axes[name])
        for name, word in _SCALES.items():
            if (scale := getattr(self, name)) and axes[name] != scale:
                text = f"expected a {scale} {word}, got a {axes[name]} one."
                yield Failure("figure", text, scale, str(axes[name]))
        if self.legend:
            yield _legend(want["legend"], axes["legend"])

    def _series(
        self, name: str, word: str, want: Mapping[str, Any], axes: Mapping[str, Any]
    ) -> Failure | None:
        """The first of the reference's lines, points, bars or images that is not drawn."""
        tolerance = Tolerance(self.rtol, self.atol)
        for number, item in enumerate(want[name], start=1):
            failures = [_differs(item, other, tolerance) for other in axes[name]]
            if None in failures:
                continue
            which = f"{word} {number} of {len(want[name])}" if len(want[name]) > 1 else word
            if not failures:
                return Failure("figure", f"expected a {word} in the figure, got none.", f"a {word}", "none")
            close = min(
                filter(None, failures), key=lambda found: math.inf if found.error is None else found.error
            )
            return replace(close, message=f"{which}: {close.message}")
        return None


@dataclass(frozen=True)
class _Lack:
    entries: int
    """How far a look at the figure came."""
    failure: Failure

    @property
    def message(self) -> str:
        return self.failure.message


def _differs(want: Any, got: Any, tolerance: Tolerance) -> Failure | None:
    """How one line, say, differs from another."""
    if not isinstance(want, Mapping):
        return mismatch(np.asarray(want, float), np.asarray(got, float), tolerance, scale=1.0)
    for axis in ("x", "y"):
        if (found := mismatch(want[axis], got[axis], tolerance, scale=1.0, place=f"{axis}: ")) is not None:
            return replace(found, curve=_curve(want, got) if axis == "y" else None, grid=None)
    return None


def _curve(want: Mapping[str, Any], got: Mapping[str, Any]) -> Curve | None:
    """Both lines, for a drawing, where they stand over the same places."""
    x, ours, theirs = (np.asarray(item, float) for item in (want["x"], want["y"], got["y"]))
    if ours.shape != theirs.shape or ours.ndim != 1 or not 2 <= len(ours) <= _MOST_DRAWN:
        return None
    if not all(bool(np.isfinite(item).all()) for item in (x, ours, theirs)):
        return None
    return Curve("y", "x", tuple(x.tolist()), tuple(theirs.tolist()), tuple(ours.tolist()))


def _text(word: str, wish: Wish, got: str) -> Failure | None:
    if isinstance(wish, str):
        if wish.lower() in str(got).lower():
            return None
        return Failure("figure", f"expected {wish!r} in the {word}, got {got!r}.", wish, str(got))
    return None if str(got).strip() else Failure("figure", f"expected a {word}, got none.", word, "none")


def _legend(want: Sequence[str], got: Sequence[str]) -> Failure | None:
    if not got:
        return Failure("figure", "expected a legend, got none.", "a legend", "none")
    if len(got) < len(want):
        return Failure(
            "figure",
            f"expected a legend with {len(want)} entries, got {len(got)}.",
            str(len(want)),
            str(len(got)),
        )
    return None


def _drawn_by(contract: Contract) -> dict[str, Any]:
    """The figure that the reference draws, as data."""
    if importlib.util.find_spec("matplotlib") is None:
        raise AssignmentError(
            f"{contract.where}: figure: expected matplotlib to be installed, found nothing of that name.",
            mend="Install the grader with its notebook extra: pip install 'grader[notebook]'.",
        )
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    pyplot.close("all")
    try:
        answer_of(contract, "figure")
        drawn = [figure_data(pyplot.figure(number)) for number in pyplot.get_fignums()]
    finally:
        pyplot.close("all")
    if len(drawn) != 1 or not drawn[0]["axes"]:
        text = f"{contract.where}: figure: expected a reference that draws one figure, got {len(drawn)}."
        raise AssignmentError(text, mend="It draws with matplotlib.pyplot and neither shows nor closes it.")
    return drawn[0]


def figure(
    *,
    lines: bool = False,
    points: bool = False,
    bars: bool = False,
    images: bool = False,
    title: Wish = False,
    x_label: Wish = False,
    y_label: Wish = False,
    legend: bool = False,
    x_scale: str = "",
    y_scale: str = "",
    cell: str = "",
    rtol: float = 1e-6,
    atol: float = 1e-9,
    weight: float = 3,
    hidden: bool = False,
) -> Figure:
    """A cell draws a figure with matplotlib that has what the reference's has.

    Args:
        lines, points, bars, images: The student's are among them that the reference draws (`plot`, `scatter`, `bar`
            and `hist`, `imshow`); further ones may be there.
        title, x_label, y_label: True: there are some words; text: it is among them, in small letters or capitals.
        legend: There is one, with as many entries as the reference's.
        x_scale, y_scale: "log", "linear", …
        cell: Id, tag or nbgrader's `grade_id` of the cell; by default the exercise's name, where a cell is called
            that, else any cell.
        rtol, atol: Tolerance of the data.
    """
    for name, wish in (("title", title), ("x_label", x_label), ("y_label", y_label)):
        require(isinstance(wish, bool | str), f"figure: {name}", "True, False or words", wish)
    for name, scale in (("x_scale", x_scale), ("y_scale", y_scale), ("cell", cell)):
        require(isinstance(scale, str), f"figure: {name}", "text", scale)
    asks = (lines, points, bars, images, title, x_label, y_label, legend, x_scale, y_scale)
    require(any(asks), "figure", "something to look for (such as lines=True, x_label=True)", ())
    require_tolerance("figure", rtol=rtol, atol=atol)
    require_weight("figure", weight)
    return Figure(
        bool(lines), bool(points), bool(bars), bool(images), title, x_label, y_label, bool(legend),
        x_scale, y_scale, cell, rtol, atol, weight, hidden,
    )  # fmt: skip
