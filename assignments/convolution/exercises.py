"""Kinds of exercises: what several functions of this assignment have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assignments.convolution import questions as ask
from assignments.convolution.domains import Fitted, pool, pool_output, setting
from grader import Exercise, agrees, choice, integer, leaves_inputs_alone, real

__all__ = [
    "KEPT",
    "count",
    "images",
    "kernel",
    "mode",
    "of_signals",
    "pooling",
    "pooling_gradient",
    "signal",
    "steps",
]

signal, kernel = real("length"), real("taps")
mode = choice("full", "same", "valid")
images = real("batch channels height width")
steps = integer("", low=1, high=3)
window = {"size": steps, "stride": steps}
fitted_window = {"size": setting(pool, 0, low=1, high=3), "stride": setting(pool, 1, low=1, high=3)}

KEPT = "full has length + taps − 1 entries; same starts at number ⌊(taps − 1)/2⌋ of them, valid at taps − 1."


def of_signals(
    reference: Callable[..., Any], hint: str, *checks: Any, after: tuple[str, ...] = ()
) -> Exercise:
    """A function of a signal, a kernel and a mode."""
    return Exercise(
        reference,
        points=3,
        inputs={"x": signal, "k": kernel, "mode": mode},
        returns=real("entries"),
        checks=[agrees(), *checks, leaves_inputs_alone()],
        axes={"length": (6, 12), "taps": (1, 6)},
        examples=[ask.AS_LONG, ask.WHOLE_SIGNAL],
        after=after,
        hints={"agrees": f"{hint} {KEPT}"},
    )


def pooling(reference: Callable[..., Any], scenario: Callable[..., Any], hint: str, *checks: Any) -> Exercise:
    """A pool, forward: the cache is the student's own, may hold x itself, and stays where it is."""
    return Exercise(
        reference,
        points=3,
        inputs={"x": images, **window},
        returns=real("batch channels down right"),
        checks=[agrees(), *checks, leaves_inputs_alone()],
        axes={"height": (3, 8), "width": (3, 9)},
        scenario=scenario,
        examples=[ask.PHOTO],
        hints={"agrees": hint},
    )


def pooling_gradient(
    reference: Callable[..., Any], scenario: Callable[..., Any], hint: str, *checks: Any, after: str
) -> Exercise:
    """A pool, backward: given what the student's own forward returned."""
    return Exercise(
        reference,
        points=4,
        inputs={"dout": Fitted(real("batch channels down right"), pool_output), "x": images, **fitted_window},
        returns=real("batch channels height width"),
        checks=[agrees(), *checks, leaves_inputs_alone()],
        axes={"batch": (1, 3), "channels": (1, 3), "height": (3, 7), "width": (3, 8)},
        scenario=scenario,
        after=after,
        examples=[ask.TIE, ask.WHOLE_TIE],
        hints={"agrees": hint},
    )


def count(reference: Callable[..., Any], hint: str) -> Exercise:
    """A number of parameters."""
    side, channels = integer("", low=5, high=40), integer("", low=1, high=64)
    return Exercise(
        reference,
        points=1,
        inputs={"h": side, "w": side, "c_in": channels, "c_out": channels, "k": integer("", low=1, high=5)},
        returns=integer(""),
        checks=[agrees()],
        hints={"agrees": hint},
    )  # fmt: skip
