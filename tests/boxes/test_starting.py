"""A box that is slow to start is our affair: its start is not counted as the student's time."""

from __future__ import annotations

import time

from grader.boxes import Box, Limits, Session, open_box
from tests.boxes.conftest import call, value_of

LIMITS = Limits(cpu_s=1, wall_s=2)


def slow_start() -> Box:
    time.sleep(2.5)  # more than all the time that the student has
    return open_box("bare", (), LIMITS)


def test_the_start_of_a_box_is_not_counted_as_the_students_time() -> None:
    session = Session(slow_start, "a.py", "def f():\n    return 7\n", allow=(), limits=LIMITS)
    try:
        session.load()
        session.renew()

        [outcome] = session.run([call("f")])
    finally:
        session.close()

    assert value_of(outcome) == 7
