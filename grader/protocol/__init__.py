"""What crosses the border between the grader and a box: typed data, never an object that can run.

`values` turns data into bytes and back, `frames` puts a size before them, `calls` are the messages that
both sides exchange. Imports neither NumPy nor pydantic until a message needs an array, so that a worker
without them starts in milliseconds.
"""

from grader.protocol.calls import Ending, Outcome, Reply, Script, Step, StudentError
from grader.protocol.frames import Frame, FrameReader, pack, unpack
from grader.protocol.values import Callback, Opaque, Ref, decode, encode

__all__ = [
    "Callback",
    "Ending",
    "Frame",
    "FrameReader",
    "Opaque",
    "Outcome",
    "Ref",
    "Reply",
    "Script",
    "Step",
    "StudentError",
    "decode",
    "encode",
    "pack",
    "unpack",
]
