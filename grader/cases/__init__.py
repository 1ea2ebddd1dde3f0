"""Contracts and cases: what a function takes and returns, drawn from one seed and made small again.

`arrays`, `structured`, `plain` and `offered` hold the domains that instructors combine; `contracts` joins
them to a function, `scenarios` to calls in sequence; `drawing` makes cases from them.
"""

from grader.cases.arrays import boolean, index, integer, real
from grader.cases.contracts import Contract, Returns
from grader.cases.domains import Domain
from grader.cases.drawing import Case, draw_cases, small_cases
from grader.cases.fits import Misfit, entry_text
from grader.cases.offered import Function, Offered, anything, function, generator
from grader.cases.plain import choice, defaulted, either, list_of, optional, string, tokens
from grader.cases.structured import permutation, positive_definite, simplex, symmetric

__all__ = [
    "Case",
    "Contract",
    "Domain",
    "Function",
    "Misfit",
    "Offered",
    "Returns",
    "anything",
    "boolean",
    "choice",
    "defaulted",
    "draw_cases",
    "either",
    "entry_text",
    "function",
    "generator",
    "index",
    "integer",
    "list_of",
    "optional",
    "permutation",
    "positive_definite",
    "real",
    "simplex",
    "small_cases",
    "string",
    "symmetric",
    "tokens",
]
