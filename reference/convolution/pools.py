"""Pooling: maximum and average over windows, forward and backward (lecture notes P 8; E 13.9)."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from reference.arrays import Array, Ints, floats
from reference.convolution.sizes import conv_output_size

__all__ = [
    "AvgPoolCache",
    "MaxPoolCache",
    "avgpool2d_backward",
    "avgpool2d_forward",
    "global_avgpool",
    "maxpool2d_backward",
    "maxpool2d_forward",
]


class MaxPoolCache(NamedTuple):
    """What the backward pass of max-pooling needs."""

    winners: Ints
    """Number of the first maximum in its window, row by row, shape of the output."""
    shape: tuple[int, ...]
    size: int
    stride: int


class AvgPoolCache(NamedTuple):
    """What the backward pass of average pooling needs."""

    shape: tuple[int, ...]
    size: int
    stride: int


def maxpool2d_forward(x: ArrayLike, size: int, stride: int) -> tuple[Array, MaxPoolCache]:
    """Take the largest entry of every window.

    out[n, c, i, j] = max over m, l < size of x[n, c, i·stride + m, j·stride + l]. No padding; rows and columns at
    the end that fill no window are left out: H' = ⌊(H − size)/stride⌋ + 1. Windows overlap where stride < size.

    Args:
        x: Images, real, shape (batch, channels, H, W).
        size: Height and width of the windows, from 1 to H and W.
        stride: Step between windows, from 1.
    Returns:
        Tuple (out, cache): the maxima, shape (batch, channels, H', W'), and whatever your
        `maxpool2d_backward` needs.
    Raises:
        ValueError: The window does not fit into the image.
    Example:
        >>> maxpool2d_forward([[[[1.0, 5.0, 2.0], [0.0, 3.0, 4.0]]]], 2, 1)[0].tolist()
        [[[[5.0, 5.0]]]]

    Source: Goodfellow, Bengio and Courville (2016), 9.3; lecture notes P 8, E 13.9.
    """
    windows = _windows(floats(x), size, stride)  # (N, C, H', W', size²)
    winners = windows.argmax(axis=-1)  # the first of ties
    out = np.take_along_axis(windows, winners[..., None], axis=-1)[..., 0]
    return out, MaxPoolCache(winners, np.shape(x), size, stride)


def maxpool2d_backward(dout: ArrayLike, cache: MaxPoolCache) -> Array:
    """Gradient of max-pooling by the images.

    Every dout goes to the entry that was the maximum of its window; where several are equal, the whole of it goes
    to the first one in row-major order. An entry that won in several windows collects all of theirs.

    Args:
        dout: Gradient by the maxima, real, shape (batch, channels, H', W').
        cache: What your `maxpool2d_forward` returned.
    Returns:
        Gradient by x, shape (batch, channels, H, W).
    Example:
        >>> _, cache = maxpool2d_forward([[[[1.0, 5.0, 5.0], [0.0, 3.0, 4.0]]]], 2, 1)
        >>> maxpool2d_backward([[[[1.0, 10.0]]]], cache).tolist()
        [[[[0.0, 11.0, 0.0], [0.0, 0.0, 0.0]]]]

    Source: lecture notes P 8, E 13.6; ties as PyTorch.
    """
    dout = floats(dout)
    dx = np.zeros(cache.shape)
    for number, place in enumerate(_places(cache.size, cache.stride, dout.shape)):
        dx[place] += np.where(cache.winners == number, dout, 0.0)
    return dx


def avgpool2d_forward(x: ArrayLike, size: int, stride: int) -> tuple[Array, AvgPoolCache]:
    """Take the mean of every window.

    out[n, c, i, j] = (1/size²) Σ over m, l < size of x[n, c, i·stride + m, j·stride + l]. No padding; rows and
    columns at the end that fill no window are left out: H' = ⌊(H − size)/stride⌋ + 1.

    Args:
        x: Images, real, shape (batch, channels, H, W).
        size: Height and width of the windows, from 1 to H and W.
        stride: Step between windows, from 1.
    Returns:
        Tuple (out, cache): the means, shape (batch, channels, H', W'), and whatever your
        `avgpool2d_backward` needs.
    Raises:
        ValueError: The window does not fit into the image.
    Example:
        >>> avgpool2d_forward([[[[1.0, 5.0, 2.0], [0.0, 2.0, 3.0]]]], 2, 1)[0].tolist()
        [[[[2.0, 3.0]]]]

    Source: lecture notes P 8, E 13.9.
    """
    windows = _windows(floats(x), size, stride)  # (N, C, H', W', size²)
    return np.asarray(windows.mean(axis=-1)), AvgPoolCache(np.shape(x), size, stride)


def avgpool2d_backward(dout: ArrayLike, cache: AvgPoolCache) -> Array:
    """Gradient of average pooling by the images.

    Every entry of a window gets dout/size²; an entry of several windows collects from all of them.

    Args:
        dout: Gradient by the means, real, shape (batch, channels, H', W').
        cache: What your `avgpool2d_forward` returned.
    Returns:
        Gradient by x, shape (batch, channels, H, W).
    Example:
        >>> _, cache = avgpool2d_forward([[[[1.0, 5.0, 2.0], [0.0, 2.0, 3.0]]]], 2, 1)
        >>> avgpool2d_backward([[[[4.0, 40.0]]]], cache).tolist()
        [[[[1.0, 11.0, 10.0], [1.0, 11.0, 10.0]]]]

    Source: lecture notes P 8, E 13.6.
    """
    share = floats(dout) / cache.size**2
    dx = np.zeros(cache.shape)
    for place in _places(cache.size, cache.stride, share.shape):
        dx[place] += share
    return dx


def global_avgpool(x: ArrayLike) -> Array:
    """Average every feature map to one number.

    out[n, c] = (1/(H·W)) Σᵢⱼ x[n, c, i, j].

    Args:
        x: Feature maps, real, shape (batch, channels, H, W).
    Returns:
        The means, shape (batch, channels).
    Example:
        >>> global_avgpool([[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, 4.0]]]]).tolist()
        [[3.0, 1.0]]

    Source: Lin, Chen & Yan (2014), 3.2; lecture notes P 8.
    """
    return np.asarray(floats(x).mean(axis=(2, 3)))


def _windows(x: Array, size: int, stride: int) -> Array:
    """The entries of every window, row by row, shape (N, C, H', W', size²)."""
    for n in x.shape[2:]:
        conv_output_size(n, size, stride)  # refuses what does not fit
    every = sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return every.reshape(*every.shape[:4], size * size)


def _places(size: int, stride: int, shape: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """For each entry of a window, row by row: where in the images it is, for all windows together."""
    down, right = (stride * (n - 1) + 1 for n in shape[2:])
    everything = slice(None)
    return [
        (everything, everything, slice(i, i + down, stride), slice(j, j + right, stride))
        for i, j in np.ndindex(size, size)
    ]
