# fails: 

import math

import numpy as np


def entries(array):
    return [float(item) for item in np.ravel(array)]


def shaped(items, like):
    out = np.empty(len(items))
    for i, item in enumerate(items):
        out[i] = item
    return out.reshape(np.shape(like))


def walk(param, grad, state, empty, update):
    """Apply update(θ, g, memory) → (θ, memory) to every entry; the state is the list of memories."""
    thetas, gs = entries(param), entries(grad)
    memories = [empty] * len(thetas) if state is None else state
    news, kept = [], []
    for theta, g, memory in zip(thetas, gs, memories):
        new, remembered = update(theta, g, memory)
        news.append(new)
        kept.append(remembered)
    return shaped(news, param), kept


def gradient_descent(grad, x0, lr, steps):
    x = entries(x0)
    rows = [list(x)]
    while len(rows) <= steps:
        slope = entries(grad(shaped(x, x0)))
        x = [a - lr * b for a, b in zip(x, slope)]
        rows.append(x)
    return np.array(rows).reshape((steps + 1,) + np.shape(x0))


def sgd_step(param, grad, state, lr):
    return walk(param, grad, state, None, lambda theta, g, memory: (theta - lr * g, None))


def momentum_step(param, grad, state, lr, beta=0.9):
    def update(theta, g, v):
        v = beta * v + g
        return theta - lr * v, v

    return walk(param, grad, state, 0.0, update)


def nesterov_step(param, grad, state, lr, beta=0.9):
    def update(theta, g, v):
        v = beta * v + g
        return theta - lr * g - lr * beta * v, v

    return walk(param, grad, state, 0.0, update)


def adagrad_step(param, grad, state, lr, eps=1e-10):
    def update(theta, g, s):
        s = s + g * g
        return theta - lr * g / (math.sqrt(s) + eps), s

    return walk(param, grad, state, 0.0, update)


def rmsprop_step(param, grad, state, lr, beta=0.99, eps=1e-8):
    def update(theta, g, s):
        s = beta * s + (1 - beta) * g * g
        return theta - lr * g / (math.sqrt(s) + eps), s

    return walk(param, grad, state, 0.0, update)


def adadelta_step(param, grad, state, lr, rho=0.9, eps=1e-6):
    def update(theta, g, memory):
        v, u = memory
        v = rho * v + (1 - rho) * g * g
        delta = math.sqrt(u + eps) / math.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * delta * delta
        return theta - lr * delta, (v, u)

    return walk(param, grad, state, (0.0, 0.0), update)


def moments(g, memory, betas):
    t, m, v = memory
    b1, b2 = betas
    return t + 1, b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    def update(theta, g, memory):
        t, m, v = moments(g, memory, betas)
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        return theta - lr * m_hat / (math.sqrt(v_hat) + eps), (t, m, v)

    return walk(param, grad, state, (0, 0.0, 0.0), update)


def adamw_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    def update(theta, g, memory):
        t, m, v = moments(g, memory, betas)
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        return theta * (1 - lr * weight_decay) - lr * m_hat / (math.sqrt(v_hat) + eps), (t, m, v)

    return walk(param, grad, state, (0, 0.0, 0.0), update)


def amsgrad_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    def update(theta, g, memory):
        t, m, v = moments(g, memory[:3], betas)
        top = memory[3] if memory[3] > v else v
        m_hat = m / (1 - betas[0] ** t)
        root = math.sqrt(top) / math.sqrt(1 - betas[1] ** t)
        return theta - lr * m_hat / (root + eps), (t, m, v, top)

    return walk(param, grad, state, (0, 0.0, 0.0, 0.0), update)


def adamax_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    def update(theta, g, memory):
        t, m, u = memory
        t = t + 1
        m = betas[0] * m + (1 - betas[0]) * g
        u = max(betas[1] * u, abs(g) + eps)
        return theta - lr * m / (1 - betas[0] ** t) / u, (t, m, u)

    return walk(param, grad, state, (0, 0.0, 0.0), update)


def nadam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8):
    def update(theta, g, memory):
        t, m, v = moments(g, memory, betas)
        v_hat = v / (1 - betas[1] ** t)
        ahead = (betas[0] * m + (1 - betas[0]) * g) / (1 - betas[0] ** t)
        return theta - lr * ahead / (math.sqrt(v_hat) + eps), (t, m, v)

    return walk(param, grad, state, (0, 0.0, 0.0), update)


def maxprop_step(param, grad, state, lr, beta, eps):
    def update(theta, g, v):
        v = max(beta * v, abs(g))
        return theta - lr * g / (v + eps), v

    return walk(param, grad, state, 0.0, update)


def minibatches(n, batch_size, rng):
    if n < 1:
        raise ValueError("there have to be examples")
    if batch_size < 1:
        raise ValueError("a batch has to hold an example")
    order = list(range(n))
    for last in range(n - 1, 0, -1):  # Fisher and Yates
        other = int(rng.integers(0, last + 1))
        order[last], order[other] = order[other], order[last]
    batches, batch = [], []
    for i in order:
        batch.append(i)
        if len(batch) == batch_size:
            batches.append(np.array(batch))
            batch = []
    if batch:
        batches.append(np.array(batch))
    return batches


def minibatch_gradient(per_example_grads, indices):
    total = np.zeros(np.shape(per_example_grads)[1:])
    for i in indices:
        total = total + np.asarray(per_example_grads[i], dtype=float)
    return total / len(indices)


def least_squares(A, y):
    """Gram-Schmidt with pivots, as far as the rank goes; then the shortest solution of what is left."""
    A, y = np.array(A, dtype=float), np.array(y, dtype=float)
    rest, basis = A.copy(), []
    limit = 1e-10 * max(1e-300, np.abs(A).max())
    for _ in range(min(A.shape)):
        lengths = [math.sqrt(sum(rest[:, j] ** 2)) for j in range(A.shape[1])]
        pivot = lengths.index(max(lengths))
        if lengths[pivot] <= limit:
            break
        q = rest[:, pivot] / lengths[pivot]
        for _ in range(2):  # twice is enough
            for b in basis:
                q = q - b * (b @ q)
            q = q / math.sqrt(q @ q)
        basis.append(q)
        for j in range(A.shape[1]):
            rest[:, j] = rest[:, j] - q * (q @ rest[:, j])
    if not basis:
        return np.zeros(A.shape[1])
    Q = np.stack(basis, axis=1)
    R = Q.T @ A  # full row rank
    U, S = np.linalg.qr(R.T)
    return U @ np.linalg.solve(S.T, Q.T @ y)


def grid_search(f, grids):
    best, best_value = None, math.inf

    def descend(chosen):
        nonlocal best, best_value
        if len(chosen) == len(grids):
            value = f(np.array(chosen))
            if value < best_value:
                best, best_value = np.array(chosen), value
            return
        for candidate in grids[len(chosen)]:
            descend(chosen + [float(candidate)])

    descend([])
    return best, best_value


def line_search(f, x, direction, lrs):
    best, best_value = None, math.inf
    for lr in lrs:
        point = shaped([a + float(lr) * d for a, d in zip(entries(x), entries(direction))], x)
        value = f(point)
        if value < best_value:
            best, best_value = point, value
    return best, best_value


def evolve(f, population, sigma, generations, rng):
    people = [entries(person) for person in population]
    costs = [f(np.array(person)) for person in people]
    for _ in range(generations):
        for i in range(len(people)):  # each with a child of its own: the better of the two stays
            child = [x + rng.normal(0.0, sigma) for x in people[i]]
            cost = f(np.array(child))
            if cost <= costs[i]:
                people[i], costs[i] = child, cost
    return np.array(people)


def clip_by_value(g, c):
    if not c > 0:
        raise ValueError(f"no bound: {c}")
    return shaped([min(max(item, -c), c) for item in entries(g)], g)


def clip_by_norm(g, c):
    if not c > 0:
        raise ValueError(f"no bound: {c}")
    return project_to_ball(g, c)


def ema_update(ema, param, lam):
    return shaped([a + lam * (b - a) for a, b in zip(entries(ema), entries(param))], ema)


def polyak_average(iterates):
    mean = np.array(iterates[0], dtype=float)
    for k in range(1, len(iterates)):
        mean = mean + (np.asarray(iterates[k], dtype=float) - mean) / (k + 1)
    return mean


def project_to_ball(v, r):
    items = entries(v)
    norm = math.sqrt(math.fsum(item * item for item in items))
    scale = r / norm if norm > r else 1.0
    return shaped([scale * item for item in items], v)


def projected_gradient_descent(grad, x0, lr, steps, r):
    x = shaped(entries(x0), x0)
    points = [x]
    for _ in range(steps):
        slope = entries(grad(x))
        x = project_to_ball(shaped([a - lr * b for a, b in zip(entries(x), slope)], x0), r)
        points.append(x)
    return np.stack(points)


def gd_bound_convex(L, dist0, t):
    return 0.5 * L * dist0 * dist0 / t


def gd_bound_strongly_convex(L, mu, gap0, t):
    gap = gap0
    for _ in range(t):
        gap *= 1 - mu / L
    return gap


def train_logistic(X, y, rng):
    """Plain stochastic gradient descent, mini-batches of 50, the rate falling."""
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    w, b = np.zeros(X.shape[1]), 0.0
    for epoch in range(25):
        lr = 1.0 / (1 + epoch)
        for batch in minibatches_of_arrays(len(X), 50, rng):
            rows = X[batch]
            z = rows @ w + b
            error = 1 / (1 + np.exp(-np.clip(z, -500, 500))) - y[batch]
            w = w - lr * (error @ rows) / len(batch)
            b = b - lr * error.mean()

    def predict(X_new):
        return np.array([1 if z >= 0 else 0 for z in np.asarray(X_new, float) @ w + b])

    return predict


def minibatches_of_arrays(n, size, rng):
    order = rng.permutation(n)
    return [order[at : at + size] for at in range(0, n, size)]
