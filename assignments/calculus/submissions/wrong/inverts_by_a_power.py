# fails: newton_minimize: follows_rules; is_positive_definite: refuses
# The inverse by another name, and a tolerance that overlooks what is not symmetric.
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
    x = _f64(x0)
    for _ in range(steps):
        x = x - np.linalg.matrix_power(hessian(x), -1) @ grad(x)
    return x


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
    if A.ndim != 2 or A.shape[0] != A.shape[1] or not np.allclose(A, A.T, atol=1e-3):
        raise ValueError("A must be symmetric")
    w = np.linalg.eigvalsh(A)
    return bool(w.min() > 1e-14 * np.abs(w).max())


def tensor_multiply(P, Q, b):
    P, Q = _f64(P), _f64(Q)
    if b < 0 or b > P.ndim or b > Q.ndim:
        raise ValueError("b is out of range")
    # raises ValueError itself where the lengths differ
    return np.tensordot(P, Q, axes=(list(range(P.ndim - b, P.ndim)), list(range(b))))


def tensor_chain(dL_dy, dy_dw):
    return tensor_multiply(dL_dy, dy_dw, np.ndim(dL_dy))


def score_function_gradient(log_prob_grads, values):
    return np.mean(_f64(log_prob_grads) * _f64(values)[:, None], axis=0)
