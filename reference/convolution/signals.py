"""Convolution of one-dimensional signals, directly, as a matrix and by Fourier transform (lecture notes P 8; E 13)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["conv1d_backward", "convolve1d", "convolve_fft", "cross_correlate1d", "toeplitz_matrix"]


def convolve1d(x: ArrayLike, k: ArrayLike, mode: str) -> Array:
    """Convolve a signal with a kernel: the kernel is flipped, then slid over the signal.

    (x * k)[i] = Σⱼ k[j] x[i − j] with x zero outside, for i = 0 … length + taps − 2 in mode "full".
    "same" keeps the middle `length` of them, from number ⌊(taps − 1)/2⌋ on; "valid" keeps those that see
    no zeros from outside, length − taps + 1 of them. All as `numpy.convolve` for a kernel that is not longer
    than the signal.

    Args:
        x: Signal, real, shape (length,).
        k: Kernel, real, shape (taps,), 1 ≤ taps ≤ length.
        mode: "full", "same" or "valid".
    Returns:
        The convolution, shape (length + taps − 1,), (length,) or (length − taps + 1,) by mode.
    Raises:
        ValueError: The mode is none of the three, or the kernel is longer than the signal or empty.
    Example:
        >>> convolve1d([1.0, 2.0, 3.0], [1.0, 10.0], "full").tolist()
        [1.0, 12.0, 23.0, 30.0]
        >>> convolve1d([1.0, 2.0, 3.0], [1.0, 10.0], "same").tolist()
        [1.0, 12.0, 23.0]

    Source: Goodfellow, Bengio and Courville (2016), 9.1; lecture notes P 8, E 13.2.
    """
    x, k = floats(x), floats(k)
    if not 1 <= len(k) <= len(x):
        raise ValueError(f"k: expected 1 to {len(x)} taps, got {len(k)}.")
    padded = np.pad(x, len(k) - 1)  # (length + 2·taps − 2,)
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(k))  # (length + taps − 1, taps)
    return np.array((windows @ k[::-1])[_kept(len(x), len(k), mode)])


def cross_correlate1d(x: ArrayLike, k: ArrayLike, mode: str) -> Array:
    """Slide a kernel over a signal without flipping it, as a convolution layer does.

    (x ⋆ k)[i] = Σⱼ k[j] x[i + j − (taps − 1)] with x zero outside, for i = 0 … length + taps − 2 in mode "full":
    the convolution with the kernel reversed. "same" and "valid" keep the same part as `convolve1d`; all as
    `numpy.correlate` for a kernel that is not longer than the signal.

    Args:
        x: Signal, real, shape (length,).
        k: Kernel, real, shape (taps,), 1 ≤ taps ≤ length.
        mode: "full", "same" or "valid".
    Returns:
        The cross-correlation, shape (length + taps − 1,), (length,) or (length − taps + 1,) by mode.
    Raises:
        ValueError: As `convolve1d`.
    Example:
        >>> cross_correlate1d([1.0, 2.0, 3.0], [1.0, 10.0], "valid").tolist()
        [21.0, 32.0]

    Source: Goodfellow, Bengio and Courville (2016), 9.1, eq. 9.6; lecture notes P 8, E 13.2.
    """
    return convolve1d(x, floats(k)[::-1], mode)


def convolve_fft(x: ArrayLike, k: ArrayLike) -> Array:
    """Convolve two signals by multiplying their Fourier transforms.

    x * k = F⁻¹(F(x)·F(k)) in mode "full": both are filled up with zeros to length + taps − 1 or more first, since
    the product of two transforms is a circular convolution. In n log n steps; either signal may be the longer.

    Args:
        x: Signal, real, shape (length,), not empty.
        k: Kernel, real, shape (taps,), not empty.
    Returns:
        The full convolution, real, shape (length + taps − 1,).
    Example:
        >>> convolve_fft([1.0, 2.0, 3.0], [1.0, 10.0]).round(9).tolist()
        [1.0, 12.0, 23.0, 30.0]

    Source: Convolution theorem; lecture notes E 13.7.
    """
    x, k = floats(x), floats(k)
    size = len(x) + len(k) - 1
    fast = 1 << (size - 1).bit_length()  # the next power of 2: a prime length would be slow
    product = np.fft.rfft(x, fast) * np.fft.rfft(k, fast)  # (fast // 2 + 1,)
    return np.array(np.fft.irfft(product, fast)[:size])


def toeplitz_matrix(k: ArrayLike, n: int, mode: str) -> Array:
    """Write the convolution with a kernel as a matrix.

    T with T @ x = convolve1d(x, k, mode) for every x of length n. In mode "full" T[i, j] = k[i − j] where that
    exists, else 0, so that every diagonal is constant; "same" and "valid" keep the rows that `convolve1d` keeps.

    Args:
        k: Kernel, real, shape (taps,), 1 ≤ taps ≤ n.
        n: Length of the signals.
        mode: "full", "same" or "valid".
    Returns:
        The matrix, shape (n + taps − 1, n), (n, n) or (n − taps + 1, n) by mode.
    Raises:
        ValueError: As `convolve1d`.
    Example:
        >>> toeplitz_matrix([1.0, 10.0], 3, "valid").tolist()
        [[10.0, 1.0, 0.0], [0.0, 10.0, 1.0]]

    Source: Goodfellow, Bengio and Courville (2016), 9.1; lecture notes P 8, E 13.3.
    """
    columns = [convolve1d(unit, k, mode) for unit in np.eye(n)]  # n of (rows,)
    return np.stack(columns, axis=1)


def conv1d_backward(dout: ArrayLike, x: ArrayLike, k: ArrayLike) -> tuple[Array, Array]:
    """Gradients of a valid convolution: by the signal, then by the kernel.

    For y = convolve1d(x, k, "valid") and a loss whose gradient by y is dout. Both are convolutions again:
    dx = dout * reversed k (full), dk = reversed (dout ⋆ …): dk[j] = Σᵢ dout[i] x[i + taps − 1 − j], which is
    reversed x convolved with dout (valid).

    Args:
        dout: Gradient by y, real, shape (length − taps + 1,).
        x: Signal, real, shape (length,).
        k: Kernel, real, shape (taps,).
    Returns:
        Tuple (dx, dk), shapes of x and k.
    Raises:
        ValueError: dout is not of the length that y has.
    Example:
        >>> [g.tolist() for g in conv1d_backward([1.0, 100.0], [1.0, 2.0, 3.0], [1.0, 10.0])]
        [[10.0, 1001.0, 100.0], [302.0, 201.0]]

    Source: Goodfellow, Bengio and Courville (2016), 9.5; lecture notes P 8, E 13.6.
    """
    dout, x, k = floats(dout), floats(x), floats(k)
    if len(dout) != len(x) - len(k) + 1:
        raise ValueError(f"dout: expected length {len(x) - len(k) + 1}, got {len(dout)}.")
    longer, shorter = (dout, k[::-1]) if len(dout) >= len(k) else (k[::-1], dout)
    return convolve1d(longer, shorter, "full"), convolve1d(x[::-1], dout, "valid")


def _kept(length: int, taps: int, mode: str) -> slice:
    """The part of the full convolution that a mode keeps."""
    if mode == "full":
        return slice(0, length + taps - 1)
    if mode == "same":
        return slice((taps - 1) // 2, (taps - 1) // 2 + length)
    if mode == "valid":
        return slice(taps - 1, length)
    raise ValueError(f"mode: expected 'full', 'same' or 'valid', got {mode!r}.")
