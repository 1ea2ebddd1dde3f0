"""The table of system calls against the kernel's own headers, and what the policy leaves out."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from grader.jail.syscalls import ALLOW, DONE, KILL, NEWEST, NUMBERS, POLICY, WAY_IN, WORD, Group, groups

HEADERS = {
    "x86_64": [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")],
    "aarch64": [Path("/usr/include/asm-generic/unistd.h")],
}
MODES = [(processes, pinned) for processes in (False, True) for pinned in (False, True)]

NEVER = """
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
    memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd semget semop mq_open mq_unlink
    userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup io_submit bpf perf_event_open
    keyctl add_key request_key mount umount2 open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr pivot_root chroot unshare setns mknod mknodat name_to_handle_at open_by_handle_at
    quotactl quotactl_fd swapon swapoff reboot kexec_load kexec_file_load init_module finit_module
    delete_module syslog acct settimeofday clock_settime clock_adjtime adjtimex sethostname
    setdomainname ioperm iopl modify_ldt vhangup sched_setscheduler sched_setparam sched_setattr
    sched_setaffinity setpriority ioprio_set inotify_init inotify_init1 inotify_add_watch fanotify_init
    fanotify_mark splice tee vmsplice rt_sigqueueinfo rt_tgsigqueueinfo mbind set_mempolicy
    migrate_pages move_pages mlock mlock2 mlockall remap_file_pages socket connect bind listen accept
    accept4 sendmsg recvmsg sendmmsg recvmmsg setsockopt symlink symlinkat setxattr
    setrlimit flock lsetxattr fsetxattr removexattr lremovexattr fremovexattr sync syncfs lookup_dcookie nfsservctl
""".split()


def names_of(chosen: tuple[Group, ...]) -> set[str]:
    return {name for group in chosen for name in group.names.split()}


def numbers_in(text: str) -> dict[str, int]:
    """Names and numbers of a kernel header; the generic one has names for calls that differ on 32 bits."""
    plain = {match[1]: int(match[2]) for match in re.finditer(r"#define\s+__NR_(\w+)\s+(\d+)", text)}
    wide = {match[1]: int(match[2]) for match in re.finditer(r"#define\s+(__NR3264_\w+)\s+(\d+)", text)}
    links = re.finditer(r"#define\s+__NR_(\w+)\s+(__NR3264_\w+)", text)
    return plain | {match[1]: wide[match[2]] for match in links if match[2] in wide}


@pytest.mark.parametrize("machine", NUMBERS)
def test_every_number_is_the_one_in_the_kernels_header(machine: str) -> None:
    header = next((path for path in HEADERS[machine] if path.exists()), None)
    if header is None:
        pytest.skip(f"the kernel's headers for {machine} are not installed (linux-libc-dev)")
    theirs = numbers_in(header.read_text())
    newest = theirs["futex_waitv"] if "futex_waitv" in theirs else theirs["clone3"]
    known = {name: number for name, number in NUMBERS[machine].items() if number <= newest}

    assert len(known) > 150
    assert known == {name: theirs.get(name) for name in known}
    missing = {name for name in names_of(POLICY + WAY_IN) - set(NUMBERS[machine]) if name in theirs}
    # The header lists calls that other machines with its numbers have; ours has newer forms of them.
    assert missing == set()


def test_calls_newer_than_common_headers_have_the_same_number_everywhere() -> None:
    # From 424 on Linux gives every machine the same numbers.
    for name, number in NUMBERS["x86_64"].items():
        if number >= 424:
            assert NUMBERS["aarch64"][name] == number
            assert number <= NEWEST
    assert max(NUMBERS["aarch64"].values()) <= NEWEST


@pytest.mark.parametrize("machine", NUMBERS)
def test_no_two_names_have_one_number(machine: str) -> None:
    assert len(set(NUMBERS[machine].values())) == len(NUMBERS[machine])


def test_every_name_of_the_policy_is_in_the_table_and_the_other_way_round() -> None:
    assert names_of(POLICY + WAY_IN) == set(NUMBERS["x86_64"]) | set(NUMBERS["aarch64"])


def test_what_a_machine_lacks_has_another_form_there() -> None:
    assert set(NUMBERS["aarch64"]) <= set(NUMBERS["x86_64"])
    assert set(NUMBERS["x86_64"]) - set(NUMBERS["aarch64"]) == set(
        "access alarm arch_prctl chmod chown creat dup2 epoll_create epoll_wait eventfd fork futimesat getdents "
        "getpgrp lchown link lstat mkdir open pause pipe poll readlink rename rmdir select signalfd stat time unlink "
        "utime utimes vfork".split()
    )


@pytest.mark.parametrize(("processes", "pinned"), MODES)
def test_what_reaches_beyond_the_job_is_never_allowed(processes: bool, pinned: bool) -> None:
    assert names_of(groups(processes=processes, pinned=pinned)) & set(NEVER) == set()
    assert names_of(WAY_IN) & set(NEVER) == set()


def test_threads_only_means_no_call_that_starts_a_process_or_a_program() -> None:
    extra = names_of(groups(processes=True, pinned=False)) - names_of(groups(processes=False, pinned=False))

    assert extra == set("fork vfork execve execveat wait4 waitid arch_prctl setpgid setsid".split())


def test_a_pinned_job_keeps_its_hands_off_other_processes_and_files() -> None:
    lost = names_of(groups(processes=False, pinned=False)) - names_of(groups(processes=False, pinned=True))

    assert lost == set(
        "chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes futimesat utimensat "
        "truncate link linkat timer_create "
        "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr".split()
    )


@pytest.mark.parametrize("group", POLICY + WAY_IN, ids=lambda group: f"{group.reason}: {group.names[:20]}")
def test_a_group_has_a_reason_and_conditions_that_can_be_met(group: Group) -> None:
    assert group.reason
    assert group.answer in (ALLOW, DONE, KILL, errno.ENOSYS)
    for match in group.when:
        assert 0 <= match.argument < 6
        assert 0 < match.mask <= WORD
        assert len(match.values) == len(set(match.values)) > 0
        assert all(value & ~match.mask == 0 for value in match.values if value >= 0)
        assert match.mask >> 32 == 0 or len(match.values) == 1


def test_only_a_kernels_box_is_told_that_the_scheduler_was_set_and_nothing_is_done() -> None:
    for processes, pinned in MODES:
        plain = groups(processes=processes, pinned=pinned)
        more = [
            group for group in groups(processes=processes, pinned=pinned, cells=True) if group not in plain
        ]

        assert [(group.names, group.answer) for group in more] == [("sched_setscheduler", DONE)]
        assert [(match.argument, match.values) for match in more[0].when] == [(1, (0,))]  # SCHED_OTHER


def test_only_an_abort_kills() -> None:
    assert names_of(tuple(group for group in POLICY if group.answer == KILL)) == {"kill", "tkill", "tgkill"}
