"""What a cell puts out, kept as text up to a limit."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Kept", "keeping_client"]

_MOST_SHOWN = 100
_MOST_NAME = 100
_MOST_ERROR = 4_000


class Kept:
    """The text that one cell put out: its start and its end, where it is too long.

    Args:
        room: Characters to keep.
    """

    def __init__(self, room: int) -> None:
        self._room = room // 2
        self._clear_next = False
        self.error: tuple[str, str] | None = None
        """Type and text of the exception that the cell ended with."""
        self.shown: list[str] = []
        """MIME types of what was shown besides text."""
        self._forget()

    @property
    def text(self) -> str:
        middle = f"\n[… {self.cut} characters cut …]\n" if self.cut else ""
        return f"{self._head}{middle}{self._tail}".encode("utf-8", "backslashreplace").decode()

    def take(self, kind: str, content: Any) -> None:
        """Note a message of the kernel's that puts something out."""
        if self._clear_next:
            self._forget()
        if kind == "stream":
            self._add(str(content.get("text", "")))
        elif kind == "error":
            name, text = str(content.get("ename", "")), str(content.get("evalue", ""))
            self.error = name[:_MOST_NAME], text.encode("utf-8", "backslashreplace").decode()[:_MOST_ERROR]
        elif isinstance(content.get("data"), dict):
            data = content["data"]
            names = [str(name)[:_MOST_NAME] for name in data if name != "text/plain"]
            self.shown += names[: _MOST_SHOWN - len(self.shown)]
            if not names:
                self._add(f"{data.get('text/plain', '')}\n")

    def clear(self, *, later: bool) -> None:
        """Forget what was put out, now or once something else is."""
        if later:
            self._clear_next = True
        else:
            self._forget()

    def _forget(self) -> None:
        self._head = self._tail = ""
        self.cut = 0
        self._clear_next = False

    def _add(self, text: str) -> None:
        if not self._tail:
            room = self._room - len(self._head)
            self._head += text[:room]
            text = text[room:] if room >= 0 else text
        self._tail += text
        over = len(self._tail) - self._room
        if over > 0:
            self.cut += over
            self._tail = self._tail[over:]


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
