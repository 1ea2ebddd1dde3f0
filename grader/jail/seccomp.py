"""Our policy on system calls as a filter: compiled once, given a process number, installed in the job.

A program looks at the machine, finds the call's number by halving, and then looks at arguments. Its parts
follow each other like the branches of an `if`, so that every jump is forward and most are short.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import itertools
import os
import platform
import struct
from dataclasses import dataclass
from typing import Any

from grader.jail.syscalls import ALLOW, DONE, INT, KILL, NEWEST, NUMBERS, OWN, WAY_IN, Group, Match, groups

__all__ = ["Filter", "build", "docker_profile", "install"]

_LOAD, _AND, _GOTO, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x06
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_LONGEST_JUMP = 255
_RET_KILL_PROCESS, _RET_ERRNO, _RET_ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
_AUDIT_MACHINES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER, _TSYNC = 1, 1

_Code = list[tuple[int, int, int, int]]
"""Instructions: what to do, how many to skip if true, if false, and with which constant (maybe `OWN`)."""


@dataclass(frozen=True)
class Filter:
    """A compiled policy, which lacks only the number of the process that it is for."""

    code: bytes
    own: tuple[int, ...]
    """Where in `code` that number belongs."""

    def for_pid(self, pid: int) -> bytes:
        """The program for a job whose own process number, as it sees it, is `pid`."""
        if pid <= 0:
            raise ValueError(f"for_pid(pid): expected a process number of at least 1, got {pid}.")
        program = bytearray(self.code)
        for at in self.own:
            struct.pack_into("=I", program, at, pid)
        return bytes(program)


@functools.cache
def build(
    *,
    processes: bool = False,
    pinned: bool = False,
    cells: bool = False,
    machine: str = platform.machine(),
) -> Filter:
    """Compile the policy.

    Args:
        processes: Let the job start processes, not threads only.
        pinned: Keep its signals and questions to the job itself, and its hands off owners, modes and times
            of files: for a box without namespaces.
        cells: Let a notebook's kernel run in it.
        machine: `x86_64` or `aarch64`.
    Raises:
        ValueError: We do not know the system calls of this machine.
    """
    if machine not in NUMBERS:
        raise ValueError(f"machine: expected one of {', '.join(NUMBERS)}, got {machine!r}.")
    starts, answers = _ranges(groups(processes=processes, pinned=pinned, cells=cells), NUMBERS[machine])
    code = [
        (_LOAD, 0, 0, _MACHINE),
        (_IF_EQUAL, 1, 0, _AUDIT_MACHINES[machine]),
        _answer(errno.ENOSYS),
        (_LOAD, 0, 0, _NUMBER),
        *_halve(starts, answers),
    ]
    own = tuple(8 * place + 4 for place, item in enumerate(code) if item[3] == OWN)
    return Filter(b"".join(struct.pack("=HBBI", op, yes, no, k & INT) for op, yes, no, k in code), own)


def install(program: bytes) -> None:
    """Put this process and all its threads under the program, for good.

    Raises:
        OSError: The kernel refused; above all, no_new_privs must have been set.
    """
    machine = platform.machine()
    if machine not in _SECCOMP:
        raise OSError(errno.ENOSYS, f"seccomp is known on {', '.join(_SECCOMP)}, not on {machine}")
    libc = ctypes.CDLL(None, use_errno=True)
    text = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(text))  # struct sock_fprog
    mode, flags = ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(_TSYNC)
    status = libc.syscall(ctypes.c_long(_SECCOMP[machine]), mode, flags, header)
    if status != 0:  # above 0: the thread that could not follow
        number = ctypes.get_errno() if status < 0 else errno.EAGAIN
        raise OSError(number, f"seccomp: {os.strerror(number)}")


def docker_profile(*, processes: bool = False, cells: bool = False) -> dict[str, Any]:
    """The policy as Docker writes it, for both machines, and what the way into the box takes besides.

    The container starts programs, and its first process watches over the job, so that this profile cannot
    be as narrow as the filter that the job installs in itself.
    """
    chosen = [
        *WAY_IN,
        *(g for g in groups(processes=processes, pinned=False, cells=cells) if g.answer != KILL),
    ]
    free = {name for group in chosen if not group.when for name in group.names.split()}
    calls = []
    for group in chosen:
        names = [name for name in group.names.split() if not group.when or name not in free]
        answer = (
            {"action": "SCMP_ACT_ALLOW"}
            if group.answer == ALLOW
            else {"action": "SCMP_ACT_ERRNO", "errnoRet": 0 if group.answer == DONE else group.answer}
        )
        for values in itertools.product(*(match.values for match in group.when)) if names else ():
            args = [_docker_match(match, value) for match, value in zip(group.when, values, strict=True)]
            calls.append({"names": names, **answer, "args": args, "comment": group.reason})
    machines = ("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64")
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.EPERM,
        "archMap": [{"architecture": name, "subArchitectures": []} for name in machines],
        "syscalls": calls,
    }


def _docker_match(match: Match, value: int) -> dict[str, Any]:
    compared = {"index": match.argument, "value": match.mask, "valueTwo": value}
    return {**compared, "op": "SCMP_CMP_MASKED_EQ"}


def _ranges(chosen: tuple[Group, ...], numbers: dict[str, int]) -> tuple[list[int], list[_Code]]:
    """All numbers as ranges with one answer each: where they start, and the code that answers."""
    rules: dict[int, list[Group]] = {}
    for group in chosen:
        for name in group.names.split():
            if name in numbers:
                rules.setdefault(numbers[name], []).append(group)
    starts: list[int] = []
    answers: list[_Code] = []
    for number in range(NEWEST + 2):
        code = _decide(rules.get(number, [])) if number <= NEWEST else [_answer(errno.ENOSYS)]
        if not answers or code != answers[-1]:
            starts.append(number)
            answers.append(code)
    return starts, answers


def _halve(starts: list[int], answers: list[_Code]) -> _Code:
    """Find the range that the number is in, and answer."""
    if len(starts) == 1:
        return answers[0]
    middle = len(starts) // 2
    lower, upper = _halve(starts[:middle], answers[:middle]), _halve(starts[middle:], answers[middle:])
    if len(lower) <= _LONGEST_JUMP:
        return [(_IF_AT_LEAST, len(lower), 0, starts[middle]), *lower, *upper]
    # Only this jump can be long.
    return [(_IF_AT_LEAST, 0, 1, starts[middle]), (_GOTO, 0, 0, len(lower)), *lower, *upper]


def _decide(rules: list[Group]) -> _Code:
    """The answer of the first of these groups that matches, or EPERM."""
    code: _Code = []
    for group in rules:
        block = [_answer(group.answer)]
        for match in reversed(group.when):
            block = _test(match, miss=len(block)) + block
        code += block
        if not group.when:
            return code
    return [*code, _answer(errno.EPERM)]


def _test(match: Match, *, miss: int) -> _Code:
    """Go on if the argument matches, else skip `miss` instructions."""
    low = _compare(
        match.argument,
        [value if value == OWN else value & INT for value in match.values],
        match.mask & INT,
        0,
        miss,
    )
    if not match.mask >> 32:
        return low
    high = [match.values[0] >> 32]
    return _compare(match.argument, high, match.mask >> 32, 4, miss + len(low)) + low


def _compare(argument: int, values: list[int], mask: int, half: int, miss: int) -> _Code:
    """Compare one half of an argument; BPF has words of 32 bits only."""
    masked = [(_AND, 0, 0, mask)] if mask != INT else []
    last = len(values) - 1
    tests = [
        (_IF_EQUAL, last - place, miss if place == last else 0, value) for place, value in enumerate(values)
    ]
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument + half), *masked, *tests]


def _answer(answer: int) -> tuple[int, int, int, int]:
    special = {ALLOW: _RET_ALLOW, KILL: _RET_KILL_PROCESS, DONE: _RET_ERRNO}
    return (_RETURN, 0, 0, special.get(answer, _RET_ERRNO | answer))
