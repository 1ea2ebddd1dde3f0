"""Changes of the inputs, bad inputs and calls in sequence: what the checks of this assignment ask."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import convolution as conv

# A kernel as long as the signal.
AS_LONG = {"x": np.array([1.0, -2.0, 4.0, 3.0]), "k": np.array([2.0, 5.0, -1.0, 3.0]), "mode": "same"}
# A dilated kernel that just fits, and one that fits because of the padding.
TIGHT = {"n": 9, "k": 5, "stride": 3, "padding": 0, "dilation": 2}
PADDED = {"n": 1, "k": 3, "stride": 2, "padding": 1, "dilation": 1}
# Everything is equal: the first entry of every window has to win, and the overlapping windows add up.
TIE = {
    "dout": np.arange(1.0, 7.0).reshape(1, 1, 2, 3), "x": np.full((1, 1, 3, 4), -2.0), "size": 2, "stride": 1,
}  # fmt: skip
# Whole numbers on one side only, pixels above all: what takes over their dtype cuts off what is computed from them.
WHOLE_SIGNAL = {"x": np.array([1, 2, 4, 3]), "k": np.array([0.5, 0.25]), "mode": "full"}
WHOLE_SIGNAL_BACK = {"dout": np.array([0.5, 0.25]), "x": np.array([1, 2, 4]), "k": np.array([3, 5])}
PIXELS = np.arange(250, 242, -1, dtype=np.uint8).reshape(1, 1, 2, 4)
PHOTO = {"x": PIXELS, "size": 2, "stride": 1}
WHOLE_TIE = {
    "dout": np.array([[[[0.5, 0.25]]]]), "x": np.array([[[[7, 7, 1], [0, 7, 7]]]]), "size": 2, "stride": 1,
}  # fmt: skip
FRACTIONS = {"w": np.array([[[[0.5, 0.25]]], [[[-0.5, 1.5]]]]), "stride": 1, "padding": 0}
WHOLE_PIXELS = {"x": PIXELS, "b": np.array([0.5, 0.25]), **FRACTIONS, "dilation": 1}
WHOLE_PIXELS_BACK = {
    "dout": np.linspace(-1, 1, 12).reshape(1, 2, 2, 3),
    "x": PIXELS,
    **FRACTIONS,
    "dilation": 1,
}
WHOLE_FEATURES = {"x": np.array([[[[1, 2, 3]], [[4, 5, 6]]]]), **FRACTIONS}
WHOLE_CHANNELS = {
    "x": np.array([[[[1, 2]], [[3, 4]]]]), "w": np.array([[0.5, 0.25], [1.5, -0.5]]), "b": np.array([0.5, 0.25]),
}  # fmt: skip
# As many rows as columns of places, so that their exchange goes unnoticed by shapes; and whole pixels.
SQUARE_PLACES = {
    "x": np.array([[[[1, 2], [3, 4]]]]), "w": np.array([0.5, 1.0, 1.5, 2.0]).reshape(2, 2, 1, 1, 1, 1),
    "b": np.array([[[0.0], [0.25]], [[1.0], [2.0]]]),
}  # fmt: skip
# Kernels as tall or as wide as the image: one row or column is valid.
TALL = {"x": np.arange(12.0).reshape(3, 4) ** 2, "k": np.array([[1.0, 2.0], [-1.0, 3.0], [0.5, -2.0]])}
WIDE = {"x": TALL["x"].T.copy(), "k": TALL["k"].T.copy()}
AS_LARGE: list[dict[str, Any]] = [
    {**images, "mode": mode} for images in (TALL, WIDE) for mode in ("same", "valid")
]
# All settings left out, and all but one.
BATCH = np.arange(1.0, 13.0).reshape(1, 1, 3, 4) ** 2
SLOPED = {"x": BATCH, "w": np.array([[[[1.0, -2.0], [0.5, 3.0]]]])}
LEFT_OUT_BACK: list[dict[str, Any]] = [
    {"dout": np.arange(1.0, 7.0).reshape(1, 1, 2, 3), **SLOPED},
    {"dout": np.arange(1.0, 3.0).reshape(1, 1, 1, 2), **SLOPED, "stride": 2},
]
LEFT_OUT_SPREAD: list[dict[str, Any]] = [SLOPED, {**SLOPED, "stride": 2}]
# What is left after cutting has one row, or one column.
SLIM: list[dict[str, Any]] = [
    {
        "x": np.array([[[[2.0, -3.0]]]]),
        "w": np.arange(1.0, 7.0).reshape(1, 1, 3, 2),
        "stride": 2,
        "padding": 1,
    },
    {
        "x": np.array([[[[2.0], [-3.0]]]]),
        "w": np.arange(1.0, 7.0).reshape(1, 1, 2, 3),
        "stride": 2,
        "padding": 1,
    },
]
# A padding as wide as the image goes on from its other side; nothing is left to reflect.
THIN = {"x": np.arange(6.0).reshape(1, 2, 1, 3), "p": 1, "mode": "circular"}


def turned_axes(x: Any, k: Any, mode: str) -> dict[str, Any]:
    return {"x": x.T.copy(), "k": k.T.copy()}


def turned(value: Any, x: Any, k: Any, mode: str) -> Any:
    return value.T


def product_is_convolution(answer: Any, k: Any, n: int, mode: Any) -> str | None:
    v = np.linspace(-1.0, 2.0, n) ** 2
    worst = float(np.abs(answer @ v - np.convolve(v, k, mode)).max())
    return None if worst < 1e-4 else f"with x = {np.round(v, 2).tolist()} one entry is off by {worst:.3g}"


def zeros_outside(x: Any, padding: int = 0, **_: Any) -> dict[str, Any]:
    return {"x": conv.pad2d(x, padding, "zeros"), "padding": 0}


def channel_too_many(w: Any, **_: Any) -> dict[str, Any]:
    """Filters with more channels than the images."""
    return {"w": np.concatenate([w, w[:, :1]], axis=1)}


def filter_too_large(x: Any, w: Any, padding: int = 0, **_: Any) -> list[dict[str, Any]]:
    """A filter that is larger than the padded image."""
    h, v = (n + 2 * padding + 1 for n in x.shape[2:])
    shapes = [(h, 1), (1, v)]
    return [{"w": np.ones((*w.shape[:2], *shape)), "stride": 1, "dilation": 1} for shape in shapes]


def filter_too_wide_dilated(x: Any, w: Any, padding: int = 0, **_: Any) -> dict[str, Any]:
    """A filter that dilation makes larger than the padded image."""
    return {"w": np.ones((*w.shape[:2], 2, 1)), "stride": 1, "dilation": x.shape[2] + 2 * padding}


def negative_frame(**_: Any) -> list[dict[str, Any]]:
    """A negative p."""
    return [{"p": -1, "mode": mode} for mode in ("zeros", "reflect", "circular")]


def unknown_mode(**_: Any) -> dict[str, Any]:
    """A mode that is none of the three."""
    return {"mode": "mirror"}


def nothing_to_reflect(x: Any, **_: Any) -> list[dict[str, Any]]:
    """A p that is not below height and width, to be reflected."""
    low, narrow = x[:, :, :2].copy(), x[:, :, :, :2].copy()
    return [{"x": image, "p": 2, "mode": "reflect"} for image in (low, narrow)]


def kernel_too_long(n: int, stride: int = 1, padding: int = 0, **_: Any) -> list[dict[str, Any]]:
    """A kernel that is longer than the padded input."""
    long, wide = {"k": n + 2 * padding + 1, "dilation": 1}, {"k": 2, "dilation": n + 2 * padding}
    return [long, wide, {**long, "stride": 3}, {**wide, "stride": 2}]


def idle_layer(layers: Any) -> dict[str, Any]:
    return {"layers": [*layers[:1], (1, 1, 3), *layers[1:]]}


def last_first(xs: Any, **_: Any) -> dict[str, Any]:
    return {"xs": xs[::-1].copy()}


def channels_swapped(x: Any, w: Any, b: Any) -> dict[str, Any]:
    return {"x": x[:, ::-1].copy(), "w": w[:, :, :, ::-1].copy()}


def reversed_correlation(student: Any, x: Any, k: Any, mode: str) -> Any:
    return student.convolve1d(x, k[::-1].copy(), mode)


def exchanged(student: Any, x: Any, k: Any) -> Any:
    return student.convolve_fft(k, x)


def one_pixel_filters(student: Any, x: Any, w: Any, b: Any) -> Any:
    return student.conv2d_forward(x, w[:, :, None, None].copy(), b, 1, 0, 1)


def turned_back(student: Any, answer: Any, k: Any) -> Any:
    return student.rot180(answer)


def conv2d_without_bias(student: Any, v: Any, x: Any, w: Any, stride: int = 1, padding: int = 0) -> Any:
    return student.conv2d_forward(v, w, np.zeros(len(w)), stride, padding, 1)


def maxpool_gradient(student: Any, dout: Any, x: Any, size: int, stride: int) -> Any:
    return student.maxpool2d_backward(dout, student.maxpool2d_forward(x, size, stride)[1])


def avgpool_gradient(student: Any, dout: Any, x: Any, size: int, stride: int) -> Any:
    return student.avgpool2d_backward(dout, student.avgpool2d_forward(x, size, stride)[1])


def avgpool2d(student: Any, v: Any, dout: Any, x: Any, size: int, stride: int) -> Any:
    return student.avgpool2d_forward(v, size, stride)[0]


def maxpool_once_more(student: Any, dout: Any, x: Any, size: int, stride: int) -> Any:
    """The gradient from a cache that was used before, with other images in between."""
    cache = student.maxpool2d_forward(x, size, stride)[1]
    student.maxpool2d_backward(dout, cache)
    student.maxpool2d_forward(1.0 - x[:, :, ::-1], 1, 1)
    return student.maxpool2d_backward(dout, cache)


def avgpool_once_more(student: Any, dout: Any, x: Any, size: int, stride: int) -> Any:
    """The gradient from a cache that was used before, with other images in between."""
    cache = student.avgpool2d_forward(x, size, stride)[1]
    student.avgpool2d_backward(dout, cache)
    student.avgpool2d_forward(x[:, :, ::-1], 1, 1)
    return student.avgpool2d_backward(dout, cache)


def maxima(x: Any, size: int, stride: int) -> Any:
    return conv.maxpool2d_forward(x, size, stride)[0]


def means(x: Any, size: int, stride: int) -> Any:
    return conv.avgpool2d_forward(x, size, stride)[0]


def valid_convolution(x: Any, k: Any) -> Any:
    return conv.convolve1d(x, k, "valid")


def no_bias(w: Any, **_: Any) -> dict[str, Any]:
    """The bias that conv2d_backward is not given, since no gradient depends on it."""
    return {"b": np.zeros(len(w))}


def own_maxima(student: Any, x: Any, size: int, stride: int) -> Any:
    return student.maxpool2d_forward(x, size, stride)[0]


def own_means(student: Any, x: Any, size: int, stride: int) -> Any:
    return student.avgpool2d_forward(x, size, stride)[0]


def own_conv2d(
    student: Any, x: Any, w: Any, b: Any, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Any:
    return student.conv2d_forward(x, w, b, stride, padding, dilation)


def own_convolve1d(student: Any, x: Any, k: Any) -> Any:
    return student.convolve1d(x, k, "valid")


def many_images(rng: np.random.Generator) -> dict[str, Any]:
    """A layer of some ten million multiplications."""
    x, w, b = rng.normal(size=(8, 16, 32, 32)), rng.normal(size=(32, 16, 3, 3)), rng.normal(size=32)
    return {"x": x, "w": w, "b": b, "stride": 1, "padding": 1, "dilation": 1}


def many_gradients(rng: np.random.Generator) -> dict[str, Any]:
    """The same layer, backwards."""
    layer = many_images(rng)
    del layer["b"]
    return {"dout": rng.normal(size=(8, 32, 32, 32)), **layer}


def many_windows(rng: np.random.Generator) -> dict[str, Any]:
    """Some hundred thousand windows that overlap."""
    return {"x": rng.normal(size=(8, 16, 64, 64)), "size": 3, "stride": 2}


def long_signals(rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Two signals of the same length."""
    return {"x": rng.normal(size=n), "k": rng.normal(size=n)}
