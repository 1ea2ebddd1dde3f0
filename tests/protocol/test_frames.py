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
