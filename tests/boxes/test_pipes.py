"""Our ends of a worker's pipes: nothing blocks, nothing is lost, and what is not ready is waited for."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO

import numpy as np
import pytest

from grader.boxes import pipes
from grader.boxes.limits import Limits
from grader.boxes.lines import Line
from grader.boxes.pipes import Pipes, Printed, SelectPipes, ThreadPipes, widen
from grader.protocol import Ending, Frame, FrameReader, pack, unpack

KEEP, MOST = 100, 1 << 20
BIG = np.arange(200_000.0)


class Worker:
    """The other ends of the three pipes, held by the test."""

    def __init__(self, kind: Callable[..., Pipes]) -> None:
        self.source, sink = os.pipe()
        source, self.sink = os.pipe()
        output, self.output = os.pipe()
        ours: list[IO[bytes]] = [open(sink, "wb"), open(source, "rb"), open(output, "rb")]  # noqa: SIM115
        self.pipes = kind(*ours, printed=Printed(KEEP, MOST))
        self.reader = FrameReader(max_body=1 << 24)

    def line(self, *, reply_mib: int = 1) -> Line:
        """A line that knows no CPU time."""
        limits = Limits(reply_mib=reply_mib, output_mib=1)
        return Line(self.pipes, limits, used=lambda: None, ending=lambda: Ending("exited", "status 0"))

    def frame(self) -> Frame:
        """The next frame that comes, waited for with patience."""
        for _ in range(1000):
            if (frame := self.reader.next()) is not None:
                return frame
            self.pipes.pump(10, self.reader)
        raise AssertionError("no frame came")

    def read(self, size: int) -> bytes:
        """What we wrote, read with the pipes pumped in between."""
        data = b""
        while len(data) < size:
            data += os.read(self.source, 1 << 16)
            self.pipes.pump(0, self.reader)
        return data

    def close(self) -> None:
        for descriptor in (self.source, self.sink, self.output):
            if descriptor >= 0:
                os.close(descriptor)
        self.pipes.close()


@pytest.fixture(params=["patient", "keen", "threads"])
def worker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker over each kind of pipes: polled, asleep or keenly, and with threads."""
    monkeypatch.setattr(pipes, "_keen_s", 100e-6 if request.param == "keen" else 0.0)
    made = Worker(ThreadPipes if request.param == "threads" else SelectPipes)
    yield made
    made.close()


def test_a_small_message_is_in_the_pipe_at_once(worker: Worker) -> None:
    worker.pipes.write(b"hello")

    assert os.read(worker.source, 100) == b"hello"


def test_a_message_larger_than_the_pipe_arrives_whole_and_in_order(worker: Worker) -> None:
    data = os.urandom(3 << 20)
    for at in range(0, len(data), 1 << 20):
        worker.pipes.write(memoryview(data)[at : at + (1 << 20)])
    worker.pipes.write(b"end")

    assert worker.read(len(data) + 3) == data + b"end"


def test_frames_large_and_small_written_in_one_go_come_apart_again(worker: Worker) -> None:
    small = [pack(number) for number in range(3)]
    large = pack(BIG[:7_000])  # fits into the pipe beside the others, and is over the size of a small one
    os.write(worker.sink, large[:50_000])
    first = len(large) - 50_000
    found = []
    while worker.reader.wants() > first:
        worker.pipes.pump(10, worker.reader)
    os.write(worker.sink, large[50_000:] + b"".join(small))
    found = [unpack(worker.frame()) for _ in range(4)]

    assert np.array_equal(found[0], BIG[:7_000])
    assert found[1:] == [0, 1, 2]


def test_half_a_large_frame_runs_into_the_clock(worker: Worker) -> None:
    os.write(worker.sink, pack(BIG[:50_000])[:60_000])

    ending = worker.line().receive(0.2)

    assert ending == Ending("timeout", "0.2 s by the clock")


def test_a_frame_that_breaks_off_ends_with_the_worker(worker: Worker) -> None:
    os.write(worker.sink, pack(BIG[:50_000])[:60_000])
    os.close(worker.sink)
    worker.sink = -1

    assert worker.line().receive(30) == Ending("exited", "status 0")


def test_an_answer_over_the_limit_is_told_in_words_before_it_is_read(worker: Worker) -> None:
    os.write(worker.sink, pack(BIG)[:1000])

    assert worker.line().receive(30) == Ending("protocol", "answered with more than 1 MiB")


def test_a_line_that_ended_in_garbage_stays_ended(worker: Worker) -> None:
    os.write(worker.sink, b"no frame of ours at all")
    line = worker.line()
    first = line.receive(30)
    os.write(worker.sink, b"more")

    assert isinstance(first, Ending)
    assert first.verdict == "protocol"
    assert line.receive(30) == first


def test_a_flood_of_printed_text_does_not_keep_a_message_waiting(worker: Worker) -> None:
    os.write(worker.output, b"x" * 60_000)
    os.write(worker.sink, pack("there"))

    assert unpack(worker.frame()) == "there"
    text, cut = b"", 0
    while cut + len(text) < 60_000:
        more, cut_now = worker.pipes.take_printed()
        text, cut = text + more, cut + cut_now
    assert worker.pipes.printed_total == 60_000


def test_a_worker_that_reads_nothing_holds_nobody_up(worker: Worker) -> None:
    worker.pipes.write(bytes(5 << 20))
    worker.pipes.pump(0, worker.reader)
    worker.pipes.pump(0, worker.reader)

    assert not worker.pipes.closed


def test_a_message_to_a_worker_that_is_gone_is_dropped(worker: Worker) -> None:
    os.close(worker.source)
    os.close(worker.sink)
    worker.source = worker.sink = -1

    worker.pipes.write(bytes(1 << 20))

    deadline = time.monotonic() + 30
    while not worker.pipes.closed and time.monotonic() < deadline:
        worker.pipes.pump(0.01, worker.reader)
    assert worker.pipes.closed


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets a pipe be made wider")
def test_a_pipe_is_made_wider_and_what_is_no_pipe_is_left_alone() -> None:
    source, sink = os.pipe()
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        widen(sink)
        widen(nothing)
        assert fcntl.fcntl(source, fcntl.F_GETPIPE_SZ) == 1 << 20
    finally:
        for descriptor in (source, sink, nothing):
            os.close(descriptor)


@pytest.mark.parametrize("over", [0, 1, 5000])
def test_what_comes_after_the_limit_leaves_no_trace_but_its_number(over: int) -> None:
    text = b"".join(b"%7d\n" % number for number in range(1000))
    printed = Printed(KEEP, len(text))

    for at in range(0, len(text) + over, 4096):  # cut anywhere
        printed.add((text + b"x" * over)[at : at + 4096])

    assert printed.total == len(text) + over
    kept, cut = printed.take()
    assert (kept[:8], kept[-8:]) == (b"      0\n", b"    999\n")
    assert cut == len(text) - KEEP - KEEP // 4
