"""Tests an assignment's checks: with answers that need no thought, with changed references, with right variants.

`mutations` knows the mistakes, `mutants` makes references with one of them, `trivial` makes answers without thought;
`trying` runs a text against an exercise, `equivalents` compares what no check fails with the reference; `tasks` cuts
this into pieces that are kept by their content, and `auditing` has processes do them and adds up.
"""

from grader.audit.auditing import audit
from grader.audit.records import Audit, ExerciseAudit, MutantResult
from grader.audit.tasks import Desk

__all__ = ["Audit", "Desk", "ExerciseAudit", "MutantResult", "audit"]
