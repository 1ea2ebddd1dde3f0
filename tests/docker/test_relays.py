"""What passes between the grader and a worker in a container, byte by byte and without one."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator

import pytest

from grader.boxes.attached import AttachedPipes
from grader.boxes.pipes import Printed
from grader.jail.relays import CLOCK, RECORD, End
from grader.protocol import FrameReader, pack, unpack

END = End(code=-9, cpu_s=1.5, memory_mib=20.25, out_of_memory=True)


def record(kind: bytes, content: bytes) -> bytes:
    return RECORD.pack(kind, len(content)) + content


def piece(content: bytes, stream: int = 1) -> bytes:
    return struct.pack(">B3xI", stream, len(content)) + content


@pytest.fixture
def ends() -> Iterator[tuple[AttachedPipes, socket.socket]]:
    """Attached pipes, and the engine's end of them."""
    ours, engine = socket.socketpair()
    pipes = AttachedPipes(ours, Printed(1000, 1 << 20))
    yield pipes, engine
    pipes.close()
    engine.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_a_stream_is_the_same_however_it_is_cut(ends: tuple[AttachedPipes, socket.socket], size: int) -> None:
    pipes, engine = ends
    message = pack({"op": "reply", "text": "x" * 300})
    inner = (
        record(b"p", b"printed ")
        + record(b"u", CLOCK.pack(0.25))
        + record(b"m", message)
        + record(b"p", b"more")
        + record(b"e", END.packed())
    )
    # The engine's own pieces are as it likes: this one cuts a record's header in two.
    stream = piece(inner[:3]) + piece(b"!", stream=2) + piece(inner[3:200]) + piece(inner[200:])
    reader = FrameReader(max_body=1000)

    for at in range(0, len(stream), size):
        engine.sendall(stream[at : at + size])
        pipes.pump(5, reader)

    frame = reader.next()
    assert frame is not None
    assert unpack(frame) == {"op": "reply", "text": "x" * 300}
    assert sorted(pipes.take_printed()[0]) == sorted(b"!printed more")
    assert (pipes.cpu_s, pipes.end, pipes.closed, pipes.ended) == (0.25, END, True, False)


def test_an_empty_message_means_that_the_worker_closed_its_pipe(
    ends: tuple[AttachedPipes, socket.socket],
) -> None:
    pipes, engine = ends
    engine.sendall(piece(record(b"m", b"")))

    pipes.pump(5, FrameReader(max_body=10))

    assert (pipes.closed, pipes.end) == (True, None)


def test_a_connection_that_ends_early_leaves_no_end_to_wait_for(
    ends: tuple[AttachedPipes, socket.socket],
) -> None:
    pipes, engine = ends
    engine.sendall(piece(record(b"e", END.packed())[:-1]))
    engine.close()

    assert pipes.wait(60) is None
    assert pipes.closed


def test_what_is_sent_arrives_whole_though_the_other_side_is_slow(
    ends: tuple[AttachedPipes, socket.socket],
) -> None:
    pipes, engine = ends
    sent = os.urandom(3 << 20)
    pipes.write(sent[:10])
    pipes.write(memoryview(sent)[10:])
    arrived = b""
    engine.setblocking(False)

    while len(arrived) < len(sent):
        pipes.pump(0, FrameReader(max_body=10))
        try:
            arrived += engine.recv(100_000)
        except BlockingIOError:
            continue

    assert arrived == sent


WORKER = """
import os, sys
sys.path.append(sys.argv.pop(1))
from grader.jail.relays import End, Relay
(a, b), (c, d), (e, f) = os.pipe(), os.pipe(), os.pipe()
wake, wakes = os.pipe()
pid = os.fork()
if pid == 0:
    for fd in (b, c, e, 0, 1): os.close(fd)
    def receive(count):
        data = b''
        while len(data) < count: data += os.read(a, count - len(data))
        return data
    def send(data):
        while data: data = data[os.write(d, data):]
    def show(text): os.write(f, text)
    exec(sys.argv[1])
    os._exit(0)
for fd in (a, d, f): os.close(fd)
relay = Relay(b, c, e, lambda: 0.0)
status = None
while status is None and not relay.hung_up:
    relay.step(wake)
    found, code = os.waitpid(pid, os.WNOHANG)
    status = code if found else None
if status is None:
    os.kill(pid, 9); os.waitpid(pid, 0)
relay.finish(End(0, 0.0, 0.0, False))
"""


def start(body: str) -> subprocess.Popen[bytes]:
    """A relay around this worker, over pipes of ours."""
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", WORKER, home, body], stdin=pipe, stdout=pipe, bufsize=0)


def records_of(stream: bytes) -> list[tuple[bytes, bytes]]:
    records: list[tuple[bytes, bytes]] = []
    at = 0
    while at < len(stream):
        kind, length = RECORD.unpack_from(stream, at)
        at += RECORD.size + length
        records.append((kind, stream[at - length : at]))
    return records


def relayed(body: str, given: bytes) -> list[tuple[bytes, bytes]]:
    """The records until the worker ends by itself, which is given these bytes."""
    with start(body) as relay:
        assert relay.stdin is not None
        assert relay.stdout is not None
        relay.stdin.write(given)  # at most what a pipe and a worker take
        return records_of(relay.stdout.read())


def test_messages_larger_than_a_pipe_pass_both_ways() -> None:
    size = 3 << 20

    records = relayed(f"data = receive(50_000); send(data * {size // 50_000})", os.urandom(50_000))

    messages = b"".join(content for kind, content in records if kind == b"m")
    assert messages == messages[:50_000] * (size // 50_000)
    assert len(messages) > 2 << 20


def test_what_was_printed_comes_before_the_message_that_followed_it() -> None:
    order = b""
    with start("for number in range(20): receive(1); show(b'%d ' % number); send(b'<%d>' % number)") as relay:
        assert relay.stdin is not None
        assert relay.stdout is not None
        for _ in range(20):
            relay.stdin.write(b".")
            kind = b""
            while kind != b"m":
                kind, length = RECORD.unpack(relay.stdout.read(RECORD.size))
                order += relay.stdout.read(length)
        relay.stdout.read()

    assert order == b"".join(b"%d <%d>" % (number, number) for number in range(20))


def test_what_a_worker_left_in_its_pipes_is_sent_on_before_the_end() -> None:
    records = relayed("show(b'so far'); send(b'answer')", b"")

    assert [record for record in records if record[1]][:2] == [(b"p", b"so far"), (b"m", b"answer")]
    assert records[-1] == (b"e", End(0, 0.0, 0.0, False).packed())


def test_a_worker_that_closes_its_pipe_is_told_while_it_runs() -> None:
    with start("os.close(d); receive(1); show(b'still here')") as relay:
        assert relay.stdin is not None
        assert relay.stdout is not None
        told = relay.stdout.read(RECORD.size)
        relay.stdin.write(b".")
        rest = records_of(relay.stdout.read())

    assert RECORD.unpack(told) == (b"m", 0)
    assert rest[0] == (b"p", b"still here")


def test_a_grader_that_hangs_up_ends_a_worker_that_reads_nothing() -> None:
    """Though a message waits in the pipe, and the worker would sleep for ever."""
    with start("import time\nwhile True: time.sleep(60)") as relay:
        assert relay.stdin is not None
        assert relay.stdout is not None
        relay.stdin.write(bytes(128 << 10))  # more than the worker's pipe takes
        relay.stdin.close()
        assert records_of(relay.stdout.read())[-1][0] == b"e"
