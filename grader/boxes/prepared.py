"""Messages that many submissions are sent, encoded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.protocol import Script
from grader.protocol.frames import pack_parts
from grader.protocol.values import Buffer

__all__ = ["Prepared", "run_message"]


def run_message(scripts: Sequence[Script]) -> list[Buffer]:
    """What asks a worker to run scripts, in pieces that are sent one after the other."""
    return pack_parts({"op": "run", "scripts": [script.to_value() for script in scripts]})


class Prepared:
    """The messages made of a bank's scripts, kept; others are made anew each time."""

    def __init__(self, scripts: Iterable[Script]) -> None:
        self._known = {id(script): script for script in scripts}
        self._messages: dict[tuple[int, ...], list[Buffer]] = {}

    def message(self, scripts: Sequence[Script]) -> list[Buffer]:
        """As `run_message`."""
        key = tuple(map(id, scripts))
        if key in self._messages:
            return self._messages[key]
        parts = run_message(scripts)
        if all(self._known.get(id(script)) is script for script in scripts):
            self._messages[key] = parts
        return parts
