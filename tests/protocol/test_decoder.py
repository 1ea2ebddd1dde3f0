"""The decoder on bytes that somebody else wrote: a value or a ProtocolError, and never more memory than was sent."""

from __future__ import annotations

import json
import math
import sys
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ProtocolError
from grader.protocol import Frame, Reply, decode, encode, unpack
from tests.protocol.strategies import generators, plain_values, repeatable, trees

EIGHT = b"\0" * 8


def message_of(tree: Any, *buffers: bytes, inline: bool = False) -> str:
    with pytest.raises(ProtocolError) as error:
        decode(tree, list(buffers), inline=inline)
    return str(error.value)


@repeatable
@given(trees, st.lists(st.binary(max_size=24), max_size=4), st.booleans())
def test_any_tree_gives_a_value_or_a_protocol_error(tree: Any, buffers: list[bytes], inline: bool) -> None:
    try:
        value = decode(tree, buffers, inline=inline)
    except ProtocolError:
        return
    encode(value, inline=inline)  # what came in is plain data, so that it can be stored


paths = st.lists(st.integers(0, 30), min_size=1, max_size=5)


def mutated(tree: Any, path: list[int], new: Any) -> Any:
    """The tree with one node replaced, found by following `path` down."""
    if not isinstance(tree, list) or not tree or not path:
        return new
    at = path[0] % len(tree)
    return [*tree[:at], mutated(tree[at], path[1:], new), *tree[at + 1 :]]


@repeatable
@given(plain_values | generators, paths, trees, st.booleans())
def test_a_right_tree_with_one_wrong_node_gives_a_value_or_a_protocol_error(
    value: Any, path: list[int], new: Any, inline: bool
) -> None:
    tree, buffers = encode(value, inline=inline)
    try:
        back = decode(mutated(tree, path, new), buffers, inline=inline)
    except ProtocolError:
        return
    encode(back, inline=inline)
    if isinstance(back, np.random.Generator):
        back.random(3)


@repeatable
@given(st.binary(max_size=60) | trees.map(lambda tree: json.dumps(tree).encode()), st.binary(max_size=9))
def test_any_head_gives_a_value_or_a_protocol_error(head: bytes, body: bytes) -> None:
    for text in (head, b'{"value":%s,"buffers":[%d]}' % (head, len(body))):
        try:
            unpack(Frame(text, body))
        except ProtocolError:
            continue


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"", "expected JSON in a frame's head, got something else."),
        (b"\xff\xfe\xfd", "expected JSON in a frame's head, got something else."),
        (b"[" * 100_000, "expected JSON in a frame's head, got something else."),
        (b'{"value":NaN,"buffers":[]}', "expected JSON in a frame's head, got something else."),
        (b'{"value":%s,"buffers":[]}' % (b"9" * 5_000), "expected JSON in a frame's head, got something else."),
        (b"[]", "expected a head with a value and its buffers, got something else."),
        (b'{"value":1}', "expected a head with a value and its buffers, got something else."),
        (b'{"value":1,"buffers":[],"x":0}', "expected a head with a value and its buffers, got something else."),
        (b'{"value":1,"buffers":{}}', "expected a head with a value and its buffers, got something else."),
        (b'{"value":1,"buffers":[-1,1]}', "expected lengths of buffers, got something else."),
        (b'{"value":1,"buffers":[true]}', "expected lengths of buffers, got something else."),
        (b'{"value":1,"buffers":[1]}', "expected buffers of 0 bytes in all, got 1."),
        (b'{"value":1e999,"buffers":[]}', "expected a finite number, got one that overflows."),
        (b'{"value":%s,"buffers":[]}' % (b"9" * 3_000), "expected an integer of at most 8192 bits, got 9966."),
        (b'{"value":"\\ud800","buffers":[]}', "expected text, got half of a surrogate pair."),
    ],
)  # fmt: skip
def test_a_head_that_is_none_of_ours_is_named(head: bytes, message: str) -> None:
    with pytest.raises(ProtocolError) as error:
        unpack(Frame(head, b""))
    assert str(error.value) == message


@pytest.mark.parametrize("depth", range(880, 1000, 4))
def test_no_depth_of_json_recurses_too_far(depth: int) -> None:
    head = b'{"value":' + b"[" * depth + b"]" * depth + b',"buffers":[]}'
    with pytest.raises(ProtocolError):
        unpack(Frame(head, b""))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["s", "float64"], []),
        (["G", "PCG64"], []),
        (["c"], [1.0]),
        (["l"], []),
        (["t", None], []),
        (["d", "k"], []),
        (["d"], [1]),
    ],
    ids=lambda part: str(part),
)
@pytest.mark.parametrize("depth", [66, 300, 900])
def test_no_tag_can_be_nested_without_end(before: list[Any], after: list[Any], depth: int) -> None:
    tree: Any = 1.0
    for _ in range(depth):
        tree = [*before, tree, *after]
    assert message_of(tree) == "expected a smaller tree, got one nested too deeply or with too many items."


def test_a_tree_with_as_many_tagged_items_as_can_be_written_is_read() -> None:
    value = [math.inf] * 600_000
    tree, buffers = encode(value)
    assert decode(tree, buffers) == value


BAD_TREES: list[tuple[Any, str]] = [
    ([], "expected a value or a tagged list, got []."),
    ({}, "expected a value or a tagged list, got {}."),
    ([1, 2], "expected a value or a tagged list, got [1, 2]."),
    ([[[[[]]]]], "expected a value or a tagged list, got [[[[...]]]]."),
    (["?"], "expected a known tag with its parts, got ['?']."),
    (["f"], "expected a known tag with its parts, got ['f']."),
    (["f", "1e9"], "expected nan, inf or -inf, got '1e9'."),
    (["c", 1, 2.0], "expected two floats of a complex number, got something else."),
    (["d", 1], "expected keys and values in pairs, got an odd number of parts."),
    (["d", ["l"], 1], "expected keys that can be hashed, got one that cannot."),
    (["d", ["t", ["l"]], 1], "expected keys that can be hashed, got one that cannot."),
    (["b", 1], "expected the index of one of 1 buffers, got 1."),
    (["b", -1], "expected the index of one of 1 buffers, got -1."),
    (["b", True], "expected the index of one of 1 buffers, got True."),
    (["b", [1]], "expected the index of one of 1 buffers, got [1]."),
    (["l", ["b", 0], ["b", 0]], "expected each buffer once, got 0 again."),
    (["a", "object", [1], "C", 0], "expected a plain dtype and a layout, got ['object', 'C']."),
    (["a", "float64", [1], "K", 0], "expected a plain dtype and a layout, got ['float64', 'K']."),
    (["a", ["float64"], [1], "C", 0], "expected a plain dtype and a layout, got [['float64'], 'C']."),
    (["a", "float64", 1, "C", 0], "expected a shape, got 1."),
    (["a", "float64", [1] * 33, "C", 0], "expected a shape, got [1, 1, 1, 1, 1, 1, ...]."),
    (["a", "float64", [-1], "C", 0], "expected lengths of axes, got [-1]."),
    (["a", "float64", [True], "C", 0], "expected lengths of axes, got [True]."),
    (["a", "float64", [2**62], "C", 0], f"expected lengths of axes, got [{2**62}]."),
    (["a", "float64", [0, 2**60], "C", 0], f"expected a shape that fits into memory, got [0, {2**60}]."),
    (["a", "float64", [2], "C", 0], "expected a buffer of 16 bytes, got 8."),
    (["a", "float64", [0], "C", 0], "expected a buffer of 0 bytes, got 8."),
    (["s", "float64", 1 + 0j], "expected a value or a tagged list, got (1+0j)."),
    (["s", "int64", 1.5], "expected a scalar of a plain dtype, got ['int64', 1.5]."),
    (["s", "int8", 300], "expected a scalar of dtype int8, got 300."),
    (["s", "bool", 1], "expected a scalar of a plain dtype, got ['bool', 1]."),
    (["s", "object", 1], "expected a scalar of a plain dtype, got ['object', 1]."),
    (["T", "uint16", [1], False, 0], "expected a plain torch dtype, got ['uint16', False]."),
    (["T", "float64", [1], 0, 0], "expected a plain torch dtype, got ['float64', 0]."),
    (["T", "int64", [1], True, 0], "expected no gradient for dtype int64, got requires_grad."),
    (["T", "float32", [1], False, 0], "expected a buffer of 4 bytes, got 8."),
    (["G", "Own", ["d"]], "expected a bit generator of NumPy and its state, got 'Own'."),
    (["G", "PCG64", 3], "expected a bit generator of NumPy and its state, got 'PCG64'."),
    (["G", "PCG64", ["d"]], "expected the state of PCG64, got something else."),
    (["r", -1, []], "expected a slot and a path, got [-1, []]."),
    (["r", 0, [1.5]], "expected a path of integers and names, got something else."),
    (["r", 0, ["\ud800"]], "expected text, got half of a surrogate pair."),
    (["k", "1", "f"], "expected a function's number and name, got ['1', 'f']."),
    (["o", "X", None], "expected a type's name and a reason, got something else."),
    (["o", "\ud800", ""], "expected text, got half of a surrogate pair."),
]


@pytest.mark.parametrize(("tree", "message"), BAD_TREES, ids=[str(tree)[:40] for tree, _ in BAD_TREES])
def test_a_tree_that_is_none_of_ours_is_named(tree: Any, message: str) -> None:
    assert message_of(tree, EIGHT) == message


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (["a", "float64", [2], "C", [1.0]], "expected 2 entries, got 1."),
        (["a", "float64", [2], "C", [["l", 1.0], ["l"]]], "expected entries of dtype float64, got something else."),
        (["a", "float64", [1], "C", ["1"]], "expected entries of dtype float64, got something else."),
        (["a", "float64", [1], "C", [None]], "expected entries of dtype float64, got something else."),
        (["a", "int64", [1], "C", [1.5]], "expected entries of dtype int64, got something else."),
        (["a", "uint8", [1], "C", [256]], "expected entries of dtype uint8, got one out of its range."),
        (["T", "float32", [1], False, ["1"]], "expected entries of dtype float32, got something else."),
        (["T", "int8", [1], False, [300]], "expected entries of dtype int8, got one out of its range."),
        (["b", [1, 256]], "expected bytes as integers below 256, got something else."),
    ],
    ids=lambda item: str(item)[:50],
)  # fmt: skip
def test_an_array_in_a_readable_file_holds_numbers_of_its_dtype(tree: Any, message: str) -> None:
    assert message_of(tree, inline=True) == message


@pytest.mark.parametrize("name", ["MT19937", "Philox"])
@pytest.mark.parametrize("position", [-1, 1_000])
def test_a_generator_cannot_be_made_to_read_beside_its_buffer(name: str, position: int) -> None:
    tree, _ = encode(np.random.Generator(getattr(np.random, name)(0)), inline=True)
    where = {"MT19937": "pos", "Philox": "buffer_pos"}[name]

    def forged(node: Any) -> Any:
        if not isinstance(node, list):
            return node
        return [position if node[at - 1] == where else forged(part) for at, part in enumerate(node)]

    message = f"expected a position inside the buffer of {name}, got {position}."
    assert message_of(forged(tree), inline=True) == message


def peak_of(tree: Any, *buffers: bytes) -> int:
    tracemalloc.start()
    try:
        message_of(tree, *buffers)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


MIB = bytes(1 << 20)


@pytest.mark.parametrize(
    "tree",
    [
        ["a", "float64", [2**40], "C", 0],
        ["a", "float64", [2**20, 2**20], "S", 0],
        ["T", "float64", [2**40], False, 0],
        ["l", *(["a", "uint8", [2**20], "C", 0] for _ in range(100))],
        ["l", *(["b", 0] for _ in range(100))],
    ],
    ids=["array", "strided", "tensor", "one buffer a hundred times", "bytes a hundred times"],
)
def test_a_claim_takes_no_memory_before_it_is_compared_with_what_was_sent(tree: Any) -> None:
    peak_of(["T", "int8", [1], False, 0], MIB)  # the first use imports libraries
    assert peak_of(tree, MIB) < 3 * len(MIB)


def test_a_tree_of_too_many_nodes_is_refused() -> None:
    assert message_of(["l", *[None] * 1_000_000]).startswith("expected a smaller tree")


# --- the records of a conversation ---------------------------------------------------------------------------------


def test_a_forged_boolean_is_true_or_false() -> None:
    (forged,) = (decode(["a", "bool", [1], "C", 0], [b"\x02"]),)
    assert forged.view(np.uint8).tolist() == [1]
    assert Reply(forged).value.tolist() == [True]


@pytest.mark.parametrize(
    "tree",
    [
        ["d", *(part for number in range(1_001) for part in (number * (2**61 - 1), 0))],
        ["d", ["t", *[0] * 1_000], 0],
        ["d", ["r", 0, [0] * 1_000], 0],
        ["l", ["d", *(part for number in range(1_000) for part in (number, 0))], ["d", 0.5, 0]],
    ],
    ids=["integers of one hash", "the items of a tuple", "the path of an object", "in two dicts"],
)
def test_keys_that_are_no_text_are_few_because_each_may_be_compared_with_each(tree: Any) -> None:
    with pytest.raises(ProtocolError, match=r"^expected at most 1000 keys that are no text, got more\.$"):
        decode(tree, [])


TENSOR = ["T", "float32", [], True, 0]


def test_a_reply_does_not_make_the_grader_import_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch")

    with pytest.raises(
        ProtocolError, match=r"^expected no torch tensor where torch was not asked for, got one\.$"
    ):
        decode(TENSOR, [bytes(4)], tensors=False)
    assert "torch" not in sys.modules


def test_a_tensor_is_decoded_where_torch_is_there_already() -> None:
    assert "torch" in sys.modules
    assert decode(TENSOR, [bytes(4)], tensors=False).item() == 0
