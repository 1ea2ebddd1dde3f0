# fails: mlp_backward: same_as_2; chain_jacobians: fast; gradient_check: agrees
# Keeps the cache in a global variable, always multiplies from the left, and lets the point wander between differences.
import math

import numpy as np


def linear_forward(x, W, b):
    return np.asarray(x, dtype=float) @ np.asarray(W, dtype=float) + b


def linear_backward(dout, x, W):
    dout, x, W = (np.asarray(a, dtype=float) for a in (dout, x, W))
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(0.5 * z)),
}
SLOPES = {  # by the function's value
    "relu": lambda h: (h > 0).astype(float),
    "tanh": lambda h: 1 - h**2,
    "sigmoid": lambda h: h * (1 - h),
}


def mlp_forward(x, weights, biases, activation):
    hs = [np.array(x, dtype=float)]
    for W, b in zip(weights[:-1], biases[:-1]):
        hs.append(FUNCTIONS[activation](linear_forward(hs[-1], W, b)))
    global last
    last = hs
    return linear_forward(hs[-1], weights[-1], biases[-1]), None


def mlp_backward(dlogits, cache, weights, activation):
    dweights, dbiases = [], []
    dz = dlogits
    for h, W in zip(reversed(last), reversed(weights)):
        dh, dW, db = linear_backward(dz, h, W)
        dweights.append(dW)
        dbiases.append(db)
        dz = dh * SLOPES[activation](h)
    return dweights[::-1], dbiases[::-1]


class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.pull = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def pull():
            self.grad += out.grad
            other.grad += out.grad

        out.pull = pull
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def pull():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pull = pull
        return out

    def __pow__(self, power):
        if power == 0:
            return Value(1.0, (self,))
        out = Value(self.data**power, (self,))

        def pull():
            self.grad += power * self.data ** (power - 1) * out.grad

        out.pull = pull
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * (other**-1 if isinstance(other, Value) else 1 / other)

    def __rtruediv__(self, other):
        return self**-1 * other

    def _of_one(self, value, slope):
        out = Value(value, (self,))

        def pull():
            self.grad += slope * out.grad

        out.pull = pull
        return out

    def exp(self):
        return self._of_one(math.exp(self.data), math.exp(self.data))

    def log(self):
        return self._of_one(math.log(self.data), 1 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return self._of_one(t, 1 - t * t)

    def relu(self):
        return self._of_one(max(0, self.data), 1.0 if self.data > 0 else 0.0)

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((parent, False) for parent in node.parents)
        self.grad = 1.0
        for node in reversed(order):
            node.pull()


def topological_order(graph):
    nodes = set(graph)
    for parents in graph.values():
        nodes.update(parents)
    left = {node: set(graph.get(node, [])) for node in nodes}
    order = []
    while left:
        ready = [node for node, parents in left.items() if not parents]
        if not ready:
            raise ValueError("the graph has a cycle")
        order += ready
        left = {node: parents - set(ready) for node, parents in left.items() if parents}
    return order


def vjp(jacobian, v):
    return np.asarray(jacobian, dtype=float).T @ v


def jvp(jacobian, u):
    return np.asarray(jacobian, dtype=float) @ u


def chain_jacobians(jacobians):
    matrices = [np.array(J, dtype=float) for J in jacobians]
    product = matrices[0]
    for J in matrices[1:]:
        product = product @ J
    return product


def gradient_check(f, grad, x, h=1e-5):
    x = np.array(x, dtype=float)
    a = np.asarray(grad(x), dtype=float)
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        n[i] = (up - f(x)) / (2 * h)
    return (np.abs(a - n) / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(n)))).max()


def train_mlp(X, y, rng):
    """Adam on the whole network, ReLU."""
    mean, spread = X.mean(axis=0), X.std(axis=0) + 1e-6
    X = (X - mean) / spread
    classes, t = np.unique(y, return_inverse=True)
    sizes = [X.shape[1], 50, len(classes)]
    weights = [rng.normal(size=(a, b)) * np.sqrt(2 / a) for a, b in zip(sizes, sizes[1:])]
    biases = [np.zeros(b) for b in sizes[1:]]
    ms, vs = [0.0] * 4, [0.0] * 4
    for step in range(1, 601):
        i = rng.choice(len(X), 64)
        logits, cache = mlp_forward(X[i], weights, biases, "relu")
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(i)), t[i]] -= 1
        dweights, dbiases = mlp_backward(p / len(i), cache, weights, "relu")
        params = weights + biases
        for k, g in enumerate(dweights + dbiases):
            ms[k] = 0.9 * ms[k] + 0.1 * g
            vs[k] = 0.999 * vs[k] + 0.001 * g * g
            params[k] -= 5e-3 * (ms[k] / (1 - 0.9**step)) / (np.sqrt(vs[k] / (1 - 0.999**step)) + 1e-8)
    return lambda X_new: classes[mlp_forward((X_new - mean) / spread, weights, biases, "relu")[0].argmax(axis=1)]
