"""Checks: what is asked about a function, as pairs of a plan and a judgement.

`values` compares with the reference and with properties, `gradients` with differences, `conduct` looks at
what a call does beside its answer. `stored` writes checks as data and reads them back.
"""

from grader.checks.answers import error_text, judged, signature
from grader.checks.backwards import backward_of
from grader.checks.conduct import leaves_inputs_alone, no_warnings, refuses
from grader.checks.differentiable import differentiable
from grader.checks.distributions import follows, mean_is
from grader.checks.gradients import gradient_of
from grader.checks.orders import bounded, monotone_in
from grader.checks.ownership import own_backward
from grader.checks.performance import fast, frugal, scales
from grader.checks.properties import changes_with, linear_in, symmetric_in
from grader.checks.relations import adjoint_of, idempotent, round_trip, same_as
from grader.checks.rules import follows_rules
from grader.checks.seeds import seeded
from grader.checks.stored import check_from_data, check_to_data
from grader.checks.training import accuracy, learns, renamed_classes
from grader.checks.trials import Check, Curve, Failure, Grid, Runs, Trial
from grader.checks.trivial import require_discerning
from grader.checks.values import agrees, satisfies, unchanged_when

__all__ = [
    "Check",
    "Curve",
    "Failure",
    "Grid",
    "Runs",
    "Trial",
    "accuracy",
    "adjoint_of",
    "agrees",
    "backward_of",
    "bounded",
    "changes_with",
    "check_from_data",
    "check_to_data",
    "differentiable",
    "error_text",
    "fast",
    "follows",
    "follows_rules",
    "frugal",
    "gradient_of",
    "idempotent",
    "judged",
    "learns",
    "leaves_inputs_alone",
    "linear_in",
    "mean_is",
    "monotone_in",
    "no_warnings",
    "own_backward",
    "refuses",
    "renamed_classes",
    "require_discerning",
    "round_trip",
    "same_as",
    "satisfies",
    "scales",
    "seeded",
    "signature",
    "symmetric_in",
    "unchanged_when",
]
