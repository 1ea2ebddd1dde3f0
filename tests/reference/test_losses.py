"""The loss oracle against torch (float64 autograd), SciPy and numbers worked by hand."""

import doctest
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special  # type: ignore[import-untyped]
import scipy.stats  # type: ignore[import-untyped]
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray

from reference import losses

pytestmark = pytest.mark.filterwarnings("error")  # no valid input may raise a RuntimeWarning

SHAPES = [(), (1,), (7,), (4, 3), (1, 1), (2, 3, 4)]
HUGE = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4], [3.0, 1e4, 9999.0]])
HUGE_LABELS = np.array([1, 2, 0, 0])


def close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-14)


def tensor(x: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(x, dtype=np.float64), requires_grad=True)


def autograd(loss: Callable[[torch.Tensor], torch.Tensor], x: Any) -> NDArray[Any]:
    leaf = tensor(x)
    (grad,) = torch.autograd.grad(loss(leaf), leaf)
    return grad.numpy()


def regression(shape: tuple[int, ...], seed: int = 0) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape), rng.normal(size=shape) * 3, rng.uniform(0.1, 4, size=shape)


def classification(n: int, k: int, *pixels: int, seed: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, k, *pixels)) * 5, rng.integers(k, size=(n, *pixels))


# --- agrees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "z", [HUGE, HUGE[1], np.zeros((2, 1)), *(np.random.default_rng(1).normal(size=s) for s in SHAPES[1:])]
)
def test_softmax_and_log_softmax_agree_with_scipy(z: Any) -> None:
    close(losses.softmax(z), scipy.special.softmax(z, axis=-1))
    close(losses.log_softmax(z), scipy.special.log_softmax(z, axis=-1))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["mse", "mae"])
def test_squared_and_absolute_error_agree_with_torch(name: str, shape: tuple[int, ...]) -> None:
    pred, target, _ = regression(shape)
    expected = {"mse": F.mse_loss, "mae": F.l1_loss}[name]
    close(getattr(losses, name)(pred, target), expected(tensor(pred), tensor(target)).item())
    close(
        getattr(losses, name + "_grad")(pred, target), autograd(lambda p: expected(p, tensor(target)), pred)
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize("name", ["gaussian_nll", "laplace_nll"])
def test_negative_log_likelihoods_agree_with_scipy_and_torch(
    name: str, scalar: bool, shape: tuple[int, ...]
) -> None:
    pred, target, widths = regression(shape)
    spread = 0.3 if scalar else widths
    density = {"gaussian_nll": scipy.stats.norm, "laplace_nll": scipy.stats.laplace}[name]
    torch_density = {"gaussian_nll": torch.distributions.Normal, "laplace_nll": torch.distributions.Laplace}[
        name
    ]
    close(getattr(losses, name)(pred, target, spread), -density.logpdf(target, pred, spread).mean())
    grad = autograd(lambda p: -torch_density(p, tensor(spread)).log_prob(tensor(target)).mean(), pred)
    close(getattr(losses, name + "_grad")(pred, target, spread), grad)


@pytest.mark.parametrize("sigma", [1e-200, 1e200])
def test_likelihoods_survive_spreads_whose_square_does_not_fit(sigma: float) -> None:
    close(losses.gaussian_nll([0.0], [0.0], sigma), 0.5 * math.log(2 * math.pi) + math.log(sigma))  # by hand
    close(losses.laplace_nll([0.0], [0.0], sigma), math.log(2) + math.log(sigma))


@pytest.mark.parametrize("shape", SHAPES)
def test_bce_agrees_with_torch_for_soft_targets(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    probs, target = rng.uniform(size=shape), rng.uniform(size=shape)
    close(losses.bce(probs, target), F.binary_cross_entropy(tensor(probs), tensor(target)).item())
    grad = autograd(
        lambda z: F.binary_cross_entropy(torch.sigmoid(z), tensor(target)), scipy.special.logit(probs)
    )
    close(losses.bce_grad(probs, target), grad)


@pytest.mark.parametrize(
    ("p", "t", "expected"),  # by hand
    [
        (0, 0, 0),
        (1, 1, 0),
        (0, 1, math.inf),
        (1, 0, math.inf),
        (0, 0.5, math.inf),
        (1e-300, 1, 300 * math.log(10)),
        (1e-20, 0, 1e-20),
    ],
)
def test_bce_is_exact_where_the_prediction_is_certain(p: Any, t: Any, expected: Any) -> None:
    np.testing.assert_allclose(losses.bce([p], [t]), expected, rtol=1e-12)
    assert losses.bce_grad([p], [t]) == [p - t]


@pytest.mark.parametrize("scale", [1, 30, 1e4])
@pytest.mark.parametrize("shape", SHAPES)
def test_bce_with_logits_agrees_with_torch(scale: float, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    z, target = scale * rng.uniform(-1, 1, size=shape), rng.uniform(size=shape)
    close(
        losses.bce_with_logits(z, target),
        F.binary_cross_entropy_with_logits(tensor(z), tensor(target)).item(),
    )
    grad = autograd(lambda x: F.binary_cross_entropy_with_logits(x, tensor(target)), z)
    close(losses.bce_with_logits_grad(z, target), grad)


@pytest.mark.parametrize(
    ("z", "t", "loss", "grad"), [(1e4, 0, 1e4, 1), (1e4, 1, 0, 0), (-1e4, 1, 1e4, -1), (-1e4, 0, 0, 0)]
)
def test_bce_with_logits_is_exact_at_the_extremes(z: Any, t: Any, loss: Any, grad: Any) -> None:  # by hand
    assert losses.bce_with_logits([z], [t]) == loss
    assert losses.bce_with_logits_grad([z], [t]) == [grad]


CLASSIFIED = [
    (HUGE, HUGE_LABELS),
    *(classification(n, k) for n, k in [(1, 1), (1, 4), (5, 1), (6, 3), (3, 6)]),
]
PIXELS = [
    (HUGE.T.reshape(1, 3, 2, 2), HUGE_LABELS.reshape(1, 2, 2)),
    *(classification(*s) for s in [(1, 1, 1, 1), (2, 3, 4, 5), (3, 2, 1, 4)]),
]


@pytest.mark.parametrize(
    ("name", "logits", "labels"),
    [("cross_entropy_loss", *c) for c in CLASSIFIED] + [("segmentation_cross_entropy", *c) for c in PIXELS],
)
def test_cross_entropies_agree_with_torch(name: str, logits: Any, labels: Any) -> None:
    long = torch.tensor(labels)
    close(getattr(losses, name)(logits, labels), F.cross_entropy(tensor(logits), long).item())
    close(
        getattr(losses, name + "_grad")(logits, labels), autograd(lambda z: F.cross_entropy(z, long), logits)
    )


def test_smooth_labels_agree_with_numbers_by_hand() -> None:
    close(losses.smooth_labels([2, 0], 4, 0.2), [[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]])
    close(losses.smooth_labels([0], 1, 0.3), [[1.0]])
    close(losses.smooth_labels([1], 2, 1), [[0.5, 0.5]])


@pytest.mark.parametrize("eps", [0, 0.1, 0.7, 1])
def test_smoothed_cross_entropy_agrees_with_torch(eps: float) -> None:
    logits, labels = classification(6, 4)
    expected = F.cross_entropy(tensor(logits), torch.tensor(labels), label_smoothing=eps).item()
    soft = losses.smooth_labels(labels, 4, eps)
    close(-(soft * losses.log_softmax(logits)).sum(axis=1).mean(), expected)


# --- property -------------------------------------------------------------------------------------------------


def test_softmax_sums_to_one_and_ignores_a_common_shift() -> None:
    z = np.random.default_rng(4).normal(size=(5, 6))
    close(losses.softmax(z).sum(axis=-1), np.ones(5))
    close(losses.softmax(z + 100), losses.softmax(z))
    close(np.exp(losses.log_softmax(z)), losses.softmax(z))


def test_mse_is_smallest_at_the_mean_and_mae_at_the_median() -> None:
    target = np.array([0.0, 1.0, 8.0])
    grid = np.linspace(0, 8, 81)
    assert grid[np.argmin([losses.mse(np.full(3, c), target) for c in grid])] == pytest.approx(3)
    assert grid[np.argmin([losses.mae(np.full(3, c), target) for c in grid])] == pytest.approx(1)


def test_the_gradient_of_an_absolute_value_is_zero_at_a_tie() -> None:
    assert losses.mae_grad([1.0, 2.0], [1.0, 2.0]).tolist() == [0, 0]
    assert losses.laplace_nll_grad([1.0, 2.0], [1.0, 2.0], 0.1).tolist() == [0, 0]


def test_a_unit_gaussian_nll_is_half_the_mse_and_a_constant() -> None:
    pred, target, _ = regression((4, 3))
    close(losses.gaussian_nll(pred, target, 1), 0.5 * losses.mse(pred, target) + 0.5 * math.log(2 * math.pi))
    close(losses.gaussian_nll_grad(pred, target, 1), 0.5 * losses.mse_grad(pred, target))


def test_a_unit_laplace_nll_is_the_mae_and_a_constant() -> None:
    pred, target, _ = regression((4, 3))
    close(losses.laplace_nll(pred, target, 1), losses.mae(pred, target) + math.log(2))
    close(losses.laplace_nll_grad(pred, target, 1), losses.mae_grad(pred, target))


def test_bce_of_probabilities_is_bce_of_their_logits() -> None:
    rng = np.random.default_rng(5)
    z, target = rng.normal(size=(4, 3)), rng.integers(2, size=(4, 3))
    close(losses.bce(scipy.special.expit(z), target), losses.bce_with_logits(z, target))
    close(losses.bce_grad(scipy.special.expit(z), target), losses.bce_with_logits_grad(z, target))


def test_bce_is_the_cross_entropy_of_two_classes() -> None:
    z, target = np.array([-2.0, 0.5, 3.0]), np.array([1, 0, 1])
    close(losses.bce_with_logits(z, target), losses.cross_entropy_loss(np.stack([0 * z, z], axis=1), target))


def test_cross_entropy_gradients_sum_to_zero_over_the_classes() -> None:
    close(losses.cross_entropy_loss_grad(*classification(6, 3)).sum(axis=1), np.zeros(6))
    close(
        losses.segmentation_cross_entropy_grad(*classification(2, 3, 4, 5)).sum(axis=1), np.zeros((2, 4, 5))
    )


def test_segmentation_of_one_pixel_is_classification() -> None:
    logits, labels = classification(6, 3)
    close(
        losses.segmentation_cross_entropy(logits[:, :, None, None], labels[:, None, None]),
        losses.cross_entropy_loss(logits, labels),
    )


def test_smoothed_labels_are_distributions_that_keep_the_winner() -> None:
    labels = np.array([0, 2, 1, 2])
    soft = losses.smooth_labels(labels, 3, 0.4)
    close(soft.sum(axis=1), np.ones(4))
    assert soft.argmax(axis=1).tolist() == labels.tolist()


IMAGES = (np.random.default_rng(6).integers(-3, 4, size=(2, 3, 2, 2)), np.array([[[0, 1], [2, 0]]] * 2))
HARD = (
    np.array([[0, 1], [1, 1]]),
    np.array([[0, 1], [1, 0]]),
)  # the logits of a certain but once wrong model
CASES: dict[str, tuple[Any, ...]] = {
    "softmax": (IMAGES[0],),
    "log_softmax": (IMAGES[0],),
    **dict.fromkeys(["mse", "mse_grad", "mae", "mae_grad"], (IMAGES[0], IMAGES[0][::-1])),
    **dict.fromkeys(["gaussian_nll", "gaussian_nll_grad"], (*HARD, np.array([[1, 2], [3, 4]]))),
    **dict.fromkeys(["laplace_nll", "laplace_nll_grad"], (*HARD, np.array([[1, 2], [3, 4]]))),
    **dict.fromkeys(["bce", "bce_grad", "bce_with_logits", "bce_with_logits_grad"], HARD),
    **dict.fromkeys(
        ["cross_entropy_loss", "cross_entropy_loss_grad"], (IMAGES[0][:, :, 0, 0], np.array([2, 0]))
    ),
    **dict.fromkeys(["segmentation_cross_entropy", "segmentation_cross_entropy_grad"], IMAGES),
    "smooth_labels": (np.array([1, 0]), 3, 0.1),
}


def test_every_public_function_has_a_case() -> None:
    assert sorted(CASES) == losses.__all__


def recast(args: tuple[Any, ...], dtype: Any, order: Any) -> list[Any]:
    """The same numbers in another dtype and memory layout."""
    return [np.array(a, dtype=dtype, order=order) if isinstance(a, np.ndarray) else a for a in args]


@pytest.mark.parametrize("name", CASES)
def test_integers_float32_and_strided_arrays_give_float64_results_and_stay_unchanged(name: str) -> None:
    function, args = getattr(losses, name), CASES[name]
    expected = np.asarray(function(*args))
    assert expected.dtype == np.float64
    takes_labels = name.startswith(("cross_entropy", "segmentation", "smooth"))
    variants = [
        recast(args, np.int32, "F"),
        [np.repeat(a, 2, axis=0)[::2] if np.ndim(a) else a for a in args],
    ]
    if not takes_labels:
        variants += [recast(args, np.float32, "C"), recast(args, np.float64, "F")]
    elif name != "smooth_labels":  # logits may be of any dtype, labels of any integer dtype
        variants += [
            [args[0].astype(np.float32), args[1].astype(np.uint8)],
            [args[0].astype(np.float64), args[1]],
        ]
    for variant in variants:
        before = [np.copy(a) for a in variant]
        result = np.asarray(function(*variant))
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, expected)
        for argument, copy in zip(variant, before, strict=True):
            np.testing.assert_array_equal(argument, copy)
            assert not np.may_share_memory(result, np.asarray(argument))


# --- refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("z", [1.0, np.zeros((2, 0))])
def test_softmax_refuses_scores_without_classes(name: str, z: Any) -> None:
    with pytest.raises(ValueError, match="classes"):
        getattr(losses, name)(z)


PAIRS = [name for name in losses.__all__ if name.startswith(("mse", "mae", "gaussian", "laplace", "bce"))]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(("shape", "other"), [((3,), (1,)), ((3, 1), (3,)), ((2, 3), (3,)), ((0,), (0,))])
def test_pairs_of_different_or_empty_shapes_are_refused_and_never_broadcast(
    name: str, shape: tuple[int, ...], other: Any
) -> None:
    spread = [1.0] if "nll" in name else []
    with pytest.raises(ValueError, match="target: expected"):
        getattr(losses, name)(np.zeros(shape), np.zeros(other), *spread)


@pytest.mark.parametrize("name", ["gaussian_nll", "gaussian_nll_grad", "laplace_nll", "laplace_nll_grad"])
@pytest.mark.parametrize("spread", [0, -1, np.nan, [1.0, 0.0], [1.0], [[1.0], [1.0]], [1.0, 1.0, 1.0]])
def test_spreads_that_are_not_positive_or_not_shaped_like_pred_are_refused(name: str, spread: Any) -> None:
    with pytest.raises(ValueError, match=r"(sigma|scale): expected"):
        getattr(losses, name)(np.zeros(2), np.ones(2), spread)


@pytest.mark.parametrize("name", ["bce", "bce_grad", "bce_with_logits", "bce_with_logits_grad"])
@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_binary_targets_and_probabilities_outside_the_unit_interval_are_refused(name: str, bad: Any) -> None:
    with pytest.raises(ValueError, match="target: expected numbers in"):
        getattr(losses, name)([0.5], [bad])
    if "logits" not in name:
        with pytest.raises(ValueError, match="probs: expected numbers in"):
            getattr(losses, name)([bad], [0.5])


BAD_LABELS = [[0, -1], [0, 3], [0.0, 1.0], [True, False], [0], [[0, 1]], 1, []]


@pytest.mark.parametrize("name", ["cross_entropy_loss", "cross_entropy_loss_grad"])
@pytest.mark.parametrize(
    ("logits", "labels"),
    [(np.zeros((2, 3)), b) for b in BAD_LABELS]
    + [(np.zeros(3), [0]), (np.zeros((0, 3)), np.zeros(0, int)), (np.zeros((1, 0)), [0])],
)
def test_cross_entropy_refuses_bad_labels_and_shapes(name: str, logits: Any, labels: Any) -> None:
    with pytest.raises(ValueError, match=r"(labels|logits): expected"):
        getattr(losses, name)(logits, labels)


@pytest.mark.parametrize("name", ["segmentation_cross_entropy", "segmentation_cross_entropy_grad"])
@pytest.mark.parametrize(
    ("shape", "labels"),
    [
        ((1, 3, 2, 2), [[[0, 1], [2, 3]]]),
        ((1, 3, 2, 2), [[[0, 1], [2, -1]]]),
        ((1, 3, 2, 2), [[[0.0, 1.0], [2.0, 0.0]]]),
        ((1, 3, 2, 2), [[[False, True], [False, True]]]),
        ((1, 3, 1, 4), [[[0, 1], [2, 0]]]),
        ((1, 3, 4), [[0, 1, 2, 0]]),
        ((0, 3, 2, 2), np.zeros((0, 2, 2), int)),
    ],
)
def test_segmentation_refuses_bad_labels_and_shapes(name: str, shape: tuple[int, ...], labels: Any) -> None:
    with pytest.raises(ValueError, match=r"(labels|logits): expected"):
        getattr(losses, name)(np.zeros(shape), labels)


@pytest.mark.parametrize(
    ("labels", "num_classes", "eps"),
    [
        ([0, 3], 3, 0.1),
        ([-1], 3, 0.1),
        ([0.0], 3, 0.1),
        ([True], 3, 0.1),
        ([[0]], 3, 0.1),
        (0, 3, 0.1),
        ([], 3, 0.1),
        ([0], 0, 0.1),
        ([0], 3, -0.1),
        ([0], 3, 1.1),
        ([0], 3, math.nan),
    ],
)
def test_smooth_labels_refuses_bad_labels_classes_and_shares(
    labels: Any, num_classes: Any, eps: float
) -> None:
    with pytest.raises(ValueError, match=r"(labels|num_classes|eps): expected"):
        losses.smooth_labels(labels, num_classes, eps)


def test_the_examples_in_the_statements_are_true() -> None:
    runner = doctest.DocTestRunner()
    for name in losses.__all__:
        (example,) = doctest.DocTestFinder(recurse=False).find(getattr(losses, name), name)
        assert example.examples, name
        assert runner.run(example).failed == 0


def test_every_statement_names_its_source_and_shows_an_example() -> None:
    for name in losses.__all__:
        text = getattr(losses, name).__doc__
        assert "Example:" in text, name
        assert "Source:" in text, name
