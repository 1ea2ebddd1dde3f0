# fails: convolve_fft: scales; conv2d_forward: fast; maxpool2d_forward: fast
# Right, but visits every pixel in Python and every pair of entries of long signals.
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _f(a):
    return np.asarray(a, dtype=float)


def _cut(full, n, k, mode):
    starts = {"full": 0, "same": (k - 1) // 2, "valid": k - 1}
    sizes = {"full": n + k - 1, "same": n, "valid": n - k + 1}
    return full[starts[mode] : starts[mode] + sizes[mode]]


def convolve1d(x, k, mode):
    x, k = _f(x), _f(k)
    windows = sliding_window_view(np.pad(x, len(k) - 1), len(k))
    return _cut(windows @ k[::-1], len(x), len(k), mode).copy()


def cross_correlate1d(x, k, mode):
    return convolve1d(x, np.asarray(k)[::-1], mode)


def convolve2d(x, k, mode):
    x, k = _f(x), _f(k)
    (h, w), (m, n) = x.shape, k.shape
    windows = sliding_window_view(np.pad(x, ((m - 1, m - 1), (n - 1, n - 1))), (m, n))
    full = np.einsum("ijmn,mn->ij", windows, k[::-1, ::-1])
    rows = _cut(full, h, m, mode)
    return np.ascontiguousarray(_cut(rows.T, w, n, mode).T)


def convolve_fft(x, k):
    return np.convolve(_f(x), _f(k))


def toeplitz_matrix(k, n, mode):
    k = _f(k)
    rows, columns = np.arange(n + len(k) - 1)[:, None], np.arange(n)[None, :]
    lag = rows - columns
    inside = (lag >= 0) & (lag < len(k))
    full = np.where(inside, k[np.clip(lag, 0, len(k) - 1)], 0.0)
    return _cut(full, n, len(k), mode).copy()


def pad2d(x, p, mode):
    x = _f(x)
    if p < 0 or mode not in ("zeros", "reflect", "circular"):
        raise ValueError("bad padding")
    if mode == "reflect" and (p >= x.shape[2] or p >= x.shape[3]):
        raise ValueError("nothing to reflect")
    name = {"zeros": "constant", "reflect": "reflect", "circular": "wrap"}[mode]
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode=name)


def conv_output_size(n, k, stride=1, padding=0, dilation=1):
    if min(n, k, stride, dilation) < 1 or padding < 0:
        raise ValueError("an argument is out of range")
    span = dilation * (k - 1) + 1
    if span > n + 2 * padding:
        raise ValueError(f"kernel of {span} does not fit into {n + 2 * padding}")
    return (n + 2 * padding - span) // stride + 1


def conv2d_forward(x, w, b, stride=1, padding=0, dilation=1):
    x, w, b = _f(x), _f(w), _f(b)
    if x.shape[1] != w.shape[1] or b.shape != w.shape[:1]:
        raise ValueError("the shapes of x, w and b do not belong together")
    out_h = conv_output_size(x.shape[2], w.shape[2], stride, padding, dilation)
    out_w = conv_output_size(x.shape[3], w.shape[3], stride, padding, dilation)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    down, right = dilation * (w.shape[2] - 1) + 1, dilation * (w.shape[3] - 1) + 1
    out = np.zeros((len(x), len(w), out_h, out_w))
    for n in range(len(x)):
        for f in range(len(w)):
            for i in range(out_h):
                for j in range(out_w):
                    a, e = i * stride, j * stride
                    patch = x[n, :, a : a + down : dilation, e : e + right : dilation]
                    out[n, f, i, j] = np.sum(patch * w[f]) + b[f]
    return out


def conv2d_backward(dout, x, w, stride=1, padding=0, dilation=1):
    dout, x, w = _f(dout), _f(x), _f(w)
    h, v = x.shape[2:]
    out_h = conv_output_size(h, w.shape[2], stride, padding, dilation)
    out_w = conv_output_size(v, w.shape[3], stride, padding, dilation)
    if dout.shape != (len(x), len(w), out_h, out_w):
        raise ValueError("dout is not of the shape of the output")
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    down, right = dilation * (w.shape[2] - 1) + 1, dilation * (w.shape[3] - 1) + 1
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, f, i, j in np.ndindex(*dout.shape):
        a, e = i * stride, j * stride
        place = n, slice(None), slice(a, a + down, dilation), slice(e, e + right, dilation)
        dx[place] += dout[n, f, i, j] * w[f]
        dw[f] += dout[n, f, i, j] * x[place]
    return dx[:, :, padding : padding + h, padding : padding + v].copy(), dw, dout.sum((0, 2, 3))


def conv_transpose2d(x, w, stride=1, padding=0):
    x, w = _f(x), _f(w)
    n, _, h, v = x.shape
    _, c, kh, kw = w.shape
    full = np.zeros((n, c, (h - 1) * stride + kh, (v - 1) * stride + kw))
    for i in range(kh):
        for j in range(kw):
            part = np.einsum("nchw,cf->nfhw", x, w[:, :, i, j])
            full[:, :, i : i + stride * h : stride, j : j + stride * v : stride] += part
    return full[:, :, padding : full.shape[2] - padding, padding : full.shape[3] - padding].copy()


def _pools(x, size, stride):
    return sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]


def maxpool2d_forward(x, size, stride):
    x = _f(x)
    n, c, h, w = x.shape
    out = np.zeros((n, c, (h - size) // stride + 1, (w - size) // stride + 1))
    for a, e, i, j in np.ndindex(*out.shape):
        out[a, e, i, j] = np.max(x[a, e, i * stride : i * stride + size, j * stride : j * stride + size])
    return out, (x.copy(), size, stride)


def maxpool2d_backward(dout, cache):
    x, size, stride = cache
    dout = _f(dout)
    pools = _pools(x, size, stride)
    winner = pools.reshape(*pools.shape[:4], -1).argmax(-1)
    n, c, i, j = np.ogrid[tuple(slice(s) for s in winner.shape)]
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, i * stride + winner // size, j * stride + winner % size), dout)
    return dx


def avgpool2d_forward(x, size, stride):
    x = _f(x)
    return _pools(x, size, stride).mean(axis=(4, 5)), (x.shape, size, stride)


def avgpool2d_backward(dout, cache):
    shape, size, stride = cache
    share = _f(dout) / size**2
    dx = np.zeros(shape)
    h, w = share.shape[2:]
    for i in range(size):
        for j in range(size):
            dx[:, :, i : i + stride * h : stride, j : j + stride * w : stride] += share
    return dx


def global_avgpool(x):
    return _f(x).mean(axis=(2, 3))


def receptive_field(layers):
    strides = np.cumprod([1] + [stride for _, stride, _ in layers])
    return 1 + int(sum(d * (k - 1) * step for (k, _, d), step in zip(layers, strides)))


def conv_parameters(h, w, c_in, c_out, k):
    return (k**2 * c_in + 1) * c_out


def dense_parameters(h, w, c_in, c_out, k):
    return (h * w * c_in + 1) * (h - k + 1) * (w - k + 1) * c_out


def locally_connected_parameters(h, w, c_in, c_out, k):
    return (k**2 * c_in + 1) * (h - k + 1) * (w - k + 1) * c_out


def locally_connected2d(x, w, b):
    x, w, b = _f(x), _f(w), _f(b)
    k = w.shape[-1]
    patches = sliding_window_view(x, (k, k), axis=(2, 3))
    return np.einsum("nchwij,hwfcij->nfhw", patches, w) + b.transpose(2, 0, 1)


def conv1x1(x, w, b):
    return np.einsum("nchw,fc->nfhw", _f(x), _f(w)) + _f(b)[:, None, None]


def is_equivariant(f, g_in, g_out, xs, tol):
    return all(np.abs(np.asarray(f(g_in(x))) - g_out(f(x))).max() <= tol for x in xs)


def is_invariant(f, g, xs, tol):
    return all(np.abs(np.asarray(f(g(x))) - f(x)).max() <= tol for x in xs)


def rot180(k):
    return np.rot90(k, 2).copy()


def conv1d_backward(dout, x, k):
    dout, x, k = _f(dout), _f(x), _f(k)
    dx = np.convolve(dout, k[::-1])
    dk = sliding_window_view(x, len(dout)) @ dout
    return dx, dk[::-1].copy()
