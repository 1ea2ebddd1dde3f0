"""Activations: the functions between the layers, and their slopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader import (
    Assignment,
    Exercise,
    Limits,
    agrees,
    defaulted,
    gradient_of,
    leaves_inputs_alone,
    no_warnings,
    real,
)
from reference import activations as act
from reference.losses import softmax

anywhere = real("*shape", low=-1e4, high=1e4, also=[0.0])
x = real("*shape", low=-1e4, high=1e4, also=[0.0])
bent = real("*shape", low=-1e4, high=1e4, avoid=[0.0])
clipped = real("*shape", low=-1e4, high=1e4, also=[-1.0, 0.0, 1.0])
leak = defaulted(real("", low=0, high=1))
any_slope = real("", low=-2, high=3)
positive = defaulted(real("", low=0, high=3))
sharpness = defaulted(real("", low=-3, high=3))
pieces = {
    "x": real("batch features", low=-10, high=10),
    "W": real("pieces features units", low=-10, high=10, variants=False),
    "b": real("pieces units", low=-10, high=10, variants=False),
}
few = {"batch": (1, 20), "features": (1, 5), "pieces": (1, 4), "units": (1, 5)}

# All three pieces are 0 here, with slopes of their own: the first has to win.
tie = {"x": np.zeros((2, 2)), "W": np.arange(1.0, 13.0).reshape(3, 2, 2), "b": np.zeros((3, 2))}

# alpha is left out, so it is 1, and the two branches meet at 0.
at_zero = {"x": np.array([-1.0, 0.0, 2.0])}
# The two branches do not meet at 0 here: the statement says which slope counts.
half_at_zero = {"x": np.array([-1.0, 0.0, 2.0]), "alpha": 0.5}
deep_at_zero = {"x": np.array([-1.0, 0.0, 2.0]), "alpha": 2.0}
kink = {"x": np.array([-1.0, 0.0, 2.0])}
# 0 is a value of alpha too, not a parameter left out.
no_floor = {"x": np.array([-1.0, 0.0, 2.0]), "alpha": 0.0}
# Small values count beside small ones only: cut off at ±20 or ±10, these are wrong in every digit, or in the sixth.
far = {"x": np.array([-22.0, -21.0])}
far_enough = {"x": np.array([10.25, 11.0])}
# Half of x, whatever x is: 0 is a value like any other, not a parameter left out.
no_sharpness = {"x": np.array([-1.5, 2.0]), "beta": 0.0}

Examples = Sequence[Mapping[str, Any]]

STABLE = "exp must never see a large positive number: work with −|x|, or with numpy.logaddexp."
BY_INPUT = "The argument is x itself, not the value of the function at x."


def function(reference: Callable[..., Any], hint: str, *, examples: Examples = (), **inputs: Any) -> Exercise:
    """An elementwise function."""
    return Exercise(
        reference,
        points=1,
        inputs=inputs or {"x": x},
        returns=real("*shape"),
        checks=[agrees(), leaves_inputs_alone()],
        examples=examples,
        hints={"agrees": hint},
    )


def stable_function(reference: Callable[..., Any], *, examples: Examples = ()) -> Exercise:
    """An elementwise function that must not overflow on the way."""
    return Exercise(
        reference,
        points=2,
        inputs={"x": anywhere},
        returns=real("*shape"),
        checks=[agrees(), no_warnings(), leaves_inputs_alone()],
        examples=examples,
        hints={"agrees": STABLE, "no_warnings": STABLE},
    )


def slope(
    reference: Callable[..., Any],
    of: Callable[..., Any],
    hint: str = BY_INPUT,
    *,
    examples: Examples = (),
    **inputs: Any,
) -> Exercise:
    """The derivative of an elementwise function, at x."""
    return Exercise(
        reference,
        points=1,
        inputs=inputs or {"x": x},
        returns=real("*shape"),
        checks=[agrees(), gradient_of(of, wrt="x", mode="elementwise"), leaves_inputs_alone()],
        examples=examples,
        hints={"agrees": hint},
    )


def two_slopes(
    reference: Callable[..., Any],
    of: Callable[..., Any],
    by: str,
    *,
    examples: Examples = (),
    **inputs: Any,
) -> Exercise:
    """The derivatives by x and by the function's parameter."""
    return Exercise(
        reference,
        points=2,
        inputs=inputs,
        returns=(real("*shape"), real("*shape")),
        checks=[
            agrees(),
            gradient_of(of, wrt="x", mode="elementwise", part=0),
            gradient_of(of, wrt=by, mode="elementwise", part=1),
            leaves_inputs_alone(),
        ],
        examples=examples,
        hints={
            "agrees": f"A tuple (by x, by {by}), each with one entry per entry of x: elementwise, not summed."
        },
    )


assignment = Assignment(
    id="activations",
    title="Activations",
    limits=Limits(cpu_s=10, memory_mib=1024),
    allow=["numpy", "scipy"],  # NumPy has no error function, and gelu needs one
    exercises=[
        stable_function(act.sigmoid, examples=[far]),
        slope(act.sigmoid_grad, act.sigmoid, "σ(x)(1 − σ(x)), with x the input: it is 0.25 at 0."),
        function(act.tanh, "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ); NumPy has it."),
        slope(act.tanh_grad, act.tanh, "1 − tanh²(x), with the square, and with x the input."),
        function(act.relu, "max(0, x), entry by entry."),
        slope(act.relu_grad, act.relu, "1 where x > 0, else 0; at 0 it is 0."),
        function(act.leaky_relu, "x where x > 0, else alpha·x; the default alpha is 0.01.", x=x, alpha=leak),
        slope(act.leaky_relu_grad, act.leaky_relu, "1 where x > 0, else alpha; also at 0.", x=x, alpha=leak),
        function(act.prelu, "x where x > 0, else alpha·x.", x=x, alpha=any_slope),
        two_slopes(act.prelu_grad, act.prelu, "alpha", examples=[half_at_zero], x=bent, alpha=any_slope),
        function(
            act.elu,
            "x where x > 0, else alpha·(eˣ − 1); the default alpha is 1.",
            examples=[no_floor],
            x=x,
            alpha=positive,
        ),
        slope(
            act.elu_grad,
            act.elu,
            "1 where x > 0, else alpha·eˣ; also at 0.",
            examples=[at_zero, deep_at_zero, no_floor],
            x=bent,
            alpha=positive,
        ),
        function(act.selu, "λx where x > 0, else λα(eˣ − 1): λ = 1.0507… stands before both."),
        slope(act.selu_grad, act.selu, "λ where x > 0, else λα·eˣ; also at 0.", examples=[kink], x=bent),
        function(act.gelu, "The exact form x·Φ(x) with the error function, not the tanh approximation."),
        slope(act.gelu_grad, act.gelu, "Φ(x) + x·φ(x): both factors of the product depend on x."),
        function(act.gelu_sigmoid, "x·σ(1.702·x)."),
        slope(act.gelu_sigmoid_grad, act.gelu_sigmoid, "s + 1.702·x·s(1 − s) with s = σ(1.702·x)."),
        function(
            act.swish, "x·σ(beta·x); the default beta is 1.", examples=[no_sharpness], x=x, beta=sharpness
        ),
        two_slopes(act.swish_grad, act.swish, "beta", examples=[no_sharpness], x=x, beta=sharpness),
        stable_function(act.softplus, examples=[far_enough]),
        slope(act.softplus_grad, act.softplus, "It is the sigmoid."),
        function(act.hard_tanh, "−1 below −1, 1 above 1, x between.", x=clipped),
        slope(
            act.hard_tanh_grad, act.hard_tanh, "1 between −1 and 1, else 0; at −1 and 1 it is 0.", x=clipped
        ),
        function(act.absolute, "x without its sign."),
        slope(act.absolute_grad, act.absolute, "The sign of x; 0 at 0."),
        Exercise(
            act.maxout,
            points=2,
            inputs=pieces,
            returns=real("batch units"),
            checks=[agrees(), leaves_inputs_alone()],
            axes=few,
            hints={"agrees": "K affine maps x @ W[k] + b[k], then the largest of the K, entry by entry."},
        ),
        Exercise(
            act.maxout_grad,
            points=2,
            inputs=pieces,
            returns=real("batch units features"),
            checks=[agrees(), leaves_inputs_alone()],
            axes=few,
            examples=[tie],
            hints={
                "agrees": "Entry (n, m) is the column W[k, :, m] of the piece k that wins; the first of ties."
            },
        ),
        Exercise(
            act.softmax_jacobian,
            points=2,
            inputs={"z": real("classes", low=-1e4, high=1e4)},
            returns=real("classes classes"),
            checks=[
                agrees(),
                gradient_of(softmax, wrt="z", mode="jacobian"),
                leaves_inputs_alone(),
            ],
            hints={
                "agrees": "diag(p) − p pᵀ with p = softmax(z): the entries off the diagonal are not zero."
            },
        ),
    ],
)
