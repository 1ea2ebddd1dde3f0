"""Checks: what is asked about a function, as pairs of a plan and a judgement.

`values` compares with the reference, `conduct` looks at what a call does beside its answer, `rules` reads the text;
`properties`, `gradients`, `randomness`, `learning`, `costs` and `notebooks` hold the rest by what they ask about.
`trials` is what every check is made of, `comparing` says when numbers are equal; `stored` writes checks as data and
reads them back.
"""

from grader.checks.answers import error_text, judged, signature
from grader.checks.conduct import leaves_inputs_alone, no_warnings, refuses
from grader.checks.costs.performance import fast, frugal, scales
from grader.checks.gradients.backwards import backward_of
from grader.checks.gradients.differentiable import differentiable
from grader.checks.gradients.functions import gradient_of
from grader.checks.gradients.ownership import own_backward
from grader.checks.inside import asserts
from grader.checks.learning.training import accuracy, learns, renamed_classes
from grader.checks.notebooks.figures import figure
from grader.checks.notebooks.printing import printed
from grader.checks.notebooks.variables import variable
from grader.checks.properties.changes import changes_with, linear_in, symmetric_in
from grader.checks.properties.orders import bounded, monotone_in
from grader.checks.properties.relations import adjoint_of, idempotent, round_trip, same_as
from grader.checks.randomness.distributions import follows, mean_is
from grader.checks.randomness.seeds import seeded
from grader.checks.rules import follows_rules
from grader.checks.stored import check_from_data, check_to_data
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
    "asserts",
    "backward_of",
    "bounded",
    "changes_with",
    "check_from_data",
    "check_to_data",
    "differentiable",
    "error_text",
    "fast",
    "figure",
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
    "printed",
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
    "variable",
]
