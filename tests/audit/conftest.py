"""A course whose checks are known to be weak in some places and strong in others."""

from __future__ import annotations

from pathlib import Path

import pytest

REFERENCE = '''
import numpy as np


def spread(x):
    """Root of the mean square.

    Args:
        x: Numbers, shape (n,).
    Returns:
        A number.
    """
    x = np.asarray(x, float)
    return float(np.sqrt(np.mean(x**2)))


def halve(x):
    """Half of every entry.

    Args:
        x: Numbers, shape (n,).
    Returns:
        Numbers, shape of x.
    """
    return np.asarray(x, float) * 0.5 + 0.0 * (1 - 1)


def tail(x):
    """All but the first entry.

    Args:
        x: Numbers, shape (n,).
    Returns:
        Numbers, shape (n - 1,).
    """
    return np.array(x, float)[1:]
'''

ASSIGNMENT = """
from grader import *
from reference import weak

numbers = real("n", low=1, high=4)


assignment = Assignment(
    id="weak",
    title="Weak checks",
    exercises=[
        Exercise(weak.spread, points=1, inputs={"x": numbers}, returns=real(""), checks=[CHECK, leaves_inputs_alone()]),
        Exercise(weak.halve, points=1, inputs={"x": numbers}, returns=real("n"),
                 checks=[agrees(), satisfies("No entry grows", lambda answer, x: bool((answer <= x).all())),
                         leaves_inputs_alone()]),
        Exercise(weak.tail, points=1, inputs={"x": numbers}, returns=real("m"), axes={"n": (2, 9)},
                 checks=[agrees(), leaves_inputs_alone()]),
    ],
)
"""

STRONG = "agrees()"
WEAK = "agrees(rtol=0.5)"

RIGHT = (
    "import numpy as np\n\n\ndef spread(x):\n    return np.linalg.norm(x) / len(x) ** 0.5\n\n\n"
    "def halve(x):\n    return np.asarray(x) / 2\n\n\ndef tail(x):\n    return np.asarray(x, float)[1:].copy()\n"
)


def write(root: Path, check: str) -> Path:
    (root / "reference").mkdir(parents=True)
    (root / "reference" / "__init__.py").write_text("")
    (root / "reference" / "weak.py").write_text(REFERENCE)
    folder = root / "assignments" / "weak"
    for kind in ("accepted", "wrong"):
        (folder / "submissions" / kind).mkdir(parents=True)
    (folder / "assignment.py").write_text(ASSIGNMENT.replace("CHECK", check))
    (folder / "submissions" / "accepted" / "own.py").write_text(RIGHT)
    wrong = RIGHT.replace("/ len(x) ** 0.5", "* 1.4 / len(x) ** 0.5").replace("/ 2", "/ 3")
    wrong = f"# fails: spread: agrees; halve: agrees\n{wrong}"
    (folder / "submissions" / "wrong" / "factors.py").write_text(wrong)
    return root


@pytest.fixture
def strong(tmp_path: Path) -> Path:
    return write(tmp_path / "strong", STRONG)


@pytest.fixture
def weak(tmp_path: Path) -> Path:
    return write(tmp_path / "weak", WEAK)
