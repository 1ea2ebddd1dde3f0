"""What an assignment grants a submission, with unit and consequence."""

from __future__ import annotations

from dataclasses import dataclass, fields

from grader.errors import AssignmentError

__all__ = ["Limits"]

_LEAST = {"wall_s": 0, "processes": 0, "open_files": 16, "inodes": 16}


@dataclass(frozen=True)
class Limits:
    """Limits of one submission.

    An error is raised in the student's code, which may catch it; a verdict ends the worker. Boxes that do not
    hold a limit are named in the last column; `bare` on macOS and Windows holds only those on time by the clock,
    output and replies.

    | field | unit | holds for | over it | not in |
    |---|---|---|---|---|
    | `cpu_s` | CPU seconds | importing the file; each exercise | verdict `timeout` | |
    | `wall_s` | seconds by the clock (0: twice `cpu_s` and 5) | the same | verdict `timeout` | |
    | `memory_mib` | MiB over what the libraries take | the whole box | `MemoryError`, or verdict `memory` | |
    | `processes` | beside the worker; 0: threads only | the whole box | `PermissionError` | `bare`; `confined`: 0 |
    | `threads` | threads and processes | the whole box | `RuntimeError` | `bare`; `confined`: roughly |
    | `open_files` | open files and pipes | each process | `OSError` | `bare` |
    | `file_mib` | MiB in one file | each file | `OSError` | |
    | `disk_mib` | MiB in all files | the whole box | `OSError` | `bare`; `confined` lets nothing be written |
    | `inodes` | files and folders | the whole box | `OSError` | the same |
    | `output_mib` | MiB printed | the whole box | verdict `output` | |
    | `reply_mib` | MiB in one answer; all, decoded, take 8 times that | each answer | verdict `protocol` | |
    | `show_kib` | KiB of output kept for the report | each exercise | the rest is cut, and the report says so | |
    """

    cpu_s: float = 10
    wall_s: float = 0
    memory_mib: int = 1024
    processes: int = 0
    threads: int = 64
    open_files: int = 64
    file_mib: int = 64
    disk_mib: int = 64
    inodes: int = 1024
    output_mib: int = 16
    reply_mib: int = 64
    show_kib: int = 8

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = _LEAST.get(field.name, 1)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1e6:
                raise AssignmentError(
                    f"Limits: {field.name}: expected a number of at least {least}, got {value!r}.",
                    mend=f"The default is {field.default}; leave the field out to have it.",
                )

    @property
    def clock_s(self) -> float:
        """Seconds by the clock that an exercise may take."""
        return self.wall_s or 2 * self.cpu_s + 5
