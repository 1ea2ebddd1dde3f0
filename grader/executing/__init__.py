"""Runs a notebook from top to bottom, in one kernel in a box, and says what became of each cell."""

from grader.executing.running import Execution, kernel_libraries, kernel_limits, needs_run, open_kernel_box

__all__ = ["Execution", "kernel_libraries", "kernel_limits", "needs_run", "open_kernel_box"]
