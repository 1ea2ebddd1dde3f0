"""What a cell puts out, kept as text up to a limit."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Kept", "keeping_client"]

_MOST_SHOWN = 100
_MOST_NAME = 100
_MOST_ERROR = 4_000


class _Text:
    """The start and the end of a text of any length."""

    def __init__(self, room: int) -> None:
        self._half = room // 2
        self._head = self._tail = ""
        self.cut = 0

    def __str__(self) -> str:
        middle = f"\n[… {self.cut} characters cut …]\n" if self.cut else ""
        return f"{self._head}{middle}{self._tail}"

    def add(self, text: str) -> None:
        if not self._tail:
            room = self._half - len(self._head)
            self._head += text[:room]
            text = text[room:]
        self._tail += text
        over = len(self._tail) - self._half
        if over > 0:
            self.cut += over
            self._tail = self._tail[over:]


class Kept:
    """The text that one cell put out, as much of it as there is room for.

    What goes to standard error stands last: between it and the rest there is no order that is the same each time.

    Args:
        room: Characters to keep.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._clear_next = False
        self.error: tuple[str, str] | None = None
        """Type and text of the exception that the cell ended with."""
        self.shown: list[str] = []
        """MIME types of what was shown besides text."""
        self._forget()

    @property
    def text(self) -> str:
        return f"{self._out}{self._err}".encode("utf-8", "backslashreplace").decode()

    @property
    def cut(self) -> int:
        """Characters that were dropped."""
        return self._out.cut + self._err.cut

    def take(self, kind: str, content: Any) -> None:
        """Note a message of the kernel's that puts something out."""
        if self._clear_next:
            self._forget()
        if kind == "stream":
            kept = self._err if content.get("name") == "stderr" else self._out
            kept.add(str(content.get("text", "")))
        elif kind == "error":
            name, text = str(content.get("ename", "")), str(content.get("evalue", ""))
            self.error = name[:_MOST_NAME], text.encode("utf-8", "backslashreplace").decode()[:_MOST_ERROR]
        elif isinstance(content.get("data"), dict):
            data = content["data"]
            names = [str(name)[:_MOST_NAME] for name in data if name != "text/plain"]
            self.shown += names[: _MOST_SHOWN - len(self.shown)]
            if not names:
                self._out.add(f"{data.get('text/plain', '')}\n")

    def clear(self, *, later: bool) -> None:
        """Forget what was put out, now or once something else is."""
        if later:
            self._clear_next = True
        else:
            self._forget()

    def _forget(self) -> None:
        self._out, self._err = _Text(3 * self._room // 4), _Text(self._room // 4)
        self._clear_next = False


def keeping_client() -> Any:
    """nbclient's client as a class whose cells keep their output in `kept`, and nowhere else."""
    client: Any = importlib.import_module("nbclient.client").NotebookClient

    class KeepingClient(client):  # type: ignore[misc]
        """A client that may be flooded."""

        kept = Kept(0)

        def output(self, outs: Any, msg: Any, display_id: Any, cell_index: Any) -> None:
            self.kept.take(msg["msg_type"], msg["content"])

        def clear_output(self, outs: Any, msg: Any, cell_index: Any) -> None:
            self.kept.clear(later=bool(msg["content"].get("wait")))

    return KeepingClient
