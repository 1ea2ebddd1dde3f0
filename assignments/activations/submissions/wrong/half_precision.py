# fails: sigmoid: agrees; sigmoid_grad: agrees; tanh: agrees; tanh_grad: agrees; prelu: agrees; prelu_grad: agrees; gelu: agrees; gelu_grad: agrees; gelu_sigmoid: agrees; gelu_sigmoid_grad: agrees; softplus: agrees; softplus_grad: agrees; maxout: agrees; maxout_grad: agrees; softmax_jacobian: agrees
# Stores what has to be multiplied or exponentiated in half precision, believing that three digits are enough.

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


def _half(x):
    return np.array(x, dtype=np.float16)


def sigmoid(x):
    return _half(_logistic(_copy(x)))


def sigmoid_grad(x):
    s = _half(_logistic(_copy(x)))
    return s * (1 - s)


def tanh(x):
    return _half(np.tanh(_copy(x)))


def tanh_grad(x):
    t = _half(np.tanh(_copy(x)))
    return 1 - t * t


def relu(x):
    out = _copy(x)
    out[out < 0] = 0.0
    return out


def relu_grad(x):
    x = _copy(x)
    out = np.zeros(x.shape)
    out[x > 0] = 1.0
    return out


def leaky_relu(x, alpha=0.01):
    out = _copy(x)
    out[out < 0] *= alpha
    return out


def leaky_relu_grad(x, alpha=0.01):
    x = _copy(x)
    out = np.ones(x.shape)
    out[x <= 0] = alpha
    return out


def prelu(x, alpha):
    out = _half(x)
    out[out < 0] *= alpha
    return out


def prelu_grad(x, alpha):
    x = _half(x)
    by_x = np.ones(x.shape, dtype=np.float16)
    by_x[x <= 0] = alpha
    by_alpha = np.zeros(x.shape, dtype=np.float16)
    by_alpha[x <= 0] = x[x <= 0]
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
    return _half(x * _normal_cdf(x))


def gelu_grad(x):
    x = _copy(x)
    bell = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return _half(_normal_cdf(x) + x * bell)


def gelu_sigmoid(x):
    x = _copy(x)
    return _half(x * _logistic(1.702 * x))


def gelu_sigmoid_grad(x):
    x = _copy(x)
    s = _logistic(1.702 * x)
    return _half(s * (1.0 + 1.702 * x * (1.0 - s)))


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
    return _half(np.logaddexp(0.0, _copy(x)))


def softplus_grad(x):
    return _half(_logistic(_copy(x)))


def hard_tanh(x):
    out = _copy(x)
    out[out > 1] = 1.0
    out[out < -1] = -1.0
    return out


def hard_tanh_grad(x):
    x = _copy(x)
    out = np.ones(x.shape)
    out[(x <= -1) | (x >= 1)] = 0.0
    return out


def absolute(x):
    out = _copy(x)
    out[out < 0] = -out[out < 0]
    return out


def absolute_grad(x):
    x = _copy(x)
    out = np.zeros(x.shape)
    out[x > 0] = 1.0
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
        best = np.maximum(best, x.dot(W[k]) + b[k])
    return _half(best)


def maxout_grad(x, W, b):
    x, W, b = _copy(x), _copy(W), _copy(b)
    _check_maxout(x, W, b)
    pieces = np.stack([x.dot(W[k]) + b[k] for k in range(W.shape[0])])
    first = pieces.argmax(axis=0)
    return _half(W.transpose(0, 2, 1)[first, np.arange(W.shape[2])])


def softmax_jacobian(z):
    z = _copy(z)
    if z.ndim != 1:
        raise ValueError("softmax_jacobian wants a vector")
    p = np.exp(z - np.max(z))
    p = _half(p / np.sum(p))
    return np.diag(p) - np.outer(p, p)
