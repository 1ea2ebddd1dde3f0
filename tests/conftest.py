"""What every test begins with: this repository's own course in its imports, not that of a test before it."""

from __future__ import annotations

import gc
import os
import sys

import pytest

import reference.activations
import reference.backprop
import reference.calculus
import reference.convolution
import reference.losses
import reference.optimizers  # noqa: F401 - all are loaded here, so that they can be put back
from grader import shrinking
from grader.boxes import patient

_OWN = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "reference"}
_PATH = list(sys.path)

if "PYTEST_XDIST_WORKER" in os.environ:
    patient()  # a test a processor: whoever waits keenly takes it from another


def pytest_collection_finish() -> None:
    """Have the collector of garbage pass over thousands of tests: it looks at them anew whenever a test runs pytest."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_course() -> None:
    """Put back the modules and the path, which loading another course replaces."""
    sys.path[:] = _PATH
    for name in [name for name in sys.modules if name.partition(".")[0] == "reference"]:
        del sys.modules[name]
    sys.modules.update(_OWN)


@pytest.fixture(autouse=True)
def _patient_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timings decide no test: the clocks behind shrinking never strike unless a test makes them."""
    monkeypatch.setattr(shrinking, "_CPU_S", 600.0)
    monkeypatch.setattr(shrinking, "_CLOCK_S", 600.0)
