"""Small classes for geometry and pools; gradients are convolutions again, of stretched and turned arrays."""

from functools import reduce

import numpy as np


class Axis:
    """One axis of a convolution: which part of the full one a mode keeps."""

    def __init__(self, length, taps, mode):
        first, count = {
            "full": (0, length + taps - 1),
            "same": ((taps - 1) // 2, length),
            "valid": (taps - 1, length - taps + 1),
        }[mode]
        self.kept = slice(first, first + count)


class Grid:
    """Where the windows of a layer start and what they touch."""

    def __init__(self, image, kernel, stride=1, padding=0, dilation=1):
        self.image, self.kernel = image, kernel
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.out = tuple(
            conv_output_size(n, k, stride, padding, dilation) for n, k in zip(image, kernel)
        )

    def taps(self):
        """Pairs of an entry of the kernel and the part of the padded image that it meets."""
        for m in range(self.kernel[0]):
            for l in range(self.kernel[1]):
                yield (m, l), tuple(
                    slice(at * self.dilation, at * self.dilation + self.stride * (count - 1) + 1, self.stride)
                    for at, count in zip((m, l), self.out)
                )


def _real(*arrays):
    copies = [np.array(a, dtype=np.float64) for a in arrays]
    return copies[0] if len(copies) == 1 else copies


def convolve1d(x, k, mode):
    x, k = _real(x, k)
    full = np.zeros(len(x) + len(k) - 1)
    for j, weight in enumerate(k):
        full[j : j + len(x)] += weight * x
    return full[Axis(len(x), len(k), mode).kept].copy()


def cross_correlate1d(x, k, mode):
    full = convolve1d(_real(x)[::-1], k, "full")[::-1]
    return full[Axis(len(x), len(k), mode).kept].copy()


def convolve2d(x, k, mode):
    x, k = _real(x, k)
    shape = tuple(a + b - 1 for a, b in zip(x.shape, k.shape))
    spectrum = np.fft.fft2(x, shape) * np.fft.fft2(k, shape)
    full = np.fft.ifft2(spectrum).real
    kept = tuple(Axis(a, b, mode).kept for a, b in zip(x.shape, k.shape))
    return full[kept].copy()


def convolve_fft(x, k):
    x, k = _real(x, k)
    n = len(x) + len(k) - 1
    size = 1 << n.bit_length()
    return np.fft.ifft(np.fft.fft(x, size) * np.fft.fft(k, size)).real[:n].copy()


def toeplitz_matrix(k, n, mode):
    k = _real(k)
    full = sum(weight * np.eye(n + len(k) - 1, n, -j) for j, weight in enumerate(k))
    return full[Axis(n, len(k), mode).kept].copy()


def pad2d(x, p, mode):
    if p < 0:
        raise ValueError(f"p has to be at least 0, not {p}")
    x = _real(x)
    if p == 0 and mode in ("zeros", "reflect", "circular"):
        return x
    if mode == "zeros":
        return np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    for axis in (2, 3):
        n = x.shape[axis]
        forwards = np.moveaxis(x, axis, 0)
        if mode == "circular":
            parts = [forwards[np.arange(-p, n + p) % n]]
        elif mode == "reflect":
            if p >= n:
                raise ValueError("not enough pixels to reflect")
            parts = [forwards[p:0:-1], forwards, forwards[-2 : -p - 2 : -1]]
        else:
            raise ValueError(f"no such mode: {mode}")
        x = np.moveaxis(np.concatenate(parts), 0, axis)
    return np.ascontiguousarray(x)


def conv_output_size(n, k, stride=1, padding=0, dilation=1):
    if min(n, k, stride, dilation, padding + 1) < 1:
        raise ValueError("an argument is below its range")
    last = n + 2 * padding - 1 - dilation * (k - 1)
    if last < 0:
        raise ValueError("kernel larger than the padded input")
    return len(range(0, last + 1, stride))


def _frame(x, padding):
    return np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])


def conv2d_forward(x, w, b, stride=1, padding=0, dilation=1):
    x, w, b = _real(x, w, b)
    if x.shape[1] != w.shape[1]:
        raise ValueError("the filters are made for other images")
    if b.shape != (len(w),):
        raise ValueError("every filter has one bias")
    grid = Grid(x.shape[2:], w.shape[2:], stride, padding, dilation)
    framed = _frame(x, padding)
    out = np.tile(b[None, :, None, None], (len(x), 1, *grid.out))
    for (m, l), (rows, columns) in grid.taps():
        part = framed[:, :, rows, columns]
        out += np.moveaxis(np.tensordot(w[:, :, m, l], part, axes=(1, 1)), 0, 1)
    return out


def conv2d_backward(dout, x, w, stride=1, padding=0, dilation=1):
    dout, x, w = _real(dout, x, w)
    grid = Grid(x.shape[2:], w.shape[2:], stride, padding, dilation)
    if dout.shape != (len(x), len(w), *grid.out):
        raise ValueError("dout belongs to another output")
    framed = _frame(x, padding)
    dframed, dw = np.zeros_like(framed), np.zeros_like(w)
    for (m, l), (rows, columns) in grid.taps():
        dw[:, :, m, l] = np.tensordot(dout, framed[:, :, rows, columns], axes=((0, 2, 3), (0, 2, 3)))
        dframed[:, :, rows, columns] += np.moveaxis(np.tensordot(w[:, :, m, l], dout, axes=(0, 1)), 0, 1)
    inside = slice(padding, padding + x.shape[2]), slice(padding, padding + x.shape[3])
    return dframed[(slice(None), slice(None), *inside)].copy(), dw, np.einsum("nfij->f", dout)


def conv_transpose2d(x, w, stride=1, padding=0):
    """A plain convolution of the stretched image, framed by k − 1, with turned filters."""
    x, w = _real(x, w)
    n, c, h, v = x.shape
    _, f, kh, kw = w.shape
    stretched = np.zeros((n, c, (h - 1) * stride + 2 * kh - 1, (v - 1) * stride + 2 * kw - 1))
    stretched[:, :, kh - 1 : kh + (h - 1) * stride : stride, kw - 1 : kw + (v - 1) * stride : stride] = x
    filters = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    full = conv2d_forward(stretched, filters, np.zeros(f))
    return full[:, :, padding : full.shape[2] - padding, padding : full.shape[3] - padding].copy()


class Pool:
    """A grid of square windows over images, with what the way back needs."""

    def __init__(self, x, size, stride):
        self.x = _real(x)
        self.size = size
        self.grid = Grid(self.x.shape[2:], (size, size), stride)

    def parts(self):
        for _, (rows, columns) in self.grid.taps():
            yield self.x[:, :, rows, columns]

    def back(self, shares):
        dx = np.zeros_like(self.x)
        for share, (_, (rows, columns)) in zip(shares, self.grid.taps()):
            dx[:, :, rows, columns] += share
        return dx


def maxpool2d_forward(x, size, stride):
    pool = Pool(x, size, stride)
    pool.out = reduce(np.maximum, pool.parts()).copy()
    return pool.out.copy(), pool


def maxpool2d_backward(dout, cache):
    left = _real(dout)
    shares = []
    for part in cache.parts():
        wins = part == cache.out
        shares.append(np.where(wins, left, 0.0))
        left = np.where(wins, 0.0, left)
    return cache.back(shares)


def avgpool2d_forward(x, size, stride):
    pool = Pool(x, size, stride)
    return sum(pool.parts()) / size**2, pool


def avgpool2d_backward(dout, cache):
    share = _real(dout) / cache.size**2
    return cache.back([share] * cache.size**2)


def global_avgpool(x):
    return np.einsum("ncij->nc", _real(x)) / (x.shape[2] * x.shape[3])


def receptive_field(layers):
    if not layers:
        return 1
    k, stride, dilation = layers[0]
    return dilation * (k - 1) + 1 + stride * (receptive_field(layers[1:]) - 1)


def _units(h, w, c_out, k):
    return conv_output_size(h, k) * conv_output_size(w, k) * c_out


def conv_parameters(h, w, c_in, c_out, k):
    return c_out + c_out * c_in * k * k


def dense_parameters(h, w, c_in, c_out, k):
    return _units(h, w, c_out, k) * (1 + h * w * c_in)


def locally_connected_parameters(h, w, c_in, c_out, k):
    return _units(h, w, c_out, k) * (1 + k * k * c_in)


def locally_connected2d(x, w, b):
    x, w, b = _real(x, w, b)
    rows, columns, k = w.shape[0], w.shape[1], w.shape[4]
    out = np.moveaxis(b, 2, 0)[None].repeat(len(x), axis=0)
    for m in range(k):
        for l in range(k):
            part = x[:, :, m : m + rows, l : l + columns]
            out += np.einsum("ncij,ijfc->nfij", part, w[..., m, l])
    return out


def conv1x1(x, w, b):
    return conv2d_forward(x, np.asarray(w)[:, :, None, None], b)


class Symmetry:
    """A function that should not care, or care in a known way."""

    def __init__(self, f, before, after):
        self.f, self.before, self.after = f, before, after

    def gap(self, x):
        gap = np.asarray(self.f(self.before(x)), dtype=float) - np.asarray(self.after(self.f(x)), dtype=float)
        return np.max(np.abs(gap))


def is_equivariant(f, g_in, g_out, xs, tol):
    symmetry = Symmetry(f, g_in, g_out)
    return bool(max(symmetry.gap(x) for x in xs) <= tol)


def is_invariant(f, g, xs, tol):
    symmetry = Symmetry(f, g, lambda y: y)
    return bool(max(symmetry.gap(x) for x in xs) <= tol)


def rot180(k):
    return np.flip(_real(k)).copy()


def conv1d_backward(dout, x, k):
    turned = _real(x)[::-1]
    n, taps = len(dout), len(k)
    dk = np.array([turned[j : j + n][::-1] @ _real(dout) for j in range(taps)])
    return cross_correlate_full(dout, k), dk


def cross_correlate_full(dout, k):
    dx = np.zeros(len(dout) + len(k) - 1)
    for i, weight in enumerate(_real(k)[::-1]):
        dx[i : i + len(dout)] += weight * _real(dout)
    return dx
