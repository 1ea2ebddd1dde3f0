"""Backpropagation: layers and networks, a graph of scalars, Jacobians, and a network that learns."""

from __future__ import annotations

import numpy as np

from assignments.backprop import questions as ask
from assignments.backprop.digits import digits
from assignments.backprop.domains import Graph, Outer, PerLayer
from grader import (
    Assignment,
    Exercise,
    Limits,
    agrees,
    anything,
    backward_of,
    changes_with,
    choice,
    defaulted,
    either,
    fast,
    function,
    generator,
    gradient_of,
    index,
    integer,
    learns,
    leaves_inputs_alone,
    list_of,
    own_backward,
    real,
    refuses,
    same_as,
    satisfies,
    scales,
    tokens,
)
from grader.cases import Domain
from reference import backprop as bp

networks: dict[str, Domain] = {
    "x": Outer(real("batch first", low=-2, high=2)),
    "weights": PerLayer(real("before after", low=-2, high=2)),
    "biases": PerLayer(real("after", low=-2, high=2)),
    "activation": choice("relu", "tanh", "sigmoid"),
}
# Shapes do not tell this matrix from its transpose.
square = np.array([[1.0, 2.0], [3.0, 4.0]])
depths = {"*widths": (2, 4), "batch": (1, 6)}

assignment = Assignment(
    id="backprop",
    title="Backpropagation",
    limits=Limits(cpu_s=10, memory_mib=1024),
    allow=["numpy"],
    exercises=[
        Exercise(
            bp.linear_forward,
            points=2,
            inputs={"x": real("batch d_in"), "W": real("d_in d_out"), "b": real("d_out")},
            returns=real("batch d_out"),
            checks=[agrees(), leaves_inputs_alone()],
            examples=[{**ask.square_layer, "b": np.array([0.5, -3.0])}],
            hints={"agrees": "One row of x is one example: x @ W, then b is added to every row."},
        ),
        Exercise(
            bp.linear_backward,
            points=4,
            inputs={"dout": real("batch d_out"), "x": real("batch d_in"), "W": real("d_in d_out")},
            returns=(real("batch d_in"), real("d_in d_out"), real("d_out")),
            checks=[
                agrees(),
                backward_of(bp.linear_forward, wrt=("x", "W", "b"), at=ask.some_bias),
                own_backward(ask.own_layer, wrt=("x", "W", "b"), at=ask.some_bias),
                leaves_inputs_alone(),
            ],
            after="linear_forward",
            examples=[{**ask.square_layer, "dout": np.array([[0.5, 1.0], [2.0, -1.0]])}],
            hints={
                "agrees": "dx = dout Wᵀ, dW = xᵀ dout, db = the sum of dout over the batch: each in the shape of what "
                "it is taken by. Sums, not means."
            },
        ),
        Exercise(
            bp.mlp_forward,
            points=4,
            inputs=networks,
            returns=real("batch last"),
            checks=[
                agrees(),
                changes_with("only the first example is left", ask.first_example, ask.first_row),
                leaves_inputs_alone(),
            ],
            scenario=ask.logits_of,
            axes=depths,
            examples=[ask.on_the_kink, ask.whole_inputs],
            after="linear_forward",
            hints={
                "agrees": "Return (logits, cache). Every layer is linear, then the activation; after the last one "
                "there is none, not even where it is the only layer."
            },
        ),
        Exercise(
            bp.mlp_backward,
            points=6,
            inputs={"dlogits": Outer(real("batch last")), **networks},
            returns=(list_of(real("before after")), list_of(real("after"))),
            checks=[
                agrees(),
                backward_of(ask.reference_logits, wrt=("weights", "biases"), cotangent="dlogits"),
                own_backward(ask.logits_of, wrt=("weights", "biases"), cotangent="dlogits"),
                same_as("after another backward with the same cache", ask.second_time),
                same_as("after another forward in between", ask.after_another_pass),
                leaves_inputs_alone(),
            ],
            scenario=ask.through_own_cache,
            axes=depths,
            examples=[{"dlogits": np.array([[3.0]]), **ask.on_the_kink}],
            after="mlp_forward",
            hints={
                "agrees": "Lists, input side first. Go from the last layer to the first: gradients by W and b, then "
                "the gradient by the layer's input, times the slope of the activation at its pre-activation.",
                "same_as": "Does your backward change its cache or dlogits in place?",
                "same_as_2": "All that the backward needs has to be in the cache, not in a global variable.",
            },
        ),
        Exercise(
            bp.Value,
            points=8,
            inputs={
                "operation": choice(*ask.OPERATIONS),
                "x": either(real("", low=-3, high=3, avoid=[0.0]), integer("", low=1, high=3)),
                "y": real("", low=-3, high=3, avoid=[0.0]),
                "k": either(real("", low=-3, high=3, avoid=[0.0]), integer("", low=1, high=4)),
                "n": integer("", low=-3, high=4),
            },
            returns=(real(""),) * 8,
            checks=[
                agrees(weight=4),
                gradient_of(ask.root_data, wrt="x", part=2),
                gradient_of(ask.root_data, wrt="y", part=3),
                same_as("with the number k as a Value", ask.session_with_values),
                scales(ask.long_chain, sizes=(150, 300, 600), at_most=1.5),
            ],
            scenario=ask.values_session,
            examples=[ask.deep, ask.many_paths, ask.at_the_kink, ask.negative_base, ask.whole_numbers],
            hints={
                "agrees": "Results 1 and 2 are data, 3 to 6 the grads of x, y, the operation's result and the root, 7 "
                "adds up grads that have to be 0, 8 is x.data. Add to grads (+=): nodes are used several times. "
                "Recursion ends 1,000 calls deep, and going along every path takes for ever.",
                "scales": "Visit every node once, and look up what was visited in a set, not in a list.",
            },
        ),
        Exercise(
            bp.topological_order,
            points=4,
            inputs={"graph": Graph("nodes")},
            returns=tokens("nodes", vocabulary=list("abc")),
            checks=[
                satisfies("Every node is there once, after all its parents", ask.parents_first, weight=3),
                refuses(ask.own_parent, ask.two_in_a_circle, ask.long_circle),
                leaves_inputs_alone(),
            ],
            axes={"nodes": (0, 9)},
            hints={
                "satisfies": "Take a node when all its parents are taken, and do not forget those that are named only "
                "as a parent.",
                "refuses": "Nodes that can never be taken wait for one another.",
            },
        ),
        Exercise(
            bp.vjp,
            points=2,
            inputs={"jacobian": real("outputs inputs"), "v": real("outputs")},
            returns=real("inputs"),
            checks=[agrees(), leaves_inputs_alone()],
            examples=[{"jacobian": square, "v": np.array([1.0, 10.0])}],
            hints={"agrees": "vᵀJ: one number per input, summed over the outputs."},
        ),
        Exercise(
            bp.jvp,
            points=2,
            inputs={"jacobian": real("outputs inputs"), "u": real("inputs")},
            returns=real("outputs"),
            checks=[agrees(), leaves_inputs_alone()],
            examples=[{"jacobian": square, "u": np.array([1.0, 10.0])}],
            hints={"agrees": "J u: one number per output, summed over the inputs."},
        ),
        Exercise(
            bp.chain_jacobians,
            points=4,
            inputs={"jacobians": PerLayer(real("before after", low=-2, high=2))},
            returns=real("outputs inputs"),
            checks=[agrees(weight=2), fast(ask.thin_at_last), fast(ask.thin_at_first), leaves_inputs_alone()],
            axes={"*widths": (2, 6)},
            examples=[{"jacobians": [square, np.array([[0.0, 1.0], [2.0, 0.0]])]}],
            hints={
                "agrees": "J₁ J₂ ⋯ Jₖ in the order listed; with a single matrix, a copy of it.",
                "fast": "The last matrix is thin: begin there, so that only thin matrices are multiplied.",
                "fast_2": "The first matrix has few rows: begin there.",
            },
        ),
        Exercise(
            bp.gradient_check,
            points=4,
            inputs={
                "f": function(ask.make_wave, takes=[real("*shape")]),
                "grad": function(
                    ask.make_slope,
                    takes=[real("*shape")],
                    factor=choice(1.0, 1.0, 1.25, 0.5, -1.5),
                    at=integer("", low=0, high=40),
                    spare=choice(0.0, 3e-9, 9e-9),
                ),
                "x": either(
                    real("*shape", low=-3, high=3, variants=False), integer("*shape", low=-3, high=3)
                ),
                "h": defaulted(real("", low=0.05, high=0.5)),
            },
            returns=real(""),
            # Where the gradient is right, the answer is made of rounding errors.
            checks=[agrees(atol=1e-6), leaves_inputs_alone()],
            axes={"*shape": (1, 2)},
            hints={
                "agrees": "Central differences, (f(x + h) − f(x − h))/(2h), one entry at a time, of a float copy of x; "
                "then |a − n| / max(|a|, |n|, 1e-8) of every entry, and the largest of them."
            },
        ),
        Exercise(
            bp.train_mlp,
            points=6,
            inputs={"X": real("batch features"), "y": index("batch", below="10"), "rng": generator()},
            returns=anything(),
            checks=[learns(digits, at_least=0.9, sizes=(0.3,), cpu_s=3.3)],
            after=("mlp_forward", "mlp_backward"),
            hints={
                "learns": "Standardise the pixels, start from random weights near √(2/inputs), and look at the loss; "
                "it has to fall. Without a hidden layer and its activation, negatives cannot be told apart."
            },
        ),
    ],
)
