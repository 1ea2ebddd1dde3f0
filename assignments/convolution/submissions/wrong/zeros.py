# fails: convolve1d: agrees; convolve2d: agrees; convolve_fft: agrees; toeplitz_matrix: agrees; pad2d: agrees; conv2d_forward: agrees; maxpool2d_forward: agrees; avgpool2d_forward: agrees; global_avgpool: agrees; conv_output_size: agrees; receptive_field: agrees; conv_parameters: agrees; dense_parameters: agrees; locally_connected_parameters: agrees; locally_connected2d: agrees; is_equivariant: agrees; is_invariant: agrees; rot180: agrees
# A stub handed in: zeros of the right shape everywhere.
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _f(a):
    return np.asarray(a, dtype=float)


def _cut(full, n, k, mode):
    starts = {"full": 0, "same": (k - 1) // 2, "valid": k - 1}
    sizes = {"full": n + k - 1, "same": n, "valid": n - k + 1}
    return full[starts[mode] : starts[mode] + sizes[mode]]


def convolve1d(x, k, mode):
    return np.zeros({"full": len(x) + len(k) - 1, "same": len(x), "valid": len(x) - len(k) + 1}[mode])


def cross_correlate1d(x, k, mode):
    return 0 * convolve1d(x, k, mode)


def convolve2d(x, k, mode):
    rows = len(convolve1d(x[:, 0], k[:, 0], mode))
    return np.zeros((rows, len(convolve1d(x[0], k[0], mode))))


def convolve_fft(x, k):
    return np.zeros(len(x) + len(k) - 1)


def toeplitz_matrix(k, n, mode):
    return np.zeros((len(convolve1d(np.zeros(n), k, mode)), n))


def pad2d(x, p, mode):
    return np.zeros(x.shape[:2] + (x.shape[2] + 2 * p, x.shape[3] + 2 * p))


def conv_output_size(n, k, stride=1, padding=0, dilation=1):
    return 0


def _patches(x, kh, kw, stride, padding, dilation):
    conv_output_size(x.shape[2], kh, stride, padding, dilation)
    conv_output_size(x.shape[3], kw, stride, padding, dilation)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    spans = (dilation * (kh - 1) + 1, dilation * (kw - 1) + 1)
    view = sliding_window_view(x, spans, axis=(2, 3))
    return view[:, :, ::stride, ::stride, ::dilation, ::dilation]


def conv2d_forward(x, w, b, stride=1, padding=0, dilation=1):
    sizes = [(n + 2 * padding - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(x.shape[2:], w.shape[2:])]
    return np.zeros((len(x), len(w), *sizes))


def conv2d_backward(dout, x, w, stride=1, padding=0, dilation=1):
    return np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))


def conv_transpose2d(x, w, stride=1, padding=0):
    sizes = [(n - 1) * stride - 2 * padding + k for n, k in zip(x.shape[2:], w.shape[2:])]
    return np.zeros((len(x), w.shape[1], *sizes))


def _pools(x, size, stride):
    return sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]


def maxpool2d_forward(x, size, stride):
    return np.zeros(x.shape[:2] + tuple((n - size) // stride + 1 for n in x.shape[2:])), x.shape


def maxpool2d_backward(dout, cache):
    return np.zeros(cache)


def avgpool2d_forward(x, size, stride):
    return maxpool2d_forward(x, size, stride)


def avgpool2d_backward(dout, cache):
    return np.zeros(cache)


def global_avgpool(x):
    return np.zeros(x.shape[:2])


def receptive_field(layers):
    return 0


def conv_parameters(h, w, c_in, c_out, k):
    return 0


def dense_parameters(h, w, c_in, c_out, k):
    return 0


def locally_connected_parameters(h, w, c_in, c_out, k):
    return 0


def locally_connected2d(x, w, b):
    return np.zeros((len(x), w.shape[2], *w.shape[:2]))


def conv1x1(x, w, b):
    return np.zeros((len(x), len(w), *x.shape[2:]))


def is_equivariant(f, g_in, g_out, xs, tol):
    return False


def is_invariant(f, g, xs, tol):
    return False


def rot180(k):
    return np.zeros(k.shape)


def conv1d_backward(dout, x, k):
    return np.zeros(len(x)), np.zeros(len(k))
