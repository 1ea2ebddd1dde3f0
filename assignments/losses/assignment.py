"""Losses: from scores to one number to minimise, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import (
    Assignment,
    Exercise,
    Limits,
    agrees,
    either,
    gradient_of,
    index,
    integer,
    leaves_inputs_alone,
    real,
    refuses,
    satisfies,
    unchanged_when,
)
from reference import losses

scores = real("*rows classes", low=-1e4, high=1e4)
logits = real("batch classes", low=-1e4, high=1e4)
labels = index("batch", below="classes")
maps = real("batch classes height width", low=-1e4, high=1e4)
pixels = index("batch height width", below="classes")
pred, target = real("*shape", low=-1e4, high=1e4), real("*shape", low=-1e4, high=1e4)
width = either(real("", low=0.1, high=5), real("*shape", low=0.1, high=5, variants=False))
probs = real("*shape", low=0, high=1, variants=False)
certain = real("*shape", low=0, high=1, also=[0.0, 1.0], variants=False)
share = real("*shape", low=0, high=1, also=[0.0, 1.0])
anylogits = real("*shape", low=-1e4, high=1e4)


# The loss is infinite, by one entry alone.
certain_and_wrong = {"probs": np.array([0.0, 0.5]), "target": np.array([1.0, 1.0])}
# So sure that a small constant, or a softplus that becomes a line, shows.
sure = [
    {"logits": np.array([sign * 21.0]), "target": np.array([share])} for sign, share in ((1, 1.0), (-1, 0.0))
]
byte_labels = {
    "logits": np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), "labels": np.array([2, 0], dtype=np.uint8)
}  # fmt: skip
# Labels as image files hold them; a place counted in bytes wraps around from 256 on.
byte_maps = {
    "logits": np.linspace(-3, 3, 432).reshape(1, 3, 12, 12) ** 2,
    "labels": (np.arange(144, dtype=np.uint8) % 3).reshape(1, 12, 12),
}
one_row = [{"z": np.array([1.0, -2.0, 0.5])}, {"z": np.array([1e4, 0.0, 1e4])}]
one_class = {"labels": np.array([0, 0]), "num_classes": 1, "eps": 0.25}


def shift_scores(z: Any) -> dict[str, Any]:
    return {"z": z + 800.0}


def shift_rows(logits: Any, labels: Any) -> dict[str, Any]:
    return {"logits": logits + np.linspace(-700.0, 800.0, len(logits))[:, None]}


def reverse_batch(logits: Any, labels: Any) -> dict[str, Any]:
    return {"logits": logits[::-1].copy(), "labels": labels[::-1].copy()}


def with_label(labels: Any, at: int, label: int) -> dict[str, Any]:
    bad = labels.copy()
    bad[at] = label
    return {"labels": bad}


def label_too_large(logits: Any, labels: Any) -> list[dict[str, Any]]:
    """A label that is no class."""
    return [with_label(labels, at, logits.shape[1]) for at in (-1, 0)]


def label_negative(logits: Any, labels: Any) -> list[dict[str, Any]]:
    """A negative label."""
    return [with_label(labels, at, -1) for at in (0, -1)]


def labels_float(logits: Any, labels: Any) -> list[dict[str, Any]]:
    """Labels of a dtype that is not an integer one."""
    return [{"labels": labels.astype(float)}, {"labels": labels % 2 == 0}]


def labels_of_another_count(logits: Any, labels: Any) -> list[dict[str, Any]]:
    """One label more, or fewer, than rows of logits."""
    return [{"labels": np.concatenate([labels, labels[:1]])}, {"labels": labels[1:]}]


def labels_of_two_axes(logits: Any, labels: Any) -> list[dict[str, Any]]:
    """Labels in a column, and one-hot."""
    return [{"labels": labels[:, None]}, {"labels": np.eye(logits.shape[1], dtype=int)[labels]}]


bad_labels = refuses(
    label_too_large, label_negative, labels_float, labels_of_another_count, labels_of_two_axes
)


def rows_sum_to_one(answer: Any, z: Any) -> str | None:
    worst = float(np.max(np.abs(np.sum(answer, axis=-1) - 1)))
    return None if worst < 1e-5 else f"one sum is off by {worst:.3g}"


def exponentials_sum_to_one(answer: Any, z: Any) -> str | None:
    return rows_sum_to_one(np.exp(answer), z)


def bce_of_logits(logits: Any, probs: Any, target: Any) -> Any:
    """The loss as a function of the logits that the probabilities come from."""
    return losses.bce(1 / (1 + np.exp(-logits)), target)


def logits_of(probs: Any, target: Any) -> Any:
    return np.log(probs) - np.log1p(-probs)


scalar_loss: list[Any] = [agrees(), leaves_inputs_alone()]


def regression_gradient(of: Any) -> list[Any]:
    return [agrees(), gradient_of(of, wrt="pred"), leaves_inputs_alone()]


mean = {"agrees": "Average over all entries, however many axes there are; no factor ½."}
density = {"agrees": "Average over all entries and keep every constant of the density: log(2πσ²)/2, log(2b)."}
gradient = {"agrees": "Differentiate the average: divide by the number of entries too."}

assignment = Assignment(
    id="losses",
    title="Losses",
    limits=Limits(cpu_s=10, memory_mib=1024),
    allow=["numpy"],
    exercises=[
        Exercise(
            losses.softmax,
            points=4,
            inputs={"z": scores},
            returns=real("*rows classes"),
            checks=[
                agrees(),
                satisfies("The last axis sums to one", rows_sum_to_one),
                unchanged_when("one number is added to all of z", shift_scores),
                leaves_inputs_alone(),
            ],
            examples=one_row,
            hints={
                "agrees": "Normalise over the last axis. exp overflows from 710 on: subtract the largest entry first.",
            },
        ),
        Exercise(
            losses.log_softmax,
            points=4,
            inputs={"z": scores},
            returns=real("*rows classes"),
            checks=[
                agrees(),
                satisfies("The exponentials of the last axis sum to one", exponentials_sum_to_one),
                leaves_inputs_alone(),
            ],
            examples=one_row,
            hints={"agrees": "log(softmax(z)) is -inf where softmax underflows: subtract the log of the sum instead."},
        ),
        Exercise(losses.mse, points=2, inputs={"pred": pred, "target": target}, returns=real(""),
                 checks=scalar_loss, hints=mean),
        Exercise(losses.mse_grad, points=2, inputs={"pred": pred, "target": target}, returns=real("*shape"),
                 checks=regression_gradient(losses.mse), hints=gradient),
        Exercise(losses.mae, points=2, inputs={"pred": pred, "target": target}, returns=real(""),
                 checks=scalar_loss, hints=mean),
        Exercise(
            losses.mae_grad,
            points=2,
            inputs={"pred": pred, "target": target},
            returns=real("*shape"),
            checks=regression_gradient(losses.mae),
            hints={"agrees": "The sign of pred − target, divided by the number of entries; 0 where they are equal."},
        ),
        Exercise(losses.gaussian_nll, points=3, inputs={"pred": pred, "target": target, "sigma": width},
                 returns=real(""), checks=scalar_loss, hints=density),
        Exercise(losses.gaussian_nll_grad, points=3, inputs={"pred": pred, "target": target, "sigma": width},
                 returns=real("*shape"), checks=regression_gradient(losses.gaussian_nll), hints=gradient),
        Exercise(losses.laplace_nll, points=3, inputs={"pred": pred, "target": target, "scale": width},
                 returns=real(""), checks=scalar_loss, hints=density),
        Exercise(losses.laplace_nll_grad, points=3, inputs={"pred": pred, "target": target, "scale": width},
                 returns=real("*shape"), checks=regression_gradient(losses.laplace_nll), hints=gradient),
        Exercise(
            losses.bce,
            points=3,
            inputs={"probs": probs, "target": share},
            returns=real(""),
            checks=scalar_loss,
            examples=[certain_and_wrong],
            hints={"agrees": "0·log 0 counts as 0; otherwise the exact logarithm: no clipping, no small constant."},
        ),
        Exercise(
            losses.bce_grad,
            points=3,
            inputs={"probs": certain, "target": share},
            returns=real("*shape"),
            checks=[agrees(), gradient_of(bce_of_logits, wrt="logits", at=logits_of), leaves_inputs_alone()],
            hints={"agrees": "By the logits behind the probabilities: (p − t)/N, N the number of entries."},
        ),
        Exercise(
            losses.bce_with_logits,
            points=4,
            inputs={"logits": anylogits, "target": share},
            returns=real(""),
            checks=[agrees(), leaves_inputs_alone()],
            examples=sure,
            hints={"agrees": "max(z, 0) − z·t + log(1 + exp(−|z|)) needs no sigmoid and never overflows."},
        ),
        Exercise(
            losses.bce_with_logits_grad,
            points=4,
            inputs={"logits": anylogits, "target": share},
            returns=real("*shape"),
            checks=[
                agrees(),
                gradient_of(losses.bce_with_logits, wrt="logits"),
                leaves_inputs_alone(),
            ],
            examples=sure,
            hints={"agrees": "(σ(z) − t)/N; write σ so that exp only sees numbers below 0."},
        ),
        Exercise(
            losses.cross_entropy_loss,
            points=4,
            inputs={"logits": logits, "labels": labels},
            returns=real(""),
            checks=[
                agrees(),
                unchanged_when("a constant is added to every logit of a row", shift_rows),
                unchanged_when("the batch is reversed", reverse_batch),
                leaves_inputs_alone(),
                bad_labels,
            ],
            examples=[byte_labels],
            hints={"agrees": "Average over the batch; natural logarithms; no log of a probability that underflowed."},
        ),
        Exercise(
            losses.cross_entropy_loss_grad,
            points=4,
            inputs={"logits": logits, "labels": labels},
            returns=real("batch classes"),
            checks=[
                agrees(),
                gradient_of(losses.cross_entropy_loss, wrt="logits"),
                leaves_inputs_alone(),
                bad_labels,
            ],
            examples=[byte_labels],
            hints={"agrees": "Softmax minus one-hot, divided by the number of rows."},
        ),
        Exercise(
            losses.segmentation_cross_entropy,
            points=4,
            inputs={"logits": maps, "labels": pixels},
            returns=real(""),
            checks=[agrees(), leaves_inputs_alone()],
            axes={"batch": (1, 4), "classes": (1, 5), "height": (1, 6), "width": (1, 6)},
            examples=[byte_maps],
            hints={"agrees": "Classes are axis 1, and the average is over all N·H·W pixels."},
        ),
        Exercise(
            losses.segmentation_cross_entropy_grad,
            points=4,
            inputs={"logits": maps, "labels": pixels},
            returns=real("batch classes height width"),
            checks=[
                agrees(),
                gradient_of(losses.segmentation_cross_entropy, wrt="logits"),
                leaves_inputs_alone(),
            ],
            axes={"batch": (1, 4), "classes": (1, 5), "height": (1, 6), "width": (1, 6)},
            examples=[byte_maps],
            hints={"agrees": "Softmax over axis 1 minus one-hot, divided by N·H·W."},
        ),
        Exercise(
            losses.smooth_labels,
            points=2,
            inputs={
                "labels": index("batch", below="5"),
                "num_classes": integer("", low=5, high=9),
                "eps": real("", low=0, high=1),
            },
            returns=real("batch classes"),
            checks=[agrees(), leaves_inputs_alone()],
            examples=[one_class],
            hints={"agrees": "The right class gets (1 − ε) + ε/K, every other one ε/K."},
        ),
    ],
)  # fmt: skip
