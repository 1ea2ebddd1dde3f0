"""Places to run student code in, behind one interface.

`boxes` says what a box is; `forked` are those that isolate by a preloaded process (`jail`, `confined`), `docker`
by a container, `bare` not at all. `choice` opens them, `sessions` holds a conversation with the worker in a box
and starts another box when one has ended.
"""

from grader.boxes.bare import BareBox
from grader.boxes.boxes import KINDS, Box, Usage
from grader.boxes.choice import Choice, choose, close_all, open_box, prepare
from grader.boxes.limits import Limits
from grader.boxes.marks import Marks, mark_of
from grader.boxes.pipes import patient
from grader.boxes.prepared import Prepared, Stock
from grader.boxes.sessions import Conversation, Loaded, Session

__all__ = [
    "KINDS",
    "BareBox",
    "Box",
    "Choice",
    "Conversation",
    "Limits",
    "Loaded",
    "Marks",
    "Prepared",
    "Session",
    "Stock",
    "Usage",
    "choose",
    "close_all",
    "mark_of",
    "open_box",
    "patient",
    "prepare",
]
