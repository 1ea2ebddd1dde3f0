# fails: sigmoid: no_warnings; tanh: agrees; tanh_grad: agrees; softplus: agrees; softplus: no_warnings; softplus_grad: agrees; softmax_jacobian: agrees
# Types the textbook exponentials as they are printed, so they overflow for large entries (inf/inf is nan).

import math

import numpy as np

LAMBDA = 1.0507009873554804934193349852946
ALPHA = 1.6732632423543772848170429916717

_erf = np.vectorize(math.erf, otypes=[float])


def _real(x):
    """float32 stays float32, everything else becomes float64."""
    x = np.asarray(x)
    return x if x.dtype == np.float32 else x.astype(np.float64)


def _double(x):
    """Slopes of saturating functions multiply s by 1 - s: too few digits left in float32."""
    return np.asarray(x, dtype=np.float64)


def _neg(x):
    return np.minimum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-_double(x)))


def sigmoid_grad(x):
    s = 1 / (1 + np.exp(-_double(x)))
    return s * (1 - s)


def tanh(x):
    x = _double(x)
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def tanh_grad(x):
    x = _double(x)
    t = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    return 1 - t**2


def relu(x):
    return np.maximum(x, 0)  # integers stay integers, their values are right


def relu_grad(x):
    return np.where(np.asarray(x) > 0, 1.0, 0.0)


def leaky_relu(x, alpha=0.01):
    x = _real(x)
    return np.where(x > 0, x, alpha * x)


def leaky_relu_grad(x, alpha=0.01):
    return np.where(np.asarray(x) > 0, 1.0, alpha)


def prelu(x, alpha):
    x = _real(x)
    return np.maximum(x, 0) + alpha * _neg(x)


def prelu_grad(x, alpha):
    x = _real(x)
    return np.where(x > 0, 1.0, alpha), np.where(x > 0, 0.0, x)


def elu(x, alpha=1.0):
    x = _double(x)
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def elu_grad(x, alpha=1.0):
    x = _double(x)
    return np.where(x > 0, 1.0, alpha * np.exp(x))


def selu(x):
    x = _double(x)
    return LAMBDA * np.where(x > 0, x, ALPHA * (np.exp(x) - 1))


def selu_grad(x):
    x = _double(x)
    return LAMBDA * np.where(x > 0, 1.0, ALPHA * np.exp(x))


def gelu(x):
    x = _real(x)
    return x * 0.5 * (1 + _erf(x / np.sqrt(2)))


def gelu_grad(x):
    x = _double(x)
    pdf = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return 0.5 * (1 + _erf(x / np.sqrt(2))) + x * pdf


def gelu_sigmoid(x):
    x = _double(x)
    return x / (1 + np.exp(-1.702 * x))


def gelu_sigmoid_grad(x):
    x = _double(x)
    s = 1 / (1 + np.exp(-1.702 * x))
    return s + 1.702 * x * s * (1 - s)


def swish(x, beta=1.0):
    x = _double(x)
    return x / (1 + np.exp(-beta * x))


def swish_grad(x, beta=1.0):
    x = _double(x)
    s = 1 / (1 + np.exp(-beta * x))
    return s + beta * x * s * (1 - s), x**2 * s * (1 - s)


def softplus(x):
    return np.log(1 + np.exp(_double(x)))


def softplus_grad(x):
    x = _double(x)
    return np.exp(x) / (1 + np.exp(x))


def hard_tanh(x):
    return np.clip(_real(x), -1, 1)


def hard_tanh_grad(x):
    x = _real(x)
    return np.where((x > -1) & (x < 1), 1.0, 0.0)


def absolute(x):
    return np.abs(_real(x))


def absolute_grad(x):
    return np.sign(_real(x))


def _affine(x, W, b):
    x, W, b = (np.asarray(a, dtype=np.float64) for a in (x, W, b))
    if x.ndim != 2 or W.ndim != 3 or x.shape[1] != W.shape[1] or b.shape != (W.shape[0], W.shape[2]):
        raise ValueError("maxout: shapes do not fit")
    return np.einsum("nd,kdm->nkm", x, W) + b  # (N, K, M)


def maxout(x, W, b):
    return _affine(x, W, b).max(axis=1)


def maxout_grad(x, W, b):
    winner = _affine(x, W, b).argmax(axis=1)  # (N, M)
    one_hot = winner[:, :, None] == np.arange(len(W))  # (N, M, K)
    return np.einsum("nmk,kdm->nmd", one_hot.astype(float), np.asarray(W, dtype=np.float64))


def softmax_jacobian(z):
    z = np.asarray(z, dtype=np.float64)
    if z.ndim != 1:
        raise ValueError("softmax_jacobian: one vector please")
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p) - np.outer(p, p)
