"""What an export is: files by name, and what has to be said about them."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Exported"]


@dataclass(frozen=True)
class Exported:
    """The files of one format, ready to be written."""

    files: dict[str, bytes]
    """By name; a format for the whole batch has one, a format for single submissions one for each student."""
    notes: list[str] = field(default_factory=list)
    """Sentences for the instructor: who has no number and why, and what was left as it was."""

    @classmethod
    def one(cls, name: str, text: str, notes: list[str] | None = None) -> Exported:
        """A single text file."""
        return cls({name: text.encode("utf-8", "replace")}, notes or [])

    @property
    def content(self) -> bytes:
        """The bytes of the only file."""
        (data,) = self.files.values()
        return data
