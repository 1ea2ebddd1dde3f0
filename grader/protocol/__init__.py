"""What crosses the border between the grader and a box: typed data, never an object that can run.

`encoding` and `decoding` turn `values` into data and back, `frames` puts sizes before it, `calls` are the
messages that both sides exchange. Imports neither NumPy nor pydantic until a message needs an array, so that a worker
without them starts in milliseconds.
"""

from grader.protocol.calls import Ending, Heard, Outcome, Reply, Script, Sealed, Step, StudentError
from grader.protocol.decoding import decode
from grader.protocol.encoding import encode
from grader.protocol.frames import Frame, FrameReader, pack, unpack
from grader.protocol.values import Callback, Opaque, Ref

__all__ = [
    "Callback",
    "Ending",
    "Frame",
    "FrameReader",
    "Heard",
    "Opaque",
    "Outcome",
    "Ref",
    "Reply",
    "Script",
    "Sealed",
    "Step",
    "StudentError",
    "decode",
    "encode",
    "pack",
    "unpack",
]
