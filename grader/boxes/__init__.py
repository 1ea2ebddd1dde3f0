"""Places to run student code in, behind one interface.

`boxes` says what a box is, `bare` is one for your own code, `sessions` holds a conversation with the worker
in a box and starts another box when one has ended.
"""

from grader.boxes.bare import BareBox
from grader.boxes.boxes import KINDS, Box, Usage
from grader.boxes.choice import open_box
from grader.boxes.limits import Limits
from grader.boxes.sessions import Loaded, Session

__all__ = [
    "KINDS",
    "BareBox",
    "Box",
    "Limits",
    "Loaded",
    "Session",
    "Usage",
    "open_box",
]
