"""How a test comes to run an attack, or to be skipped where no box of a kind can be opened."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.attacks.harness import Trial, attempt, closed_to
from tests.attacks.labels import Attack
from tests.docker import engine

__all__ = ["Try"]

Try = Callable[[Attack, str], Trial]


@pytest.fixture(autouse=True)
def _engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The container engine that the tests were lent, for those that run in it."""
    if engine.URL and "docker" in request.node.name:
        engine.use(monkeypatch)


@pytest.fixture
def tried() -> Try:
    """Runs an attack in a kind of box."""

    def run(attack: Attack, kind: str) -> Trial:
        if why := closed_to(kind, tuple(attack.libraries)):
            assert kind not in os.environ.get("GRADER_TEST_BOXES", "").split(","), why
            pytest.skip(why)
        if why := closed_to(kind, tuple(attack.libraries), attack.limits.processes):
            pytest.skip(why)
        return attempt(attack, kind)

    return run
