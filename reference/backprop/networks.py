"""A network of linear layers with one activation between them (lecture notes B 8, 9; P 2; E 11, 12)."""

from collections.abc import Callable, Mapping, Sequence

from numpy.typing import ArrayLike

from reference.activations import relu, relu_grad, sigmoid, sigmoid_grad, tanh, tanh_grad
from reference.arrays import Array, floats
from reference.backprop.layers import linear_backward, linear_forward

__all__ = ["Cache", "mlp_backward", "mlp_forward"]

Cache = tuple[list[Array], list[Array]]
"""The inputs of each layer, and its outputs before the activation."""

Slopes = tuple[Callable[[Array], Array], Callable[[Array], Array]]

_ACTIVATIONS: Mapping[str, Slopes] = {
    "relu": (relu, relu_grad),
    "tanh": (tanh, tanh_grad),
    "sigmoid": (sigmoid, sigmoid_grad),
}


def mlp_forward(
    x: ArrayLike, weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], activation: str
) -> tuple[Array, Cache]:
    """Outputs of a multilayer perceptron, and what its backward pass needs of the way there.

    h₀ = x; zₗ = hₗ₋₁ Wₗ + bₗ; hₗ = activation(zₗ). The last layer is linear: its z are the logits.
    With a single layer there is no activation at all.

    Args:
        x: Inputs, real, shape (batch, d_0).
        weights: Weights of the layers, input side first; number l has shape (d_(l−1), d_l).
        biases: Their biases, shapes (d_l,), as many as weights.
        activation: "relu", "tanh" or "sigmoid", of every layer but the last.
    Returns:
        (logits, cache): logits of shape (batch, d_L), and a cache of your own making, such as all
        pre-activations z and activations h. Nothing looks into it but your `mlp_backward`.
    Raises:
        ValueError: An unknown activation, no layer, as many biases as weights are not there, shapes that
            do not fit.
    Example:
        >>> logits, cache = mlp_forward([[1.0, -1.0]], [[[2.0, 0.0], [0.0, 3.0]], [[1.0], [1.0]]],
        ...                             [[0.0, 0.0], [0.5]], "relu")
        >>> logits.tolist()  # relu(2, −3) = (2, 0), then 2 + 0 + 0.5
        [[2.5]]

    Source: Goodfellow, Bengio and Courville (2016), algorithm 6.3; lecture notes B 9, P 2, E 12.
    """
    function, _ = _named(activation)
    if not weights or len(biases) != len(weights):
        raise ValueError(
            f"weights, biases: expected as many, at least one, got {len(weights)}, {len(biases)}."
        )
    inputs, outputs = [floats(x)], []
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        outputs.append(linear_forward(inputs[-1], W, b))  # z of the layer, (batch, d_l)
        if number < len(weights):
            inputs.append(function(outputs[-1]))
    return outputs[-1].copy(), (inputs, outputs)


def mlp_backward(
    dlogits: ArrayLike, cache: Cache, weights: Sequence[ArrayLike], activation: str
) -> tuple[list[Array], list[Array]]:
    """Gradients of a loss by all weights and biases of a multilayer perceptron.

    From the last layer to the first: dWₗ = hₗ₋₁ᵀ dzₗ, dbₗ = the sum of dzₗ over the batch, and, for the layer
    below, dzₗ₋₁ = (dzₗ Wₗᵀ) ⊙ activation′(zₗ₋₁), where relu′(0) = 0. Sums over the batch, not means.

    Args:
        dlogits: Gradient of the loss by the logits, real, shape (batch, d_L).
        cache: What your `mlp_forward` returned beside these logits. It can be used again: nothing in it changes.
        weights: The same weights as in the forward pass.
        activation: The same activation.
    Returns:
        (dweights, dbiases): two lists, input side first, with the shapes of weights and biases.
    Raises:
        ValueError: An unknown activation, or shapes that do not fit.
    Example:
        >>> weights, biases = [[[2.0], [3.0]], [[5.0]]], [[0.0], [0.0]]
        >>> logits, cache = mlp_forward([[1.0, 1.0]], weights, biases, "relu")  # 5, then 25
        >>> dweights, dbiases = mlp_backward([[1.0]], cache, weights, "relu")
        >>> [dW.tolist() for dW in dweights], [db.tolist() for db in dbiases]
        ([[[5.0], [5.0]], [[5.0]]], [[5.0], [1.0]])

    Source: Goodfellow, Bengio and Courville (2016), algorithm 6.4; lecture notes B 9, P 2, E 12.
    """
    _, slope = _named(activation)
    inputs, outputs = cache
    dz = floats(dlogits)  # (batch, d_L)
    dweights: list[Array] = []
    dbiases: list[Array] = []
    for number in reversed(range(len(weights))):
        dh, dW, db = linear_backward(dz, inputs[number], weights[number])
        dweights.insert(0, dW)
        dbiases.insert(0, db)
        if number:
            dz = dh * slope(outputs[number - 1])  # (batch, d_number)
    return dweights, dbiases


def _named(activation: str) -> Slopes:
    if activation not in _ACTIVATIONS:
        raise ValueError(f"activation: expected one of {', '.join(_ACTIVATIONS)}, got {activation!r}.")
    return _ACTIVATIONS[activation]
