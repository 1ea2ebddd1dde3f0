"""An exception of the student's code as data: its own frames only, with the line where it happened."""

from __future__ import annotations

from types import TracebackType

from grader.protocol import StudentError

__all__ = ["OUT_OF_MEMORY", "failure"]

OUT_OF_MEMORY = 86
"""Exit status of a worker that the student's code has left no memory."""

_MAX_FRAMES = 50


def failure(error: BaseException, filename: str, source: str) -> StudentError:
    """Describe `error`, looking only at frames of the student's file."""
    frames = _own_frames(error.__traceback__, filename)
    line, function = frames[-1] if frames else (None, None)
    if isinstance(error, SyntaxError) and error.filename == filename:
        line, function = error.lineno, None
    lines = source.splitlines()
    code = lines[line - 1] if line is not None and 0 < line <= len(lines) else None
    return StudentError(
        type_name=type(error).__name__,
        text=_text_of(error),
        line=line,
        function=None if function == "<module>" else function,
        source=code,
        frames=tuple(frames[-_MAX_FRAMES:]),
        bases=tuple(base.__name__ for base in type(error).__mro__),
        kind="exit" if isinstance(error, SystemExit) else "raised",
    )


def _own_frames(traceback: TracebackType | None, filename: str) -> list[tuple[int, str]]:
    frames: list[tuple[int, str]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == filename:
            frames.append((traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    return frames


def _text_of(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        return str(text).encode("utf-8", "backslashreplace").decode()[:4_000]
    except BaseException:
        # str() of the student's own exception class is the student's code too.
        return ""
