"""Plain loops where they are cheap, im2col with index arrays where they are not; lists of tuples as caches."""

import math

import numpy as np


def _start(taps, mode):
    if mode == "full":
        return 0
    return (taps - 1) // 2 if mode == "same" else taps - 1


def _length(n, taps, mode):
    if mode == "full":
        return n + taps - 1
    return n if mode == "same" else n - taps + 1


def convolve1d(x, k, mode):
    n, taps = len(x), len(k)
    out = []
    for i in range(_start(taps, mode), _start(taps, mode) + _length(n, taps, mode)):
        total = 0.0
        for j in range(taps):
            if 0 <= i - j < n:
                total += float(k[j]) * float(x[i - j])
        out.append(total)
    return np.array(out)


def cross_correlate1d(x, k, mode):
    n, taps = len(x), len(k)
    first = _start(taps, mode) - (taps - 1)
    out = np.zeros(_length(n, taps, mode))
    for i in range(len(out)):
        for j in range(taps):
            at = first + i + j
            if 0 <= at < n:
                out[i] += float(k[j]) * float(x[at])
    return out


def convolve2d(x, k, mode):
    h, w = x.shape
    m, n = k.shape
    rows, columns = _length(h, m, mode), _length(w, n, mode)
    top, left = _start(m, mode), _start(n, mode)
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for a in range(m):
                for b in range(n):
                    r, c = top + i - a, left + j - b
                    if 0 <= r < h and 0 <= c < w:
                        out[i, j] += float(k[a, b]) * float(x[r, c])
    return out


def _fft(values):
    """Cooley and Tukey for lengths that are powers of 2: short transforms first, then doubled together."""
    n = len(values)
    short = min(n, 16)
    turns = np.exp(-2j * np.pi * np.outer(np.arange(short), np.arange(short)) / short)
    parts = turns @ np.reshape(values, (short, -1))  # one transform a column
    while len(parts) < n:
        half = parts.shape[1] // 2
        even, odd = parts[:, :half], parts[:, half:]
        odd = odd * np.exp(-1j * np.pi * np.arange(len(parts)) / len(parts))[:, None]
        parts = np.concatenate([even + odd, even - odd])
    return parts[:, 0]


def convolve_fft(x, k):
    n = len(x) + len(k) - 1
    size = 1
    while size < n:
        size *= 2
    a, b = np.zeros(size, complex), np.zeros(size, complex)
    a[: len(x)] = x
    b[: len(k)] = k
    product = _fft(a) * _fft(b)
    return (np.conj(_fft(np.conj(product))) / size).real[:n].copy()


def toeplitz_matrix(k, n, mode):
    taps = len(k)
    top = _start(taps, mode)
    rows = _length(n, taps, mode)
    matrix = np.zeros((rows, n))
    for j in range(n):
        for a in range(taps):
            if 0 <= j + a - top < rows:
                matrix[j + a - top, j] = k[a]
    return matrix


def pad2d(x, p, mode):
    n, c, h, w = x.shape
    if p < 0:
        raise ValueError("p is negative")
    if mode == "zeros":
        out = np.zeros((n, c, h + 2 * p, w + 2 * p))
        out[:, :, p : p + h, p : p + w] = x
        return out
    if mode == "circular":
        rows = [(i - p) % h for i in range(h + 2 * p)]
        columns = [(j - p) % w for j in range(w + 2 * p)]
    elif mode == "reflect":
        if p >= h or p >= w:
            raise ValueError("p is too large to reflect")
        rows = [h - 1 - abs(h - 1 - abs(i - p)) for i in range(h + 2 * p)]
        columns = [w - 1 - abs(w - 1 - abs(j - p)) for j in range(w + 2 * p)]
    else:
        raise ValueError("unknown mode " + repr(mode))
    return np.array(x, dtype=float)[:, :, rows][:, :, :, columns]


def conv_output_size(n, k, stride=1, padding=0, dilation=1):
    if n < 1 or k < 1 or stride < 1 or padding < 0 or dilation < 1:
        raise ValueError("a length or a step below 1, or a negative padding")
    if dilation * (k - 1) + 1 > n + 2 * padding:
        raise ValueError("the kernel does not fit")
    count, start = 0, 0
    while start + dilation * (k - 1) < n + 2 * padding:
        count += 1
        start += stride
    return count


def _indices(h, w, kh, kw, stride, padding, dilation):
    """Rows and columns that each output place sees, shapes (kh·kw, out_h·out_w)."""
    out_h = conv_output_size(h, kh, stride, padding, dilation)
    out_w = conv_output_size(w, kw, stride, padding, dilation)
    i0, j0 = np.repeat(np.arange(kh), kw) * dilation, np.tile(np.arange(kw), kh) * dilation
    i1, j1 = np.repeat(np.arange(out_h), out_w) * stride, np.tile(np.arange(out_w), out_h) * stride
    return i0[:, None] + i1, j0[:, None] + j1, out_h, out_w


def conv2d_forward(x, w, b, stride=1, padding=0, dilation=1):
    n, c, h, v = x.shape
    f, channels, kh, kw = w.shape
    if c != channels:
        raise ValueError("x has %d channels, w has %d" % (c, channels))
    if np.shape(b) != (f,):
        raise ValueError("there are %d filters, so %d biases" % (f, f))
    rows, columns, out_h, out_w = _indices(h, v, kh, kw, stride, padding, dilation)
    padded = np.zeros((n, c, h + 2 * padding, v + 2 * padding))
    padded[:, :, padding : padding + h, padding : padding + v] = x
    matrix = padded[:, :, rows, columns].reshape(n, c * kh * kw, out_h * out_w)
    out = np.array(w, dtype=float).reshape(f, -1) @ matrix
    return out.reshape(n, f, out_h, out_w) + np.array(b, dtype=float).reshape(1, f, 1, 1)


def conv2d_backward(dout, x, w, stride=1, padding=0, dilation=1):
    n, c, h, v = x.shape
    f, _, kh, kw = w.shape
    rows, columns, out_h, out_w = _indices(h, v, kh, kw, stride, padding, dilation)
    if dout.shape != (n, f, out_h, out_w):
        raise ValueError("dout has to be of shape %s" % ((n, f, out_h, out_w),))
    padded = np.zeros((n, c, h + 2 * padding, v + 2 * padding))
    padded[:, :, padding : padding + h, padding : padding + v] = x
    matrix = padded[:, :, rows, columns].reshape(n, c * kh * kw, out_h * out_w)
    flat = np.array(dout, dtype=float).reshape(n, f, out_h * out_w)
    dw = sum(flat[i] @ matrix[i].T for i in range(n)).reshape(w.shape)
    dmatrix = (np.array(w, dtype=float).reshape(f, -1).T @ flat).reshape(n, c, kh * kw, -1)
    dpadded = np.zeros_like(padded)
    for tap in range(kh * kw):  # within one tap no pixel comes twice
        dpadded[:, :, rows[tap], columns[tap]] += dmatrix[:, :, tap]
    return dpadded[:, :, padding : padding + h, padding : padding + v].copy(), dw, flat.sum(axis=(0, 2))


def conv_transpose2d(x, w, stride=1, padding=0):
    n, c, h, v = x.shape
    _, f, kh, kw = w.shape
    out = np.zeros((n, f, (h - 1) * stride + kh, (v - 1) * stride + kw))
    for i in range(h):
        for j in range(v):
            for a in range(n):
                for channel in range(c):
                    share = float(x[a, channel, i, j]) * np.array(w[channel], dtype=float)
                    out[a, :, i * stride : i * stride + kh, j * stride : j * stride + kw] += share
    bottom, right = out.shape[2] - padding, out.shape[3] - padding
    return out[:, :, padding:bottom, padding:right].copy()


def maxpool2d_forward(x, size, stride):
    x = np.array(x, dtype=float)
    n, c, h, w = x.shape
    out_h, out_w = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.zeros((n, c, out_h, out_w))
    for i in range(out_h):
        for j in range(out_w):
            top, left = i * stride, j * stride
            out[:, :, i, j] = x[:, :, top : top + size, left : left + size].max(axis=(2, 3))
    return out, {"x": x, "size": size, "stride": stride}


def maxpool2d_backward(dout, cache):
    x, size, stride = cache["x"], cache["size"], cache["stride"]
    dx = np.zeros_like(x)
    n, c, out_h, out_w = dout.shape
    for a in range(n):
        for b in range(c):
            for i in range(out_h):
                for j in range(out_w):
                    best, place = -math.inf, None
                    for r in range(i * stride, i * stride + size):
                        for s in range(j * stride, j * stride + size):
                            if x[a, b, r, s] > best:
                                best, place = x[a, b, r, s], (r, s)
                    dx[a, b, place[0], place[1]] += dout[a, b, i, j]
    return dx


def avgpool2d_forward(x, size, stride):
    n, c, h, w = x.shape
    out_h, out_w = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.zeros((n, c, out_h, out_w))
    for i in range(size):
        for j in range(size):
            out += x[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride]
    return out / (size * size), [x.shape, size, stride]


def avgpool2d_backward(dout, cache):
    shape, size, stride = cache
    dx = np.zeros(shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            share = np.array(dout[:, :, i, j], dtype=float)[:, :, None, None] / size**2
            dx[:, :, i * stride : i * stride + size, j * stride : j * stride + size] += share
    return dx


def global_avgpool(x):
    n, c, h, w = x.shape
    return np.array([[float(np.sum(x[i, j], dtype=float)) / (h * w) for j in range(c)] for i in range(n)])


def receptive_field(layers):
    reach = 1
    for k, stride, dilation in reversed(layers):
        reach = (reach - 1) * stride + 1 + dilation * (k - 1)
    return reach


def conv_parameters(h, w, c_in, c_out, k):
    return c_out * (c_in * k * k + 1)


def dense_parameters(h, w, c_in, c_out, k):
    outputs = c_out * (h - k + 1) * (w - k + 1)
    return outputs * c_in * h * w + outputs


def locally_connected_parameters(h, w, c_in, c_out, k):
    outputs = c_out * (h - k + 1) * (w - k + 1)
    return outputs * c_in * k * k + outputs


def locally_connected2d(x, w, b):
    rows, columns, f, c, k, _ = w.shape
    out = np.zeros((len(x), f, rows, columns))
    for i in range(rows):
        for j in range(columns):
            patch = np.array(x[:, :, i : i + k, j : j + k], dtype=float).reshape(len(x), -1)
            out[:, :, i, j] = patch @ np.array(w[i, j], dtype=float).reshape(f, -1).T + b[i, j]
    return out


def conv1x1(x, w, b):
    n, c, h, v = x.shape
    pixels = np.array(x, dtype=float).transpose(0, 2, 3, 1).reshape(-1, c)
    mixed = pixels @ np.array(w, dtype=float).T + b
    return mixed.reshape(n, h, v, len(w)).transpose(0, 3, 1, 2).copy()


def is_equivariant(f, g_in, g_out, xs, tol):
    for x in xs:
        first, second = np.asarray(f(g_in(x))), np.asarray(g_out(f(x)))
        for a, b in zip(first.ravel(), second.ravel()):
            if not abs(a - b) <= tol:
                return False
    return True


def is_invariant(f, g, xs, tol):
    return is_equivariant(f, g, lambda y: y, xs, tol)


def rot180(k):
    rows, columns = k.shape
    return np.array(
        [[float(k[rows - 1 - i, columns - 1 - j]) for j in range(columns)] for i in range(rows)]
    )


def conv1d_backward(dout, x, k):
    dx, dk = np.zeros(len(x)), np.zeros(len(k))
    for i in range(len(dout)):
        for j in range(len(k)):
            at = i + len(k) - 1 - j
            dx[at] += float(dout[i]) * float(k[j])
            dk[j] += float(dout[i]) * float(x[at])
    return dx, dk
