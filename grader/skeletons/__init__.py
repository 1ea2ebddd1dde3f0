"""What students start from: the stubs of an assignment, as a module and as a notebook."""

from grader.skeletons.modules import module_skeleton
from grader.skeletons.notebooks import given_cells, notebook_skeleton
from grader.skeletons.texts import checks_of, importable, indented, signature

__all__ = [
    "checks_of",
    "given_cells",
    "importable",
    "indented",
    "module_skeleton",
    "notebook_skeleton",
    "signature",
]
