# The Hessian is the Jacobian of the gradient here, and products of tensors are products of matrices.
import numpy as np


class Central:
    """Central differences of any function of an array, one entry at a time."""

    def __init__(self, f, h):
        self.f = f
        self.h = h

    def by(self, x, index):
        right, left = x.copy(), x.copy()
        right[index] += self.h
        left[index] -= self.h
        return (np.asarray(self.f(right)) - np.asarray(self.f(left))) / (2 * self.h)


class SymmetricMatrix:
    def __init__(self, entries):
        self.entries = np.array(entries, dtype=float)
        shape = self.entries.shape
        if len(shape) != 2 or shape[0] != shape[1]:
            raise ValueError("expected a square matrix")
        scale = np.abs(self.entries).max()
        if np.abs(self.entries - self.entries.T).max() > 1e-6 * scale:
            raise ValueError("expected a symmetric matrix")

    def leading_minors(self):
        for k in range(1, len(self.entries) + 1):
            yield np.linalg.det(self.entries[:k, :k])


def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x).astype(float)
    central = Central(f, h)
    flat = [central.by(x, index) for index in np.ndindex(x.shape)]
    return np.reshape(flat, x.shape)


def numerical_jacobian(f, x, h):
    x = np.asarray(x).astype(float)
    central = Central(f, h)
    return np.column_stack([central.by(x, j) for j in range(len(x))])


def numerical_hessian(f, x, h):
    H = numerical_jacobian(lambda z: numerical_gradient(f, z, h), x, h)
    return (H + H.T) / 2


def _unit(u):
    u = np.asarray(u).astype(float)
    length = np.sqrt((u**2).sum())
    if length == 0:
        raise ValueError("a direction has a length")
    return u / length


def directional_derivative(grad, u):
    return float(np.sum(grad * _unit(u)))


def second_directional_derivative(hessian, u):
    # u is a unit vector already; one more normalisation does no harm
    values, vectors = np.linalg.eigh(hessian)
    weights = (vectors.T @ _unit(u)) ** 2
    return float(weights @ values)


class Taylor:
    def __init__(self, f0, grad, x0):
        self.f0, self.grad, self.x0 = f0, np.asarray(grad, float), np.asarray(x0, float)

    def step(self, x):
        return np.asarray(x, float) - self.x0

    def linear(self, x):
        return self.f0 + np.dot(self.grad, self.step(x))

    def quadratic(self, x, hessian):
        d = self.step(x)
        return self.linear(x) + np.einsum("i,ij,j->", d, np.asarray(hessian, float), d) / 2


def taylor1(f0, grad, x0, x):
    return Taylor(f0, grad, x0).linear(x)


def taylor2(f0, grad, hessian, x0, x):
    return Taylor(f0, grad, x0).quadratic(x, hessian)


def newton_minimize(grad, hessian, x0, steps):
    x = np.asarray(x0).astype(float)
    while steps > 0:
        L = np.linalg.cholesky(hessian(x))  # H = LLᵀ
        half = np.linalg.solve(L, grad(x))
        x = x - np.linalg.solve(L.T, half)
        steps -= 1
    return x


def quadratic_form_grad(A, x):
    A, x = np.asarray(A, float), np.asarray(x, float)
    return A @ x + x @ A


def bilinear_grad(a, b):
    column, row = np.asarray(a, float).reshape(-1, 1), np.asarray(b, float).reshape(1, -1)
    return column @ row


def trace_grad(A, B):
    return np.einsum("km,nk->mn", np.asarray(A, float), np.asarray(B, float))


def squared_norm_grad(jacobian, f):
    J, f = np.asarray(jacobian, float), np.asarray(f, float)
    return np.einsum("ij,i->j", J, f) + np.einsum("ij,i->j", J, f)


def is_positive_definite(A):
    return all(minor > 0 for minor in SymmetricMatrix(A).leading_minors())


def tensor_multiply(P, Q, b):
    P, Q = np.asarray(P, float), np.asarray(Q, float)
    if b not in range(min(P.ndim, Q.ndim) + 1):
        raise ValueError(f"cannot contract {b} axes")
    cut = P.ndim - b
    if P.shape[cut:] != Q.shape[:b]:
        raise ValueError("axes do not match")
    inner = int(np.prod(Q.shape[:b]))
    product = P.reshape(-1, inner) @ Q.reshape(inner, -1)
    return product.reshape(P.shape[:cut] + Q.shape[b:])


def tensor_chain(dL_dy, dy_dw):
    y = np.asarray(dL_dy, float)
    w_shape = np.shape(dy_dw)[y.ndim :]
    return (y.reshape(1, -1) @ np.asarray(dy_dw, float).reshape(y.size, -1)).reshape(w_shape)


def score_function_gradient(log_prob_grads, values):
    g, v = np.asarray(log_prob_grads, float), np.asarray(values, float)
    return g.T @ v / len(v)
