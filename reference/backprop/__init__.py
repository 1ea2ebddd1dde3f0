"""Backpropagation: layers, networks, computational graphs, Jacobians (lecture notes B 8, 9; P 2; E 11, 12)."""

from reference.backprop.comparison import gradient_check
from reference.backprop.graphs import topological_order
from reference.backprop.jacobians import chain_jacobians, jvp, vjp
from reference.backprop.layers import linear_backward, linear_forward
from reference.backprop.networks import mlp_backward, mlp_forward
from reference.backprop.training import train_mlp
from reference.backprop.values import Value

__all__ = [
    "Value",
    "chain_jacobians",
    "gradient_check",
    "jvp",
    "linear_backward",
    "linear_forward",
    "mlp_backward",
    "mlp_forward",
    "topological_order",
    "train_mlp",
    "vjp",
]
