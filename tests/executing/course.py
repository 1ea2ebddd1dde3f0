"""An assignment about what a notebook leaves, and what students hand in for it."""

from __future__ import annotations

from grader.submissions import Submission
from tests.executing.notebooks import notebook

__all__ = ["ASSIGNMENT", "RIGHT", "handed_in"]

ASSIGNMENT = '''\
import matplotlib.pyplot as plt
import numpy as np

from grader import Assignment, Exercise, Limits, agrees, anything, figure, printed, real, variable


def square(x):
    """The square of each entry."""
    return np.asarray(x) ** 2


def losses():
    """The losses of ten steps, as an array."""
    return 1 / np.arange(1, 11)


def loss_curve():
    """Draw the losses over the step, with a logarithmic axis and labels."""
    plt.plot(np.arange(10), losses())
    plt.yscale("log")
    plt.xlabel("step")
    plt.ylabel("loss")


def final_loss():
    """Print the last loss."""
    return 0.1


assignment = Assignment(
    id="descent",
    title="Descent",
    allow=["numpy", "matplotlib"],
    limits=Limits(cpu_s=30),
    exercises=[
        Exercise(square, points=2, inputs={"x": real("n")}, returns=real("n"), checks=[agrees()]),
        Exercise(losses, points=1, inputs={}, returns=real("steps"), checks=[variable()]),
        Exercise(
            loss_curve,
            points=2,
            inputs={},
            returns=anything(),
            checks=[figure(lines=True, x_label=True, y_label="loss", y_scale="log")],
        ),
        Exercise(final_loss, points=1, inputs={}, returns=anything(), checks=[printed(r"loss: (\\S+)")]),
    ],
)
'''

RIGHT = (
    "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt",
    "def square(x):\n    return np.asarray(x) ** 2",
    "losses = 1 / np.arange(1, 11)",
    "plt.plot(losses)\nplt.yscale('log')\nplt.xlabel('step')\nplt.ylabel('Loss')\nplt.show()",
    "print(f'loss: {losses[-1]:.3f}')",
)


def handed_in(*changes: tuple[str, str]) -> Submission:
    """The right notebook, with these replaced in its cells."""
    cells = list(RIGHT)
    for before, after in changes:
        assert any(before in cell for cell in cells), before
        cells = [cell.replace(before, after) for cell in cells]
    return notebook(*cells, name="descent.ipynb")
