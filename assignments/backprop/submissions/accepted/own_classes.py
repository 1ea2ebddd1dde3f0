"""Objects of its own: layers, a network as the cache, rules of differentiation in a table."""
from graphlib import CycleError, TopologicalSorter
from math import exp, log, tanh

import numpy as np


class Linear:
    def __init__(self, W, b):
        self.W, self.b = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)

    def forward(self, x):
        self.x = np.array(x, dtype=np.float64)
        return np.einsum("nd,dm->nm", self.x, self.W) + self.b[np.newaxis]

    def backward(self, dout):
        self.dW = np.einsum("nd,nm->dm", self.x, dout)
        self.db = np.einsum("nm->m", dout) * 1.0
        return np.einsum("nm,dm->nd", dout, self.W)


class Relu:
    def forward(self, x):
        self.on = x > 0
        return np.where(self.on, x, 0.0)

    def backward(self, dout):
        return np.where(self.on, dout, 0.0)


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dout):
        return dout * (1 - self.y) * (1 + self.y)


class Sigmoid:
    def forward(self, x):
        self.y = np.exp(-np.logaddexp(0, -x))
        return self.y

    def backward(self, dout):
        return dout * self.y * (1 - self.y)


class Network:
    def __init__(self, weights, biases, activation):
        kind = {"relu": Relu, "tanh": Tanh, "sigmoid": Sigmoid}[activation]
        self.linear = [Linear(W, b) for W, b in zip(weights, biases)]
        self.steps = [self.linear[0]]
        for layer in self.linear[1:]:
            self.steps += [kind(), layer]

    def forward(self, x):
        for step in self.steps:
            x = step.forward(x)
        return x

    def backward(self, d):
        for step in reversed(self.steps):
            d = step.backward(d)
        return [layer.dW for layer in self.linear], [layer.db for layer in self.linear]


def linear_forward(x, W, b):
    return Linear(W, b).forward(x)


def linear_backward(dout, x, W):
    layer = Linear(W, np.zeros(np.shape(W)[1]))
    layer.forward(x)
    return layer.backward(dout), layer.dW, layer.db


def mlp_forward(x, weights, biases, activation):
    network = Network(weights, biases, activation)
    return network.forward(x), network


def mlp_backward(dlogits, cache, weights, activation):
    return cache.backward(np.asarray(dlogits, dtype=np.float64))


RULES = {  # value, and slopes by the operands
    "+": lambda a, b: (a + b, 1, 1),
    "-": lambda a, b: (a - b, 1, -1),
    "*": lambda a, b: (a * b, b, a),
    "/": lambda a, b: (a / b, 1 / b, -a / b / b),
    "exp": lambda a: (exp(a), exp(a)),
    "log": lambda a: (log(a), 1 / a),
    "tanh": lambda a: (tanh(a), 1 - tanh(a) ** 2),
    "relu": lambda a: (max(a, 0.0), float(a > 0)),
}


def apply(rule, *operands):
    nodes = [v if isinstance(v, Value) else Value(v) for v in operands]
    value, *slopes = rule(*(v.data for v in nodes))
    out = Value(value)
    out.inputs = nodes
    out.slopes = slopes
    for v in nodes:
        v.uses += 1
    return out


class Value:
    inputs = slopes = ()

    def __init__(self, data):
        self.data, self.grad, self.uses = data, 0.0, 0

    def backward(self):
        # Count the uses below this root, then go down as soon as a node has had all of them.
        waiting, seen, todo = {}, {id(self)}, [self]
        while todo:
            for v in todo.pop().inputs:
                waiting[id(v)] = waiting.get(id(v), 0) + 1
                if id(v) not in seen:
                    seen.add(id(v))
                    todo.append(v)
        self.grad, todo = 1.0, [self]
        while todo:
            node = todo.pop()
            for v, slope in zip(node.inputs, node.slopes):
                v.grad += node.grad * slope
                waiting[id(v)] -= 1
                if waiting[id(v)] == 0:
                    todo.append(v)

    def __pow__(self, n):
        return apply(lambda a: (a**n, n * a ** (n - 1) if n else 0.0), self)


for name, symbol in {"add": "+", "sub": "-", "mul": "*", "truediv": "/"}.items():
    setattr(Value, f"__{name}__", lambda self, other, rule=RULES[symbol]: apply(rule, self, other))
    setattr(Value, f"__r{name}__", lambda self, other, rule=RULES[symbol]: apply(rule, other, self))
for name in ("exp", "log", "tanh", "relu"):
    setattr(Value, name, lambda self, rule=RULES[name]: apply(rule, self))


def topological_order(graph):
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ValueError(str(error)) from error


def vjp(jacobian, v):
    return np.einsum("ij,i->j", jacobian, v)


def jvp(jacobian, u):
    return np.einsum("ij,j->i", jacobian, u)


def chain_jacobians(jacobians):
    first, *rest = [np.asarray(J, dtype=np.float64) for J in jacobians]
    if not rest:
        return first.copy()
    if first.shape[0] > rest[-1].shape[1]:
        return chain_jacobians([J.T for J in reversed(jacobians)]).T
    for J in rest:
        first = first @ J
    return first


def gradient_check(f, grad, x, h=1e-5):
    point = np.asarray(x, dtype=np.float64)
    analytic = np.ravel(grad(point))
    errors = []
    for k, a in enumerate(analytic):
        def moved(by):
            flat = point.flatten()
            flat[k] += by
            return f(flat.reshape(point.shape))

        n = (moved(h) - moved(-h)) / h / 2
        errors.append(abs(a - n) / max(abs(a), abs(n), 1e-8))
    return np.array(max(errors))


class Trained:
    def __init__(self, X, y, rng):
        self.classes, targets = np.unique(y, return_inverse=True)
        self.mean, self.spread = X.mean(), X.std()
        X = (X - self.mean) / self.spread
        sizes = [X.shape[1], 64, 32, self.classes.size]
        weights = [rng.standard_normal((a, b)) * np.sqrt(2.0 / a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.network = Network(weights, [np.zeros(b) for b in sizes[1:]], "relu")
        onehot = np.eye(sizes[-1])[targets]
        speed = {}
        for step in range(900):
            batch = rng.integers(len(X), size=40)
            z = self.network.forward(X[batch])
            p = np.exp(z - z.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            self.network.backward((p - onehot[batch]) / 40)
            rate = 0.05 * (1 - step / 900)
            for number, layer in enumerate(self.network.linear):
                for name in ("W", "b"):
                    v = 0.9 * speed.get((number, name), 0) + getattr(layer, "d" + name)
                    speed[number, name] = v
                    setattr(layer, name, getattr(layer, name) - rate * v)

    def __call__(self, X_new):
        return self.classes[self.network.forward((X_new - self.mean) / self.spread).argmax(axis=1)]


def train_mlp(X, y, rng):
    return Trained(X, y, rng)
