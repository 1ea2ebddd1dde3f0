"""One linear layer, forward and backward (lecture notes B 8; P 2; E 11)."""

from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["linear_backward", "linear_forward"]


def linear_forward(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> Array:
    """Outputs of a linear layer for a batch of inputs.

    y = x W + b: every row of x is one example, every column of W one unit, and b is added to every row.

    Args:
        x: Inputs, real, shape (batch, d_in).
        W: Weights, real, shape (d_in, d_out).
        b: Biases, real, shape (d_out,).
    Returns:
        y, shape (batch, d_out).
    Raises:
        ValueError: The shapes do not fit.
    Example:
        >>> linear_forward([[1.0, 2.0]], [[1.0, 0.0, 5.0], [0.0, 1.0, 5.0]], [0.0, 10.0, 0.0]).tolist()
        [[1.0, 12.0, 15.0]]

    Source: lecture notes B 8, P 2.
    """
    x, W = _inputs_and_weights(x, W)
    b = floats(b)
    if b.shape != W.shape[1:]:
        raise ValueError(f"b: expected shape {W.shape[1:]}, got {b.shape}.")
    return x @ W + b  # (batch, d_out)


def linear_backward(dout: ArrayLike, x: ArrayLike, W: ArrayLike) -> tuple[Array, Array, Array]:
    """Gradients of a loss by everything that went into a linear layer, given its gradient by the outputs.

    With y = x W + b and dout = ∂L/∂y:
    dx = dout Wᵀ, dW = xᵀ dout, db = Σₙ doutₙ. Sums over the batch, not means: the 1/N of a mean is in dout.

    Args:
        dout: Gradient from above, real, shape (batch, d_out).
        x: The layer's inputs, real, shape (batch, d_in).
        W: Its weights, real, shape (d_in, d_out).
    Returns:
        (dx, dW, db), shapes (batch, d_in), (d_in, d_out), (d_out,).
    Raises:
        ValueError: The shapes do not fit.
    Example:
        >>> dx, dW, db = linear_backward([[1.0], [10.0]], [[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]])
        >>> dx.tolist(), dW.tolist(), db.tolist()
        ([[5.0, 6.0], [50.0, 60.0]], [[31.0], [42.0]], [11.0])

    Source: Goodfellow, Bengio and Courville (2016), 6.5.6; lecture notes P 2, E 11.
    """
    x, W = _inputs_and_weights(x, W)
    dout = floats(dout)
    if dout.shape != (len(x), W.shape[1]):
        raise ValueError(f"dout: expected shape {(len(x), W.shape[1])}, got {dout.shape}.")
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def _inputs_and_weights(x: ArrayLike, W: ArrayLike) -> tuple[Array, Array]:
    inputs, weights = floats(x), floats(W)
    if inputs.ndim != 2 or weights.ndim != 2 or inputs.shape[1] != len(weights):
        raise ValueError(
            f"x, W: expected shapes (batch, d_in), (d_in, d_out), got {inputs.shape}, {weights.shape}."
        )
    return inputs, weights
