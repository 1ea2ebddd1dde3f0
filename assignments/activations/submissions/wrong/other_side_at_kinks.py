# fails: relu_grad: agrees; leaky_relu_grad: agrees; prelu_grad: agrees; hard_tanh_grad: agrees; absolute_grad: agrees; maxout_grad: agrees
# Counts a kink or a tie to the other side: slope 1 at 0, 1 at both ends of hard tanh, the last of equal pieces.

import math

import numpy as np

SELU_L = 1.0507009873554805
SELU_A = 1.6732632423543772


def _copy(x):
    # np.array copies, and float64 keeps integers from being cut off
    return np.array(x, dtype=np.float64)


def _logistic(t):
    out = np.empty(t.shape)
    pos = t >= 0
    out[pos] = 1.0 / (1.0 + np.exp(-t[pos]))
    small = np.exp(t[~pos])
    out[~pos] = small / (1.0 + small)
    return out


def _normal_cdf(t):
    out = np.empty(t.shape)
    flat_in = t.ravel()
    flat_out = out.reshape(-1)  # a view of out, which is contiguous
    for i in range(flat_in.size):
        flat_out[i] = 0.5 * math.erfc(-flat_in[i] / math.sqrt(2.0))
    return out


def sigmoid(x):
    return _logistic(_copy(x))


def sigmoid_grad(x):
    s = _logistic(_copy(x))
    return np.multiply(s, 1.0 - s)


def tanh(x):
    x = _copy(x)
    out = 2.0 * _logistic(2.0 * x) - 1.0
    return out


def tanh_grad(x):
    s = _logistic(2.0 * _copy(x))
    return 4.0 * s * (1.0 - s)


def relu(x):
    out = _copy(x)
    out[out < 0] = 0.0
    return out


def relu_grad(x):
    x = _copy(x)
    out = np.zeros(x.shape)
    out[x >= 0] = 1.0
    return out


def leaky_relu(x, alpha=0.01):
    out = _copy(x)
    out[out < 0] *= alpha
    return out


def leaky_relu_grad(x, alpha=0.01):
    x = _copy(x)
    out = np.ones(x.shape)
    out[x < 0] = alpha
    return out


def prelu(x, alpha):
    out = _copy(x)
    out[out < 0] *= alpha
    return out


def prelu_grad(x, alpha):
    x = _copy(x)
    by_x = np.ones(x.shape)
    by_x[x < 0] = alpha
    by_alpha = np.zeros(x.shape)
    by_alpha[x < 0] = x[x < 0]
    return by_x, by_alpha


def elu(x, alpha=1.0):
    out = _copy(x)
    low = out <= 0
    out[low] = alpha * (np.exp(out[low]) - 1.0)
    return out


def elu_grad(x, alpha=1.0):
    x = _copy(x)
    out = np.ones(x.shape)
    out[x <= 0] = alpha * np.exp(x[x <= 0])
    return out


def selu(x):
    out = _copy(x)
    low = out <= 0
    out[low] = SELU_A * (np.exp(out[low]) - 1.0)
    return SELU_L * out


def selu_grad(x):
    x = _copy(x)
    out = np.full(x.shape, SELU_L)
    low = x <= 0
    out[low] = SELU_L * SELU_A * np.exp(x[low])
    return out


def gelu(x):
    x = _copy(x)
    return x * _normal_cdf(x)


def gelu_grad(x):
    x = _copy(x)
    bell = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return _normal_cdf(x) + x * bell


def gelu_sigmoid(x):
    x = _copy(x)
    return x * _logistic(1.702 * x)


def gelu_sigmoid_grad(x):
    x = _copy(x)
    s = _logistic(1.702 * x)
    return s * (1.0 + 1.702 * x * (1.0 - s))


def swish(x, beta=1.0):
    x = _copy(x)
    return x * _logistic(beta * x)


def swish_grad(x, beta=1.0):
    x = _copy(x)
    s = _logistic(beta * x)
    value = x * s
    by_x = beta * value + s * (1.0 - beta * value)
    by_beta = value * (x - value)
    return by_x, by_beta


def softplus(x):
    x = _copy(x)
    out = np.empty(x.shape)
    pos = x > 0
    out[pos] = x[pos] + np.log1p(np.exp(-x[pos]))
    out[~pos] = np.log1p(np.exp(x[~pos]))
    return out


def softplus_grad(x):
    return _logistic(_copy(x))


def hard_tanh(x):
    out = _copy(x)
    out[out > 1] = 1.0
    out[out < -1] = -1.0
    return out


def hard_tanh_grad(x):
    x = _copy(x)
    out = np.ones(x.shape)
    out[(x < -1) | (x > 1)] = 0.0
    return out


def absolute(x):
    out = _copy(x)
    out[out < 0] = -out[out < 0]
    return out


def absolute_grad(x):
    x = _copy(x)
    out = np.ones(x.shape)
    out[x < 0] = -1.0
    return out


def _check_maxout(x, W, b):
    if x.ndim != 2 or W.ndim != 3 or b.ndim != 2:
        raise ValueError("maxout wants x (N, D), W (K, D, M), b (K, M)")
    if x.shape[1] != W.shape[1] or b.shape[0] != W.shape[0] or b.shape[1] != W.shape[2]:
        raise ValueError("maxout: sizes differ")


def maxout(x, W, b):
    x, W, b = _copy(x), _copy(W), _copy(b)
    _check_maxout(x, W, b)
    best = x.dot(W[0]) + b[0]
    for k in range(1, W.shape[0]):
        z = x.dot(W[k]) + b[k]
        better = z > best
        best[better] = z[better]
    return best


def maxout_grad(x, W, b):
    x, W, b = _copy(x), _copy(W), _copy(b)
    _check_maxout(x, W, b)
    best = x.dot(W[0]) + b[0]
    out = np.empty((x.shape[0], W.shape[2], x.shape[1]))
    out[:] = W[0].T
    for k in range(1, W.shape[0]):
        z = x.dot(W[k]) + b[k]
        better = z >= best
        best[better] = z[better]
        out[better] = W[k].T[np.nonzero(better)[1]]
    return out


def softmax_jacobian(z):
    z = _copy(z)
    if z.ndim != 1:
        raise ValueError("softmax_jacobian wants a vector")
    p = np.exp(z - np.max(z))
    p = p / np.sum(p)
    jac = -p[:, None] * p[None, :]
    i = np.arange(len(p))
    jac[i, i] = p * (1.0 - p)
    return jac
