"""`grader batch` beside pytest, nbgrader and otter-grader, in one run; see `__main__` for the command."""
