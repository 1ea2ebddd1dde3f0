"""Assignments written for nbgrader or otter, turned into assignments of ours.

`notebooks.markers` reads them; here `composing` writes the assignment's text and `folders` its folder. What could not
be brought over is said in words, never dropped in silence.
"""

from grader.importing.folders import (
    Imported,
    files_beside,
    find_notebooks,
    import_notebook,
    released_notebook,
    source_notebook,
)

__all__ = [
    "Imported",
    "files_beside",
    "find_notebooks",
    "import_notebook",
    "released_notebook",
    "source_notebook",
]
