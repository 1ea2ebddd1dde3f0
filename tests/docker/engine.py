"""The engine that tests of the docker box use, and the image that they build for it, once a session."""

from __future__ import annotations

import importlib.util
import os
from functools import cache

import pytest

from grader.boxes import images

__all__ = ["IMAGE", "URL", "needs_engine", "use"]

URL = os.environ.get("GRADER_TEST_DOCKER", "")
IMAGE = "grader-box:test"

needs_engine = pytest.mark.skipif(
    not URL or importlib.util.find_spec("docker") is None,
    reason="needs a container engine (GRADER_TEST_DOCKER, its URL; .ci/engine starts one) and the package 'docker'",
)


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have docker boxes use that engine and that image, until the test ends."""
    monkeypatch.setenv("DOCKER_HOST", URL)
    monkeypatch.setenv("GRADER_DOCKER_IMAGE", IMAGE)
    _build()


@cache
def _build() -> None:
    # What is there already, of just these files, is not built again: several test processes share an engine.
    images.build(["numpy"], IMAGE)
