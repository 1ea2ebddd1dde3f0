"""Domains that the sizes of a case decide: strides that fit, and gradients of the shape that these give an output."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import integer, real
from grader.cases import Domain
from reference import convolution as conv

__all__ = [
    "Exactly",
    "Fitted",
    "Sizes",
    "image_for_places",
    "layer",
    "layer_output",
    "mixed",
    "pool",
    "pool_output",
    "setting",
    "signal_for_entries",
    "transposed",
]

Sizes = dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """A domain made anew for the sizes of a case: a gradient has the shape that a stride gives an output."""

    form: Domain
    """Recognises values and names the special ones."""
    fit: Callable[[Sizes], Domain]
    shared: str = ""
    """The axes of the form that are drawn; the others follow from these and those of the other inputs."""

    def axes_used(self) -> tuple[Any, ...]:
        used: tuple[Any, ...] = real(self.shared).axes_used()
        return used

    def dense(self, rng: np.random.Generator, sizes: Sizes) -> Any:
        return self.fit(sizes).dense(rng, sizes)

    def edges(self) -> Mapping[str, Callable[..., Any]]:
        def edge(label: str) -> Callable[..., Any]:
            def draw(rng: np.random.Generator, sizes: Sizes) -> Any:
                special = self.fit(sizes).edges()
                return special[label](rng, sizes) if label in special else self.dense(rng, sizes)

            return draw

        return {label: edge(label) for label in self.form.edges()}

    def small(self, sizes: Sizes) -> Any:
        return self.fit(sizes).small(sizes)

    def misfit(self, value: object, sizes: Sizes) -> Any:
        return self.form.misfit(value, sizes)

    def text(self) -> str:
        return self.form.text()


def mixed(sizes: Sizes, *names: str) -> int:
    """A number that the sizes decide, and that looks as if drawn."""
    return zlib.crc32(repr([sizes[name] for name in names]).encode())


@dataclass(frozen=True)
class Exactly:
    """The one integer that is this setting of a case."""

    settings: Callable[[Sizes], tuple[int, ...]]
    place: int

    def __call__(self, sizes: Sizes) -> Domain:
        value = self.settings(sizes)[self.place]
        return integer("", low=value, high=value)


def setting(settings: Callable[[Sizes], tuple[int, ...]], place: int, *, low: int, high: int) -> Fitted:
    """One of the integers that the sizes decide."""
    return Fitted(integer("", low=low, high=high), Exactly(settings, place))


def layer(sizes: Sizes) -> tuple[int, int, int]:
    """Stride, padding and dilation of a case, such that the filter fits."""
    drawn = mixed(sizes, "batch", "channels", "filters", "height", "width", "rows", "columns")
    stride, padding = 1 + drawn % 3, (1, 0, 2, 1)[drawn // 3 % 4]
    axes = [(sizes["height"], sizes["rows"]), (sizes["width"], sizes["columns"])]
    longest = min((n + 2 * padding - 1) // max(1, k - 1) for n, k in axes)
    return stride, padding, min((1, 2, 1, 3)[drawn // 12 % 4], longest)


def layer_output(sizes: Sizes) -> Domain:
    out = [
        conv.conv_output_size(sizes[n], sizes[k], *layer(sizes))
        for n, k in (("height", "rows"), ("width", "columns"))
    ]
    return real(f"batch filters {out[0]} {out[1]}")


def pool(sizes: Sizes) -> tuple[int, int]:
    """Size and stride of a case's windows: most of them overlap, or leave a remainder or a gap."""
    windows = [(2, 1), (3, 2), (3, 1), (2, 3), (2, 2), (2, 2), (1, 2), (3, 3), (2, 1), (1, 1)]
    return windows[mixed(sizes, "batch", "channels", "height", "width") % len(windows)]


def pool_output(sizes: Sizes) -> Domain:
    down, right = (conv.conv_output_size(sizes[name], *pool(sizes)) for name in ("height", "width"))
    return real(f"batch channels {down} {right}")


def transposed(sizes: Sizes) -> tuple[int, int]:
    """Stride and padding of a case; a padding below the filter's size cuts off no whole filter."""
    drawn = mixed(sizes, "batch", "channels", "filters", "height", "width", "rows", "columns")
    widest = min(2, sizes["rows"] - 1, sizes["columns"] - 1)
    return 1 + drawn % 3, widest - drawn // 3 % (widest + 1)


def signal_for_entries(sizes: Sizes) -> Domain:
    """A signal whose valid convolution has as many entries as the case says."""
    return real(str(sizes["entries"] + sizes["taps"] - 1))


def image_for_places(sizes: Sizes) -> Domain:
    """Images in which a filter has as many places as the case says."""
    height, width = (sizes[name] + sizes["size"] - 1 for name in ("rows", "columns"))
    return real(f"batch channels {height} {width}")
