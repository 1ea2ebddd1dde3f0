"""What was handed out as a notebook: enough of every cell to find it again, and the code that has to stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader.notebooks.reading import Cell, Notebook

__all__ = ["Given", "given_from_data", "given_of", "given_to_data"]


@dataclass(frozen=True)
class Given:
    """One cell that was handed out; those of a notebook stand in the order in which they were."""

    id: str
    """The notebook's own; empty where it has none."""
    grade_id: str
    """nbgrader's; empty where it has none."""
    kind: str
    """`code`, `markdown` or `raw`."""
    locked: bool
    """Whether students leave it as it is."""
    source: str = ""
    """Of locked code; no other is put back."""

    @property
    def stays(self) -> bool:
        """Whether it is put back where it was edited or deleted."""
        return self.locked and self.kind == "code"


def given_of(notebook: Notebook) -> tuple[Given, ...]:
    """The cells of a notebook that is handed out."""
    return tuple(
        Given(
            cell.own,
            grade_id_of(cell),
            cell.kind,
            locked := _locked(cell),
            cell.source if locked and cell.kind == "code" else "",
        )
        for cell in notebook.cells
    )


def grade_id_of(cell: Cell) -> str:
    """nbgrader's name of a cell; empty where it has none."""
    found = _nbgrader(cell).get("grade_id")
    return found if isinstance(found, str) else ""


def _locked(cell: Cell) -> bool:
    """As nbgrader decides it: what is graded and is no answer is locked, too; otter's cells only say `editable`."""
    found = _nbgrader(cell)
    if not found:
        return cell.metadata.get("editable") is False
    return not found.get("solution") and bool(found.get("grade") or found.get("locked"))


def _nbgrader(cell: Cell) -> Mapping[str, Any]:
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, Mapping) else {}


def given_to_data(given: tuple[Given, ...]) -> list[dict[str, Any]]:
    """The cells as plain data."""
    return [asdict(one) for one in given]


def given_from_data(data: Any) -> tuple[Given, ...]:
    """The cells again.

    Raises:
        TypeError: The data is no list of such cells.
    """
    if not isinstance(data, list | tuple):
        raise TypeError(f"expected a list of given cells, got {type(data).__name__}")
    return tuple(_one(item) for item in data)


def _one(item: Any) -> Given:
    found = Given(**item)
    texts = (found.id, found.grade_id, found.kind, found.source)
    if type(found.locked) is not bool or not all(isinstance(text, str) for text in texts):
        raise TypeError("expected texts, and whether it is locked, of a given cell")
    return found
