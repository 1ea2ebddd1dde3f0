# fails: newton_minimize: agrees; is_positive_definite: agrees; is_positive_definite: refuses; tensor_chain: agrees
# Keeps integers as integers, one weight as an array, and a threshold and a row of numbers as if they were fine.
import numpy as np


def _f64(x):
    return np.array(x, dtype=float)


def numerical_gradient(f, x, h=1e-5):
    x = _f64(x)
    steps = h * np.eye(x.size).reshape((x.size,) + x.shape)
    diffs = [f(x + s) - f(x - s) for s in steps]
    return np.array(diffs).reshape(x.shape) / (2 * h)


def numerical_jacobian(f, x, h):
    x = _f64(x)
    steps = h * np.eye(x.size)
    rows = np.array([f(x + s) - f(x - s) for s in steps])  # (n, m)
    return rows.T / (2 * h)


def numerical_hessian(f, x, h):
    x = _f64(x)
    n = x.size
    H = np.zeros((n, n))
    steps = h * np.eye(n)
    for i, j in zip(*np.triu_indices(n)):
        # for i == j this is the second difference with step 2h
        a, b = steps[i], steps[j]
        H[i, j] = H[j, i] = (f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)) / (4 * h * h)
    return H


def directional_derivative(grad, u):
    grad, u = _f64(grad), _f64(u)
    norm = np.linalg.norm(u)
    if norm == 0:
        raise ValueError("the direction must not be zero")
    return grad @ (u / norm)


def second_directional_derivative(hessian, u):
    u = _f64(u)
    return u @ _f64(hessian) @ u


def taylor1(f0, grad, x0, x):
    return f0 + _f64(grad) @ (_f64(x) - x0)


def taylor2(f0, grad, hessian, x0, x):
    d = _f64(x) - x0
    return f0 + _f64(grad) @ d + 0.5 * d @ _f64(hessian) @ d


def newton_minimize(grad, hessian, x0, steps):
    x = np.array(x0)
    for _ in range(steps):
        at = x.astype(float)
        x[...] = at - np.linalg.solve(hessian(at), grad(at))
    return x.astype(float)


def quadratic_form_grad(A, x):
    A = _f64(A)
    return (A + A.T) @ x


def bilinear_grad(a, b):
    return np.outer(_f64(a), b)


def trace_grad(A, B):
    return (_f64(B) @ _f64(A)).T


def squared_norm_grad(jacobian, f):
    return 2 * _f64(f) @ _f64(jacobian)


def is_positive_definite(A):
    A = _f64(A)
    if not np.allclose(A, A.T):
        raise ValueError("A must be symmetric")
    try:
        np.linalg.cholesky(A - 1e-8 * np.eye(len(A)))
    except np.linalg.LinAlgError:
        return False
    return True


def tensor_multiply(P, Q, b):
    P, Q = _f64(P), _f64(Q)
    if b < 0 or b > P.ndim or b > Q.ndim:
        raise ValueError("b is out of range")
    # raises ValueError itself where the lengths differ
    return np.tensordot(P, Q, axes=(list(range(P.ndim - b, P.ndim)), list(range(b))))


def tensor_chain(dL_dy, dy_dw):
    dL_dy, dy_dw = _f64(dL_dy), _f64(dy_dw)
    found = dL_dy.ravel() @ dy_dw.reshape(dL_dy.size, -1)
    return found.reshape(dy_dw.shape[dL_dy.ndim :] or 1)


def score_function_gradient(log_prob_grads, values):
    return np.mean(_f64(log_prob_grads) * _f64(values)[:, None], axis=0)
