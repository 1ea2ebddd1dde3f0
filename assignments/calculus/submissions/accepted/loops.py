# Everything by hand: sums are loops, linear systems and minors are Gaussian elimination.
import itertools
import math

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    result = np.zeros(point.shape)
    for index in itertools.product(*[range(length) for length in point.shape]):
        keep = point[index]
        point[index] = keep + h
        right = f(point)
        point[index] = keep - h
        left = f(point)
        point[index] = keep
        result[index] = (right - left) / (2 * h)
    return result


def numerical_jacobian(f, x, h):
    point = np.array(x, dtype=np.float64)
    columns = []
    for j in range(len(point)):
        keep = point[j]
        point[j] = keep + h
        right = f(point)
        point[j] = keep - h
        left = f(point)
        point[j] = keep
        columns.append([(float(r) - float(l)) / (2 * h) for r, l in zip(right, left)])
    m, n = len(columns[0]), len(columns)
    result = np.zeros((m, n))
    for i in range(m):
        for j in range(n):
            result[i, j] = columns[j][i]
    return result


def numerical_hessian(f, x, h):
    x = np.array(x, dtype=np.float64)
    n = len(x)

    def at(*moves):
        moved = x.copy()
        for index, sign in moves:
            moved[index] += sign * h
        return f(moved)

    middle = f(x)
    up = [at((i, 1)) for i in range(n)]
    down = [at((i, -1)) for i in range(n)]
    result = np.zeros((n, n))
    for i in range(n):
        result[i, i] = (up[i] - 2 * middle + down[i]) / h**2
        for j in range(i):
            both = at((i, 1), (j, 1)) - up[i] - up[j] + 2 * middle - down[i] - down[j] + at((i, -1), (j, -1))
            result[i, j] = result[j, i] = both / (2 * h**2)
    return result


def _dot(a, b):
    total = 0.0
    for s, t in zip(a, b):
        total += float(s) * float(t)
    return total


def directional_derivative(grad, u):
    length = math.hypot(*[float(entry) for entry in u])
    if length == 0:
        raise ValueError("zero has no direction")
    return _dot(grad, u) / length


def second_directional_derivative(hessian, u):
    total = 0.0
    for i in range(len(u)):
        for j in range(len(u)):
            total += float(u[i]) * float(hessian[i, j]) * float(u[j])
    return total


def taylor1(f0, grad, x0, x):
    total = float(f0)
    for slope, start, end in zip(grad, x0, x):
        total += float(slope) * (float(end) - float(start))
    return total


def taylor2(f0, grad, hessian, x0, x):
    step = [float(end) - float(start) for start, end in zip(x0, x)]
    bend = 0.0
    for i in range(len(step)):
        for j in range(len(step)):
            bend += step[i] * float(hessian[i, j]) * step[j]
    return taylor1(f0, grad, x0, x) + bend / 2


def _solve(matrix, right):
    """Gaussian elimination with pivots."""
    rows = [[float(v) for v in row] + [float(r)] for row, r in zip(matrix, right)]
    n = len(rows)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            for j in range(k, n + 1):
                rows[i][j] -= factor * rows[k][j]
    solution = [0.0] * n
    for k in reversed(range(n)):
        rest = sum(rows[k][j] * solution[j] for j in range(k + 1, n))
        solution[k] = (rows[k][n] - rest) / rows[k][k]
    return solution


def newton_minimize(grad, hessian, x0, steps):
    x = np.array(x0, dtype=np.float64)
    for _ in range(steps):
        x = x - np.array(_solve(hessian(x), grad(x)))
    return x


def quadratic_form_grad(A, x):
    n = len(x)
    result = np.zeros(n)
    for k in range(n):
        for j in range(n):
            result[k] += (float(A[k, j]) + float(A[j, k])) * float(x[j])
    return result


def bilinear_grad(a, b):
    result = np.zeros((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            result[i, j] = float(a[i]) * float(b[j])
    return result


def trace_grad(A, B):
    k, m = A.shape
    n = B.shape[0]
    result = np.zeros((m, n))
    for i in range(m):
        for j in range(n):
            for s in range(k):
                result[i, j] += float(A[s, i]) * float(B[j, s])
    return result


def squared_norm_grad(jacobian, f):
    m, n = jacobian.shape
    result = np.zeros(n)
    for j in range(n):
        for i in range(m):
            result[j] += 2.0 * float(f[i]) * float(jacobian[i, j])
    return result


def is_positive_definite(A):
    A = np.array(A, dtype=np.float64)
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError("A is not square")
    n = len(A)
    for i in range(n):
        for j in range(i):
            if not math.isclose(A[i, j], A[j, i], rel_tol=1e-6):
                raise ValueError("A is not symmetric")
    # Elimination without pivots: the k-th pivot is the k-th leading minor over the one before.
    for k in range(n):
        if A[k, k] <= 0:
            return False
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            for j in range(k, n):
                A[i, j] -= factor * A[k, j]
    return True


def tensor_multiply(P, Q, b):
    P, Q = np.array(P, dtype=np.float64), np.array(Q, dtype=np.float64)
    if not 0 <= b <= min(P.ndim, Q.ndim):
        raise ValueError("b must be between 0 and the number of axes")
    front, middle, back = P.shape[: P.ndim - b], Q.shape[:b], Q.shape[b:]
    if P.shape[P.ndim - b :] != middle:
        raise ValueError("the axes to contract have different lengths")
    T = np.zeros(front + back)
    for i in itertools.product(*map(range, front)):
        for k in itertools.product(*map(range, back)):
            for j in itertools.product(*map(range, middle)):
                T[i + k] += P[i + j] * Q[j + k]
    return T


def tensor_chain(dL_dy, dy_dw):
    result = np.zeros(dy_dw.shape[dL_dy.ndim :])
    for j in np.ndindex(dL_dy.shape):
        result = result + float(dL_dy[j]) * np.array(dy_dw[j], dtype=np.float64)
    return result


def score_function_gradient(log_prob_grads, values):
    N, D = log_prob_grads.shape
    result = np.zeros(D)
    for d in range(D):
        for n in range(N):
            result[d] += float(values[n]) * float(log_prob_grads[n, d])
        result[d] /= N
    return result
