"""Index by index, as in the formulas; scalars on one tape."""
import itertools
import math

import numpy as np


def linear_forward(x, W, b):
    N, D = x.shape
    M = W.shape[1]
    y = np.zeros((N, M))
    for n in range(N):
        for m in range(M):
            total = float(b[m])
            for d in range(D):
                total += float(x[n, d]) * float(W[d, m])
            y[n, m] = total
    return y


def linear_backward(dout, x, W):
    N, D = x.shape
    M = W.shape[1]
    dx, dW, db = np.zeros((N, D)), np.zeros((D, M)), np.zeros(M)
    for n in range(N):
        for m in range(M):
            g = float(dout[n, m])
            db[m] += g
            for d in range(D):
                dx[n, d] += g * float(W[d, m])
                dW[d, m] += g * float(x[n, d])
    return dx, dW, db


def bend(z, activation):
    if activation == "relu":
        return z if z > 0 else 0.0
    if activation == "tanh":
        return math.tanh(z)
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def slope(z, activation):
    if activation == "relu":
        return 1.0 if z > 0 else 0.0
    s = bend(z, activation)
    return 1 - s * s if activation == "tanh" else s * (1 - s)


def each(function, z, activation):
    return np.array([[function(float(entry), activation) for entry in row] for row in z])


def mlp_forward(x, weights, biases, activation):
    cache = []
    h = x.astype(float)
    for number in range(len(weights)):
        z = linear_forward(h, weights[number], biases[number])
        cache.append({"in": h, "z": z})
        h = z if number == len(weights) - 1 else each(bend, z, activation)
    return h.copy(), cache


def mlp_backward(dlogits, cache, weights, activation):
    L = len(weights)
    dweights, dbiases = [None] * L, [None] * L
    d = dlogits
    for number in range(L - 1, -1, -1):
        if number < L - 1:
            d = d * each(slope, cache[number]["z"], activation)
        d, dweights[number], dbiases[number] = linear_backward(d, cache[number]["in"], weights[number])
    return dweights, dbiases


class Value:
    born = itertools.count()

    def __init__(self, data, history=()):
        self.data = float(data)
        self.grad = 0.0
        self.history = history  # pairs (parent, slope)
        self.number = next(Value.born)  # parents are born before their children

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data + other, [(self, 1.0)])
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __sub__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data - other, [(self, 1.0)])
        return Value(self.data - other.data, [(self, 1.0), (other, -1.0)])

    def __rsub__(self, other):
        return Value(other - self.data, [(self, -1.0)])

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data * other, [(self, float(other))])
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __truediv__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data / other, [(self, 1 / other)])
        return Value(self.data / other.data, [(self, 1 / other.data), (other, -self.data / other.data**2)])

    def __rtruediv__(self, other):
        return Value(other / self.data, [(self, -other / self.data**2)])

    def __pow__(self, n):
        return Value(self.data**n, [(self, n * self.data ** (n - 1))] if n else [(self, 0.0)])

    __radd__ = __add__
    __rmul__ = __mul__

    def exp(self):
        e = math.exp(self.data)
        return Value(e, [(self, e)])

    def log(self):
        return Value(math.log(self.data), [(self, 1 / self.data)])

    def tanh(self):
        return Value(math.tanh(self.data), [(self, 1 / math.cosh(self.data) ** 2)])

    def relu(self):
        return Value(self.data, [(self, 1.0)]) if self.data > 0 else Value(0.0, [(self, 0.0)])

    def backward(self):
        found, todo = {self}, [self]
        while todo:
            for parent, _ in todo.pop().history:
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        self.grad = 1.0
        for node in sorted(found, key=lambda v: v.number, reverse=True):
            for parent, s in node.history:
                parent.grad += s * node.grad


def topological_order(graph):
    WHITE, GREY, BLACK = 0, 1, 2
    colour, order = {}, []

    def visit(node):
        if colour.get(node, WHITE) == GREY:
            raise ValueError(f"{node} is on a cycle")
        if colour.get(node, WHITE) == BLACK:
            return
        colour[node] = GREY
        for parent in graph.get(node, []):
            visit(parent)
        colour[node] = BLACK
        order.append(node)

    for node in graph:
        visit(node)
    return order


def vjp(jacobian, v):
    out = np.zeros(jacobian.shape[1])
    for i in range(jacobian.shape[0]):
        for j in range(jacobian.shape[1]):
            out[j] += float(v[i]) * float(jacobian[i, j])
    return out


def jvp(jacobian, u):
    out = np.zeros(jacobian.shape[0])
    for i in range(jacobian.shape[0]):
        for j in range(jacobian.shape[1]):
            out[i] += float(jacobian[i, j]) * float(u[j])
    return out


def chain_jacobians(jacobians):
    todo = [J.astype(float) for J in jacobians]
    while len(todo) > 1:
        # The cheapest of all products that are possible now
        cost = [A.shape[0] * A.shape[1] * B.shape[1] for A, B in zip(todo, todo[1:])]
        i = cost.index(min(cost))
        todo[i : i + 2] = [todo[i] @ todo[i + 1]]
    return todo[0]


def gradient_check(f, grad, x, h=1e-5):
    x = x.astype(float)
    a = grad(x)
    worst = 0.0
    for index in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        n = (f(up) - f(down)) / (2 * h)
        worst = max(worst, abs(a[index] - n) / max(abs(a[index]), abs(n), 1e-8))
    return worst


def train_mlp(X, y, rng):
    """One hidden tanh layer, plain stochastic gradient descent, no standardisation."""
    labels = sorted(set(y.tolist()))
    t = np.array([labels.index(label) for label in y.tolist()])
    onehot = np.eye(len(labels))[t]
    W1, b1 = rng.uniform(-0.2, 0.2, (X.shape[1], 48)), np.zeros(48)
    W2, b2 = rng.uniform(-0.2, 0.2, (48, len(labels))), np.zeros(len(labels))
    for epoch in range(60):
        order = rng.permutation(len(X))
        for k in range(0, len(X), 25):
            x, target = X[order[k : k + 25]], onehot[order[k : k + 25]]
            h = np.tanh(x @ W1 + b1)
            z = h @ W2 + b2
            p = np.exp(z - z.max(axis=1, keepdims=True))
            d = (p / p.sum(axis=1, keepdims=True) - target) / len(x)
            dh = d @ W2.T * (1 - h * h)
            W2 -= 0.3 * h.T @ d
            b2 -= 0.3 * d.sum(axis=0)
            W1 -= 0.3 * x.T @ dh
            b1 -= 0.3 * dh.sum(axis=0)

    def predict(new):
        scores = np.tanh(new @ W1 + b1) @ W2 + b2
        return np.array([labels[int(k)] for k in scores.argmax(axis=1)])

    return predict
