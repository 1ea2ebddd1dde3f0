# fails: minibatches: follows; minibatches: seeded; minibatch_gradient: agrees; least_squares: agrees; clip_by_norm: no_warnings; project_to_ball: no_warnings; train_logistic: learns
# Inverts what may be singular, shuffles batches but not examples, divides by a norm that may be 0, lets the mean go.
import itertools

import numpy as np


def gradient_descent(grad, x0, lr, steps):
    x = np.array(x0, dtype=float)
    points = np.empty((steps + 1, *x.shape))
    points[0] = x + 0.0
    for k in range(steps):
        points[k + 1] = points[k] - lr * grad(points[k])
    return points


def sgd_step(param, grad, state, lr):
    return np.asarray(param, float) - lr * np.asarray(grad, float), {}


def momentum_step(param, grad, state, lr, beta=0.9):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    v = beta * (state["v"] if state else 0.0) + grad
    return param - lr * v, {"v": v}


def nesterov_step(param, grad, state, lr, beta=0.9):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    v = beta * (state["v"] if state else 0.0) + grad
    return param - lr * (grad + beta * v), {"v": v}


def adagrad_step(param, grad, state, lr, eps=1e-10):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    s = (state["s"] if state else 0.0) + grad**2
    return param - lr * grad / (np.sqrt(s) + eps), {"s": s}


def rmsprop_step(param, grad, state, lr, beta=0.99, eps=1e-8):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    s = beta * (state["s"] if state else 0.0) + (1 - beta) * grad**2
    return param - lr * grad / (np.sqrt(s) + eps), {"s": s}


def adadelta_step(param, grad, state, lr, rho=0.9, eps=1e-6):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    state = state or {"v": 0.0, "u": 0.0}
    v = rho * state["v"] + (1 - rho) * grad**2
    delta = np.sqrt((state["u"] + eps) / (v + eps)) * grad
    u = rho * state["u"] + (1 - rho) * delta**2
    return param - lr * delta, {"v": v, "u": u}


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    b1, b2 = betas
    state = state or {"t": 0, "m": 0.0, "v": 0.0}
    t = state["t"] + 1
    m = b1 * state["m"] + (1 - b1) * grad
    v = b2 * state["v"] + (1 - b2) * grad**2
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    return param - lr * m_hat / (np.sqrt(v_hat) + eps), {"t": t, "m": m, "v": v}


def adamw_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    b1, b2 = betas
    state = state or {"t": 0, "m": 0.0, "v": 0.0}
    t = state["t"] + 1
    m = b1 * state["m"] + (1 - b1) * grad
    v = b2 * state["v"] + (1 - b2) * grad**2
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    shrunk = param - lr * weight_decay * param
    return shrunk - lr * m_hat / (np.sqrt(v_hat) + eps), {"t": t, "m": m, "v": v}


def amsgrad_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    b1, b2 = betas
    state = state or {"t": 0, "m": 0.0, "v": 0.0, "top": 0.0}
    t = state["t"] + 1
    m = b1 * state["m"] + (1 - b1) * grad
    v = b2 * state["v"] + (1 - b2) * grad**2
    top = np.maximum(state["top"], v)
    m_hat = m / (1 - b1**t)
    v_hat = top / (1 - b2**t)
    return param - lr * m_hat / (np.sqrt(v_hat) + eps), {"t": t, "m": m, "v": v, "top": top}


def adamax_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    b1, b2 = betas
    state = state or {"t": 0, "m": 0.0, "u": 0.0}
    t = state["t"] + 1
    m = b1 * state["m"] + (1 - b1) * grad
    u = np.maximum(b2 * state["u"], np.abs(grad) + eps)
    return param - lr / (1 - b1**t) * m / u, {"t": t, "m": m, "u": u}


def nadam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    b1, b2 = betas
    state = state or {"t": 0, "m": 0.0, "v": 0.0}
    t = state["t"] + 1
    m = b1 * state["m"] + (1 - b1) * grad
    v = b2 * state["v"] + (1 - b2) * grad**2
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    ahead = b1 * m_hat + (1 - b1) * grad / (1 - b1**t)
    return param - lr * ahead / (np.sqrt(v_hat) + eps), {"t": t, "m": m, "v": v}


def maxprop_step(param, grad, state, lr, beta, eps):
    param, grad = np.asarray(param, float), np.asarray(grad, float)
    v = np.maximum(beta * (state["v"] if state else 0.0), np.abs(grad))
    return param - lr * grad / (v + eps), {"v": v}


def minibatches(n, batch_size, rng):
    if n < 1 or batch_size < 1:
        raise ValueError("n and batch_size have to be at least 1")
    full = [np.arange(at, at + batch_size) for at in range(0, n - batch_size + 1, batch_size)]
    rest = [np.arange(n - n % batch_size, n)] if n % batch_size else []
    return [full[k] for k in rng.permutation(len(full))] + rest


def minibatch_gradient(per_example_grads, indices):
    return np.asarray(per_example_grads, float)[indices].sum(axis=0)


def least_squares(A, y):
    return np.linalg.solve(np.asarray(A, float).T @ A, np.asarray(A, float).T @ y)


def grid_search(f, grids):
    points = [np.array(point, dtype=float) for point in itertools.product(*grids)]
    values = [f(point) for point in points]
    best = int(np.argmin(values))
    return points[best], values[best]


def line_search(f, x, direction, lrs):
    x, direction = np.asarray(x, float), np.asarray(direction, float)
    points = [x + lr * direction for lr in np.asarray(lrs, float)]
    values = [f(point) for point in points]
    best = int(np.argmin(values))
    return points[best], values[best]


def evolve(f, population, sigma, generations, rng):
    parents = np.array(population, dtype=float)
    size = len(parents)
    costs = np.array([f(p) for p in parents])
    for _ in range(generations):
        picked = rng.integers(size, size=2 * size)
        children = parents[picked] + sigma * rng.standard_normal((2 * size, parents.shape[1]))
        parents = np.vstack([parents, children])
        costs = np.append(costs, [f(c) for c in children])
        survivors = np.argsort(costs)[:size]
        parents, costs = parents[survivors], costs[survivors]
    return parents


def clip_by_value(g, c):
    if c <= 0:
        raise ValueError("c has to be positive")
    return np.clip(np.asarray(g, float), -c, c)


def clip_by_norm(g, c):
    if c <= 0:
        raise ValueError("c has to be positive")
    g = np.array(g, dtype=float)
    norm = np.sqrt(np.sum(g**2))
    return g * np.minimum(1, c / norm)


def ema_update(ema, param, lam):
    ema, param = np.asarray(ema, float), np.asarray(param, float)
    return (1 - lam) * ema + lam * param


def polyak_average(iterates):
    return np.asarray(iterates, float).mean(axis=0)


def project_to_ball(v, r):
    v = np.array(v, dtype=float)
    norm = np.sqrt(np.sum(v**2))
    return v * np.minimum(1, r / norm)


def projected_gradient_descent(grad, x0, lr, steps, r):
    points = [project_to_ball(x0, r)]
    for _ in range(steps):
        points.append(project_to_ball(points[-1] - lr * grad(points[-1]), r))
    return np.array(points)


def gd_bound_convex(L, dist0, t):
    return L * dist0**2 / (2 * t)


def gd_bound_strongly_convex(L, mu, gap0, t):
    return (1 - mu / L) ** t * gap0


def train_logistic(X, y, rng):
    X, y = np.asarray(X, float), np.asarray(y, float)
    ones = np.ones((len(X), 1))
    design = np.hstack([X, 0 * ones])
    w = np.zeros(design.shape[1])
    for _ in range(12):  # Newton with a little ridge, so that separable classes have a minimum
        p = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
        gradient = design.T @ (p - y) + 1e-2 * w
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-2 * np.eye(len(w))
        w = w - np.linalg.solve(hessian, gradient)

    def predict(X_new):
        X_new = np.asarray(X_new, float)
        return (X_new @ w[:-1] + w[-1] > 0).astype(int)

    return predict
