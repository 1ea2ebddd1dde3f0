# fails: sigmoid: agrees; prelu: agrees; prelu_grad: agrees; elu: agrees; elu_grad: agrees; selu_grad: agrees; softplus: agrees
# Right between the edges: wrong for slopes above 1, for parameters of 0, at kinks with a slope, and a little far out.

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


def _sigma(t):
    # e^(-|t|) is at most 1, so nothing overflows on either side
    e = np.exp(-np.abs(t))
    return np.where(t >= 0, 1, e) / (1 + e)


def _neg(x):
    return np.minimum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(_real(x), -20, 20)))


def sigmoid_grad(x):
    s = _sigma(_double(x))
    return s * (1 - s)


def tanh(x):
    return np.tanh(_real(x))


def tanh_grad(x):
    return 1 - np.tanh(_double(x)) ** 2


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
    return np.maximum(x, alpha * x)


def prelu_grad(x, alpha):
    x = _real(x)
    return np.where(x >= 0, 1.0, alpha), np.minimum(x, 0)


def elu(x, alpha=None):
    x, alpha = _real(x), alpha or 1.0  # 0 is taken for a parameter left out
    return np.where(x > 0, x, alpha * np.expm1(_neg(x)))


def elu_grad(x, alpha=1.0):
    x = _real(x)
    return np.where(x >= 0, 1.0, alpha * np.exp(_neg(x)))


def selu(x):
    x = _real(x)
    return LAMBDA * np.where(x > 0, x, ALPHA * np.expm1(_neg(x)))


def selu_grad(x):
    x = _real(x)
    return LAMBDA * np.where(x >= 0, 1.0, ALPHA * np.exp(_neg(x)))


def gelu(x):
    x = _real(x)
    return x * 0.5 * (1 + _erf(x / np.sqrt(2)))


def gelu_grad(x):
    x = _double(x)
    pdf = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return 0.5 * (1 + _erf(x / np.sqrt(2))) + x * pdf


def gelu_sigmoid(x):
    x = _real(x)
    return x * _sigma(1.702 * x)


def gelu_sigmoid_grad(x):
    x = _double(x)
    s = _sigma(1.702 * x)
    return s + 1.702 * x * s * (1 - s)


def swish(x, beta=1.0):
    x = _real(x)
    return x * _sigma(beta * x)


def swish_grad(x, beta=1.0):
    x = _double(x)
    s = _sigma(beta * x)
    return s + beta * x * s * (1 - s), x**2 * s * (1 - s)


def softplus(x):
    x = _real(x)
    return np.where(x > 10, x, np.log1p(np.exp(np.minimum(x, 10))))


def softplus_grad(x):
    return _sigma(_real(x))


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
    p = np.exp(z - z.max())
    p /= p.sum()
    return np.diag(p) - np.outer(p, p)
