"""What an assignment grants a submission, with unit and consequence."""

from __future__ import annotations

from dataclasses import dataclass, fields

from grader.errors import AssignmentError

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Limits of one submission.

    | field | unit | holds for | over it |
    |---|---|---|---|
    | `cpu_s` | CPU seconds | importing the file; each exercise | verdict `timeout` |
    | `wall_s` | seconds by the clock (0: twice `cpu_s` and 5) | the same | verdict `timeout` |
    | `memory_mib` | MiB over what the libraries take | the whole process | `MemoryError` in the student's code |
    | `output_mib` | MiB printed | the whole submission | verdict `output` |
    | `reply_mib` | MiB in one message of answers | each answer | verdict `protocol` |
    | `file_mib` | MiB in one file written | each file | `OSError` in the student's code |
    | `show_kib` | KiB of output kept for the report | each exercise | the rest is cut, and the report says so |
    """

    cpu_s: float = 10
    wall_s: float = 0
    memory_mib: int = 1024
    output_mib: int = 16
    reply_mib: int = 64
    file_mib: int = 64
    show_kib: int = 8

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name == "wall_s" else 1
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1e6:
                raise AssignmentError(
                    f"Limits: {field.name}: expected a number of at least {least}, got {value!r}.",
                    mend=f"The default is {field.default}; leave the field out to have it.",
                )

    @property
    def clock_s(self) -> float:
        """Seconds by the clock that an exercise may take."""
        return self.wall_s or 2 * self.cpu_s + 5
