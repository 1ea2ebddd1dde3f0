# fails: 

from dataclasses import dataclass, replace

import numpy as np


def f64(array):
    return np.array(array, dtype=np.float64)


@dataclass(frozen=True)
class Nothing:
    def next(self, g):
        return self

    def direction(self, g):
        return g


@dataclass(frozen=True)
class Velocity:
    beta: float
    look_ahead: bool
    v: object = 0.0

    def next(self, g):
        return replace(self, v=self.beta * self.v + g)

    def direction(self, g):
        return g + self.beta * self.v if self.look_ahead else self.v


@dataclass(frozen=True)
class Squares:
    """Sum (keep 1, take 1) or average (keep β, take 1 − β) of squared gradients."""

    keep: float
    take: float
    eps: float
    s: object = 0.0

    def next(self, g):
        return replace(self, s=self.keep * self.s + self.take * np.square(g))

    def direction(self, g):
        return g / (np.sqrt(self.s) + self.eps)


@dataclass(frozen=True)
class Largest:
    beta: float
    eps: float
    v: object = 0.0

    def next(self, g):
        return replace(self, v=np.maximum(self.beta * self.v, np.abs(g)))

    def direction(self, g):
        return g / (self.v + self.eps)


@dataclass(frozen=True)
class Updates:
    rho: float
    eps: float
    v: object = 0.0
    u: object = 0.0
    delta: object = None

    def next(self, g):
        v = self.rho * self.v + (1 - self.rho) * np.square(g)
        delta = np.sqrt(self.u + self.eps) * g / np.sqrt(v + self.eps)
        u = self.rho * self.u + (1 - self.rho) * np.square(delta)
        return replace(self, v=v, u=u, delta=delta)

    def direction(self, g):
        return self.delta


@dataclass(frozen=True)
class Moments:
    betas: tuple
    eps: float
    kind: str = "adam"
    t: int = 0
    m: object = 0.0
    v: object = 0.0
    top: object = 0.0

    def next(self, g):
        b1, b2 = self.betas
        m = self.m + (1 - b1) * (g - self.m)
        if self.kind == "adamax":
            v = np.maximum(b2 * self.v, np.abs(g) + self.eps)
        else:
            v = self.v + (1 - b2) * (g * g - self.v)
        return replace(self, t=self.t + 1, m=m, v=v, top=np.maximum(self.top, v))

    def direction(self, g):
        b1, b2 = self.betas
        one, two = 1.0 - b1**self.t, 1.0 - b2**self.t
        if self.kind == "adamax":
            return self.m / (one * self.v)
        second = self.top if self.kind == "amsgrad" else self.v
        first = b1 * self.m + (1 - b1) * g if self.kind == "nadam" else self.m
        return first / one / (np.sqrt(second / two) + self.eps)


def _move(param, grad, state, lr, fresh):
    grad = f64(grad)
    state = (fresh if state is None else state).next(grad)
    return f64(param) - lr * state.direction(grad), state


def sgd_step(param, grad, state, lr):
    return _move(param, grad, state, lr, Nothing())


def momentum_step(param, grad, state, lr, beta=0.9):
    return _move(param, grad, state, lr, Velocity(beta, False))


def nesterov_step(param, grad, state, lr, beta=0.9):
    return _move(param, grad, state, lr, Velocity(beta, True))


def adagrad_step(param, grad, state, lr, eps=1e-10):
    return _move(param, grad, state, lr, Squares(1.0, 1.0, eps))


def rmsprop_step(param, grad, state, lr, beta=0.99, eps=1e-8):
    return _move(param, grad, state, lr, Squares(beta, 1.0 - beta, eps))


def adadelta_step(param, grad, state, lr, rho=0.9, eps=1e-6):
    return _move(param, grad, state, lr, Updates(rho, eps))


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    return _move(param, grad, state, lr, Moments(betas, eps))


def adamw_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    moved, state = _move(param, grad, state, lr, Moments(betas, eps))
    return moved - lr * weight_decay * f64(param), state


def amsgrad_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    return _move(param, grad, state, lr, Moments(betas, eps, "amsgrad"))


def adamax_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    return _move(param, grad, state, lr, Moments(betas, eps, "adamax"))


def nadam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    return _move(param, grad, state, lr, Moments(betas, eps, "nadam"))


def maxprop_step(param, grad, state, lr, beta, eps):
    return _move(param, grad, state, lr, Largest(beta, eps))


class Descent:
    """Iterates of x ← then(x − lr·∇f(x))."""

    def __init__(self, grad, lr, then=lambda x: x):
        self.grad, self.lr, self.then = grad, lr, then

    def run(self, x0, steps):
        path = [f64(x0)]
        for _ in range(steps):
            path.append(self.then(path[-1] - self.lr * f64(self.grad(path[-1]))))
        return np.stack(path, axis=0)


def gradient_descent(grad, x0, lr, steps):
    return Descent(grad, lr).run(x0, steps)


def project_to_ball(v, r):
    v = f64(v)
    return v / max(1.0, np.linalg.norm(v.ravel()) / r)


def projected_gradient_descent(grad, x0, lr, steps, r):
    return Descent(grad, lr, then=lambda x: project_to_ball(x, r)).run(x0, steps)


def minibatches(n, batch_size, rng):
    if min(n, batch_size) < 1:
        raise ValueError(f"expected at least 1, got n={n} and batch_size={batch_size}")
    keys = rng.random(n)
    order = np.argsort(keys)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def minibatch_gradient(per_example_grads, indices):
    grads = f64(per_example_grads)
    counts = np.bincount(indices, minlength=len(grads)) / len(indices)
    return np.tensordot(counts, grads, axes=1)


def least_squares(A, y):
    U, s, Vt = np.linalg.svd(f64(A), full_matrices=False)
    keep = s > s.max() * 1e-12 if s.size else s > 0
    return Vt[keep].T @ ((U[:, keep].T @ f64(y)) / s[keep])


class Best:
    """The best of the points that it was shown; the first of equals."""

    def __init__(self, f):
        self.f, self.point, self.value = f, None, None

    def show(self, point):
        value = np.float64(self.f(point))
        if self.value is None or value < self.value:
            self.point, self.value = point, value

    def result(self):
        return self.point, np.array(self.value)


def grid_search(f, grids):
    best = Best(f)
    mesh = np.meshgrid(*[f64(g) for g in grids], indexing="ij")
    for point in np.stack([m.ravel() for m in mesh], axis=1):
        best.show(point)
    return best.result()


def line_search(f, x, direction, lrs):
    best = Best(f)
    for lr in f64(lrs):
        best.show(f64(x) + lr * f64(direction))
    return best.result()


def evolve(f, population, sigma, generations, rng):
    herd = sorted(((f(p), tuple(p)) for p in f64(population)), key=lambda pair: pair[0])
    size = len(herd)
    for _ in range(generations):
        for _ in range(size):
            rivals = rng.integers(size, size=2)
            parent = np.array(herd[min(rivals)][1])  # the better of two, since the herd is sorted
            child = parent + rng.normal(scale=sigma, size=parent.shape)
            herd.append((f(child), tuple(child)))
        herd = sorted(herd, key=lambda pair: pair[0])[:size]
    return np.array([point for _, point in herd])


def clip_by_value(g, c):
    if c <= 0:
        raise ValueError("c > 0, please")
    g = f64(g)
    g[g > c] = c  # a copy already
    g[g < -c] = -c
    return g


def clip_by_norm(g, c):
    if c <= 0:
        raise ValueError("c > 0, please")
    return project_to_ball(g, c)


def ema_update(ema, param, lam):
    return f64(ema) - lam * (f64(ema) - f64(param))


def polyak_average(iterates):
    return np.average(f64(iterates), axis=0)


def gd_bound_convex(L, dist0, t):
    return np.float64(L * dist0**2 / t / 2)


def gd_bound_strongly_convex(L, mu, gap0, t):
    return np.array(gap0 * np.power(1.0 - mu / L, t))


class Logistic:
    def __init__(self, features):
        self.theta = np.zeros(features + 1)

    def scores(self, X):
        return f64(X) @ self.theta[1:] + self.theta[0]

    def fit(self, X, y, iterations=250, lr=0.5):
        design = np.insert(f64(X), 0, 1.0, axis=1)
        state = None
        for _ in range(iterations):
            p = 0.5 * (1 + np.tanh(0.5 * design @ self.theta))
            self.theta, state = nesterov_step(self.theta, design.T @ (p - y) / len(y), state, lr)
        return self

    def predict(self, X):
        return np.where(self.scores(X) > 0, 1, 0)


def train_logistic(X, y, rng):
    model = Logistic(np.shape(X)[1]).fit(X, f64(y))
    return model.predict
