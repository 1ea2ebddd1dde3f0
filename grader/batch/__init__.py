"""Whole batches: `desks` grades one job, an engine (`local`, `cluster`) runs many, `running` keeps what comes of them,
`summaries` and `pages` say what it means, and `regrading` judges again from what was kept.
"""

from __future__ import annotations

from grader.batch.closing import Batched, conclude, judge_again, require_new
from grader.batch.desks import Desk
from grader.batch.jobs import Done, Engine, Job
from grader.batch.local import LocalEngine
from grader.batch.running import Candidate, Step, run_batch
from grader.batch.sources import Source, find
from grader.batch.summaries import Summary, summarised

__all__ = [
    "Batched",
    "Candidate",
    "Desk",
    "Done",
    "Engine",
    "Job",
    "LocalEngine",
    "Source",
    "Step",
    "Summary",
    "conclude",
    "find",
    "judge_again",
    "require_new",
    "run_batch",
    "summarised",
]
