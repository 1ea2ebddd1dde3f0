"""Stored answers: what goes in comes out, and damaged bytes are refused."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from grader.boxes import Loaded
from grader.errors import FormatError
from grader.protocol import Ending, Frame, FrameReader, Reply, StudentError, pack, unpack
from grader.tapes import Tape, read_tape, write_tape

ERROR = StudentError("ValueError", "no \ud800", line=3, frames=((3, "f"),), bases=("Exception",))


def reply(value: Any) -> Reply:
    """A reply as a session keeps it."""
    reader = FrameReader(max_body=1 << 20)
    message = {"op": "reply", "number": 0, "reply": Reply(value).to_value()}
    reader.feed(pack(message))
    frame = reader.next()
    assert frame is not None
    kept = Frame(bytes(frame.head), bytes(frame.body))
    found = Reply.from_value(unpack(frame)["reply"])
    return Reply(found.value, found.error, cpu_s=0.25, frame=kept)


def tape() -> Tape:
    return Tape(
        Loaded("definitions", ERROR, ("f", "g")),
        answers={
            (0, b"a" * 16): [reply(np.arange(6.0).reshape(2, 3)), reply([1, (2, "x"), None])],
            (1, b"b" * 16): [Ending("timeout", "1 s of CPU time"), reply(float("nan"))],
        },
        printed=[("hello\n", 0), ("", 12)],
        measured={("f", "fast", 0): Reply({"ratio": 2.5, "verdict": "slow", "rounds": [1, 2]})},
        cpu_s=1.5,
        memory_mib=30.25,
    )


def test_a_tape_comes_back_as_it_was() -> None:
    written = tape()
    found, about = read_tape(write_tape(written, about={"slope": "abc"}))

    assert about == {"slope": "abc"}
    assert found.loaded == written.loaded
    assert (found.printed, found.measured) == (written.printed, written.measured)
    assert (found.cpu_s, found.memory_mib) == (1.5, 30.25)
    assert list(found.answers) == list(written.answers)
    first, second = found.answers[0, b"a" * 16]
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert first.value.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert first.cpu_s == 0.25
    assert second.value == [1, (2, "x"), None]
    assert found.answers[1, b"b" * 16][0] == Ending("timeout", "1 s of CPU time")
    assert write_tape(found, about=about) == write_tape(written, about=about)


def test_a_tape_that_would_be_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.tapes._LARGEST", 1_000)
    assert write_tape(tape(), about={}) == b""


def test_damaged_bytes_are_refused_or_read_whatever_they_are() -> None:
    data, rng = write_tape(tape(), about={}), random.Random(4)
    refused = 0
    for _ in range(2_000):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            read_tape(bytes(damaged[: rng.randint(0, 2 * len(damaged))]))
        except FormatError:
            refused += 1
    assert refused > 1_500
    for other in (b"", b"x", data[:-1], data[: len(data) // 2]):
        with pytest.raises(FormatError, match="expected stored answers"):
            read_tape(other, name="ada.tape")
