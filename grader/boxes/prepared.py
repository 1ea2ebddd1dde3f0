"""Messages that many submissions are sent: encoded once, and read once by the process that boxes are forked from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from grader.protocol import Script
from grader.protocol.frames import pack_parts
from grader.protocol.values import Buffer

__all__ = ["Prepared", "Stock", "run_message"]


def run_message(scripts: Sequence[Script]) -> list[Buffer]:
    """What asks a worker to run scripts, in pieces that are sent one after the other."""
    return pack_parts({"op": "run", "scripts": [script.to_value() for script in scripts]})


class Stock:
    """Messages that a preloaded process has read before its boxes are forked: these are only told the number.

    Args:
        messages: Scripts that travel together. All of it is seen by whatever a student's file does while it is
            imported, so nothing hidden may be among them.
    """

    def __init__(self, messages: Iterable[Sequence[Script]]) -> None:
        self._messages = [tuple(scripts) for scripts in messages]
        self._places = {tuple(map(id, scripts)): at for at, scripts in enumerate(self._messages)}
        self.frames = b"".join(part for scripts in self._messages for part in run_message(scripts))
        self.key = hashlib.sha256(self.frames).hexdigest()

    def place(self, scripts: Sequence[Script]) -> int | None:
        """The number of the message that these scripts are; None where it is none of these."""
        return self._places.get(tuple(map(id, scripts)))


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
