"""`make bench`: what the boundary and the start cost, measured side by side in one run. Nothing here decides a test.

Larger ones have commands of their own: `python -m tests.benchmarks.cohort`, `…peers` and others, see CONTRIBUTING.md.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from grader.boxes import Limits, Session, open_box
from grader.courses import Course
from grader.handouts import write_handout
from grader.protocol import Ref, Script, Step, pack, unpack
from grader.protocol.frames import FrameReader

ROOT = Path(__file__).parents[2]
SOURCE = "import numpy as np\n\n\ndef double(x):\n    return 2 * x\n"


def median_s(run: Callable[[], object], repeats: int) -> float:
    """Median seconds of one run, after one that does not count."""
    run()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def command_s(*arguments: str, repeats: int = 7) -> float:
    def run() -> None:
        subprocess.run(
            [sys.executable, "-m", "grader", *arguments], cwd=ROOT, capture_output=True, check=True
        )

    return median_s(run, repeats)


def double(x: object) -> Script:
    return Script((Step("call", "double", (x,)),), Ref(0))


def boundary() -> None:
    limits = Limits(cpu_s=60)
    session = Session(
        lambda: open_box("bare", ["numpy"], limits), "a.py", SOURCE, allow=["numpy"], limits=limits
    )
    small, large = np.arange(64.0), np.arange(10 * 2**20 / 8)
    many = [double(small) for _ in range(1000)]
    direct = median_s(lambda: [2 * small for _ in range(1000)], 9) / 1000
    batched = median_s(lambda: session.run(many), 9) / 1000
    single = median_s(lambda: session.run(many[:1]), 500)
    big = median_s(lambda: session.run([double(large)]), 9)
    session.close()
    print(f"a call of 64 floats, direct                {direct * 1e6:9.2f} µs")
    print(f"the same through the box, 1000 a message   {batched * 1e6:9.2f} µs")
    print(f"the same, one a message                    {single * 1e6:9.2f} µs")
    print(
        f"10 MB to the box and back                  {big * 1e3:9.2f} ms   (bare pipe: {pipe_ms(large):.2f} ms)"
    )


def pipe_ms(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """10 MB through `cat`, both ways, and nothing else."""
    data = array.tobytes()
    return median_s(lambda: subprocess.run(["cat"], input=data, capture_output=True, check=True), 9) * 1e3


def codec() -> None:
    for name, array in (("64 floats", np.arange(64.0)), ("10 MB", np.arange(10 * 2**20 / 8))):
        data = pack(array)

        def read(data: bytes = data) -> object:
            reader = FrameReader(max_body=1 << 30)
            reader.feed(data)
            frame = reader.next()
            assert frame is not None
            return unpack(frame)

        encode_s = median_s(lambda array=array: pack(array), 99)  # type: ignore[misc]
        print(f"codec, {name:10} write {encode_s * 1e6:9.1f} µs   read {median_s(read, 99) * 1e6:9.1f} µs")


def commands() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_handout(Course(ROOT).load("losses"), Path(folder))
        accepted = ROOT / "assignments" / "losses" / "submissions" / "accepted" / "vectorised.py"
        (Path(folder) / "losses.py").write_text(accepted.read_text())
        bare = median_s(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 7)
        numpy = median_s(lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True), 7)
        print(f"python -c pass                             {bare:9.3f} s")
        print(f"python -c 'import numpy'                   {numpy:9.3f} s")
        print(f"grader --help                              {command_s('--help'):9.3f} s")
        print(
            f"grader check losses.py                     {command_s('check', folder + '/losses.py'):9.3f} s"
        )
        print(
            f"grader grade losses (bank in the cache)    {command_s('grade', 'losses', str(accepted)):9.3f} s"
        )


if __name__ == "__main__":
    boundary()
    codec()
    commands()
