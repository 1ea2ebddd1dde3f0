"""The compiled filter, run by a small interpreter for both machines, and what Docker is told."""

from __future__ import annotations

import errno
import json
import struct
from typing import Any

import pytest

from grader.jail import seccomp
from grader.jail.seccomp import build, docker_profile, install
from grader.jail.syscalls import NEWEST, NUMBERS, WORD, Group, Match, groups

ALLOW, KILL, EPERM, ENOSYS = "allow", "kill", "EPERM", "ENOSYS"
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # EM_X86_64, EM_AARCH64 | 64 bits | little-endian
I386, ARM = 0x40000003, 0x40000028
PID = 4321
BUILDS = {
    "threads": {"processes": False, "pinned": False},
    "processes": {"processes": True, "pinned": False},
    "pinned": {"processes": False, "pinned": True},
    "pinned processes": {"processes": True, "pinned": True},
}
THREAD = 0x3D0F00  # what glibc's pthread_create passes (clone.S, createthread.c)
SIGCHLD, CLONE_VM, CLONE_VFORK = 17, 0x100, 0x4000
NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)

# Builds (none: all), call, arguments, answer.
CASES: list[tuple[str, str, tuple[int, ...], str]] = [
    ("", "read", (0, 1, 2), ALLOW),
    ("", "futex", (), ALLOW),
    ("", "rseq", (), ALLOW),
    ("", "statx", (), ALLOW),
    ("", "clone3", (), ENOSYS),
    ("", "openat2", (), ENOSYS),
    ("", "clone", (THREAD,), ALLOW),
    ("", "clone", (THREAD | 1 << 40,), ALLOW),  # the kernel reads 32 bits of it
    *[("", "clone", (THREAD | bit,), EPERM) for bit in (*NAMESPACES, 0x1000, 0x2000, 0x8000)],
    *[("", "clone", (SIGCHLD | bit,), EPERM) for bit in (*NAMESPACES, 0x1000, 0x2000, 0x8000)],
    ("threads", "clone", (THREAD & ~0x400,), EPERM),  # a table of descriptors of its own
    ("threads", "clone", (THREAD & ~0x10000,), EPERM),
    ("threads", "clone", (SIGCHLD,), EPERM),
    ("pinned", "clone", (SIGCHLD,), EPERM),
    ("threads", "clone", (CLONE_VM | CLONE_VFORK | SIGCHLD,), EPERM),
    ("processes", "clone", (SIGCHLD,), ALLOW),
    ("processes", "clone", (CLONE_VM | CLONE_VFORK | SIGCHLD,), ALLOW),
    *[("threads", name, (), EPERM) for name in ("fork", "vfork", "execve", "execveat", "wait4", "setsid")],
    *[("processes", name, (), ALLOW) for name in ("fork", "vfork", "execve", "execveat", "wait4", "setsid")],
    ("pinned processes", "setsid", (), EPERM),
    ("processes", "arch_prctl", (0x1002,), ALLOW),
    ("processes", "arch_prctl", (0x1001,), EPERM),
    ("threads", "arch_prctl", (0x1002,), EPERM),
    *[("", "mmap", (0, 1, 3, flags), ALLOW) for flags in (0x22, 0x02, 0x01, 0x03, 0x20022)],
    *[("", "mmap", (0, 1, 3, flags), EPERM) for flags in (0x21, 0x23, 0x122, 0x40022, 1 << 40 | 0x21)],
    ("", "madvise", (0, 1, 4), ALLOW),
    *[("", "madvise", (0, 1, advice), EPERM) for advice in (12, 13, 32, 100, 101)],
    ("", "kill", (PID, 6), KILL),
    ("", "tgkill", (PID, 99, 6), KILL),
    ("threads,processes", "tkill", (PID, 6), KILL),
    ("", "kill", (PID | 1 << 32, 6 | 1 << 32), KILL),  # the kernel reads 32 bits of each
    ("", "kill", (PID, 15), ALLOW),
    ("", "tgkill", (PID, 99, 15), ALLOW),
    *[("threads", "kill", (pid, 6), ALLOW) for pid in (0, 1, PID + 1, 2**64 - 1)],
    *[("pinned", "kill", (pid, 9), EPERM) for pid in (0, 1, PID + 1, 2**64 - 1, 2**32 - PID)],
    ("pinned", "tgkill", (PID + 1, PID, 9), EPERM),
    ("threads,processes", "tkill", (1, 9), ALLOW),
    ("pinned", "tkill", (PID, 9), EPERM),
    ("threads,processes", "prlimit64", (1, 7, 0), ALLOW),
    *[("", "prlimit64", (0, 7, new), EPERM) for new in (1, 2**32, 2**63)],
    *[("pinned", "prlimit64", (pid, 7, 0), ALLOW) for pid in (0, PID)],
    *[("pinned", "prlimit64", (pid, 7, 0), EPERM) for pid in (1, PID + 1, 2**32 - 1)],
    *[
        ("pinned", name, (clock, 1), answer)
        for name in ("clock_gettime", "clock_getres", "clock_nanosleep")
        for clock, answer in ((0, ALLOW), (11, ALLOW), (12, EPERM), (-6 & (2**32 - 1), EPERM))
    ],
    ("threads", "getpriority", (1, 1), ALLOW),
    *[("pinned", "getpriority", (0, pid), ALLOW) for pid in (0, PID)],
    *[("pinned", "getpriority", arguments, EPERM) for arguments in ((0, 1), (1, 0), (2, 0))],
    *[("", "prctl", (option,), ALLOW) for option in (15, 16, 3, 0x53564D41)],
    *[("", "prctl", (option,), EPERM) for option in (1, 4, 8, 22, 24, 28, 35, 36, 47, 0x59616D61)],
    ("", "personality", (0xFFFFFFFF,), ALLOW),
    *[("", "personality", (value,), EPERM) for value in (0, 8, 0x40000)],
    *[("", "fcntl", (0, command), ALLOW) for command in (0, 1, 2, 3, 4, 1030)],
    *[("threads,processes", "fcntl", (0, command), ALLOW) for command in (5, 6, 7, 36, 37, 38)],
    *[("pinned", "fcntl", (0, command), EPERM) for command in (5, 6, 7, 36, 37, 38)],
    *[("", "fcntl", (0, command), EPERM) for command in (8, 10, 15, 1024, 1026, 1031, 1033)],
    *[("", "ioctl", (0, request), ALLOW) for request in (0x5401, 0x5413, 0x5421, 0x541B | 1 << 32)],
    *[("", "ioctl", (0, request), EPERM) for request in (0x5412, 0x541C, 0x5452, 0x40086602, 0xB701)],
    ("", "close_range", (3, 9, 4), ALLOW),
    ("", "close_range", (3, 9, 2), EPERM),
    ("", "pipe2", (0, 0x80800), ALLOW),
    ("", "pipe2", (0, 0x80), EPERM),
    ("threads", "openat", (0, 0, 0x200), ALLOW),
    *[("pinned", "openat", (0, 0, flags), ALLOW) for flags in (0, 0x80000, 0x241, 0x242)],
    ("pinned", "openat", (0, 0, 0x200), EPERM),
    ("pinned", "open", (0, 0x241), ALLOW),
    ("pinned", "open", (0, 0x80200), EPERM),
    *[("threads", name, (), ALLOW) for name in ("fchmod", "fchmodat", "fchownat", "utimensat", "truncate")],
    *[("pinned", name, (), EPERM) for name in ("fchmod", "fchmodat", "fchownat", "utimensat", "truncate")],
    ("", "socketpair", (1, 1), ALLOW),
    ("", "socketpair", (1, 0x80801), ALLOW),
    *[("", "socketpair", arguments, EPERM) for arguments in ((1, 2), (1, 5), (2, 1), (30, 1), (16, 3))],
    ("", "sendto", (3, 1, 1, 0x4040, 0), ALLOW),
    *[("", "sendto", (3, 1, 1, 0, address), EPERM) for address in (1, 0x7FFF00000000, 1 << 63)],
    *[("", "sendto", (3, 1, 1, flags, 0), EPERM) for flags in (0x1, 0x4, 0x20000000, 0x4000000)],
    ("", "recvfrom", (3, 1, 1, 0x42), ALLOW),
    *[("", "recvfrom", (3, 1, 1, flags), EPERM) for flags in (0x1, 0x2000)],
    ("", "getsockopt", (3, 1, 3), ALLOW),
    *[("", "getsockopt", arguments, EPERM) for arguments in ((3, 1, 77), (3, 6, 3), (3, 1, 17))],
]


def steps(program: bytes) -> list[tuple[int, int, int, int]]:
    return [tuple(item) for item in struct.iter_unpack("<HBBI", program)]


def evaluate(program: bytes, machine: int, number: int, arguments: tuple[int, ...] = ()) -> str:
    """What the kernel would answer: the six instructions of classic BPF that a filter of ours is made of."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, machine, 0x1234_5678_9ABC, *padded)
    code, at, word = steps(program), 0, 0
    while True:
        op, yes, no, k = code[at]
        at += 1
        if op == 0x20:
            [word] = struct.unpack_from("<I", data, k)
        elif op == 0x54:
            word &= k
        elif op == 0x05:
            at += k
        elif op in (0x15, 0x35):
            at += yes if (word == k if op == 0x15 else word >= k) else no
        else:
            assert op == 0x06, f"unknown instruction {op:#x}"
            special = {0x7FFF0000: ALLOW, 0x80000000: KILL}
            return special[k] if k in special else errno.errorcode[k ^ 0x50000]


def modes_of(wanted: str, name: str) -> list[str]:
    if wanted:
        return wanted.split(",")
    # What starting processes adds to clone has cases of its own.
    return [mode for mode in BUILDS if name != "clone" or mode in ("threads", "pinned")]


@pytest.mark.parametrize(
    ("wanted", "name", "arguments", "answer"),
    CASES,
    ids=[f"{name}({','.join(map(hex, arguments))}) {wanted}" for wanted, name, arguments, _ in CASES],
)
def test_a_call_is_answered_by_the_policy(
    wanted: str, name: str, arguments: tuple[int, ...], answer: str
) -> None:
    for machine in NUMBERS:
        for mode in modes_of(wanted, name) if name in NUMBERS[machine] else ():
            program = build(**BUILDS[mode], machine=machine).for_pid(PID)
            answered = evaluate(program, AUDIT[machine], NUMBERS[machine][name], arguments)
            assert answered == answer, f"{machine}, {mode}"


@pytest.mark.parametrize("mode", BUILDS)
@pytest.mark.parametrize("bit", NAMESPACES)
def test_no_build_starts_anything_in_a_new_namespace(mode: str, bit: int) -> None:
    program = build(**BUILDS[mode], machine="x86_64").for_pid(PID)

    for flags in (THREAD, SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD, 0):
        assert evaluate(program, AUDIT["x86_64"], NUMBERS["x86_64"]["clone"], (flags | bit,)) == EPERM


def test_every_call_with_conditions_has_an_accepted_and_a_refused_case() -> None:
    for mode in ("threads", "processes", "pinned"):
        chosen = groups(**BUILDS[mode])
        for name in {
            name for group in chosen if group.when and not group.answer for name in group.names.split()
        }:
            answers = {case[3] for case in CASES if case[1] == name and mode in (case[0] or mode).split(",")}
            free = any(name in group.names.split() and not group.when for group in chosen)
            assert answers >= ({ALLOW} if free else {ALLOW, EPERM}), f"{mode}: {name}"


@pytest.mark.parametrize("machine", NUMBERS)
@pytest.mark.parametrize("mode", BUILDS)
def test_every_other_number_is_refused_whatever_its_arguments(machine: str, mode: str) -> None:
    program = build(**BUILDS[mode], machine=machine).for_pid(PID)
    named = {
        NUMBERS[machine][name]
        for group in groups(**BUILDS[mode])
        for name in group.names.split()
        if name in NUMBERS[machine]
    }
    others = set(range(NEWEST + 1)) - named

    assert len(others) > 150
    for number in others:
        for arguments in ((0,) * 6, (1,) * 6, (PID,) * 6, (2**64 - 1,) * 6):
            assert evaluate(program, AUDIT[machine], number, arguments) == EPERM, number


@pytest.mark.parametrize("mode", BUILDS)
def test_every_call_without_conditions_gets_its_answer(mode: str) -> None:
    for machine, numbers in NUMBERS.items():
        program = build(**BUILDS[mode], machine=machine).for_pid(PID)
        chosen = groups(**BUILDS[mode])
        limited = {name for group in chosen if group.when for name in group.names.split()}
        for group in chosen:
            for name in set(group.names.split()) & set(numbers) - limited:
                wanted = errno.errorcode[group.answer] if group.answer else ALLOW
                for arguments in ((0,) * 6, (2**64 - 1,) * 6):
                    assert evaluate(program, AUDIT[machine], numbers[name], arguments) == wanted, name


@pytest.mark.parametrize("machine", NUMBERS)
def test_what_the_kernel_may_learn_later_and_x32_do_not_exist(machine: str) -> None:
    program = build(machine=machine).for_pid(PID)

    for number in (NEWEST + 1, 512, 547, 0x40000000, 0x40000000 + 41, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        assert evaluate(program, AUDIT[machine], number) == ENOSYS


@pytest.mark.parametrize("machine", NUMBERS)
def test_calls_of_another_machine_do_not_exist(machine: str) -> None:
    program = build(machine=machine).for_pid(PID)

    for foreign in {I386, ARM, 0, *AUDIT.values()} - {AUDIT[machine]}:
        assert {evaluate(program, foreign, number) for number in range(NEWEST + 2)} == {ENOSYS}


@pytest.mark.parametrize("machine", NUMBERS)
@pytest.mark.parametrize("mode", BUILDS)
def test_a_program_is_one_that_the_kernel_accepts(machine: str, mode: str) -> None:
    code = steps(build(**BUILDS[mode], machine=machine).for_pid(PID))

    assert 100 < len(code) <= 4096  # BPF_MAXINSNS
    assert code[-1][0] == 0x06
    for at, (op, yes, no, k) in enumerate(code):
        farthest = {0x05: k, 0x15: max(yes, no), 0x35: max(yes, no)}.get(op, 0)
        assert at + 1 + farthest < len(code) or op == 0x06


def test_a_jump_over_many_calls_is_not_cut_to_eight_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = NUMBERS["x86_64"]
    rules = tuple(
        Group("its own number", name, (Match(0, (number,)), Match(5, (7,))))
        for name, number in numbers.items()
    )
    monkeypatch.setattr(seccomp, "groups", lambda **_: rules)

    program = build.__wrapped__(machine="x86_64").for_pid(PID)  # past the cache

    assert any(op == 0x05 and skipped > 255 for op, _, _, skipped in steps(program))
    for number in numbers.values():
        assert evaluate(program, AUDIT["x86_64"], number, (number, 0, 0, 0, 0, 7)) == ALLOW
        assert evaluate(program, AUDIT["x86_64"], number, (number + 1, 0, 0, 0, 0, 7)) == EPERM


def test_a_long_argument_is_compared_in_both_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Group("a long value", "read", (Match(1, (0x1_0000_0002,), WORD),))
    monkeypatch.setattr(seccomp, "groups", lambda **_: (rule,))

    program = build.__wrapped__(machine="x86_64").for_pid(PID)

    answers = [
        evaluate(program, AUDIT["x86_64"], NUMBERS["x86_64"]["read"], (0, value))
        for value in (0x1_0000_0002, 0x2_0000_0002, 0x1_0000_0001, 0x2, 0x1_0000_0000)
    ]
    assert answers == [ALLOW, EPERM, EPERM, EPERM, EPERM]


@pytest.mark.parametrize("pid", [0, -1])
def test_a_program_for_no_process_is_refused(pid: int) -> None:
    with pytest.raises(
        ValueError, match=rf"^for_pid\(pid\): expected a process number of at least 1, got {pid}\.$"
    ):
        build(machine="x86_64").for_pid(pid)


def test_an_unknown_machine_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^machine: expected one of x86_64, aarch64, got 'riscv64'\.$"):
        build(machine="riscv64")


@pytest.mark.parametrize("program", [b"", bytes(8)], ids=["empty", "without an answer"])
def test_a_program_that_the_kernel_refuses_is_an_error_of_the_system(program: bytes) -> None:
    with pytest.raises(OSError, match=r"seccomp") as caught:
        install(program)

    assert caught.value.errno in (errno.EINVAL, errno.EACCES)


def allowed_by(profile: dict[str, Any], name: str, arguments: tuple[int, ...]) -> bool:
    """As libseccomp reads it: any rule of the name whose comparisons all hold."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    return any(
        name in rule["names"]
        and rule["action"] == "SCMP_ACT_ALLOW"
        and all(padded[item["index"]] & item["value"] == item["valueTwo"] for item in rule["args"])
        for rule in profile["syscalls"]
    )


@pytest.mark.parametrize("processes", [False, True])
def test_docker_allows_what_the_filter_in_the_container_allows(processes: bool) -> None:
    profile = docker_profile(processes=processes)
    program = build(processes=processes, machine="x86_64").for_pid(PID)

    for _, name, arguments, _ in CASES:
        answer = evaluate(program, AUDIT["x86_64"], NUMBERS["x86_64"][name], arguments)
        if answer == ALLOW:
            assert allowed_by(profile, name, arguments), (name, arguments)


@pytest.mark.parametrize("processes", [False, True])
def test_docker_refuses_by_argument_what_the_filter_refuses_by_argument(processes: bool) -> None:
    profile = docker_profile(processes=processes)

    refused = [case for case in CASES if case[0] == "" and case[3] == EPERM]
    assert len(refused) > 50
    for _, name, arguments, _ in refused:
        if name in ("prctl", "prlimit64"):
            continue  # the way into the box needs all of them
        assert not allowed_by(profile, name, arguments), (name, arguments)


def test_docker_lets_the_first_process_start_watch_and_restrict_the_job() -> None:
    profile = docker_profile()

    for name in "execve fork wait4 setuid capset seccomp landlock_restrict_self pidfd_open kill".split():
        assert allowed_by(profile, name, ()), name
    assert allowed_by(profile, "clone", (SIGCHLD,))
    assert allowed_by(profile, "prctl", (38, 1))


def test_dockers_profile_is_plain_json_with_one_answer_a_rule() -> None:
    profile = docker_profile()

    assert json.loads(json.dumps(profile)) == profile
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert profile["defaultErrnoRet"] == errno.EPERM
    assert {item["architecture"] for item in profile["archMap"]} == {"SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"}
    for rule in profile["syscalls"]:
        assert rule["names"]
        # runc takes two comparisons of one argument for alternatives, not for both.
        assert len({item["index"] for item in rule["args"]}) == len(rule["args"])
        assert (rule["action"], rule.get("errnoRet", 0)) in (
            ("SCMP_ACT_ALLOW", 0),
            ("SCMP_ACT_ERRNO", errno.ENOSYS),
        )
