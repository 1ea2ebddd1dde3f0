"""Layers of filters: convolution, its gradients and its adjoint, and filters that share less or more (P 8; E 13)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from reference.arrays import Array, floats
from reference.convolution.sizes import conv_output_size

__all__ = ["conv1x1", "conv2d_backward", "conv2d_forward", "conv_transpose2d", "locally_connected2d"]


def conv2d_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Array:
    """Slide every filter over every image, as a convolution layer does.

    out[n, f, i, j] = b[f] + Σ_c,m,l w[f, c, m, l] · x̃[n, c, i·stride + m·dilation, j·stride + l·dilation],
    x̃ being x with `padding` zeros on all four sides. This is a cross-correlation: filters are not flipped.
    stride, padding and dilation are integers and hold for both axes; rows and columns at the end that make no
    whole step are left out: H' = ⌊(H + 2·padding − dilation·(kH − 1) − 1)/stride⌋ + 1, W' likewise.

    Args:
        x: Images, real, shape (batch, channels, H, W).
        w: Filters, real, shape (filters, channels, kH, kW).
        b: Biases, real, shape (filters,).
        stride: Step between outputs, from 1.
        padding: Zeros on every side, from 0.
        dilation: Step between the entries of a filter, from 1.
    Returns:
        Feature maps, shape (batch, filters, H', W').
    Raises:
        ValueError: x and w differ in their channels, the filter does not fit into the padded image, or another
            shape or number is not as above.
    Example:
        >>> x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)  # [[1, 2, 3], [4, 5, 6]]
        >>> conv2d_forward(x, [[[[1.0, 10.0]]]], [0.5], 1, 0, 2).tolist()
        [[[[31.5], [64.5]]]]

    Source: Dumoulin & Visin (2016); PyTorch, `torch.nn.Conv2d`; lecture notes P 8, E 13.5.
    """
    x, w, b = floats(x), floats(w), floats(b)
    _require_layer(x, w)
    if b.shape != w.shape[:1]:
        raise ValueError(f"b: expected shape {w.shape[:1]}, got {b.shape}.")
    windows = _windows(x, w.shape, stride, padding, dilation)  # (N, C, H', W', kH, kW)
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3))) + b  # (N, H', W', F)
    return np.ascontiguousarray(out.transpose(0, 3, 1, 2))  # (N, F, H', W')


def conv2d_backward(
    dout: ArrayLike, x: ArrayLike, w: ArrayLike, stride: int = 1, padding: int = 0, dilation: int = 1
) -> tuple[Array, Array, Array]:
    """Gradients of a convolution layer: by the images, the filters and the biases.

    For out = conv2d_forward(x, w, b, stride, padding, dilation) and a loss whose gradient by out is dout.
    Every entry of x̃ and w collects dout times its partner over all places that it takes part in; pixels that no
    filter reaches get 0, and the gradient of the padding is cut off. db[f] is the sum of dout[:, f].

    Args:
        dout: Gradient by the feature maps, real, shape (batch, filters, H', W').
        x: Images, real, shape (batch, channels, H, W).
        w: Filters, real, shape (filters, channels, kH, kW).
        stride, padding, dilation: As in `conv2d_forward`.
    Returns:
        Tuple (dx, dw, db), shapes of x, w and (filters,).
    Raises:
        ValueError: As `conv2d_forward`, or dout is not of the shape of its result.
    Example:
        >>> x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)  # [[1, 2, 3], [4, 5, 6]]
        >>> dx, dw, db = conv2d_backward([[[[1.0], [2.0]]]], x, [[[[1.0, 10.0]]]], 1, 0, 2)
        >>> dx.tolist(), dw.tolist(), db.tolist()
        ([[[[1.0, 0.0, 10.0], [2.0, 0.0, 20.0]]]], [[[[9.0, 15.0]]]], [3.0])

    Source: Goodfellow, Bengio and Courville (2016), 9.5; lecture notes P 8, E 13.6.
    """
    dout, x, w = floats(dout), floats(x), floats(w)
    _require_layer(x, w)
    windows = _windows(x, w.shape, stride, padding, dilation)  # (N, C, H', W', kH, kW)
    n, _, rows, columns, _, _ = windows.shape
    if dout.shape != (n, len(w), rows, columns):
        raise ValueError(f"dout: expected shape {(n, len(w), rows, columns)}, got {dout.shape}.")
    dw = np.tensordot(dout, windows, axes=((0, 2, 3), (0, 2, 3)))  # (F, C, kH, kW)
    return _spread(dout, w, x.shape[2:], stride, padding, dilation), dw, dout.sum(axis=(0, 2, 3))


def conv_transpose2d(x: ArrayLike, w: ArrayLike, stride: int = 1, padding: int = 0) -> Array:
    """Spread every pixel with a filter over a larger image: the adjoint of a convolution.

    Every x[n, c, i, j] adds x[n, c, i, j]·w[c, f, m, l] to out[n, f, i·stride + m − padding, j·stride + l − padding];
    what falls outside is lost. So ⟨conv2d(v), x⟩ = ⟨v, conv_transpose2d(x)⟩ for the convolution with the same w,
    stride and padding and without bias, which leads from C_out back to C_in channels.

    Args:
        x: Feature maps, real, shape (batch, C_in, H, W).
        w: Filters, real, shape (C_in, C_out, kH, kW).
        stride: Step in the larger image, from 1.
        padding: Rows and columns cut off on every side, from 0.
    Returns:
        Images, shape (batch, C_out, (H − 1)·stride − 2·padding + kH, (W − 1)·stride − 2·padding + kW).
    Raises:
        ValueError: x and w differ in C_in, or nothing is left after cutting.
    Example:
        >>> conv_transpose2d([[[[1.0, 2.0]]]], [[[[1.0, 10.0, 100.0]]]], 2).tolist()
        [[[[1.0, 10.0, 102.0, 20.0, 200.0]]]]

    Source: Dumoulin & Visin (2016), 4; PyTorch, `torch.nn.ConvTranspose2d`; lecture notes P 8, B 14.
    """
    x, w = floats(x), floats(w)
    if x.ndim != 4 or w.ndim != 4 or x.shape[1] != w.shape[0]:
        raise ValueError(f"w: expected as many filters as x {x.shape} has channels, got {w.shape}.")
    size = [(n - 1) * stride - 2 * padding + k for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]
    if min(size) < 1:
        raise ValueError(f"padding: expected something left of the image, got {padding}.")
    return _spread(x, w, (size[0], size[1]), stride, padding, 1)


def locally_connected2d(x: ArrayLike, w: ArrayLike, b: ArrayLike) -> Array:
    """A convolution layer that shares nothing: every place of the output has filters and biases of its own.

    out[n, f, i, j] = b[i, j, f] + Σ_c,m,l w[i, j, f, c, m, l] · x[n, c, i + m, j + l]; stride 1, no padding,
    filters not flipped, H' = H − k + 1 and W' = W − k + 1.

    Args:
        x: Images, real, shape (batch, C_in, H, W).
        w: Filters by place, real, shape (H', W', C_out, C_in, k, k).
        b: Biases by place, real, shape (H', W', C_out).
    Returns:
        Feature maps, shape (batch, C_out, H', W').
    Raises:
        ValueError: The shapes do not belong together.
    Example:
        >>> locally_connected2d([[[[1.0, 2.0]]]], [[[[[[3.0]]]], [[[[5.0]]]]]], [[[0.0], [0.5]]]).tolist()
        [[[[3.0, 10.5]]]]

    Source: Goodfellow, Bengio and Courville (2016), 9.5, eq. 9.9; lecture notes E 13.15.
    """
    x, w, b = floats(x), floats(w), floats(b)
    windows = sliding_window_view(x, w.shape[4:], axis=(2, 3))  # (N, C, H', W', k, k)
    if windows.shape[2:4] != w.shape[:2] or x.shape[1] != w.shape[3]:
        raise ValueError(f"w: expected filters for the places and channels of {x.shape}, got {w.shape}.")
    if b.shape != w.shape[:3]:
        raise ValueError(f"b: expected shape {w.shape[:3]}, got {b.shape}.")
    out = np.einsum("ncijml,ijfcml->nfij", windows, w)
    return np.asarray(out + b.transpose(2, 0, 1))


def conv1x1(x: ArrayLike, w: ArrayLike, b: ArrayLike) -> Array:
    """Mix the channels of every pixel with one matrix: a convolution with filters of one pixel.

    out[n, f, i, j] = b[f] + Σ_c w[f, c] x[n, c, i, j].

    Args:
        x: Images, real, shape (batch, C_in, H, W).
        w: Weights, real, shape (C_out, C_in).
        b: Biases, real, shape (C_out,).
    Returns:
        Feature maps, shape (batch, C_out, H, W).
    Raises:
        ValueError: The shapes do not belong together.
    Example:
        >>> conv1x1([[[[1.0]], [[2.0]]]], [[10.0, 1.0], [0.0, 3.0]], [0.0, 0.5]).tolist()
        [[[[12.0]], [[6.5]]]]

    Source: Lin, Chen & Yan (2014); lecture notes P 8, E 13.13.4.
    """
    return conv2d_forward(x, floats(w)[:, :, None, None], b)


def _require_layer(x: Array, w: Array) -> None:
    if x.ndim != 4 or w.ndim != 4:
        raise ValueError(f"x and w: expected four axes each, got shapes {x.shape} and {w.shape}.")
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"w: expected filters of {x.shape[1]} channels, as x has, got {w.shape[1]}.")


def _windows(x: Array, filters: tuple[int, ...], stride: int, padding: int, dilation: int) -> Array:
    """What each filter sees at each place: a view, shape (N, C, H', W', kH, kW)."""
    for n, k in zip(x.shape[2:], filters[2:], strict=True):
        conv_output_size(n, k, stride, padding, dilation)  # refuses what does not fit
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    reach = [dilation * (k - 1) + 1 for k in filters[2:]]
    every = sliding_window_view(padded, reach, axis=(2, 3))  # stride 1, dilation 1
    return every[:, :, ::stride, ::stride, ::dilation, ::dilation]


def _spread(dout: Array, w: Array, size: tuple[int, ...], stride: int, padding: int, dilation: int) -> Array:
    """Add dout times the filters to the places in images of this size that the filters have seen."""
    (n, _, rows, columns), (_, c, kh, kw) = dout.shape, w.shape
    padded = np.zeros((n, c, size[0] + 2 * padding, size[1] + 2 * padding))
    shares = np.tensordot(w, dout, axes=(0, 1))  # (C, kH, kW, N, H', W')
    for i, j in np.ndindex(kh, kw):
        top, left = i * dilation, j * dilation
        down, right = top + stride * (rows - 1) + 1, left + stride * (columns - 1) + 1
        padded[:, :, top:down:stride, left:right:stride] += shares[:, i, j].swapaxes(0, 1)
    return padded[:, :, padding : padding + size[0], padding : padding + size[1]].copy()
