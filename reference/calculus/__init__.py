"""Derivatives of all kinds: numerical, along a direction, of matrices and tensors (B 5.3-5.9; E 2, 4, 8, 9, 18)."""

from reference.calculus.definiteness import is_positive_definite
from reference.calculus.differences import numerical_gradient, numerical_hessian, numerical_jacobian
from reference.calculus.directions import directional_derivative, second_directional_derivative
from reference.calculus.matrices import bilinear_grad, quadratic_form_grad, squared_norm_grad, trace_grad
from reference.calculus.newton import newton_minimize
from reference.calculus.score import score_function_gradient
from reference.calculus.taylor import taylor1, taylor2
from reference.calculus.tensors import tensor_chain, tensor_multiply

__all__ = [
    "bilinear_grad",
    "directional_derivative",
    "is_positive_definite",
    "newton_minimize",
    "numerical_gradient",
    "numerical_hessian",
    "numerical_jacobian",
    "quadratic_form_grad",
    "score_function_gradient",
    "second_directional_derivative",
    "squared_norm_grad",
    "taylor1",
    "taylor2",
    "tensor_chain",
    "tensor_multiply",
    "trace_grad",
]
