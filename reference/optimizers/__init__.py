"""Optimizers: how parameters move, in steps and as a whole (lecture notes B 4-7, 11.2; P 3; E 14.3-14.9)."""

from reference.optimizers.averages import ema_update, polyak_average
from reference.optimizers.batches import minibatch_gradient, minibatches
from reference.optimizers.bounds import gd_bound_convex, gd_bound_strongly_convex
from reference.optimizers.clipping import clip_by_norm, clip_by_value
from reference.optimizers.descent import gradient_descent, project_to_ball, projected_gradient_descent
from reference.optimizers.moments import adam_step, adamax_step, adamw_step, amsgrad_step, nadam_step
from reference.optimizers.momentum import momentum_step, nesterov_step, sgd_step
from reference.optimizers.regression import least_squares, train_logistic
from reference.optimizers.scaling import adadelta_step, adagrad_step, maxprop_step, rmsprop_step
from reference.optimizers.search import evolve, grid_search, line_search

__all__ = [
    "adadelta_step",
    "adagrad_step",
    "adam_step",
    "adamax_step",
    "adamw_step",
    "amsgrad_step",
    "clip_by_norm",
    "clip_by_value",
    "ema_update",
    "evolve",
    "gd_bound_convex",
    "gd_bound_strongly_convex",
    "gradient_descent",
    "grid_search",
    "least_squares",
    "line_search",
    "maxprop_step",
    "minibatch_gradient",
    "minibatches",
    "momentum_step",
    "nadam_step",
    "nesterov_step",
    "polyak_average",
    "project_to_ball",
    "projected_gradient_descent",
    "rmsprop_step",
    "sgd_step",
    "train_logistic",
]
