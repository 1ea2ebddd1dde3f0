"""Places to run student code in, behind one interface.

`boxes` says what a box is; `forked` are those that isolate by a preloaded process (`jail`, `confined`), `docker`
by a container, `bare` not at all. `choice` opens them, `sessions` holds a conversation with the worker in a box
and starts another box when one has ended.
"""

from grader.boxes.bare import BareBox
from grader.boxes.boxes import KINDS, Box, Usage
from grader.boxes.choice import Choice, choose, close_all, open_box, prepare
from grader.boxes.limits import Limits
from grader.boxes.pipes import patient
from grader.boxes.sessions import Loaded, Session

__all__ = [
    "KINDS",
    "BareBox",
    "Box",
    "Choice",
    "Limits",
    "Loaded",
    "Session",
    "Usage",
    "choose",
    "close_all",
    "open_box",
    "patient",
    "prepare",
]
