"""What a batch looks like to other systems: pure functions from records to files, one module for each format."""

from __future__ import annotations

from grader.exports.exported import Exported
from grader.exports.formats import FILLED, FORMATS, Options, export
from grader.exports.reading import batch_of, read_out

__all__ = ["FILLED", "FORMATS", "Exported", "Options", "batch_of", "export", "read_out"]
