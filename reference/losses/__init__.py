"""Loss functions and their gradients, side by side (lecture notes B 3.7-3.14, 8.5, 11.6, 23.1; P 2)."""

from reference.losses.binary import bce, bce_grad, bce_with_logits, bce_with_logits_grad
from reference.losses.regression import (
    gaussian_nll,
    gaussian_nll_grad,
    laplace_nll,
    laplace_nll_grad,
    mae,
    mae_grad,
    mse,
    mse_grad,
)
from reference.losses.scores import (
    cross_entropy_loss,
    cross_entropy_loss_grad,
    log_softmax,
    segmentation_cross_entropy,
    segmentation_cross_entropy_grad,
    smooth_labels,
    softmax,
)

__all__ = [
    "bce",
    "bce_grad",
    "bce_with_logits",
    "bce_with_logits_grad",
    "cross_entropy_loss",
    "cross_entropy_loss_grad",
    "gaussian_nll",
    "gaussian_nll_grad",
    "laplace_nll",
    "laplace_nll_grad",
    "log_softmax",
    "mae",
    "mae_grad",
    "mse",
    "mse_grad",
    "segmentation_cross_entropy",
    "segmentation_cross_entropy_grad",
    "smooth_labels",
    "softmax",
]
