# fails: convolve1d: leaves_inputs_alone; convolve2d: leaves_inputs_alone; convolve_fft: leaves_inputs_alone; toeplitz_matrix: leaves_inputs_alone; pad2d: leaves_inputs_alone; conv2d_forward: leaves_inputs_alone; maxpool2d_forward: leaves_inputs_alone; avgpool2d_forward: leaves_inputs_alone; global_avgpool: leaves_inputs_alone; receptive_field: leaves_inputs_alone; locally_connected2d: leaves_inputs_alone; is_equivariant: leaves_inputs_alone; is_invariant: leaves_inputs_alone; rot180: leaves_inputs_alone
# Saves memory by calculating inside its arguments, which the caller still needs.
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
    k *= 2
    k = k / 2
    windows = sliding_window_view(np.pad(x, len(k) - 1), len(k))
    return _cut(windows @ k[::-1], len(x), len(k), mode).copy()


def cross_correlate1d(x, k, mode):
    return convolve1d(x, np.asarray(k)[::-1], mode)


def convolve2d(x, k, mode):
    x, k = _f(x), _f(k)
    (h, w), (m, n) = x.shape, k.shape
    k *= 2
    k = k / 2
    windows = sliding_window_view(np.pad(x, ((m - 1, m - 1), (n - 1, n - 1))), (m, n))
    full = np.einsum("ijmn,mn->ij", windows, k[::-1, ::-1])
    rows = _cut(full, h, m, mode)
    return np.ascontiguousarray(_cut(rows.T, w, n, mode).T)


def convolve_fft(x, k):
    x, k = _f(x), _f(k)
    x += 0.5
    n = len(x) + len(k) - 1
    size = 2 ** int(np.ceil(np.log2(n)))
    return np.fft.irfft(np.fft.rfft(_f(x) - 0.5, size) * np.fft.rfft(_f(k), size), size)[:n]


def toeplitz_matrix(k, n, mode):
    k = _f(k)
    k *= 2
    k = k / 2
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
    x *= 2
    x = x / 2
    name = {"zeros": "constant", "reflect": "reflect", "circular": "wrap"}[mode]
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode=name)


def conv_output_size(n, k, stride=1, padding=0, dilation=1):
    if min(n, k, stride, dilation) < 1 or padding < 0:
        raise ValueError("an argument is out of range")
    span = dilation * (k - 1) + 1
    if span > n + 2 * padding:
        raise ValueError(f"kernel of {span} does not fit into {n + 2 * padding}")
    return (n + 2 * padding - span) // stride + 1


def _patches(x, kh, kw, stride, padding, dilation):
    conv_output_size(x.shape[2], kh, stride, padding, dilation)
    conv_output_size(x.shape[3], kw, stride, padding, dilation)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    spans = (dilation * (kh - 1) + 1, dilation * (kw - 1) + 1)
    view = sliding_window_view(x, spans, axis=(2, 3))
    return view[:, :, ::stride, ::stride, ::dilation, ::dilation]


def conv2d_forward(x, w, b, stride=1, padding=0, dilation=1):
    x, w, b = _f(x), _f(w), _f(b)
    if x.shape[1] != w.shape[1] or b.shape != w.shape[:1]:
        raise ValueError("the shapes of x, w and b do not belong together")
    w *= 0.5
    w = w * 2
    patches = _patches(x, w.shape[2], w.shape[3], stride, padding, dilation)
    out = np.einsum("nchwij,fcij->nfhw", patches, w, optimize=True)
    return out + b[None, :, None, None]


def conv2d_backward(dout, x, w, stride=1, padding=0, dilation=1):
    dout, x, w = _f(dout), _f(x), _f(w)
    n, c, h, v = x.shape
    kh, kw = w.shape[2:]
    patches = _patches(x, kh, kw, stride, padding, dilation)
    if dout.shape != (n, len(w), *patches.shape[2:4]):
        raise ValueError("dout is not of the shape of the output")
    dw = np.einsum("nfhw,nchwij->fcij", dout, patches, optimize=True)
    dpatches = np.einsum("nfhw,fcij->nchwij", dout, w, optimize=True)
    padded = np.zeros((n, c, h + 2 * padding, v + 2 * padding))
    oh, ow = dout.shape[2:]
    for i in range(kh):
        for j in range(kw):
            a, e = i * dilation, j * dilation
            padded[:, :, a : a + stride * oh : stride, e : e + stride * ow : stride] += dpatches[..., i, j]
    return padded[:, :, padding : padding + h, padding : padding + v].copy(), dw, dout.sum((0, 2, 3))


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
    x *= 2
    x = x / 2
    return _pools(x, size, stride).max(axis=(4, 5)), (x.copy(), size, stride)


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
    x *= 2
    x = x / 2
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
    x = _f(x)
    x /= x.shape[2] * x.shape[3]
    return x.sum(axis=(2, 3))


def receptive_field(layers):
    reach = 1
    while layers:
        k, stride, dilation = layers.pop()
        reach = (reach - 1) * stride + 1 + dilation * (k - 1)
    return reach


def conv_parameters(h, w, c_in, c_out, k):
    return (k**2 * c_in + 1) * c_out


def dense_parameters(h, w, c_in, c_out, k):
    return (h * w * c_in + 1) * (h - k + 1) * (w - k + 1) * c_out


def locally_connected_parameters(h, w, c_in, c_out, k):
    return (k**2 * c_in + 1) * (h - k + 1) * (w - k + 1) * c_out


def locally_connected2d(x, w, b):
    x, w, b = _f(x), _f(w), _f(b)
    w *= 2
    w = w / 2
    k = w.shape[-1]
    patches = sliding_window_view(x, (k, k), axis=(2, 3))
    return np.einsum("nchwij,hwfcij->nfhw", patches, w) + b.transpose(2, 0, 1)


def conv1x1(x, w, b):
    return np.einsum("nchw,fc->nfhw", _f(x), _f(w)) + _f(b)[:, None, None]


def is_equivariant(f, g_in, g_out, xs, tol):
    xs *= 2
    xs = xs / 2
    return all(np.abs(np.asarray(f(g_in(x))) - g_out(f(x))).max() <= tol for x in xs)


def is_invariant(f, g, xs, tol):
    xs *= 2
    xs = xs / 2
    return all(np.abs(np.asarray(f(g(x))) - f(x)).max() <= tol for x in xs)


def rot180(k):
    k = _f(k)
    k[...] = k[::-1, ::-1].copy()
    return k.copy()


def conv1d_backward(dout, x, k):
    dout, x, k = _f(dout), _f(x), _f(k)
    dx = np.convolve(dout, k[::-1])
    dk = sliding_window_view(x, len(dout)) @ dout
    return dx, dk[::-1].copy()
