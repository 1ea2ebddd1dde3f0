"""Training a network on examples (lecture notes B 8, 9; P 2)."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, Ints, floats
from reference.backprop.networks import mlp_backward, mlp_forward
from reference.losses import cross_entropy_loss_grad

__all__ = ["train_mlp"]

_HIDDEN, _EPOCHS, _BATCH = 64, 20, 32
_RATE, _MOMENTUM = 0.05, 0.9


def train_mlp(X: ArrayLike, y: ArrayLike, rng: np.random.Generator) -> Callable[[ArrayLike], Ints]:
    """Train a multilayer perceptron, and return a function that predicts the labels of new examples.

    Layers, activation, optimizer and number of steps are yours; what counts is the share of right labels for
    new examples that are drawn as X was. In the cases X holds 1,000 flattened images of 8×8 pixels, digits drawn
    light on dark or dark on light, so that no linear classifier tells them apart; three trainings, each with
    data of its own, have to end within 10 s of CPU time.

    Args:
        X: Examples, real, shape (batch, features).
        y: Their labels, an integer dtype, shape (batch,); which digit has which label changes with the data.
        rng: The only source of randomness: initial weights and batches are drawn from it.
    Returns:
        predict: a function of new examples, shape (M, features), that returns their labels, shape (M,).
        It can be called again and again, and trains no further.
    Raises:
        ValueError: No example, or shapes that do not fit.
    Example:
        >>> corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 20)
        >>> predict = train_mlp(corners, np.array([3, 7, 7, 3] * 20), np.random.default_rng(0))
        >>> predict([[0.0, 1.0], [1.0, 1.0]]).tolist()  # exclusive or, which no line separates
        [7, 3]

    Source: Rumelhart, Hinton and Williams (1986); lecture notes B 8, 9, P 2.
    """
    examples, labels = floats(X), np.asarray(y)
    if examples.ndim != 2 or examples.size == 0 or labels.shape != examples.shape[:1]:
        raise ValueError(f"X, y: expected (batch, features), (batch,), got {examples.shape}, {labels.shape}.")
    classes, targets = np.unique(labels, return_inverse=True)
    mean, spread = examples.mean(axis=0), examples.std(axis=0)
    spread[spread == 0] = 1  # a pixel that never changes
    weights, biases = _trained((examples - mean) / spread, targets, len(classes), rng)

    def predict(new: ArrayLike) -> Ints:
        logits, _ = mlp_forward((floats(new) - mean) / spread, weights, biases, "relu")
        return np.asarray(classes[logits.argmax(axis=1)])

    return predict


def _trained(
    X: Array, targets: Ints, classes: int, rng: np.random.Generator
) -> tuple[list[Array], list[Array]]:
    """Weights and biases after stochastic gradient descent with momentum, its rate falling to 0."""
    sizes = [X.shape[1], _HIDDEN, classes]
    weights = [rng.normal(size=pair) * np.sqrt(2 / pair[0]) for pair in pairwise(sizes)]
    biases = [np.zeros(size) for size in sizes[1:]]
    parameters = [*weights, *biases]
    velocities = [np.zeros_like(parameter) for parameter in parameters]
    for epoch in range(_EPOCHS):
        rate = _RATE * (1 - epoch / _EPOCHS)
        order = rng.permutation(len(X))
        for start in range(0, len(X), _BATCH):
            batch = order[start : start + _BATCH]
            logits, cache = mlp_forward(X[batch], weights, biases, "relu")
            dlogits = cross_entropy_loss_grad(logits, targets[batch])
            dweights, dbiases = mlp_backward(dlogits, cache, weights, "relu")
            for at, grad in enumerate((*dweights, *dbiases)):
                velocities[at] = _MOMENTUM * velocities[at] + grad
                parameters[at] -= rate * velocities[at]  # in place: these arrays are our own
    return weights, biases
