"""An inbox for one assignment, and students who hand in to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.inboxes import Submitted, open_inbox, store

__all__ = ["AT", "Hand", "overwrite"]

AT = datetime(2026, 10, 1, 20, 3, 11, tzinfo=UTC)
Hand = Callable[..., Submitted]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    open_inbox(tmp_path / "inbox", "losses")
    return tmp_path / "inbox"


@pytest.fixture
def hand_in(inbox: Path) -> Hand:
    def call(text: str = "x = 1\n", *, student: str = "ada", name: str = "losses.py") -> Submitted:
        return store(inbox, "losses", student, {name: text.encode()}, now=AT)

    return call


def overwrite(path: Path, text: str | bytes) -> None:
    """What a student can do who owns the files: modes keep nobody from their own."""
    path.parent.chmod(0o755)
    if path.exists():
        path.chmod(0o644)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
