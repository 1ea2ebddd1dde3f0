"""Calculus: derivatives by differences, along directions, of matrices and of tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from assignments.calculus.matrices import asymmetric, definite
from grader import (
    Assignment,
    Exercise,
    Limits,
    agrees,
    boolean,
    choice,
    defaulted,
    either,
    follows_rules,
    function,
    generator,
    gradient_of,
    integer,
    leaves_inputs_alone,
    linear_in,
    mean_is,
    positive_definite,
    real,
    refuses,
    satisfies,
    symmetric,
    unchanged_when,
)
from reference import calculus as calc
from reference.losses import softmax

quiet = np.errstate(all="ignore")  # a student's steps may lead anywhere, and answers be infinite


def wave(weights: Any, slopes: Any, rate: float) -> Callable[[Any], float]:
    """A sum of waves, and a square that ties the entries together. At the high rate the step h shows itself."""
    return quiet(lambda x: float(np.sum(weights * np.sin(rate * x)) + np.sum(slopes * x) ** 2))


def wave_gradient(f: Any, x: Any) -> Any:
    weights, slopes, rate = (f.made_from[name] for name in ("weights", "slopes", "rate"))
    return rate * weights * np.cos(rate * x) + 2 * slopes * np.sum(slopes * x)


def mapping(A: Any, b: Any) -> Callable[[Any], Any]:
    return quiet(lambda x: np.sin(A @ x + b))


def noisy(A: Any, b: Any, weights: Any) -> Callable[[Any], float]:
    """Good to eight decimals only, so that a step much smaller than h drowns in rounding."""
    return quiet(lambda x: round(float(weights @ np.sin(A @ x + b)), 8))


def bowl(x: Any) -> tuple[Any, Any]:
    """A and d of the function ¼ Σ dᵢ⁴ + ½ dᵀAd, where d = x − c; A and c are fixed by the number of inputs."""
    rng = np.random.default_rng(len(x))
    root = rng.normal(size=(len(x), len(x)))
    return root @ root.T / len(x) + 0.5 * np.eye(len(x)), x - 2 * rng.normal(size=len(x))


def bowl_value(x: Any) -> float:
    A, d = bowl(x)
    return float(np.sum(d**4) / 4 + d @ A @ d / 2)


@quiet
def bowl_gradient(x: Any) -> Any:
    A, d = bowl(x)
    return d**3 + A @ d


@quiet
def bowl_hessian(x: Any) -> Any:
    A, d = bowl(x)
    return np.diag(3 * d**2) + A


def near_the_gradient(answer: Any, f: Any, x: Any, h: float = 1e-5) -> str | None:
    exact = wave_gradient(f, np.asarray(x, float))
    weights, rate = f.made_from["weights"], f.made_from["rate"]
    # The first is the third derivative's part, the rest is for rounding.
    room = weights * rate**3 * h**2 / 6 + 1e-4 * np.abs(exact).max() + 1e-6
    over = np.abs(answer - exact) / room
    return None if over.max() <= 1 else f"one entry is off by {over.max():.3g} times what step h={h} explains"


@quiet
def symmetric_answer(answer: Any, f: Any, x: Any, h: float) -> str | None:
    worst = float(np.abs(answer - answer.T).max())
    return None if worst <= 1e-3 else f"an entry and its mirror image differ by {worst:.3g}"


def between_eigenvalues(answer: Any, hessian: Any, u: Any) -> str | None:
    found = np.linalg.eigvalsh(np.asarray(hessian, float) + np.asarray(hessian, float).T)
    room = 1e-5 * (1 + np.abs(found).max())
    if found[0] - room <= answer <= found[-1] + room:
        return None
    return f"the eigenvalues go from {found[0]:.6g} to {found[-1]:.6g}, the curvature is {answer:.6g}"


def goes_down(answer: Any, grad: Any, hessian: Any, x0: Any, steps: int) -> str | None:
    before, after = bowl_value(np.asarray(x0, float)), bowl_value(answer)
    down = after <= before * (1 + 1e-6) + 1e-9
    return None if down else f"it was {before:.6g} at x0 and is {after:.6g} now"


def expected_gradient(preferences: Any, rewards: Any) -> Any:
    probs = softmax(preferences)
    return probs * (rewards - probs @ rewards)


near_the_slopes = satisfies("It is the gradient, up to an error of the order of h²", near_the_gradient)
between = satisfies("It lies between the smallest and the largest eigenvalue", between_eigenvalues)
downhill = satisfies("The function is no larger at the end than at the start", goes_down)
unbiased = mean_is(
    "Its mean is the gradient of the expectation",
    lambda preferences, rewards, **_: expected_gradient(preferences, rewards),
    sample=lambda answer, **_: answer[1],
    draws=60,
)
inverses = ("linalg.inv", "linalg.pinv", "linalg.matrix_power", "linalg.tensorinv", "matrix", "asmatrix")
solving = follows_rules(forbid=[f"numpy.{name}" for name in inverses])
shorter = unchanged_when("u is a thousand times shorter", lambda grad, u: {"u": u * 1e-3})
moving = unchanged_when("x0 and x move by the same vector", lambda x0, x, **_: {"x0": x0 + 0.5, "x": x + 0.5})
turning = unchanged_when("the Hessian is transposed", lambda hessian, **_: {"hessian": hessian.T.copy()})
scaling = unchanged_when("A is multiplied by 0.001", lambda A: {"A": A * 1e-3})
reordering = unchanged_when("rows and columns are reversed", lambda A: {"A": A[::-1, ::-1].copy()})


def quadratic_form(A: Any, x: Any) -> Any:
    return x @ A @ x


def bilinear_form(X: Any, a: Any, b: Any) -> Any:
    return a @ X @ b


def trace_of_product(X: Any, A: Any, B: Any) -> Any:
    return np.trace(A @ X @ B)


def squared_norm(x: Any, jacobian: Any, f: Any) -> Any:
    """‖f + Jx‖²: what ‖f(x)‖² is next to a point, moved to 0."""
    return np.sum((f + jacobian @ x) ** 2)


of_bilinear = gradient_of(bilinear_form, wrt="X", at=lambda a, b: np.ones((len(a), len(b))))
of_trace = gradient_of(trace_of_product, wrt="X", at=lambda A, B: np.ones((A.shape[1], len(B))))
of_norm = gradient_of(squared_norm, wrt="x", at=lambda jacobian, f: np.zeros(jacobian.shape[1]))


def no_direction(grad: Any, u: Any) -> dict[str, Any]:
    """A direction that is zero."""
    return {"u": np.zeros(len(u))}


def axes_that_differ(P: Any, Q: Any, b: int) -> list[dict[str, Any]]:
    """Axes to contract whose lengths differ."""
    # As many entries to sum over, in another order; and an axis of length 1, which is not stretched.
    turned = {"P": np.ones((2, 2, 2, 3)), "Q": np.ones((3, 2, 4)), "b": 2}
    stretched = {"P": np.ones((2, 2, 2, 3)), "Q": np.ones((2, 1, 4)), "b": 2}
    return [turned, stretched, {"P": np.ones((2, 3)), "Q": np.ones((2, 3)), "b": 1}]


def too_many_axes(P: Any, Q: Any, b: int) -> list[dict[str, Any]]:
    """More axes to contract than there are."""
    return [{"b": 5}, {"P": np.ones(2), "Q": np.ones(2), "b": 2}]


def negative_count(P: Any, Q: Any, b: int) -> list[dict[str, Any]]:
    """A negative number of axes."""
    return [{"b": -1}, {"Q": np.ones(3), "b": -1}]


def along_a_unit_vector(student: Any, hessian: Any, u: Any) -> Any:
    return student.second_directional_derivative(hessian + hessian.T, u / np.sqrt(np.sum(u * u)))


def contracted(student: Any, P: Any, Q: Any, b: Any) -> Any:
    """P (i, j1, j2, j3) with the part of Q (j1, j2, j3, k) that fits b; "all" leaves no axis."""
    if b == "all":
        return student.tensor_multiply(P[0], Q[..., 0], 3)
    parts = {0: Q[0, 0, 0], 1: Q[0, 0], 2: Q[0]} if Q.ndim == 4 else {}
    return student.tensor_multiply(P, parts.get(b, Q), b)


def scored(
    student: Any, log_prob_grads: Any, values: Any, preferences: Any, rewards: Any, rng: np.random.Generator
) -> Any:
    """The estimate of given samples, and one of samples drawn from softmax(preferences), by the preferences."""
    probs, own = softmax(preferences), copy.deepcopy(rng)  # a copy: the same draws for the reference
    drawn = own.choice(len(probs), p=probs, size=12)
    estimate = student.score_function_gradient(np.eye(len(probs))[drawn] - probs, rewards[drawn])
    return student.score_function_gradient(log_prob_grads, values), estimate


def exercise(
    reference: Callable[..., Any],
    points: int,
    returns: Any,
    checks: Sequence[Any],
    hints: str | dict[str, str],
    *,
    more: Mapping[str, Any] | None = None,
    **inputs: Any,
) -> Exercise:
    """An exercise whose inputs stay as they are; one hint alone is for wrong values."""
    return Exercise(
        reference,
        points=points,
        inputs=inputs,
        returns=returns,
        checks=[*checks, leaves_inputs_alone()],
        hints={"agrees": hints} if isinstance(hints, str) else hints,
        **(more or {}),
    )


vector, matrix = real("n"), real("n n")
near, near_matrix = real("n", low=-3, high=3), real("n n", low=-3, high=3)
direction = real("n", avoid=[0.0])  # not zero

waves = function(wave, takes=[real("*shape")], weights=real("*shape", low=0.5, high=2),
                 slopes=real("*shape", low=-0.3, high=0.3), rate=choice(1.0, 3000.0))  # fmt: skip
mappings = function(mapping, takes=[real("inputs")], A=real("outputs inputs", low=-2, high=2),
                    b=real("outputs", low=-3, high=3))  # fmt: skip
noises = function(noisy, takes=[real("n")], A=real("4 n", low=-1, high=1), b=real("4", low=-3, high=3),
                  weights=real("4", low=0.5, high=1.5))  # fmt: skip

# Some entries are 0, as in most directions one would look along.
axis_directions = [
    {"grad": np.array([3.0, -1.0, 2.0]), "u": np.array([0.0, -2.0, 0.0])},
    {"grad": np.array([2, 5]), "u": np.array([0, 3])},
    {"grad": np.array([1.0, 2.0]), "u": np.array([3e-10, -4e-10])},
]
# A sample of value 0 counts too: a mean over the others would be biased.
rare_reward = {
    "log_prob_grads": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "values": np.array([0.0, 5.0]),
    "preferences": np.array([0.5, -1.0, 0.2]),
    "rewards": np.array([0.0, 0.0, 4.0]),
    "rng": np.random.default_rng(0),
}
pair, square = np.array([1.0, -2.0]), np.array([[1.0, 2.0], [-3.0, 4.0]])  # where a transpose keeps the shape
axis_curvatures = [{"hessian": np.array([[1, 4], [-2, 3]]), "u": np.array([0, 2])}]

assignment = Assignment(
    id="calculus",
    title="Calculus",
    limits=Limits(cpu_s=10, memory_mib=1024),
    allow=["numpy"],
    exercises=[
        exercise(
            calc.numerical_gradient, 4, real("*shape"),
            [agrees(rtol=1e-5, atol=1e-8), near_the_slopes],
            {
                "agrees": "(f(x + h·e) − f(x − h·e))/(2h) for every entry, in float64, with x put back in between.",
                "satisfies": "The step is h for every entry; where it is left out, 1e-5.",
                "leaves_inputs_alone": "Change a copy of x, not x.",
            },
            f=waves, x=real("*shape", low=-3, high=3), h=defaulted(real("", low=1e-4, high=0.5)),
            more={"axes": {"*shape": (1, 2)}},  # two calls of f an entry
        ),
        exercise(
            calc.numerical_jacobian, 4, real("outputs inputs"), [agrees(rtol=1e-5, atol=1e-9)],
            "Column j is the central difference by entry j: rows are outputs, columns inputs.",
            f=mappings, x=real("inputs", low=-3, high=3), h=real("", low=1e-3, high=0.4),
        ),
        exercise(
            calc.numerical_hessian, 4, real("n n"),
            # Central differences of different forms are up to h² times a fourth derivative apart.
            [agrees(rtol=1e-3, atol=1e-3), satisfies("It is symmetric", symmetric_answer)],
            {
                "agrees": "Central differences of second order with the step h everywhere: f is good to eight "
                "decimals, and a smaller step would divide its rounding by h².",
                "satisfies": "Entry (i, j) is entry (j, i).",
            },
            f=noises, x=real("n", low=-2, high=2), h=real("", low=0.01, high=0.03),
            more={"axes": {"n": (1, 5)}},
        ),
        exercise(
            calc.directional_derivative, 2, real(""),
            [agrees(), shorter, refuses(no_direction)],
            {
                "agrees": "∇fᵀu, divided by the length of u.",
                "unchanged_when": "Divide by ‖u‖ itself, without adding to it or rounding it up.",
                "refuses": "Zero has no direction.",
            },
            grad=vector, u=direction, more={"examples": axis_directions},
        ),
        exercise(
            calc.second_directional_derivative, 2, real(""), [agrees(), between],
            "uᵀHu, a single number; u comes as a unit vector.",
            hessian=near_matrix, u=direction, more={"scenario": along_a_unit_vector, "examples": axis_curvatures},
        ),
        exercise(
            calc.taylor1, 2, real(""), [agrees(), moving],
            "f(x₀) + ∇f(x₀)ᵀ(x − x₀).",
            f0=real(""), grad=near, x0=near, x=near,
        ),
        exercise(
            calc.taylor2, 3, real(""), [agrees(), moving, turning],
            "f(x₀) + ∇f(x₀)ᵀ(x − x₀) + ½(x − x₀)ᵀH(x − x₀), with the ½.",
            f0=real(""), grad=near, hessian=near_matrix, x0=near, x=near,
        ),
        exercise(
            calc.newton_minimize, 4, real("n"), [agrees(), downhill, solving],
            {
                "agrees": "The full step each time, gradient and Hessian at the newest point; the last point is "
                "the answer, x0 after no step.",
                "follows_rules": "Solve H·d = ∇f for the step d: cheaper and more exact than the inverse.",
            },
            grad=function(lambda: bowl_gradient, takes=[vector]),
            hessian=function(lambda: bowl_hessian, takes=[vector]),
            # Integers often: as they stand, they cannot hold a step.
            x0=either(real("n", low=-5, high=5), integer("n", low=-5, high=5)),
            steps=integer("", low=0, high=5), more={"axes": {"n": (1, 6)}},
        ),
        exercise(
            calc.quadratic_form_grad, 2, real("n"), [agrees(), gradient_of(quadratic_form, wrt="x")],
            "(A + Aᵀ)x: A need not be symmetric.",
            A=matrix, x=vector,
        ),
        exercise(
            calc.bilinear_grad, 2, real("m n"), [agrees(), of_bilinear],
            "Entry (i, j) is aᵢbⱼ: the shape is that of X.",
            a=real("m"), b=real("n"), more={"examples": [{"a": pair, "b": pair[::-1]}]},
        ),
        exercise(
            calc.trace_grad, 2, real("m n"), [agrees(), of_trace],
            "AᵀBᵀ, which is (BA)ᵀ: the shape is that of X.",
            A=real("k m"), B=real("n k"), more={"examples": [{"A": square, "B": square + 1}]},
        ),
        exercise(
            calc.squared_norm_grad, 2, real("n"), [agrees(), of_norm],
            "2Jᵀf: the square gives the factor 2, the chain rule Jᵀ.",
            jacobian=real("m n"), f=real("m"), more={"examples": [{"jacobian": square, "f": pair}]},
        ),
        exercise(
            calc.is_positive_definite, 4, boolean(""),
            [agrees(), scaling, reordering, refuses(asymmetric)],
            {
                "agrees": "All leading minors positive, from 1×1 to n×n; or try a Cholesky factorisation.",
                "unchanged_when": "A small determinant is positive too: compare with 0.",
                "refuses": "Compare A with its transpose first.",
            },
            A=either(positive_definite("n n"), symmetric("n n")), more={"examples": definite},
        ),
        exercise(
            calc.tensor_multiply, 4, real("*product"),
            [agrees(), linear_in("P"), refuses(axes_that_differ, too_many_axes, negative_count)],
            {
                "agrees": "Sum over the last b axes of P and the first b of Q, in the same order; b = 0 sums nothing.",
                "refuses": "Compare the last b lengths of P with the first b of Q; a reshape hides that they differ.",
            },
            P=real("i j1 j2 j3"), Q=real("j1 j2 j3 k"), b=choice(0, 1, 2, 3, "all"),
            more={"scenario": contracted, "axes": dict.fromkeys(("i", "j1", "j2", "j3", "k"), (1, 4))},
        ),
        exercise(
            calc.tensor_chain, 3, real("*w"), [agrees()],
            "Sum over every axis of y, however many there are; what is left has the shape of w.",
            dL_dy=real("*y"), dy_dw=either(real("*y w1 w2"), real("*y w1"), real("*y")),  # the last: w is one number
            more={"after": "tensor_multiply"},
        ),
        exercise(
            calc.score_function_gradient, 3, (real("D"), real("K")), [agrees(), unbiased],
            {
                "agrees": "The mean over the N samples of values[n]·log_prob_grads[n], without a baseline.",
                "mean_is": "Every sample counts, also one of value 0: divide by N.",
            },
            log_prob_grads=real("N D"), values=real("N"), preferences=real("K", low=-2, high=2), rewards=real("K"),
            rng=generator(), more={"scenario": scored, "examples": [rare_reward]},
        ),
    ],
)  # fmt: skip
