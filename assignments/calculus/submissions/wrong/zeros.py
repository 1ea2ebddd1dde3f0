# fails: numerical_gradient: agrees; numerical_jacobian: agrees; numerical_hessian: agrees; directional_derivative: agrees; second_directional_derivative: agrees; taylor1: agrees; taylor2: agrees; newton_minimize: agrees; quadratic_form_grad: agrees; bilinear_grad: agrees; trace_grad: agrees; squared_norm_grad: agrees; is_positive_definite: agrees; tensor_multiply: agrees; score_function_gradient: agrees
# Placeholders of the right shape.
import numpy as np


def _f64(x):
    return np.array(x, dtype=float)


def numerical_gradient(f, x, h=1e-5):
    return np.zeros(x.shape)


def numerical_jacobian(f, x, h):
    return np.zeros((len(f(_f64(x))), len(x)))


def numerical_hessian(f, x, h):
    return np.zeros((len(x), len(x)))


def directional_derivative(grad, u):
    return 0.0


def second_directional_derivative(hessian, u):
    H, u = _f64(hessian), _f64(u)
    return 0.0


def taylor1(f0, grad, x0, x):
    grad, x0, x = _f64(grad), _f64(x0), _f64(x)
    return 0.0


def taylor2(f0, grad, hessian, x0, x):
    grad, H, d = _f64(grad), _f64(hessian), _f64(x) - x0
    return 0.0


def newton_minimize(grad, hessian, x0, steps):
    return np.zeros(len(x0))


def quadratic_form_grad(A, x):
    A, x = _f64(A), _f64(x)
    return np.zeros(len(x))


def bilinear_grad(a, b):
    return np.zeros((len(a), len(b)))


def trace_grad(A, B):
    A, B = _f64(A), _f64(B)
    return np.zeros((A.shape[1], len(B)))


def squared_norm_grad(jacobian, f):
    J, f = _f64(jacobian), _f64(f)
    return np.zeros(J.shape[1])


def is_positive_definite(A):
    A = _f64(A)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or not np.allclose(A, A.T):
        raise ValueError("A must be symmetric")
    return bool(True)


def tensor_multiply(P, Q, b):
    P, Q = _f64(P), _f64(Q)
    if b < 0 or b > P.ndim or b > Q.ndim:
        raise ValueError("b is out of range")
    return np.zeros(P.shape[: P.ndim - b] + Q.shape[b:])


def tensor_chain(dL_dy, dy_dw):
    y, D = _f64(dL_dy), _f64(dy_dw)
    return np.zeros(D.shape[y.ndim :])


def score_function_gradient(log_prob_grads, values):
    g, v = _f64(log_prob_grads), _f64(values)
    return np.zeros(g.shape[1])
