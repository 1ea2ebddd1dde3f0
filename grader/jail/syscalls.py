"""The system calls that student code may make, as data: numbers, and rules with a reason each.

An allow-list. What no rule names is answered with EPERM; what the C library knows how to do without, with
ENOSYS. Nothing ends the process but its own abort (the first group), so that a forbidden call is an ordinary
`PermissionError` on the student's own line.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

__all__ = [
    "ALLOW",
    "DONE",
    "INT",
    "KILL",
    "NEWEST",
    "NUMBERS",
    "OWN",
    "POLICY",
    "WAY_IN",
    "WORD",
    "Group",
    "Match",
]

ALLOW = 0
"""An answer is an error number; 0 lets the call through."""
KILL = -1
"""Ends the process with SIGSYS."""
DONE = -2
"""The call is not made, and says that it was."""
OWN = -1
"""Among the values of a `Match`: the number of the job's own process."""
INT = 0xFFFF_FFFF
"""The mask of an int: the kernel looks at the lower half of the register only, and so must we."""
WORD = 0xFFFF_FFFF_FFFF_FFFF
NEWEST = 469
"""Last number of Linux 6.17. Later calls, and x32's, do not exist as far as the C library can tell."""


@dataclass(frozen=True)
class Match:
    """`argument & mask` is one of `values`; with a mask over 32 bits there is one value."""

    argument: int
    values: tuple[int, ...]
    mask: int = INT


@dataclass(frozen=True)
class Group:
    """Calls with one answer, if all of `when` match; the first group that matches answers.

    `processes`, `pinned` and `cells` say in which builds the group counts; None: in both.
    """

    reason: str
    names: str
    when: tuple[Match, ...] = ()
    answer: int = ALLOW
    processes: bool | None = None
    pinned: bool | None = None
    cells: bool | None = None


def _only(argument: int, *values: int) -> tuple[Match, ...]:
    return (Match(argument, values),)


def _without(argument: int, bits: int) -> tuple[Match, ...]:
    return (Match(argument, (0,), bits),)


_SIGABRT = 6
_NEW_NAMESPACE = 0x7E02_0000
_PIDFD, _PTRACE, _PARENT = 0x1000, 0x2000, 0x8000
_ALIEN = _NEW_NAMESPACE | _PIDFD | _PTRACE | _PARENT
_THREAD = 0x0001_0F00  # CLONE_THREAD, and memory, folder, descriptors and handlers shared, as all threads do
_SHARED, _ANONYMOUS, _GROWSDOWN, _HUGE = 0x1, 0x20, 0x100, 0x4_0000
_NOTIFICATIONS = 0x80  # O_EXCL: the pipe becomes a queue of kernel events
_UNSHARE_FILES = 0x2
_SEND_FLAGS = 0x40 | 0x4000 | 0x8000  # DONTWAIT, NOSIGNAL, MORE
_RECEIVE_FLAGS = 0x2 | 0x20 | 0x40 | 0x100  # PEEK, TRUNC, DONTWAIT, WAITALL
_NOT_READ_AND_TRUNCATE = (0, 1, 2, 3, 0x201, 0x202, 0x203)

POLICY = (
    # abort() in process 1 of a namespace, which no signal of its own can end, would end as SIGSEGV.
    Group("aborting: ends as SIGSYS", "kill tkill", (*_only(0, OWN), *_only(1, _SIGABRT)), KILL),
    Group("aborting: ends as SIGSYS", "tgkill", (*_only(0, OWN), *_only(2, _SIGABRT)), KILL),
    Group("signals to itself; a namespace hides all others", "kill tkill tgkill", pinned=False),
    Group("signals to itself only, where others can be seen", "kill tgkill", _only(0, OWN), pinned=True),
    Group(
        "handling signals",
        "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack "
        "restart_syscall pause signalfd signalfd4",
    ),
    # RLIMIT_DATA counts neither shared anonymous memory nor stacks that grow, and huge pages are everybody's.
    Group(
        "memory that its limit counts, and files",
        "mmap",
        (Match(3, (0, _SHARED, _ANONYMOUS), _SHARED | _ANONYMOUS | _GROWSDOWN | _HUGE),),
    ),
    Group("memory of its own", "brk mprotect munmap mremap msync mincore get_mempolicy membarrier"),
    # All advice but merging pages with other processes' (a side channel) and breaking pages.
    Group("advice on memory", "madvise", _only(2, *range(5), *range(8, 12), *range(14, 26), 102, 103)),
    Group("starting threads", "clone", (Match(0, (_THREAD,), _THREAD | _ALIEN),)),
    Group(
        "threads",
        "futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list set_tid_address rseq exit "
        "exit_group gettid sched_yield getcpu",
    ),
    Group("starting processes, in our namespaces", "clone", _without(0, _ALIEN), processes=True),
    Group("processes", "fork vfork execve execveat wait4 waitid", processes=True),
    Group("the thread pointer of a new program", "arch_prctl", _only(0, 0x1002, 0x1003), processes=True),
    # Where no namespace ends with the job, its process group is how it is found again.
    Group("groups of processes", "setpgid setsid", processes=True, pinned=False),
    Group(
        "who am I",
        "getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid",
    ),
    Group(
        "what is there and what was used",
        "uname sysinfo times getrusage getrlimit getrandom sched_getaffinity sched_getscheduler "
        "sched_getparam sched_getattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval",
    ),
    # Asking only. At a limit on CPU time that it set itself, a job would be killed as if by us.
    Group("limits", "prlimit64", (Match(2, (0,), WORD),), pinned=False),
    Group("limits of its own", "prlimit64", (*_only(0, 0, OWN), Match(2, (0,), WORD)), pinned=True),
    Group("priority", "getpriority", pinned=False),
    Group("priority of its own", "getpriority", (*_only(0, 0), *_only(1, 0, OWN)), pinned=True),
    # Names of threads and memory, and questions. Never dumpable, parent's death, or filters of its own.
    Group("itself", "prctl", _only(0, 2, 3, 15, 16, 21, 23, 30, 38, 39, 51, 56, 0x5356_4D41)),
    Group("asking for the kind of kernel", "personality", _only(0, INT)),
    # ZeroMQ, over which a notebook's kernel talks, gives its threads the ordinary policy that they have already, and
    # ends the process where it may not.
    Group("the scheduler's ordinary policy", "sched_setscheduler", _only(1, 0), DONE, cells=True),
    Group(
        "reading and writing",
        "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek",
    ),
    Group("copying between files", "sendfile copy_file_range"),
    Group("descriptors", "close dup dup2 dup3 pipe"),
    # A thread with a table of descriptors of its own would have a limit of its own.
    Group("closing many descriptors", "close_range", _without(2, _UNSHARE_FILES)),
    Group("pipes", "pipe2", _without(1, _NOTIFICATIONS)),
    # Duplicate, flags, size of a pipe, seals; no signals on events, no larger pipes.
    Group("descriptors", "fcntl", _only(1, 0, 1, 2, 3, 4, 1027, 1030, 1032, 1034)),
    # Of files that all boxes can read, locks would be a way to talk from one to another; SQLite needs them.
    Group("locks", "fcntl", _only(1, 5, 6, 7, 36, 37, 38), pinned=False),
    # TCGETS and TCGETS2 (is it a terminal?), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
    Group("descriptors", "ioctl", _only(1, 0x5401, 0x802C_542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),
    Group("opening files", "open openat", pinned=False),
    # Landlock before Linux 6.2 lets a file that may only be read be opened so and emptied.
    Group("opening files", "open", (Match(1, _NOT_READ_AND_TRUNCATE, 0x203),), pinned=True),
    Group("opening files", "openat", (Match(2, _NOT_READ_AND_TRUNCATE, 0x203),), pinned=True),
    Group(
        "files; which ones is up to mounts and Landlock",
        "creat stat fstat lstat newfstatat statx access faccessat faccessat2 getcwd chdir fchdir getdents "
        "getdents64 readlink readlinkat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 "
        "ftruncate fallocate fsync fdatasync sync_file_range fadvise64 readahead statfs fstatfs umask",
    ),
    # Landlock does not know of these; where the user's other files can be seen, they must not be touched.
    Group(
        "owners, modes, times and attributes of files",
        "chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes futimesat utimensat truncate "
        "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr",
        pinned=False,
    ),
    Group("a second name for a file, of which named semaphores are made", "link linkat", pinned=False),
    Group(
        "clocks and timers",
        "nanosleep gettimeofday time alarm getitimer setitimer timer_settime timer_gettime timer_getoverrun "
        "timer_delete timerfd_create timerfd_settime timerfd_gettime",
    ),
    Group("clocks and timers", "clock_gettime clock_getres clock_nanosleep timer_create", pinned=False),
    # Other numbers are clocks of other processes; and all the user's timers share one limit.
    Group("clocks", "clock_gettime clock_getres clock_nanosleep", _only(0, *range(12)), pinned=True),
    Group(
        "waiting for descriptors",
        "select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 "
        "eventfd eventfd2",
    ),
    # The event loop of asyncio wakes itself over a pair of stream sockets, and this is all it needs.
    Group("asyncio", "socketpair", (*_only(0, 1), Match(1, (1,), 0xF))),
    Group("asyncio", "sendto", (*_without(3, INT ^ _SEND_FLAGS), Match(4, (0,), WORD))),
    Group("asyncio", "recvfrom", _without(3, INT ^ _RECEIVE_FLAGS)),
    Group("asyncio", "getsockopt", (*_only(1, 1), *_only(2, 3, 4, 7, 8, 38, 39))),
    Group("asyncio", "shutdown getsockname getpeername"),
    Group("what the C library does without", "clone3 openat2 mseal map_shadow_stack", answer=errno.ENOSYS),
)
"""What student code may do."""

WAY_IN = (
    Group("starting processes, in our namespaces", "clone", _without(0, _ALIEN)),
    Group("starting a program", "fork vfork execve execveat wait4 waitid setpgid setsid arch_prctl"),
    Group(
        "giving up rights",
        "prctl setuid setgid setgroups setresuid setresgid setreuid setregid setfsuid setfsgid capget capset",
    ),
    Group("setting its limits", "prlimit64"),
    Group("restricting itself", "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self"),
    Group("watching and ending the job", "kill tkill tgkill pidfd_open pidfd_send_signal"),
)
"""What a container needs besides, until the job in it has installed our own filter."""


def groups(*, processes: bool, pinned: bool, cells: bool = False) -> tuple[Group, ...]:
    """The part of the policy that counts in such a build, in order."""
    return tuple(
        group
        for group in POLICY
        if group.processes in (None, processes)
        and group.pinned in (None, pinned)
        and group.cells in (None, cells)
    )


def _numbers(table: str) -> dict[str, dict[str, int]]:
    words = table.split()
    columns = {"x86_64": words[1::3], "aarch64": words[2::3]}
    return {
        machine: {name: int(word) for name, word in zip(words[::3], column, strict=True) if word != "-"}
        for machine, column in columns.items()
    }


# Name, number on x86_64, number on aarch64.
NUMBERS = _numbers("""
    access 21 -  alarm 37 -  arch_prctl 158 -  brk 12 214  capget 125 90  capset 126 91  chdir 80 49
    chmod 90 -  chown 92 -  clock_getres 229 114  clock_gettime 228 113  clock_nanosleep 230 115
    clone 56 220  clone3 435 435  close 3 57  close_range 436 436  copy_file_range 326 285  creat 85 -
    dup 32 23  dup2 33 -  dup3 292 24  epoll_create 213 -  epoll_create1 291 20  epoll_ctl 233 21
    epoll_pwait 281 22  epoll_pwait2 441 441  epoll_wait 232 -  eventfd 284 -  eventfd2 290 19
    execve 59 221  execveat 322 281  exit 60 93  exit_group 231 94  faccessat 269 48  faccessat2 439 439
    fadvise64 221 223  fallocate 285 47  fchdir 81 50  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452
    fchown 93 55  fchownat 260 54  fcntl 72 25  fdatasync 75 83  fgetxattr 193 10  flistxattr 196 13
    fork 57 -  fstat 5 80  fstatfs 138 44  fsync 74 82  ftruncate 77 46  futex 202 98
    futex_requeue 456 456  futex_wait 455 455  futex_waitv 449 449  futex_wake 454 454  futimesat 261 -
    get_mempolicy 239 236  getcpu 309 168  getcwd 79 17  getdents 78 -  getdents64 217 61  getegid 108 177
    geteuid 107 175  getgid 104 176  getgroups 115 158  getitimer 36 102  getpeername 52 205
    getpgid 121 155  getpgrp 111 -  getpid 39 172  getppid 110 173  getpriority 140 141  getrandom 318 278
    getresgid 120 150  getresuid 118 148  getrlimit 97 163  getrusage 98 165  getsid 124 156
    getsockname 51 204  getsockopt 55 209  gettid 186 178  gettimeofday 96 169  getuid 102 174
    getxattr 191 8  ioctl 16 29  kill 62 129  landlock_add_rule 445 445  landlock_create_ruleset 444 444
    landlock_restrict_self 446 446  lchown 94 -  lgetxattr 192 9  link 86 -  linkat 265 37  listxattr 194 11
    llistxattr 195 12  lseek 8 62  lstat 6 -  madvise 28 233  map_shadow_stack 453 453  membarrier 324 283
    mincore 27 232  mkdir 83 -  mkdirat 258 34  mmap 9 222  mprotect 10 226  mremap 25 216  mseal 462 462
    msync 26 227  munmap 11 215  nanosleep 35 101  newfstatat 262 79  open 2 -  openat 257 56
    openat2 437 437  pause 34 -  personality 135 92  pidfd_open 434 434  pidfd_send_signal 424 424
    pipe 22 -  pipe2 293 59  poll 7 -  ppoll 271 73  prctl 157 167  pread64 17 67  preadv 295 69
    preadv2 327 286  prlimit64 302 261  pselect6 270 72  pwrite64 18 68  pwritev 296 70  pwritev2 328 287
    read 0 63  readahead 187 213  readlink 89 -  readlinkat 267 78  readv 19 65  recvfrom 45 207
    rename 82 -  renameat 264 38  renameat2 316 276  restart_syscall 219 128  rmdir 84 -  rseq 334 293
    rt_sigaction 13 134  rt_sigpending 127 136  rt_sigprocmask 14 135  rt_sigreturn 15 139
    rt_sigsuspend 130 133  rt_sigtimedwait 128 137  sched_get_priority_max 146 125
    sched_get_priority_min 147 126  sched_getaffinity 204 123  sched_getattr 315 275  sched_getparam 143 121
    sched_getscheduler 145 120  sched_rr_get_interval 148 127  sched_setscheduler 144 119  sched_yield 24 124
    seccomp 317 277  select 23 -  sendfile 40 71  sendto 44 206  set_robust_list 273 99  set_tid_address 218 96
    setfsgid 123 152  setfsuid 122 151  setgid 106 144  setgroups 116 159  setitimer 38 103  setpgid 109 154
    setregid 114 143  setresgid 119 149  setresuid 117 147  setreuid 113 145
    setsid 112 157  setuid 105 146  shutdown 48 210  sigaltstack 131 132  signalfd 282 -  signalfd4 289 74
    socketpair 53 199  stat 4 -  statfs 137 43  statx 332 291  sync_file_range 277 84  sysinfo 99 179
    tgkill 234 131  time 201 -  timer_create 222 107  timer_delete 226 111  timer_getoverrun 225 109
    timer_gettime 224 108  timer_settime 223 110  timerfd_create 283 85  timerfd_gettime 287 87
    timerfd_settime 286 86  times 100 153  tkill 200 130  truncate 76 45  umask 95 166  uname 63 160
    unlink 87 -  unlinkat 263 35  utime 132 -  utimensat 280 88  utimes 235 -  vfork 58 -  wait4 61 260
    waitid 247 95  write 1 64  writev 20 66
""")
"""Machine to name to number; a name is missing where the machine has no such call."""
