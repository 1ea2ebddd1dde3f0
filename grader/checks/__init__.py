"""Checks: what is asked about a function, as pairs of a plan and a judgement.

`values` compares with the reference and with properties, `gradients` with differences, `conduct` looks at
what a call does beside its answer. `stored` writes checks as data and reads them back.
"""

from grader.checks.answers import error_text, judged, signature
from grader.checks.conduct import leaves_inputs_alone, no_warnings, refuses
from grader.checks.gradients import gradient_of
from grader.checks.stored import check_from_data, check_to_data
from grader.checks.trials import Check, Failure, Grid, Runs, Trial
from grader.checks.trivial import require_discerning
from grader.checks.values import agrees, satisfies, unchanged_when

__all__ = [
    "Check",
    "Failure",
    "Grid",
    "Runs",
    "Trial",
    "agrees",
    "check_from_data",
    "check_to_data",
    "error_text",
    "gradient_of",
    "judged",
    "leaves_inputs_alone",
    "no_warnings",
    "refuses",
    "require_discerning",
    "satisfies",
    "signature",
    "unchanged_when",
]
