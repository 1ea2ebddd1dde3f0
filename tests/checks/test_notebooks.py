"""Checks of what a notebook leaves: judged on made-up remains, the figures drawn here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import Assignment, Exercise, anything, figure, printed, real, variable
from grader.banks import build_bank
from grader.cases import Contract
from grader.checks import Check, Failure, check_from_data, check_to_data
from grader.errors import AssignmentError
from grader.protocol import Opaque, Reply
from grader.worker.figures import figure_data

plt: Any = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed")


def losses() -> Any:
    """The losses of each step."""
    return np.array([1.0, 0.5, 0.25])


def final_loss() -> float:
    """Print the last loss."""
    return 0.25


def greeting() -> None:
    """Print a greeting."""


def loss_curve() -> None:
    """Draw the losses over the step."""
    plt.plot([0, 1, 2], losses(), label="loss")
    plt.yscale("log")
    plt.xlabel("step")
    plt.ylabel("mean loss")
    plt.title("Descent")
    plt.legend()


def judge(check: Check, reference: Callable[[], Any], remains: Any, returns: Any = None) -> Failure | None:
    """What is wrong with the remains, with a check that has been written down and read back."""
    contract = Exercise(
        reference, points=1, inputs={}, returns=returns or anything(), checks=[check]
    ).contract()
    [trial] = check.plan(contract, [])
    stored = check_from_data(check_to_data(check))
    return stored.judge(Contract(contract.name, {}, contract.returns), trial, [Reply(remains)])


def message(found: Failure | None) -> str:
    return "" if found is None else found.message


def drawn(draw: Callable[[], Any], names: tuple[str, ...] = ()) -> dict[str, Any]:
    """The figure that `draw` makes, as a worker tells it."""
    plt.switch_backend("Agg")
    try:
        draw()
        return {"cell": 1, "names": list(names), **figure_data(plt.gcf())}
    finally:
        plt.close("all")


@pytest.mark.parametrize(
    ("remains", "told"),
    [
        ({"found": True, "value": [np.array([1.0, 0.5, 0.25])]}, ""),
        ({"found": True, "value": [[1, 0.5, 0.25]]}, ""),
        (
            {"found": True, "value": [np.array([1.0, 0.5, 0.2])]},
            "losses: largest error at [2]: expected 0.25, got 0.2 (tolerance 2.5e-07).",
        ),
        ({"found": True, "value": [np.zeros(2)]}, "losses: expected shape (3,), got (2,)."),
        (
            {"found": False, "failed": ["cell In[2]", "cell 9"]},
            "losses: expected a variable of this name after all cells were run, got none (cell In[2], cell 9 failed).",
        ),
        (
            {"died": "cell 3: it ended the process (status 1)"},
            "losses: cannot be looked at, for the notebook was not run to its end: cell 3: it ended the process "
            "(status 1).",
        ),
        (None, "losses: what the notebook leaves could not be read."),
    ],
    ids=["right", "a list", "value", "shape", "absent", "died", "nothing"],
)
def test_a_variable_is_what_the_reference_returns(remains: Any, told: str) -> None:
    assert message(judge(variable(), losses, remains, real("steps"))) == told


@pytest.mark.parametrize("value", [[], ["text"], [Opaque("object", "is not plain data")], [None]], ids=str)
def test_a_variable_of_another_type_is_wrong(value: list[Any]) -> None:
    assert judge(variable(), losses, {"found": True, "value": value}, real("steps")) is not None


def outputs(*texts: str, **named: str) -> dict[str, Any]:
    plain = [{"label": f"cell {at}", "names": [], "text": text} for at, text in enumerate(texts)]
    return {
        "outputs": [*plain, *({"label": "c", "names": [name], "text": text} for name, text in named.items())]
    }


@pytest.mark.parametrize(
    ("matching", "remains", "told"),
    [
        ("", outputs("step 10", "loss: 2.5e-1"), ""),
        ("", outputs("the loss is .2501"), ""),
        ("", outputs("0.3", "0.21"), "final_loss: expected 0.25 in what the cell prints, got 0.21."),
        ("", outputs("", final_loss="0.3"), "final_loss: expected 0.25 in what the cell prints, got 0.3."),
        (
            "",
            outputs("0.25", final_loss="0.3"),
            "final_loss: expected 0.25 in what the cell prints, got 0.3.",
        ),
        (r"loss: (\S+)", outputs("0.25", "loss: 0.25"), ""),
        (
            r"loss: (\S+)",
            outputs("0.25"),
            "final_loss: expected 0.25 in what the cell prints, got 0.25.",
        ),
        (
            "",
            {**outputs(""), "failed": ["cell 1"]},
            "final_loss: expected 0.25 in what the cell prints, nothing of the kind was printed (cell 1 failed).",
        ),
        ("", {**outputs("0.25"), "died": "cell 2: it ended the process"}, ""),
    ],
)
def test_a_number_is_looked_for_in_what_is_printed(matching: str, remains: Any, told: str) -> None:
    assert message(judge(printed(matching), final_loss, remains)) == told


def test_text_is_looked_for_by_a_pattern_and_in_the_cell_that_is_named() -> None:
    check = printed("(?i)hello", cell="greet")
    assert judge(check, greeting, outputs("no", greet="Hello!")) is None
    assert "matches '(?i)hello'" in message(judge(check, greeting, outputs("hello", greet="bye")))
    told = "greeting: expected a cell with the id or tag 'greet', got none."
    assert message(judge(check, greeting, outputs("hello"))) == told


FULL = figure(lines=True, x_label=True, y_label="LOSS", title=True, legend=True, y_scale="log")


def wrong(change: Callable[[], Any]) -> Callable[[], None]:
    def draw() -> None:
        loss_curve()
        change()

    return draw


def other_line() -> None:
    plt.gca().lines[0].set_ydata([1.0, 0.5, 0.2])


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (loss_curve, ""),
        (wrong(lambda: plt.plot([5, 6])), ""),
        (wrong(lambda: plt.xlabel(" ")), "expected a label of the x axis, got none."),
        (wrong(lambda: plt.ylabel("error")), "expected 'LOSS' in the label of the y axis, got 'error'."),
        (wrong(lambda: plt.title("")), "expected a title, got none."),
        (wrong(lambda: plt.yscale("linear")), "expected a log y axis, got a linear one."),
        (wrong(lambda: plt.gca().get_legend().remove()), "expected a legend, got none."),
        (wrong(other_line), "line: y: largest error at [2]: expected 0.25, got 0.2 (tolerance 2.5e-07)."),
        (wrong(plt.cla), "expected a line in the figure, got none."),
        (lambda: None, "expected axes in the figure, got none."),
    ],
    ids=["right", "more", "x label", "y label", "title", "scale", "legend", "data", "no line", "no axes"],
)
def test_a_figure_has_what_is_asked_for(draw: Callable[[], Any], told: str) -> None:
    found = judge(FULL, loss_curve, {"figures": [drawn(draw)]})
    assert message(found) == (f"loss_curve: {told}" if told else "")


def test_one_of_several_figures_is_enough_and_else_the_closest_is_told() -> None:
    empty, close = drawn(lambda: plt.plot([1])), drawn(wrong(lambda: plt.title("")))
    assert judge(FULL, loss_curve, {"figures": [empty, drawn(loss_curve), empty]}) is None
    assert (
        message(judge(FULL, loss_curve, {"figures": [empty, close]}))
        == "loss_curve: expected a title, got none."
    )
    # The cell that is called like the exercise is meant, where there is one.
    named = drawn(lambda: plt.plot([1]), ("loss_curve",))
    assert judge(FULL, loss_curve, {"figures": [drawn(loss_curve), named]}) is not None
    assert message(judge(FULL, loss_curve, {"figures": []})) == "loss_curve: expected a figure, got none."


def test_a_wrong_line_is_drawn_beside_the_right_one() -> None:
    found = judge(FULL, loss_curve, {"figures": [drawn(wrong(other_line))]})
    assert found is not None
    assert found.curve is not None
    assert (found.curve.got, found.curve.expected) == ((1.0, 0.5, 0.2), (1.0, 0.5, 0.25))


def bars() -> None:
    """Draw bars, points and an image."""
    _, (left, middle, right) = plt.subplots(1, 3)
    left.bar([0, 1], [3, 4])
    middle.scatter([1, 2], [3, 4])
    right.imshow([[1.0, 2.0], [3.0, 4.0]])


def other_bars(heights: list[float]) -> Callable[[], None]:
    def draw() -> None:
        bars()
        plt.gcf().axes[0].patches[1].set_height(heights[1])

    return draw


def test_bars_points_and_images_are_compared_each_in_its_axes() -> None:
    check = figure(bars=True)
    assert judge(check, bars, {"figures": [drawn(bars)]}) is None
    assert judge(figure(points=True), bars, {"figures": [drawn(bars)]}) is None
    assert judge(figure(images=True), bars, {"figures": [drawn(bars)]}) is None
    found = judge(check, bars, {"figures": [drawn(other_bars([3, 4.5]))]})
    assert (
        message(found) == "bars: bar 2 of 2: largest error at [3]: expected 4.0, got 4.5 (tolerance 4e-06)."
    )


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: figure(),
            "figure: expected something to look for (such as lines=True, x_label=True), got ().",
        ),
        (lambda: figure(title=3), "figure: title: expected True, False or words, got 3."),  # type: ignore[arg-type]
        (lambda: printed("("), "printed: matching: expected a regular expression, got '('."),
        (lambda: variable(rtol=2), "variable: rtol: expected a number from 0 to 1, got 2."),
    ],
)
def test_a_field_that_makes_no_sense_is_named(make: Callable[[], Check], told: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        make()
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("check", "reference", "told"),
    [
        (printed(), greeting, "expected the reference to return the number, got None"),
        (variable(), greeting, "expected the reference to return its value, got None"),
        (figure(lines=True), greeting, "expected a reference that draws one figure, got 0"),
        (figure(title="loss"), loss_curve, "expected the reference's own figure to pass"),
        (figure(bars=True), loss_curve, "expected a reference that draws what is compared"),
    ],
)
def test_a_reference_that_leaves_nothing_of_the_kind_is_refused(
    check: Check, reference: Callable[[], Any], told: str
) -> None:
    exercise = Exercise(reference, points=1, inputs={}, returns=anything(), checks=[check])
    with pytest.raises(AssignmentError) as caught:
        build_bank(Assignment("a", "A", [exercise], allow=["numpy", "matplotlib"]), seed=0)
    assert told in str(caught.value)


def test_figures_need_an_assignment_that_allows_matplotlib_and_cells_take_no_inputs() -> None:
    drawing = Exercise(loss_curve, points=1, inputs={}, returns=anything(), checks=[FULL])
    with pytest.raises(AssignmentError, match="figure: expected an assignment that allows matplotlib"):
        Assignment("a", "A", [drawing])

    def doubled(x: Any) -> Any:
        """Twice the input."""
        return 2 * x

    taking = Exercise(doubled, points=1, inputs={"x": real("n")}, returns=real("n"), checks=[variable()])
    with pytest.raises(AssignmentError, match="an exercise without inputs"):
        build_bank(Assignment("a", "A", [taking]), seed=0)
