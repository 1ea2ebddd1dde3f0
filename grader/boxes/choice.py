"""Opens a box by its kind."""

from __future__ import annotations

from collections.abc import Sequence

from grader.boxes.bare import BareBox
from grader.boxes.boxes import KINDS, Box
from grader.boxes.limits import Limits
from grader.errors import FaultError

__all__ = ["open_box"]


def open_box(kind: str, libraries: Sequence[str], limits: Limits) -> Box:
    """Start a box of this kind with a worker that has loaded `libraries`.

    Raises:
        FaultError: There is no such kind here, or it cannot be started.
    """
    if kind == "bare":
        return BareBox(libraries, limits)
    raise FaultError(f"box: expected one of {', '.join(KINDS)}, got {kind!r}.", mend="Run 'grader doctor'.")
