"""What the codec does not take: refused with words, or as `Opaque` where a student's answer must be told apart."""

from __future__ import annotations

import datetime
import enum
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from grader.errors import ProtocolError
from grader.protocol import Opaque, Ref, decode, encode, pack


class AlwaysEqual(np.ndarray[Any, Any]):
    def __eq__(self, other: object) -> Any:
        return True

    __hash__ = None


class Number(float):
    def __sub__(self, other: object) -> float:
        return 0.0


class Pair(NamedTuple):
    left: int
    right: int


class Colour(enum.IntEnum):
    RED = 1


def sly(_: object) -> Any:
    raise RuntimeError("code of the student's")


Sly = type("Sly", (type,), {"__name__": property(sly), "__module__": property(sly)})
Disguised: Any = Sly("Disguised", (), {"__class__": property(lambda self: np.float64)})


class Fake(np.float64):
    dtype = property(lambda self: 1 / 0)


class LikeATensor(torch.Tensor):
    pass


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


CYCLE: list[Any] = []
CYCLE.append(CYCLE)

REFUSED = [
    (np.zeros(2).view(AlwaysEqual), "AlwaysEqual", "is a subclass of numpy.ndarray; return numpy.asarray(...) of it"),
    (np.ma.masked_array([1.0]), "MaskedArray", "is a subclass of numpy.ndarray; return numpy.asarray(...) of it"),
    (Number(3), "Number", "is a subclass of float; return a plain one"),
    (Pair(1, 2), "Pair", "is a subclass of tuple; return a plain one"),
    (Colour.RED, "Colour", "is a subclass of int; return a plain one"),
    (Fake(1), "Fake", "is not plain data"),
    (Disguised(), "Disguised", "is not plain data"),
    (np.array([object()]), "ndarray", "has dtype object"),
    (np.array(["a"]), "ndarray", "has dtype <U1"),
    (np.zeros(1, np.longdouble), "ndarray", "has dtype float128"),
    (np.zeros(1, [("x", float)]), "ndarray", "has dtype [('x', '<f8')]"),
    (np.zeros((1,) * 33), "ndarray", "has too many axes"),
    (np.broadcast_to(1.0, (10**7, 10**8)), "ndarray", "takes more memory than there is"),
    (np.str_("a"), "str_", "is not plain data"),
    (np.longdouble(1), "longdouble", "is not plain data"),
    (np.random.RandomState(0), "RandomState", "is not plain data"),
    (datetime.date(2020, 1, 1), "date", "is not plain data"),
    (len, "builtin_function_or_method", "is not plain data"),
    (object(), "object", "is not plain data"),
    ({1}, "set", "is not plain data"),
    ("\ud800", "str", "holds half of a surrogate pair, which is no text"),
    (2**8192, "int", "has more than 8192 bits"),
    (-(2**8192), "int", "has more than 8192 bits"),
    (torch.zeros(2).as_subclass(LikeATensor), "LikeATensor",
     "is a subclass of torch.Tensor; return torch.as_tensor(...) of plain data"),
    (torch.zeros(2).to_sparse(), "Tensor", "has dtype float32, layout torch.sparse_coo and device cpu"),
    (torch.zeros(2, device="meta"), "Tensor", "has dtype float32, layout torch.strided and device meta"),
    (torch.zeros(1).expand(10**7, 10**8), "Tensor", "takes more memory than there is"),
    (torch.zeros(1, dtype=torch.float8_e5m2), "Tensor",
     "has dtype float8_e5m2, layout torch.strided and device cpu"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "name", "why"), REFUSED, ids=[f"{name}: {why}" for _, name, why in REFUSED]
)
def test_a_value_that_cannot_cross_is_refused_with_its_type_and_the_reason(
    value: Any, name: str, why: str
) -> None:
    with pytest.raises(ProtocolError) as error:
        encode([value])
    assert str(error.value) == f"{name}: {why}."
    assert decode(*encode([1, value], opaque=True)) == [1, Opaque(name, why)]


def test_the_largest_integer_crosses() -> None:
    assert decode(*encode(2**8192 - 1)) == 2**8192 - 1


@pytest.mark.parametrize("value", [nested(70), CYCLE], ids=["deep", "cycle"])
def test_lists_cross_to_a_depth_of_64_and_are_opaque_below(value: list[Any]) -> None:
    with pytest.raises(ProtocolError, match=r"^list: is nested too deeply\.$"):
        encode(value)
    back = decode(*encode(value, opaque=True))
    for _ in range(65):
        (back,) = back
    assert back == Opaque("list", "is nested too deeply")


def test_lists_of_the_greatest_depth_cross_whole() -> None:
    assert decode(*encode(nested(65))) == nested(65)


@pytest.mark.parametrize(
    "value", [[0] * 1_000_000, [1j] * 333_334], ids=["numbers", "complex numbers have three nodes"]
)
def test_more_items_than_the_decoder_takes_are_not_sent_in_the_first_place(value: list[Any]) -> None:
    with pytest.raises(ProtocolError, match=r"^list: has too many items; at most 1000000 can cross\.$"):
        encode(value, opaque=True)


def test_a_bit_generator_of_ones_own_is_refused() -> None:
    class Own(np.random.PCG64):
        @property
        def state(self) -> Any:
            return {"bit_generator": "Own"}

        @state.setter
        def state(self, value: Any) -> None:
            raise NotImplementedError

    with pytest.raises(ProtocolError, match=r"^Generator: uses the bit generator Own\.$"):
        encode(np.random.Generator(Own()))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x" * (16 << 20), "expected a head of at most 16777216 bytes, got 16777241."),
        ([b""] * 65_537, "expected at most 65536 arrays in one message, got 65537."),
    ],
    ids=["text", "buffers"],
)
def test_a_message_that_no_reader_would_take_is_not_packed(value: Any, message: str) -> None:
    with pytest.raises(ProtocolError) as error:
        pack(value)
    assert str(error.value) == message


def test_as_many_keys_that_are_no_text_cross_as_the_decoder_takes() -> None:
    value = dict.fromkeys(range(1000), 0) | {f"{number}": 0 for number in range(5_000)}

    assert decode(*encode(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        {number * (2**61 - 1): 0 for number in range(1_001)},
        {(0,) * 999: 0, 1: 0},
        {Ref(0, (0,) * 1_000): 0},
        [{number + 0.5: 0 for number in range(501)}, dict.fromkeys(range(500), 0)],
    ],
    ids=["integers of one hash", "the items of a tuple", "the path of an object", "in two dicts"],
)
def test_keys_whose_hashes_can_be_chosen_are_few_in_a_message(value: Any) -> None:
    with pytest.raises(ProtocolError, match="too many keys that are no text; at most 1000 can cross"):
        encode(value, opaque=True)
