"""Small layers with their backwards, and the mistakes that students make in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.cases import Contract, Domain, index, real

__all__ = ["FORWARDS", "LAYERS", "MISTAKES", "at_bias"]

Layer = Callable[..., Any]


def linear_forward(x: Any, W: Any, b: Any) -> Any:
    return x @ W + b


def linear_backward(dout: Any, x: Any, W: Any) -> Any:
    """Gradients of x W + b."""
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def at_bias(dout: Any, x: Any, W: Any) -> dict[str, Any]:
    """A bias, by which the gradient is asked for but that it does not depend on."""
    return {"b": np.linspace(-1, 1, W.shape[1])}


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def sigmoid_backward(dout: Any, z: Any) -> Any:
    """Gradient of the sigmoid."""
    return dout * sigmoid(z) * (1 - sigmoid(z))


def relu(z: Any) -> Any:
    return np.maximum(z, 0)


def relu_backward(dout: Any, z: Any) -> Any:
    """Gradient of relu."""
    return dout * (z > 0)


def softmax(z: Any) -> Any:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(logits: Any, labels: Any) -> float:
    """Mean over the batch."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())


def cross_entropy_grad(logits: Any, labels: Any) -> Any:
    """Gradient of the cross-entropy."""
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


def softmax_backward(dout: Any, z: Any) -> Any:
    """Gradient of the softmax of each row."""
    p = softmax(z)
    return p * (dout - (dout * p).sum(axis=1, keepdims=True))


def pool(x: Any) -> Any:
    """Largest of each window of 2, windows overlapping."""
    return np.maximum(x[:, :-1], x[:, 1:])


def pool_backward(dout: Any, x: Any) -> Any:
    """Gradient of the pooling; a tie goes to the first."""
    dx = np.zeros(x.shape)
    first = x[:, :-1] >= x[:, 1:]
    dx[:, :-1] += dout * first
    dx[:, 1:] += dout * ~first
    return dx


def conv(x: Any, k: Any) -> Any:
    """Cross-correlation, valid."""
    return np.array([(x[at : at + len(k)] * k).sum() for at in range(len(x) - len(k) + 1)])


def conv_backward(dout: Any, x: Any, k: Any) -> Any:
    """Gradients by the signal and the kernel."""
    dx, dk = np.zeros(x.shape), np.zeros(k.shape)
    for at, slope in enumerate(dout):
        dx[at : at + len(k)] += slope * k
        dk += slope * x[at : at + len(k)]
    return dx, dk


def _contract(function: Layer, inputs: Mapping[str, Domain], returns: Any) -> Contract:
    name = function.__name__
    return Contract(name, inputs, returns, function, where=f"exercise '{name}'")


N, X = real("batch features"), real("batch inputs")
LAYERS = {
    "linear": _contract(
        linear_backward,
        {"dout": real("batch out"), "x": X, "W": real("inputs out")},
        (X, real("inputs out"), real("out")),
    ),
    "sigmoid": _contract(sigmoid_backward, {"dout": N, "z": N}, N),
    "relu": _contract(relu_backward, {"dout": N, "z": N}, N),
    "softmax": _contract(softmax_backward, {"dout": N, "z": N}, N),
    "cross_entropy": _contract(
        cross_entropy_grad, {"logits": N, "labels": index("batch", below="features")}, N
    ),
    "pool": _contract(pool_backward, {"dout": real("batch 5"), "x": real("batch 6")}, real("batch 6")),
    "conv": _contract(
        conv_backward, {"dout": real("5"), "x": real("7"), "k": real("3")}, (real("7"), real("3"))
    ),
}
FORWARDS: Mapping[str, tuple[Layer, Any, str | None]] = {
    "linear": (linear_forward, ("x", "W", "b"), "dout"),
    "sigmoid": (lambda z: sigmoid(z), "z", "dout"),
    "relu": (lambda z: relu(z), "z", "dout"),
    "softmax": (lambda z: softmax(z), "z", "dout"),
    "cross_entropy": (cross_entropy, "logits", None),
    "pool": (pool, "x", "dout"),
    "conv": (conv, ("x", "k"), "dout"),
}
"""The forward of each layer, what it is differentiated by, and the name of the cotangent."""


def _patch_once(dout: Any, x: Any, k: Any) -> Any:
    return conv_backward(dout, x, k)[0], dout[0] * x[: len(k)]


def _kernel_gradient_reversed(dout: Any, x: Any, k: Any) -> Any:
    dx, dk = conv_backward(dout, x, k)
    return dx, dk[::-1]


def _kernel_reversed(dout: Any, x: Any, k: Any) -> Any:
    return conv_backward(dout, x, k[::-1])[0], conv_backward(dout, x, k)[1]


def _every_entry_of_the_window(dout: Any, x: Any) -> Any:
    return np.pad(dout, ((0, 0), (0, 1))) + np.pad(dout, ((0, 0), (1, 0)))


def _windows_overwritten(dout: Any, x: Any) -> Any:
    dx = np.zeros(x.shape)
    first = x[:, :-1] >= x[:, 1:]
    dx[:, :-1] = dout * first
    dx[:, 1:] = np.where(~first, dout, dx[:, 1:])
    return dx


def _only_the_first_row(dout: Any, z: Any) -> Any:
    out = np.zeros(z.shape)
    for row, slope in enumerate(sigmoid_backward(dout, z)):
        out[row] = slope
        return out
    return out


MISTAKES: list[tuple[str, str, Layer, str]] = [
    ("linear", "dW transposed", lambda dout, x, W: (dout @ W.T, dout.T @ x, dout.sum(0)),
     "It is the transpose of what is expected."),
    ("linear", "db is not summed", lambda dout, x, W: (dout @ W.T, x.T @ dout, dout),
     "The sum over axis 0 (batch) is missing."),
    ("linear", "db keeps its axis", lambda dout, x, W: (dout @ W.T, x.T @ dout, dout.sum(0, keepdims=True)),
     "The numbers are right, in shape (1, "),
    ("linear", "dW averaged", lambda dout, x, W: (dout @ W.T, x.T @ dout / len(x), dout.sum(0)),
     "an average too many?"),
    ("linear", "the sign of dx", lambda dout, x, W: (-dout @ W.T, x.T @ dout, dout.sum(0)), "a sign is flipped."),
    ("linear", "zeros for dW", lambda dout, x, W: (dout @ W.T, 0 * W, dout.sum(0)), "Every entry is 0."),
    ("linear", "dx and dW the other way round", lambda dout, x, W: (x.T @ dout, dout @ W.T, dout.sum(0)), ""),
    ("linear", "the cotangent taken as ones",
     lambda dout, x, W: (np.ones_like(dout) @ W.T, x.T @ dout, dout.sum(0)), ""),
    ("linear", "dW overwritten by every row",
     lambda dout, x, W: (dout @ W.T, np.outer(x[-1], dout[-1]), dout.sum(0)), ""),
    ("sigmoid", "sigmoid in place of its slope", lambda dout, z: dout * sigmoid(z), ""),
    ("sigmoid", "the slope at the output", lambda dout, z: dout * z * (1 - z), ""),
    ("sigmoid", "without the cotangent", lambda dout, z: sigmoid(z) * (1 - sigmoid(z)), ""),
    ("sigmoid", "return inside the loop", _only_the_first_row, "entries are 0; all others are right."),
    ("relu", "no mask", lambda dout, z: dout, ""),
    ("relu", "the mask of the cotangent", lambda dout, z: dout * (dout > 0), ""),
    ("relu", "the mask the other way round", lambda dout, z: dout * (z < 0), ""),
    ("relu", "zeros", lambda dout, z: 0 * z, "Every entry is 0."),
    ("softmax", "only the diagonal of the Jacobian", lambda dout, z: dout * softmax(z) * (1 - softmax(z)), ""),
    ("softmax", "the sum over the wrong axis",
     lambda dout, z: softmax(z) * (dout - (dout * softmax(z)).sum(axis=0, keepdims=True)), ""),
    ("cross_entropy", "not averaged", lambda logits, labels: cross_entropy_grad(logits, labels) * len(labels),
     "is the length of batch: a sum in place of an average?"),
    ("cross_entropy", "the sign", lambda logits, labels: -cross_entropy_grad(logits, labels), "a sign is flipped."),
    ("cross_entropy", "divided by the classes",
     lambda logits, labels: cross_entropy_grad(logits, labels) * len(labels) / logits.shape[1], ""),
    ("cross_entropy", "without the softmax",
     lambda logits, labels: (logits - np.eye(logits.shape[1])[labels]) / len(labels), ""),
    ("pool", "assigned in place of added", _windows_overwritten, ""),
    ("pool", "to every entry of the window", _every_entry_of_the_window, ""),
    ("conv", "only the first patch", _patch_once, ""),
    ("conv", "the kernel's gradient reversed", _kernel_gradient_reversed,
     "Axis 0 is in reverse order."),
    ("conv", "the kernel reversed for dx", _kernel_reversed, ""),
]  # fmt: skip
"""Layer, what is wrong, the backward, and what the message has to say about all entries (nothing, if empty)."""
