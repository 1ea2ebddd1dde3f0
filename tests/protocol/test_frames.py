"""Frames in a stream of bytes, whole, in pieces and damaged."""

from __future__ import annotations

import struct
import tracemalloc
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ProtocolError
from grader.protocol import FrameReader, pack, unpack
from grader.protocol.frames import FrameSizeError, pack_parts
from tests.protocol.strategies import repeatable

VALUES: list[Any] = [None, {"x": np.arange(3.0), "b": b"12"}, "Ω", [np.zeros((0, 2))]]
STREAM = b"".join(pack(value) for value in VALUES)


def test_a_stream_fed_byte_by_byte_gives_its_frames_in_order() -> None:
    reader, found = FrameReader(max_body=100), []
    for at in range(len(STREAM)):
        assert reader.next() is None
        assert reader.wants() >= 1
        reader.feed(STREAM[at : at + 1])
        if reader.wants() == 0:
            frame = reader.next()
            assert frame is not None
            found.append(unpack(frame))
    assert repr(found) == repr(VALUES)


@repeatable
@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=6))
def test_the_pieces_of_a_stream_do_not_matter(cuts: list[int]) -> None:
    reader, found = FrameReader(max_body=100), []
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(edges):
        reader.feed(STREAM[start:end])
        while (frame := reader.next()) is not None:
            found.append(unpack(frame))
    assert repr(found) == repr(VALUES)


def test_the_reader_asks_for_no_byte_beyond_the_frame_under_way() -> None:
    data, reader, asked = pack(np.zeros(7)), FrameReader(max_body=100), 0
    while wants := reader.wants():
        reader.feed(data[asked : asked + wants])
        asked += wants
    assert asked == len(data)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"GET / HTTP/1.1\r\n", "expected a frame of ours, got other bytes."),
        (struct.pack("<4sIQ", b"GRD1", 0, 101), "expected a frame of at most 100 bytes, got 101."),
        (struct.pack("<4sIQ", b"GRD1", 2**24 + 1, 0), "expected a frame of at most 100 bytes, got 16777217."),
        (struct.pack("<4sIQ", b"GRD1", 2**32 - 1, 2**64 - 1),
         "expected a frame of at most 100 bytes, got 18446744078004518910."),
    ],
)  # fmt: skip
def test_a_header_that_claims_too_much_is_refused_before_its_frame_is_read(
    header: bytes, message: str
) -> None:
    reader = FrameReader(max_body=100)
    tracemalloc.start()
    reader.feed(header)
    for ask in (reader.wants, reader.next):
        with pytest.raises(ProtocolError) as error:
            ask()
        assert str(error.value) == message
    assert tracemalloc.get_traced_memory()[1] < 1 << 16
    tracemalloc.stop()


@pytest.mark.parametrize("end", range(0, len(STREAM), 7))
def test_a_stream_that_breaks_off_gives_its_whole_frames_and_no_more(end: int) -> None:
    reader, found = FrameReader(max_body=100), []
    reader.feed(STREAM[:end])
    while (frame := reader.next()) is not None:
        found.append(unpack(frame))
    assert repr(found) == repr(VALUES[: len(found)])
    assert reader.wants() > 0


@repeatable
@given(
    st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.integers(0, 255)), min_size=1, max_size=3),
    st.integers(0, 3),
)
def test_a_damaged_stream_gives_values_or_a_protocol_error(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(STREAM)
    for at, byte in changes:
        data[at] = byte
    del data[changes[0][0] : changes[0][0] + cut]
    reader = FrameReader(max_body=1 << 20)
    reader.feed(bytes(data))
    try:
        while (frame := reader.next()) is not None:
            unpack(frame)
    except ProtocolError:
        pass


BIG = np.arange(30_000.0)


def test_a_large_body_is_read_into_its_place() -> None:
    data, reader = pack([BIG, "x"]), FrameReader(max_body=1 << 20)
    reader.feed(data[:1000])
    at = 1000
    while (room := reader.room()) is not None:
        count = min(len(room), 7_001)
        room[:count] = data[at : at + count]
        reader.filled(count)
        at += count
    frame = reader.next()

    assert at == len(data)
    assert frame is not None
    assert np.array_equal(unpack(frame)[0], BIG)
    assert reader.room() is None
    assert reader.next() is None


def test_a_small_body_and_a_head_have_no_room_of_their_own() -> None:
    for data in (pack(np.arange(9.0))[:-1], pack(BIG)[:20], pack("x" * 100_000)[:-1], b""):
        reader = FrameReader(max_body=1 << 20)
        reader.feed(data)
        assert reader.room() is None


def test_no_room_is_made_for_a_body_over_the_limit() -> None:
    reader = FrameReader(max_body=1000)
    reader.feed(pack(BIG)[:1000])
    with pytest.raises(FrameSizeError):
        reader.room()


def test_the_pieces_of_a_message_are_its_frame_and_hold_large_arrays_uncopied() -> None:
    value = {"small": np.arange(3.0), "large": BIG, "bits": BIG > 5, "strided": BIG[::-1]}
    parts = pack_parts(value)

    assert b"".join(parts) == pack(value)
    assert any(np.shares_memory(np.frombuffer(part, "u1"), BIG) for part in parts)


def test_an_array_that_came_owns_its_memory() -> None:
    for dtype in ("float64", "bool", "complex64", "float16"):
        for sent in (BIG.astype(dtype), np.asfortranarray(BIG.astype(dtype).reshape(100, 300))):
            reader = FrameReader(max_body=1 << 20)
            reader.feed(pack(sent))
            frame = reader.next()
            assert frame is not None
            array = unpack(frame)
            assert array.base is None
            assert array.flags.writeable
            assert (array.flags.c_contiguous, array.dtype) == (sent.flags.c_contiguous, sent.dtype)
            assert np.array_equal(array, sent)
            array.resize(5)


@pytest.mark.parametrize("text", [b"", b"abc"], ids=["aligned", "not aligned"])
def test_arrays_may_share_the_memory_of_their_frame_where_that_is_asked_for(text: bytes) -> None:
    reader, data = FrameReader(max_body=1 << 20), pack([text, BIG, BIG > 5])
    reader.feed(data[:1000])
    assert reader.room() is not None
    reader.feed(data[1000:])
    frame = reader.next()
    assert frame is not None

    _, array, bits = unpack(frame, shared=True)

    assert np.shares_memory(array, np.frombuffer(frame.body, "u1")) == (not text)
    assert array.flags.aligned
    assert np.array_equal(array, BIG)
    assert np.array_equal(bits, BIG > 5)
