"""What is kept of a cell's output, whatever it puts out."""

from __future__ import annotations

from grader.worker.outputs import Kept


def stream(text: str, name: str = "stdout") -> dict[str, str]:
    return {"name": name, "text": text}


def test_start_and_end_of_a_long_text_are_kept_and_the_rest_is_counted() -> None:
    kept = Kept(40)
    for letter in "abcdefghij":
        kept.take("stream", stream(letter * 10))
    assert kept.text == f"{'a' * 10}{'b' * 5}\n[… 70 characters cut …]\n{'i' * 5}{'j' * 10}"
    assert kept.cut == 70


def test_a_text_that_just_fits_is_whole() -> None:
    kept = Kept(40)
    kept.take("stream", stream("x" * 30))
    assert (kept.text, kept.cut) == ("x" * 30, 0)


def test_standard_error_stands_last_and_has_room_of_its_own() -> None:
    kept = Kept(40)
    kept.take("stream", stream("warned\n", "stderr"))
    kept.take("stream", stream("y" * 1000))
    kept.take("execute_result", {"data": {"text/plain": "42"}})
    assert kept.text.endswith("42\nwarned\n")


def test_what_is_shown_is_told_by_its_types_and_only_text_is_kept() -> None:
    kept = Kept(400)
    kept.take("display_data", {"data": {"text/plain": "<Figure>", "image/png": "iVBO" * 10**6}})
    kept.take("display_data", {"data": {"text/plain": "plain"}})
    kept.take("display_data", {"data": 3})
    assert (kept.text, kept.shown) == ("plain\n", ["image/png"])


def test_output_that_is_cleared_is_gone_at_once_or_with_the_next() -> None:
    kept = Kept(400)
    kept.take("stream", stream("10 %"))
    kept.clear(later=True)
    assert kept.text == "10 %"
    kept.take("stream", stream("20 %"))
    assert kept.text == "20 %"
    kept.clear(later=False)
    assert kept.text == ""


def test_halves_of_surrogate_pairs_can_be_told() -> None:
    kept = Kept(400)
    kept.take("stream", stream("a\ud800"))
    kept.take("error", {"ename": "ValueError", "evalue": "\udfff"})
    assert (kept.text, kept.error) == ("a\\ud800", ("ValueError", "\\udfff"))
