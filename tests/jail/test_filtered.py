"""Processes under the real filter: ordinary work goes on, and what is forbidden is an error one can catch.

Without namespaces, Landlock or limits around them, so that the filter alone must answer.
"""

from __future__ import annotations

import importlib.util
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.jail.syscalls import NUMBERS

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in NUMBERS,
    reason="the filter is for Linux on x86_64 and aarch64",
)

ROOT = Path(__file__).parents[2]
SHUT = """
import ctypes, errno, mmap, os, sys, threading
sys.path.insert(0, {root!r})
from grader.jail.seccomp import build, install
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
NULL = ctypes.c_void_p(None)

def name(status):
    return errno.errorcode[ctypes.get_errno()] if status in (-1, 2**64 - 1) else status

def tried(call):
    try:
        return name(call())
    except OSError as error:
        return errno.errorcode[error.errno]

def code(instructions):
    memory = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
    memory.write(instructions)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory))), memory

{before}
assert libc.prctl(38, 1, 0, 0, 0) == 0
install(build(processes={processes}, pinned={pinned}).for_pid(os.getpid()))
"""

Shut = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shut(tmp_path: Path) -> Shut:
    """Runs Python text in a process under the filter, in an empty folder of its own."""

    def run(
        body: str, *, before: str = "", processes: bool = False, pinned: bool = False
    ) -> subprocess.CompletedProcess[str]:
        text = SHUT.format(root=str(ROOT), before=before, processes=processes, pinned=pinned) + body
        environment = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "OMP_WAIT_POLICY": "passive"}
        return subprocess.run(
            [sys.executable, "-B", "-c", text],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def printed(ended: subprocess.CompletedProcess[str]) -> str:
    """What it printed last; fails if it did not end well."""
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout.rstrip("\n").rpartition("\n")[2]


WORK = {
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: print(sum(pool.map(abs, range(-10, 0))))",
        "55",
    ),
    "asyncio": (
        "import asyncio\n"
        "async def main():\n"
        "    loop = asyncio.get_running_loop()\n"
        "    waited = await loop.run_in_executor(None, lambda: 3)\n"
        "    done = await asyncio.gather(*[asyncio.sleep(0.01, n) for n in range(4)])\n"
        "    reader, writer = await asyncio.to_thread(os.pipe)\n"
        "    loop.call_later(0.01, os.write, writer, b'!')\n"
        "    heard = loop.create_future()\n"
        "    loop.add_reader(reader, lambda: heard.done() or heard.set_result(os.read(reader, 1)))\n"
        "    return waited, sum(done), await heard\n"
        "print(asyncio.run(main(), debug=True))",
        "(3, 6, b'!')",
    ),
    "files": (
        "import pathlib, tempfile\n"
        "with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:\n"
        "    here = pathlib.Path(folder)\n"
        "    (here / 'a').write_text('text'); (here / 'a').rename(here / 'b'); (here / 'sub').mkdir()\n"
        "    file.write(b'x' * 9); file.truncate(5)\n"
        "    print(sorted(path.name for path in here.iterdir()), file.seek(0, 2))",
        "['b', 'sub'] 5",
    ),
    "memory-mapped files": (
        "with open('data', 'w+b') as file:\n"
        "    file.write(bytes(4096)); file.flush()\n"
        "    with mmap.mmap(file.fileno(), 0) as seen: seen[:2] = b'hi'; seen.flush()\n"
        "    file.seek(0); print(file.read(2).decode(), len(mmap.mmap(-1, 99, flags=34)))",
        "hi 99",
    ),
    "sqlite": (
        "import sqlite3\n"
        "for mode in ('delete', 'wal'):\n"
        "    base = sqlite3.connect(mode + '.db'); base.execute('pragma journal_mode=' + mode)\n"
        "    base.execute('create table t (x)'); base.executemany('insert into t values (?)', [(1,), (2,)])\n"
        "    base.commit(); print(base.execute('select sum(x) from t').fetchone()); base.close()",
        "(3,)",
    ),
    "signals and timers": (
        "import signal, time\n"
        "heard = []\n"
        "for number in (signal.SIGALRM, signal.SIGUSR1): signal.signal(number, lambda *a: heard.append(a[0]))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.01); os.kill(os.getpid(), signal.SIGUSR1)\n"
        "while len(heard) < 2: time.sleep(0.01)\n"
        "print(sorted(heard) == sorted([signal.SIGALRM, signal.SIGUSR1]))",
        "True",
    ),
    "standard library": (
        "import datetime, getpass, hashlib, locale, logging, platform, random, resource, secrets, shutil, uuid\n"
        "resource.getrlimit(resource.RLIMIT_CORE); uuid.uuid4(); secrets.token_hex(); os.urandom(3)\n"
        "shutil.disk_usage('.'), os.get_terminal_size, os.cpu_count(), len(os.sched_getaffinity(0))\n"
        "platform.machine(), datetime.datetime.now().astimezone(), sys.stdout.isatty(), os.listdir('/')\n"
        "logging.getLogger('x').info('quiet'); print(hashlib.sha256(b'').hexdigest()[:4])",
        "e3b0",
    ),
    "numpy": (
        "x = np.random.default_rng(0).normal(size=(300, 300)) + 300 * np.eye(300)\n"
        "np.save('x.npy', x); y = np.load('x.npy', mmap_mode='r')\n"
        "np.linalg.svd(x); np.linalg.eigh(x @ x.T); np.fft.fft2(x)\n"
        "print(np.allclose(np.linalg.inv(x) @ y, np.eye(300)))",
        "True",
    ),
}


@pytest.mark.parametrize("pinned", [False, True], ids=["", "pinned"])
@pytest.mark.parametrize("work", WORK)
def test_ordinary_work_goes_on(shut: Shut, work: str, pinned: bool) -> None:
    body, wanted = WORK[work]
    before = "import numpy as np" if work == "numpy" else ""

    if work == "sqlite" and pinned:
        wanted = "OperationalError"  # where nothing can be written, there is nothing to lock
        body = f"try:\n    {body.splitlines()[0]}\n" + "\n".join(
            "    " + line for line in body.splitlines()[1:]
        )
        body += "\nexcept sqlite3.OperationalError as error:\n    print(type(error).__name__)"
    assert printed(shut(body, before=before, pinned=pinned)) == wanted


def test_copies_keep_modes_and_times_where_files_are_the_jobs_own(shut: Shut) -> None:
    body = (
        "import shutil\nos.mkdir('a'); open('a/x', 'w').write('hi'); os.chmod('a/x', 0o600)\n"
        "shutil.copytree('a', 'b'); os.utime('b/x', (5, 5)); shutil.move('b', 'c')\n"
        "print(open('c/x').read(), oct(os.stat('c/x').st_mode), int(os.stat('c/x').st_mtime))"
    )

    assert printed(shut(body)) == "hi 0o100600 5"


TRAINING = """
torch.set_num_threads(2); torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
step = torch.optim.Adam(net.parameters())
data = torch.utils.data.TensorDataset(torch.randn(16, 1, 8, 8), torch.arange(16) % 3)
for x, y in torch.utils.data.DataLoader(data, batch_size=8, shuffle=True):
    step.zero_grad(); nn.functional.cross_entropy(net(x), y).backward(); step.step()
out, _ = nn.LSTM(4, 5, batch_first=True)(torch.randn(2, 7, 4))
attended, _ = nn.MultiheadAttention(8, 2)(*[torch.randn(5, 2, 8)] * 3)
torch.linalg.svd(torch.randn(200, 200) @ torch.randn(200, 200))
torch.func.vmap(torch.func.grad(lambda v: (v**2).sum()))(torch.randn(3, 4))
torch.save(net.state_dict(), 'net.pt'); net.load_state_dict(torch.load('net.pt', weights_only=True))
kept = torch.load('net.pt', weights_only=True, mmap=True)
print(tuple(out.shape), tuple(attended.shape), len(kept))
"""


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch_trains_saves_and_loads_with_two_threads(shut: Shut) -> None:
    before = "import torch, torch.func, torch.utils.data\nfrom torch import nn"

    assert printed(shut(TRAINING, before=before, pinned=True)) == "(2, 7, 5) (5, 2, 8) 4"


REFUSED = {
    "fork": "os.fork()",
    "program": "os.execv('/bin/true', ['true'])",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "subprocess": "__import__('subprocess').run(['/bin/true'])",
    "multiprocessing": "__import__('multiprocessing').Process(target=print).start()",
    **{
        f"socket {family}": f"__import__('socket').socket({family}, {kind})"
        for family, kind in [(1, 1), (1, 2), (2, 1), (2, 2), (10, 1), (16, 3), (17, 3), (38, 5), (40, 1)]
    },
    "pair of datagrams": "__import__('socket').socketpair(1, 2)",
    "memfd": "os.memfd_create('x')",
    "shared memory": "mmap.mmap(-1, 4096)",
    "a stack of one's own": "libc.mmap(None, 4096, 3, 0x122, -1, 0)",
    "huge pages": "libc.mmap(None, 1 << 21, 3, 0x40022, -1, 0)",
    "shmget": "libc.shmget(0, 4096, 0o600)",
    "traced by the parent": "libc.ptrace(0, 0, NULL, NULL)",
    "reading another process": "libc.process_vm_readv(os.getpid(), NULL, 0, NULL, 0, 0)",
    "namespace": "libc.unshare(0x10000000)",
    "thread in a namespace": "libc.syscall({clone}, ctypes.c_ulong(0x3d0f00 | 0x10000000), NULL, NULL, NULL, NULL)",
    "mount": "libc.mount(b'none', b'/', b'tmpfs', 0, NULL)",
    "chroot": "os.chroot('.')",
    "fifo": "os.mkfifo('x')",
    "symbolic link": "os.symlink('a', 'b')",
    "dumpable": "libc.prctl(4, 1, 0, 0, 0)",
    "its death with the parent": "libc.prctl(1, 0, 0, 0, 0)",
    "another filter": "libc.prctl(22, 2, NULL, 0, 0)",
    "priority": "os.nice(1)",
    "affinity": "os.sched_setaffinity(0, {0})",
    "larger pipe": "__import__('fcntl').fcntl(os.pipe()[0], 1031, 1 << 20)",
    "signals on events": "__import__('fcntl').fcntl(0, 8, 1)",
    "typing into the terminal": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    "user": "os.setuid(0)",
    "pidfd": "os.pidfd_open(1)",
    "locked memory": "libc.mlockall(1)",
    "splice": "os.splice(0, 1, 1)",
    "limit of its own": "libc.prlimit64(0, 0, (ctypes.c_ulong * 2)(1, 1), NULL)",
    "locking a whole file": "__import__('fcntl').flock(os.open('.', os.O_RDONLY), 2)",
    "extended attribute": "os.setxattr('.', 'user.x', b'')",
}


@pytest.mark.parametrize("thing", REFUSED)
def test_what_is_forbidden_is_a_permission_error(shut: Shut, thing: str) -> None:
    call = REFUSED[thing].replace("{clone}", str(NUMBERS[platform.machine()]["clone"]))

    assert printed(shut(f"print(tried(lambda: {call}))")) == "EPERM"


PINNED = {
    "signal to the parent": "os.kill(os.getppid(), 0)",
    "signal to all": "os.kill(-1, 0)",
    "signal to the group": "os.kill(0, 0)",
    "signal to a thread": "libc.syscall({tkill}, os.getppid(), 0)",
    "limits of the parent": "__import__('resource').prlimit(os.getppid(), 7)",
    "mode": "os.chmod('mine', 0o777)",
    "mode by descriptor": "os.fchmod(os.open('mine', os.O_RDONLY), 0o777)",
    "owner": "os.chown('mine', -1, -1)",
    "times": "os.utime('mine')",
    "emptying": "os.truncate('mine', 0)",
    "emptying what may be read": "os.open('mine', os.O_RDONLY | os.O_TRUNC)",
}


@pytest.mark.parametrize("thing", PINNED)
def test_a_pinned_job_cannot_touch_others_processes_and_files(shut: Shut, thing: str) -> None:
    call = PINNED[thing].replace("{tkill}", str(NUMBERS[platform.machine()]["tkill"]))
    before = "open('mine', 'w').write('text')"

    assert printed(shut(f"print(tried(lambda: {call}))", before=before, pinned=True)) == "EPERM"
    assert printed(shut(f"print(tried(lambda: {call}))", before=before)) != "EPERM", "the rule is for pinned"


def test_a_thread_started_before_is_under_the_filter_too(shut: Shut) -> None:
    before = (
        "import socket; go = threading.Event(); seen = []\n"
        "early = threading.Thread(target=lambda: (go.wait(), seen.append(tried(socket.socket)))); early.start()"
    )

    assert printed(shut("go.set(); early.join(); print(seen)", before=before)) == "['EPERM']"


@pytest.mark.parametrize(
    "body",
    [
        "os.abort()",
        "os.kill(os.getpid(), 6)",
        "early = threading.Thread(target=os.abort); early.start(); early.join()",
    ],
    ids=["abort", "signal", "thread"],
)
def test_an_abort_ends_as_a_bad_system_call(shut: Shut, body: str) -> None:
    assert shut(body).returncode == -signal.SIGSYS


def test_other_signals_to_itself_end_it_as_they_do_anywhere(shut: Shut) -> None:
    assert shut("os.kill(os.getpid(), 15)", pinned=True).returncode == -signal.SIGTERM


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other machines have no int 0x80 and no x32")
@pytest.mark.parametrize(
    "instructions",
    [b"\xb8\x14\x00\x00\x00\xcd\x80\xc3", b"\xb8\x27\x00\x00\x40\x0f\x05\xc3"],  # getpid of each
    ids=["int 0x80", "x32"],
)
def test_other_doors_into_the_kernel_are_shut(shut: Shut, instructions: bytes) -> None:
    before = f"enter, kept = code({instructions!r})\nprint(enter() == os.getpid(), flush=True)"
    ended = shut("print(errno.errorcode[-enter()])", before=before)
    if not ended.stdout.startswith("True\n"):
        pytest.skip("this kernel was built without that door")

    assert printed(ended) == "ENOSYS"


def test_processes_where_an_exercise_asks_for_them(shut: Shut) -> None:
    body = (
        "import multiprocessing, subprocess\n"
        "shown = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout\n"
        "slow = subprocess.Popen(['/bin/sleep', '60'], start_new_session=True); slow.kill()\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: squares = pool.map(abs, [-1, -2])\n"
        "died = subprocess.run([sys.executable, '-c', 'import os; os.abort()'], stderr=-3).returncode\n"
        "print(shown.strip(), slow.wait(), squares, died, tried(lambda: mmap.mmap(-1, 4096)))"
    )

    # A child's own abort is a SIGABRT: only the first process of a namespace cannot die of it.
    assert printed(shut(body, processes=True)) == "42 -9 [1, 2] -6 EPERM"
