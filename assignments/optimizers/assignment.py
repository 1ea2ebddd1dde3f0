"""Optimizers: how parameters move, one step at a time and as a whole."""

from __future__ import annotations

import numpy as np

from assignments.optimizers.landscapes import (
    clouds,
    convex_run_stays_below,
    gradient,
    improves,
    on_grids,
    on_lines,
    strongly_convex_run_stays_below,
    to_evolve,
)
from assignments.optimizers.questions import (
    bad_bound,
    bad_cuts,
    every_index_as_likely,
    minus_c,
    one_by_one,
    partition,
    plus_c,
    residual_is_orthogonal,
    reverse_columns,
    reverse_indices,
    reverse_iterates,
    reverse_rows,
    reverse_solution,
    starts_at_x0,
    stays_in_the_ball,
    swap_roles,
    whole_order,
)
from assignments.optimizers.walks import (
    betas,
    doubled,
    epsilon,
    fading,
    kept,
    param,
    rescaled,
    step,
    tiny,
    turned,
)
from grader import (
    Assignment,
    Exercise,
    Limits,
    agrees,
    anything,
    bounded,
    changes_with,
    choice,
    defaulted,
    either,
    follows,
    generator,
    idempotent,
    index,
    integer,
    learns,
    leaves_inputs_alone,
    linear_in,
    list_of,
    monotone_in,
    no_warnings,
    real,
    same_as,
    satisfies,
    seeded,
    unchanged_when,
)
from grader.cases import Domain
from reference import optimizers as opt

vector = real("*shape", low=-100, high=100)
bound = real("", low=0.01, high=60)
rate = real("", low=0.01, high=0.9)
count = integer("", low=0, high=6)
descent: dict[str, Domain] = {"grad": gradient, "x0": param, "lr": rate, "steps": count}
candidates = either(real("points", low=-3, high=3), real("6", low=-3, high=3))
small = (fading, tiny)  # examples for rules with an eps

# Of rank 1; of rank 2 in five columns; of rank 0.
deficient = [
    {"A": np.outer([1.0, 2.0, -1.0, 3.0], [1.0, -2.0, 0.5]), "y": np.array([1.0, 0.0, 2.0, -1.0])},
    {"A": np.array([[1.0, 2.0, 0.0, 1.0, 3.0], [0.0, 1.0, 1.0, -1.0, 1.0]]), "y": np.array([2.0, -3.0])},
    {"A": np.zeros((3, 2)), "y": np.array([1.0, 2.0, 3.0])},
]
# Columns that are nearly, but not quite, one: the small singular value counts.
deficient.append({"A": np.array([[1.0, 1.0], [1.0, 1.001], [1.0, 0.998]]), "y": np.array([1.0, -2.0, 0.5])})
started_at_zero = {"ema": np.zeros(2), "param": np.array([4.0, -8.0]), "lam": 0.25}
# So short that a small constant added to the norm shows; and exactly as long as may be.
short, exact = np.array([0.003, -0.004]), np.array([[3.0, 0.0], [0.0, -4.0]])
# The orders of one or two indices say little: they stand last, where no law is asked of them.
cuts = [
    {"n": n, "batch_size": size, "rng": np.random.default_rng(6)}
    for n, size in ((7, 3), (6, 3), (5, 9), (4, 1), (2, 5), (1, 1))
]

ADAM = "t = 1 in the first step; keep m and v uncorrected; ε outside the root."
NORM = "The Euclidean norm over all entries of the array, not row by row; a short array stays as it is."

assignment = Assignment(
    id="optimizers",
    title="Optimizers",
    limits=Limits(cpu_s=20, memory_mib=1024),
    allow=["numpy"],
    exercises=[
        Exercise(
            opt.gradient_descent,
            points=3,
            inputs=descent,
            returns=real("iterates *shape"),
            checks=[agrees(), satisfies("The first iterate is x0", starts_at_x0), leaves_inputs_alone()],
            hints={"agrees": "steps + 1 points, the start among them; ask for the gradient at the newest of them."},
        ),
        step(opt.sgd_step, 1, doubled, "θ − lr·g, with the lr of this step."),
        step(opt.momentum_step, 2, doubled,
             "v = βv + g, then θ − lr·v: no factor 1 − β, and lr is no part of v (it may change between steps).",
             beta=defaulted(kept)),
        step(opt.nesterov_step, 2, doubled, "v = βv + g first, then θ − lr·(g + βv) with the new v.",
             beta=defaulted(kept)),
        step(opt.adagrad_step, 2, rescaled(1e-10),
             "s = s + g², then θ − lr·g/(√s + ε): nothing is forgotten, and ε is outside the root.",
             examples=small, eps=epsilon),
        step(opt.rmsprop_step, 2, rescaled(1e-8),
             "s = βs + (1 − β)g², then θ − lr·g/(√s + ε): ε outside the root, no bias correction.",
             examples=small, beta=defaulted(kept), eps=epsilon),
        step(opt.adadelta_step, 3, turned,
             "Two averages: of g² (updated first) and of Δ² (updated last, without lr); ε inside both roots.",
             examples=small, rho=defaulted(kept), eps=epsilon),
        step(opt.adam_step, 3, rescaled(1e-8), f"m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ), {ADAM}",
             examples=small, betas=betas, eps=epsilon),
        step(opt.adamw_step, 3, rescaled(1e-8),
             "Adam's step with the plain gradient, and beside it −lr·λ·θ with the old θ: λ times lr, not λ alone.",
             examples=small, betas=betas, eps=epsilon, weight_decay=defaulted(real("", low=0, high=0.5))),
        step(opt.amsgrad_step, 3, rescaled(1e-8),
             "Keep the largest v so far, uncorrected; divide that maximum by 1 − β₂ᵗ in every step.",
             examples=small, betas=betas, eps=epsilon),
        step(opt.adamax_step, 3, rescaled(1e-8),
             "u = max(β₂u, |g| + ε) with ε inside; m alone is corrected, by 1 − β₁ᵗ.",
             examples=small, betas=betas, eps=epsilon),
        step(opt.nadam_step, 3, rescaled(1e-8),
             "The numerator is β₁m̂ + (1 − β₁)g/(1 − β₁ᵗ), both corrections with the same t; the rest is Adam's.",
             examples=small, betas=betas, eps=epsilon),
        step(opt.maxprop_step, 2, rescaled(), "v = max(βv, |g|), then θ − lr·g/(v + ε): no square, no root.",
             examples=[{**fading, "beta": 0.5, "eps": 0.01}], beta=kept, eps=real("", low=1e-3, high=1)),
        Exercise(
            opt.minibatches,
            points=4,
            inputs={
                "n": integer("", low=3, high=12),
                "batch_size": integer("", low=1, high=15),
                "rng": generator(),
            },
            returns=list_of(integer("size")),
            checks=[
                satisfies("The batches hold every index once, all but the last of full length", partition),
                follows("Every order is as likely", every_index_as_likely, sample=whole_order, draws=800, weight=2),
                seeded(),
                bad_cuts,
            ],
            examples=cuts,
            hints={
                "satisfies": "Draw a random order of 0 … n − 1 and cut it; the last batch keeps what is left.",
                "follows": "Shuffle first, all indices together, then cut; neither sort nor draw batch by batch.",
            },
        ),
        Exercise(
            opt.minibatch_gradient,
            points=2,
            inputs={
                "per_example_grads": real("examples *shape", low=-10, high=10),
                "indices": index("batch", below="examples"),
            },
            returns=real("*shape"),
            checks=[
                agrees(),
                same_as("the mean of the gradients of the examples alone", one_by_one),
                unchanged_when("the batch is reversed", reverse_indices),
                linear_in("per_example_grads"),
                leaves_inputs_alone(),
            ],
            hints={"agrees": "The mean over the batch, not over all N; axis 0 only; repeated indices count twice."},
        ),
        Exercise(
            opt.least_squares,
            points=3,
            inputs={"A": real("rows columns", low=-3, high=3), "y": real("rows", low=-10, high=10)},
            returns=real("columns"),
            checks=[
                agrees(),
                satisfies("The residual is orthogonal to the columns of A", residual_is_orthogonal),
                unchanged_when("the rows change their order", reverse_rows),
                changes_with("the columns change their order", reverse_columns, reverse_solution),
                leaves_inputs_alone(),
            ],
            examples=deficient,
            hints={"agrees": "AᵀA may be singular: take the pseudo-inverse, or numpy.linalg.lstsq."},
        ),
        Exercise(
            opt.grid_search,
            points=3,
            inputs={"f": on_grids, "grids": list_of(candidates, shortest=1, longest=3)},
            returns=(real("dims"), real("")),
            checks=[agrees(), leaves_inputs_alone()],
            hints={"agrees": "All combinations, the last coordinate fastest; the first of equals; (point, value)."},
        ),
        Exercise(
            opt.line_search,
            points=2,
            inputs={
                "f": on_lines,
                "x": param,
                "direction": real("*shape", low=-3, high=3),
                "lrs": real("tries", low=-1, high=2),
            },
            returns=(real("*shape"), real("")),
            checks=[agrees(), leaves_inputs_alone()],
            hints={"agrees": "x + lr·direction as it is given; the first of equals; (point, value), not the lr."},
        ),
        Exercise(
            opt.evolve,
            points=4,
            inputs={
                "f": to_evolve,
                "population": real("parents dims", low=-1, high=1),
                "sigma": real("", low=0.5, high=1.2),
                "generations": choice(20, 20, 0),
                "rng": generator(),
            },
            returns=real("parents dims"),
            checks=[
                satisfies("In 20 generations the best value falls to less than two thirds", improves),
                leaves_inputs_alone(),
            ],
            axes={"parents": (3, 5), "dims": (1, 3)},
            hints={"satisfies": "Keep the best of parents and children together; f is to be made small."},
        ),
        Exercise(
            opt.clip_by_value,
            points=2,
            inputs={"g": vector, "c": bound},
            returns=real("*shape"),
            checks=[
                agrees(),
                bounded(low=minus_c, high=plus_c),
                idempotent("g"),
                leaves_inputs_alone(),
                bad_bound,
            ],
            hints={"agrees": "Each entry on its own, to [−c, c]."},
        ),
        Exercise(
            opt.clip_by_norm,
            points=2,
            inputs={"g": vector, "c": bound},
            returns=real("*shape"),
            checks=[agrees(), idempotent("g"), no_warnings(), leaves_inputs_alone(), bad_bound],
            examples=[{"g": short, "c": 0.001}, {"g": exact, "c": 5.0}],
            hints={"agrees": NORM},
        ),
        Exercise(
            opt.ema_update,
            points=1,
            inputs={"ema": vector, "param": vector, "lam": real("", low=0, high=1)},
            returns=real("*shape"),
            checks=[
                agrees(),
                unchanged_when("the two change places and lam becomes 1 − lam", swap_roles),
                leaves_inputs_alone(),
            ],
            examples=[started_at_zero],
            hints={"agrees": "λ is the weight of the newest parameters, 1 − λ that of the average."},
        ),
        Exercise(
            opt.polyak_average,
            points=1,
            inputs={"iterates": real("steps *shape", low=-100, high=100)},
            returns=real("*shape"),
            checks=[
                agrees(),
                unchanged_when("the order is reversed", reverse_iterates),
                linear_in("iterates"),
                leaves_inputs_alone(),
            ],
            hints={"agrees": "The plain mean over the first axis: every iterate has the same weight."},
        ),
        Exercise(
            opt.project_to_ball,
            points=2,
            inputs={"v": vector, "r": bound},
            returns=real("*shape"),
            checks=[agrees(), idempotent("v"), no_warnings(), leaves_inputs_alone()],
            examples=[{"v": short, "r": 0.001}, {"v": exact, "r": 5.0}],
            hints={"agrees": NORM},
        ),
        Exercise(
            opt.projected_gradient_descent,
            points=3,
            inputs={**descent, "r": real("", low=0.1, high=4)},
            returns=real("iterates *shape"),
            checks=[
                agrees(),
                satisfies("The first iterate is x0", starts_at_x0),
                satisfies("Every later iterate is in the ball", stays_in_the_ball),
                leaves_inputs_alone(),
            ],
            after="project_to_ball",
            hints={"agrees": "First the step, then the projection, in every step; the start is kept as it is given."},
        ),
        Exercise(
            opt.gd_bound_convex,
            points=1,
            inputs={
                "L": real("", low=0.1, high=20),
                "dist0": real("", low=0, high=10),
                "t": integer("", low=1, high=50),
            },
            returns=real(""),
            checks=[
                agrees(),
                satisfies("A real run stays below the bound", convex_run_stays_below),
                monotone_in("t", increasing=False),
            ],
            hints={"agrees": "L·dist0²/(2t): the distance is squared, and there is no t + 1."},
        ),
        Exercise(
            opt.gd_bound_strongly_convex,
            points=1,
            inputs={
                "L": real("", low=1, high=20),
                "mu": real("", low=0.05, high=1),
                "gap0": real("", low=0, high=10),
                "t": integer("", low=0, high=30),
            },
            returns=real(""),
            checks=[
                agrees(),
                satisfies("A real run stays below the bound", strongly_convex_run_stays_below),
                monotone_in("t", increasing=False),
                linear_in("gap0"),
            ],
            hints={"agrees": "(1 − μ/L)ᵗ·gap0: μ over L, and the power is t."},
        ),
        Exercise(
            opt.train_logistic,
            points=4,
            inputs={
                "X": real("rows columns", low=-3, high=3),
                "y": index("rows", below="2"),
                "rng": generator(),
            },
            returns=anything(),
            checks=[
                learns(clouds, at_least=0.9, cpu_s=1, weight=3, sizes=(0.05, 0.25)),
                leaves_inputs_alone(),
            ],
            axes={"rows": (20, 40)},
            hints={
                "learns": "Add a bias b; p = σ(x·w + b); follow the gradient Xᵀ(p − y)/N until it is small; label 1 "
                "where x·w + b > 0. Whole arrays, not loops over examples."
            },
        ),
    ],
)  # fmt: skip
