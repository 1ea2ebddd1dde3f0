# Activation functions, one number at a time.
# I first write each function for a single float with the math module and then let `each` walk over the array.
from math import erf, exp, expm1, log1p, pi, sqrt
from math import tanh as math_tanh

import numpy as np


def each(f, values):
    values = np.asarray(values)
    result = np.zeros(values.shape, dtype=float)
    for index in np.ndindex(values.shape):
        result[index] = f(float(values[index]))
    return result


def one_sigmoid(t):
    if t < 0:
        # exp(-t) would be too big for a float here
        e = exp(t)
        return e / (1 + e)
    return 1 / (1 + exp(-t))


def one_sigmoid_slope(t):
    s = one_sigmoid(t)
    return s * (1 - s)


def sigmoid(inputs):
    return each(one_sigmoid, inputs)


def sigmoid_grad(inputs):
    return each(one_sigmoid_slope, inputs)


def tanh(inputs):
    return each(math_tanh, inputs)


def tanh_grad(inputs):
    return each(lambda t: 1 - math_tanh(t) ** 2, inputs)


def relu(inputs):
    return each(lambda t: max(0.0, t), inputs)


def relu_grad(inputs):
    return each(lambda t: 1 if t > 0 else 0, inputs)


def leaky_relu(inputs, slope=0.01):
    return each(lambda t: t if t > 0 else slope * t, inputs)


def leaky_relu_grad(inputs, slope=0.01):
    return each(lambda t: 1 if t > 0 else slope, inputs)


def prelu(inputs, slope):
    return each(lambda t: t if t > 0 else slope * t, inputs)


def prelu_grad(inputs, slope):
    return each(lambda t: 1 if t > 0 else slope, inputs), each(lambda t: 0 if t > 0 else t, inputs)


def elu(inputs, scale=1.0):
    return each(lambda t: t if t > 0 else scale * expm1(t), inputs)


def elu_grad(inputs, scale=1.0):
    return each(lambda t: 1 if t > 0 else scale * exp(t), inputs)


LAM = 1.0507009873554804934193349852946
ALP = 1.6732632423543772848170429916717


def selu(inputs):
    return each(lambda t: LAM * t if t > 0 else LAM * ALP * expm1(t), inputs)


def selu_grad(inputs):
    return each(lambda t: LAM if t > 0 else LAM * ALP * exp(t), inputs)


def phi(t):
    return (1 + erf(t / sqrt(2))) / 2


def gelu(inputs):
    return each(lambda t: t * phi(t), inputs)


def gelu_grad(inputs):
    return each(lambda t: phi(t) + t * exp(-t * t / 2) / sqrt(2 * pi), inputs)


def gelu_sigmoid(inputs):
    return each(lambda t: t * one_sigmoid(1.702 * t), inputs)


def gelu_sigmoid_grad(inputs):
    return each(lambda t: one_sigmoid(1.702 * t) + t * 1.702 * one_sigmoid_slope(1.702 * t), inputs)


def swish(inputs, steepness=1.0):
    return each(lambda t: t * one_sigmoid(steepness * t), inputs)


def swish_grad(inputs, steepness=1.0):
    def by_input(t):
        return one_sigmoid(steepness * t) + t * steepness * one_sigmoid_slope(steepness * t)

    def by_steepness(t):
        return t * t * one_sigmoid_slope(steepness * t)

    return each(by_input, inputs), each(by_steepness, inputs)


def one_softplus(t):
    if t > 0:
        return t + log1p(exp(-t))
    return log1p(exp(t))


def softplus(inputs):
    return each(one_softplus, inputs)


def softplus_grad(inputs):
    return each(one_sigmoid, inputs)


def hard_tanh(inputs):
    return each(lambda t: max(-1.0, min(1.0, t)), inputs)


def hard_tanh_grad(inputs):
    return each(lambda t: 1 if -1 < t < 1 else 0, inputs)


def absolute(inputs):
    return each(abs, inputs)


def one_sign(t):
    if t > 0:
        return 1
    if t < 0:
        return -1
    return 0


def absolute_grad(inputs):
    return each(one_sign, inputs)


def sizes(batch, weights, biases):
    if batch.ndim != 2 or weights.ndim != 3 or biases.ndim != 2:
        raise ValueError("wrong number of axes")
    N, D = batch.shape
    K, D2, M = weights.shape
    if D != D2 or biases.shape != (K, M):
        raise ValueError("sizes do not fit")
    return N, D, K, M


def winning_piece(row, weights, biases, unit):
    """Index and value of the largest affine function; a later one must be really larger to win."""
    best, best_value = None, None
    for k in range(weights.shape[0]):
        value = float(biases[k, unit])
        for d in range(weights.shape[1]):
            value = value + float(row[d]) * float(weights[k, d, unit])
        if best is None or value > best_value:
            best, best_value = k, value
    return best, best_value


def maxout(batch, weights, biases):
    N, _, _, M = sizes(batch, weights, biases)
    result = np.zeros((N, M))
    for n in range(N):
        for m in range(M):
            result[n, m] = winning_piece(batch[n], weights, biases, m)[1]
    return result


def maxout_grad(batch, weights, biases):
    N, D, _, M = sizes(batch, weights, biases)
    result = np.zeros((N, M, D))
    for n in range(N):
        for m in range(M):
            k = winning_piece(batch[n], weights, biases, m)[0]
            for d in range(D):
                result[n, m, d] = weights[k, d, m]
    return result


def softmax_jacobian(logits):
    if logits.ndim != 1:
        raise ValueError("one vector of logits, please")
    largest = max(float(v) for v in logits)
    powers = [exp(float(v) - largest) for v in logits]
    total = sum(powers)
    p = [v / total for v in powers]
    K = len(p)
    result = np.zeros((K, K))
    for i in range(K):
        for j in range(K):
            if i == j:
                result[i, j] = p[i] * (1 - p[i])
            else:
                result[i, j] = -p[i] * p[j]
    return result
