"""What tells that an attack got through, besides its own word for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from grader.protocol import Outcome
from tests.attacks.labels import Attack
from tests.attacks.lures import Host

__all__ = ["SPECIAL", "witnessed"]


def witnessed(host: Host, attack: Attack, outcome: Outcome | None, printed: str) -> list[str]:
    """Signs of success once the box is closed: bait that was touched, the secret come back, processes left."""
    found = host.changes()
    if host.token in f"{outcome!r}{printed}":
        found.append("the secret came back")
    if survivors := host.survivors():
        found.append(f"{len(survivors)} processes outlived the box")
    special = SPECIAL.get(attack.id)
    return found + (special(host) if special else [])


def _left_in_shared_folders(host: Host) -> list[str]:
    places = {Path(place) for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", tempfile.gettempdir())}
    found = []
    for path in (place / host.marker for place in sorted(places)):
        if path.exists():
            path.unlink()
            found.append(f"{path.parent} holds a file of the box")
    return found


SPECIAL: dict[str, Callable[[Host], list[str]]] = {
    "writing/left_in_shared_folders": _left_in_shared_folders,
}
"""Looks for more than the above, by the attack's id."""
