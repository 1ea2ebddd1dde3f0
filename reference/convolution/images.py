"""Convolution, padding and turning of two-dimensional arrays (lecture notes P 8; E 13)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["convolve2d", "pad2d", "rot180"]

_NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "circular": "wrap"}


def convolve2d(x: ArrayLike, k: ArrayLike, mode: str) -> Array:
    """Convolve an image with a kernel: the kernel is turned by 180°, then slid over the image.

    (x * k)[i, j] = Σₘₙ k[m, n] x[i − m, j − n] with x zero outside, for every i, j where a term exists in mode
    "full". "same" and "valid" keep, along each axis, what `numpy.convolve` keeps: "same" starts at
    ⌊(taps − 1)/2⌋ and has the size of x, "valid" keeps what sees no zeros from outside.

    Args:
        x: Image, real, shape (height, width).
        k: Kernel, real, shape (rows, columns), 1 ≤ rows ≤ height and 1 ≤ columns ≤ width.
        mode: "full", "same" or "valid".
    Returns:
        The convolution, shape (height + rows − 1, width + columns − 1), (height, width) or
        (height − rows + 1, width − columns + 1) by mode.
    Raises:
        ValueError: The mode is none of the three, or the kernel is larger than the image or empty.
    Example:
        >>> convolve2d([[1.0, 2.0], [3.0, 4.0]], [[1.0, 10.0]], "full").tolist()
        [[1.0, 12.0, 20.0], [3.0, 34.0, 40.0]]

    Source: Goodfellow, Bengio and Courville (2016), 9.1, eq. 9.5; lecture notes P 8, E 13.2.
    """
    x, k = floats(x), floats(k)
    (h, w), (kh, kw) = x.shape, k.shape
    if not (1 <= kh <= h and 1 <= kw <= w):
        raise ValueError(f"k: expected a shape from (1, 1) to {x.shape}, got {k.shape}.")
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"mode: expected 'full', 'same' or 'valid', got {mode!r}.")
    full = np.zeros((h + kh - 1, w + kw - 1))
    for i, j in np.ndindex(kh, kw):
        full[i : i + h, j : j + w] += k[i, j] * x
    if mode == "full":
        return full
    if mode == "valid":
        return full[kh - 1 : h, kw - 1 : w].copy()
    top, left = (kh - 1) // 2, (kw - 1) // 2
    return full[top : top + h, left : left + w].copy()


def pad2d(x: ArrayLike, p: int, mode: str) -> Array:
    """Put a frame of p pixels around every image.

    "zeros": the frame is 0. "reflect": it mirrors the image about its edge pixel, which is not repeated
    (… x₂ x₁ | x₀ x₁ x₂ …). "circular": the image goes on from its other side. Corners follow both axes.

    Args:
        x: Images, real, shape (batch, channels, height, width).
        p: Width of the frame, the same on all four sides, from 0.
        mode: "zeros", "reflect" or "circular".
    Returns:
        Larger images, shape (batch, channels, height + 2p, width + 2p).
    Raises:
        ValueError: p is negative, the mode is none of the three, or mode is "reflect" and p is not below both
            height and width.
    Example:
        >>> pad2d([[[[1.0, 2.0]]]], 1, "circular").tolist()
        [[[[2.0, 1.0, 2.0, 1.0], [2.0, 1.0, 2.0, 1.0], [2.0, 1.0, 2.0, 1.0]]]]

    Source: PyTorch, `torch.nn.functional.pad`; lecture notes P 8, E 13.5.
    """
    x = floats(x)
    if p < 0:
        raise ValueError(f"p: expected 0 or more, got {p}.")
    if mode not in _NUMPY_MODES:
        raise ValueError(f"mode: expected one of {', '.join(_NUMPY_MODES)}, got {mode!r}.")
    if mode == "reflect" and p >= min(x.shape[-2:]):
        raise ValueError(f"p: expected less than height and width {x.shape[-2:]} to reflect, got {p}.")
    frame = [(0, 0)] * (x.ndim - 2) + [(p, p), (p, p)]
    return np.asarray(np.pad(x, frame, mode=_NUMPY_MODES[mode]))  # type: ignore[call-overload]


def rot180(k: ArrayLike) -> Array:
    """Turn a kernel by 180°: both axes reversed.

    k'[i, j] = k[rows − 1 − i, columns − 1 − j]. A convolution with k is a cross-correlation with k'.

    Args:
        k: Kernel, real, shape (rows, columns).
    Returns:
        The turned kernel, shape of k.
    Example:
        >>> rot180([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).tolist()
        [[6.0, 5.0], [4.0, 3.0], [2.0, 1.0]]

    Source: lecture notes P 8, E 13.6.
    """
    return floats(k)[::-1, ::-1].copy()
