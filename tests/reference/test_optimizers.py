"""The optimizer oracle against torch.optim (float64), NumPy, SciPy and numbers worked by hand."""

import doctest
import itertools
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg  # type: ignore[import-untyped]
import scipy.stats  # type: ignore[import-untyped]
import torch
from numpy.typing import NDArray

from reference import optimizers as opt

pytestmark = pytest.mark.filterwarnings("error")  # no valid input may raise a RuntimeWarning

STEPS = 6
RNG = np.random.default_rng(0)
START = RNG.normal(size=(3, 2))
GRADS = RNG.normal(size=(STEPS, 3, 2)) * np.array([4, 1, 0.1, 0, 0.5, 2])[:, None, None]
LRS = [0.3, 0.1, 0.5, 0.2, 0.7, 0.4]
BETAS = [(0.9, 0.999), (0.5, 0.7), (0.8, 0.3)]


def close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-14)


def walk(rule: Callable[..., Any], **options: Any) -> NDArray[Any]:
    """The parameters after each step."""
    param, state, visited = START, None, []
    for grad, lr in zip(GRADS, LRS, strict=True):
        param, state = rule(param, grad, state, lr, **options)
        visited.append(param)
    return np.array(visited)


def torch_walk(optimizer: Callable[..., torch.optim.Optimizer], **options: Any) -> NDArray[Any]:
    leaf = torch.tensor(START, requires_grad=True)
    running, visited = optimizer([leaf], lr=1.0, **options), []
    for grad, lr in zip(GRADS, LRS, strict=True):
        running.param_groups[0]["lr"] = lr
        leaf.grad = torch.tensor(grad)
        running.step()
        visited.append(leaf.detach().numpy().copy())
    return np.array(visited)


def bowl(x: NDArray[Any]) -> float:
    return float(np.sum((np.asarray(x) - 1) ** 2))


# --- agrees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.0, 0.4, 0.9])
def test_sgd_momentum_and_nesterov_agree_with_torch(beta: float) -> None:
    close(walk(opt.sgd_step), torch_walk(torch.optim.SGD))
    close(walk(opt.momentum_step, beta=beta), torch_walk(torch.optim.SGD, momentum=beta))
    if beta:  # torch wants a momentum above 0 for this
        nesterov = torch_walk(torch.optim.SGD, momentum=beta, nesterov=True)
        close(walk(opt.nesterov_step, beta=beta), nesterov)


@pytest.mark.parametrize("eps", [1e-10, 1e-8, 0.3])
def test_adagrad_rmsprop_and_adadelta_agree_with_torch(eps: float) -> None:
    close(walk(opt.adagrad_step, eps=eps), torch_walk(torch.optim.Adagrad, eps=eps))
    for keep in (0.5, 0.99):
        close(
            walk(opt.rmsprop_step, beta=keep, eps=eps), torch_walk(torch.optim.RMSprop, alpha=keep, eps=eps)
        )
        close(walk(opt.adadelta_step, rho=keep, eps=eps), torch_walk(torch.optim.Adadelta, rho=keep, eps=eps))


@pytest.mark.parametrize("betas", BETAS)
@pytest.mark.parametrize("eps", [1e-8, 0.3])
def test_adam_and_its_variants_agree_with_torch(betas: tuple[float, float], eps: float) -> None:
    options: dict[str, Any] = {"betas": betas, "eps": eps}
    close(walk(opt.adam_step, **options), torch_walk(torch.optim.Adam, **options))
    close(walk(opt.amsgrad_step, **options), torch_walk(torch.optim.Adam, amsgrad=True, **options))
    close(walk(opt.adamax_step, **options), torch_walk(torch.optim.Adamax, **options))
    for decay in (0.0, 0.3):
        expected = torch_walk(torch.optim.AdamW, weight_decay=decay, **options)
        close(walk(opt.adamw_step, weight_decay=decay, **options), expected)


def test_defaults_are_those_of_torch() -> None:
    for rule, theirs, options in (
        (opt.adagrad_step, torch.optim.Adagrad, {}),
        (opt.rmsprop_step, torch.optim.RMSprop, {}),
        (opt.adadelta_step, torch.optim.Adadelta, {}),
        (opt.adam_step, torch.optim.Adam, {}),
        (opt.adamw_step, torch.optim.AdamW, {}),
        (opt.amsgrad_step, torch.optim.Adam, {"amsgrad": True}),
        (opt.adamax_step, torch.optim.Adamax, {}),
        (opt.momentum_step, torch.optim.SGD, {"momentum": 0.9}),
        (opt.nesterov_step, torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    ):
        close(walk(rule), torch_walk(theirs, **options))


def test_nadam_agrees_with_numbers_by_hand() -> None:
    # m = 1, v = 1.6, then m = 0.5·1 − 0.5, v = 0.8·1.6 + 0.2: t = 2 corrects with 0.75 and 0.36
    param, state = opt.nadam_step([0.0], [2.0], None, 1.0, betas=(0.5, 0.6), eps=0.0)
    close(param, [-(0.5 * 2 + 0.5 * 2 / 0.5) / 2])
    param, state = opt.nadam_step([0.0], [-1.0], state, 1.0, betas=(0.5, 0.6), eps=0.0)
    close(param, [0.5 / 0.75 / math.sqrt((0.6 * 1.6 + 0.4) / (1 - 0.36))])


def test_maxprop_agrees_with_numbers_by_hand() -> None:
    visited, param, state = [], np.array([0.0]), None
    for grad in (4.0, 0.0, -1.0, 0.5):  # v = 4, 2, 1, 0.5
        param, state = opt.maxprop_step(param, [grad], state, 1.0, 0.5, 0.0)
        visited.append(param[0])
    close(visited, [-1, -1, 0, -1])


def test_gradient_descent_agrees_with_numbers_by_hand() -> None:
    path = opt.gradient_descent(lambda x: 2 * (x - 1), [3.0], 0.25, 3)
    close(path, [[3], [2], [1.5], [1.25]])
    assert opt.gradient_descent(lambda x: x, np.ones((2, 3)), 0.1, 0).shape == (1, 2, 3)


def test_projected_gradient_descent_agrees_with_numbers_by_hand() -> None:
    path = opt.projected_gradient_descent(lambda x: np.array([-1.0, 0.0]), [0.0, 3.0], 4.0, 2, 2.5)
    close(path, [[0, 3], [2.0, 1.5], [2.5 * 6 / math.hypot(6, 1.5), 2.5 * 1.5 / math.hypot(6, 1.5)]])


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (5, 5), (1, 4), (4, 1)])
@pytest.mark.parametrize("rank", [1, 2, 5])
def test_least_squares_agrees_with_the_pseudo_inverse_of_scipy(shape: tuple[int, int], rank: int) -> None:
    rng = np.random.default_rng(1)
    A = rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))
    y = rng.normal(size=shape[0])
    np.testing.assert_allclose(opt.least_squares(A, y), scipy.linalg.pinv(A, rtol=1e-12) @ y, rtol=1e-9)


def test_clipping_agrees_with_torch() -> None:
    g = GRADS[0]
    for c in (0.1, 3.0, 100.0):
        close(opt.clip_by_value(g, c), torch.clamp(torch.tensor(g), -c, c).numpy())
        leaf = torch.zeros(g.shape, dtype=torch.float64, requires_grad=True)
        leaf.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_([leaf], c)
        np.testing.assert_allclose(opt.clip_by_norm(g, c), leaf.grad.numpy(), rtol=1e-6)  # torch adds 1e-6


def test_averages_agree_with_numpy_and_numbers_by_hand() -> None:
    close(opt.polyak_average(GRADS), GRADS.mean(axis=0))
    close(opt.ema_update([1.0, -1.0], [3.0, 1.0], 0.25), [1.5, -0.5])
    close(opt.minibatch_gradient(GRADS, [0, 2, 2, 5]), (GRADS[0] + 2 * GRADS[2] + GRADS[5]) / 4)


def test_searches_agree_with_numbers_by_hand() -> None:
    point, value = opt.grid_search(lambda x: abs(x[0] * x[1] - 2), [[2.0, 1.0], [0.0, 1.0, 2.0]])
    assert (point.tolist(), value) == ([2.0, 1.0], 0.0)  # before [1, 2], which is as good
    point, value = opt.line_search(lambda x: abs(x[0]), [2.0], [-1.0], [3.0, 1.0, 0.0])
    assert (point.tolist(), value) == ([-1.0], 1.0)


@pytest.mark.parametrize(
    ("L", "dist0", "t", "bound"), [(2, 3, 1, 9.0), (1.0, 4.0, 4, 2.0), (5.0, 0.0, 7, 0.0)]
)
def test_convex_bound_agrees_with_numbers_by_hand(L: float, dist0: float, t: int, bound: float) -> None:
    close(opt.gd_bound_convex(L, dist0, t), bound)


@pytest.mark.parametrize(
    ("L", "mu", "gap0", "t", "bound"), [(4, 1, 16, 2, 9.0), (3.0, 3.0, 5.0, 1, 0.0), (2.0, 1.0, 5.0, 0, 5.0)]
)
def test_strongly_convex_bound_agrees_with_numbers_by_hand(
    L: float, mu: float, gap0: float, t: int, bound: float
) -> None:
    close(opt.gd_bound_strongly_convex(L, mu, gap0, t), bound)


# --- property -------------------------------------------------------------------------------------------------


def test_a_real_run_lies_below_both_bounds() -> None:
    curvatures, x0 = np.array([0.5, 1.0, 4.0]), np.array([3.0, -2.0, 1.0])
    path = opt.gradient_descent(lambda x: curvatures * x, x0, 1 / 4, 40)
    gaps = 0.5 * np.sum(curvatures * path**2, axis=1)
    for t in range(1, 41):
        assert gaps[t] <= opt.gd_bound_convex(4.0, float(np.linalg.norm(x0)), t)
        assert gaps[t] <= opt.gd_bound_strongly_convex(4.0, 0.5, gaps[0], t)


@pytest.mark.parametrize("name", [name for name in opt.__all__ if name.endswith("_step")])
def test_a_step_without_gradient_moves_nothing_but_by_decay_and_velocity(name: str) -> None:
    required = {"beta": 0.9, "eps": 1e-8} if name == "maxprop_step" else {}
    param, _ = getattr(opt, name)(START, np.zeros_like(START), None, 0.5, **required)
    close(param, START * (1 - 0.5 * 0.01) if name == "adamw_step" else START)


@pytest.mark.parametrize("name", [name for name in opt.__all__ if name.endswith("_step")])
def test_a_state_can_be_used_twice(name: str) -> None:
    required = {"beta": 0.9, "eps": 1e-8} if name == "maxprop_step" else {}
    rule = getattr(opt, name)
    _, state = rule(START, GRADS[0], None, 0.5, **required)
    _, state = rule(START, GRADS[1], state, 0.5, **required)
    first, _ = rule(START, GRADS[2], state, 0.5, **required)
    second, _ = rule(START, GRADS[2], state, 0.5, **required)
    np.testing.assert_array_equal(first, second)


def test_every_order_of_a_small_epoch_is_as_likely() -> None:
    rng = np.random.default_rng(2)
    orders = Counter(tuple(np.concatenate(opt.minibatches(4, 3, rng)).tolist()) for _ in range(4800))
    counts = [orders[order] for order in itertools.permutations(range(4))]
    assert sum(counts) == 4800
    assert scipy.stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(
    ("n", "size", "lengths"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 5, [2]), (1, 1, [1])]
)
def test_batches_hold_every_index_once(n: int, size: int, lengths: list[int]) -> None:
    batches = opt.minibatches(n, size, np.random.default_rng(3))
    assert [len(batch) for batch in batches] == lengths
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))


def test_the_gradients_of_all_batches_average_to_the_full_gradient() -> None:
    batches = itertools.combinations(range(STEPS), 3)
    parts = [opt.minibatch_gradient(GRADS, batch) for batch in batches]
    close(np.mean(parts, axis=0), GRADS.mean(axis=0))


def test_of_all_solutions_the_shortest_is_found() -> None:
    A, y = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), np.array([1.0, 2.0])
    x = opt.least_squares(A, y)
    close(A @ x, y)
    null = np.array([5.0, -1.0, -1.0])  # A @ null = 0
    assert abs(float(x @ null)) < 1e-12


def test_projection_finds_the_nearest_point_of_the_ball() -> None:
    rng = np.random.default_rng(4)
    v, inside = np.array([[3.0, -4.0]]), rng.normal(size=(500, 1, 2))
    inside *= 2 * rng.random((500, 1, 1)) / np.linalg.norm(inside, axis=(1, 2), keepdims=True)
    nearest = opt.project_to_ball(v, 2.0)
    assert np.linalg.norm(nearest) == pytest.approx(2.0)
    assert np.linalg.norm(v - nearest) <= np.linalg.norm(v - inside, axis=(1, 2)).min() + 1e-12
    close(opt.project_to_ball(nearest, 2.5), nearest)
    close(opt.project_to_ball(np.zeros(3), 2.5), np.zeros(3))


def test_a_population_evolves_and_never_loses_its_best() -> None:
    population, rng = np.random.default_rng(5).uniform(-1, 1, size=(4, 3)) - 4, np.random.default_rng(6)
    best = min(map(bowl, population))
    for _ in range(30):
        population = opt.evolve(bowl, population, 0.5, 1, rng)
        assert min(map(bowl, population)) <= best
        best = min(map(bowl, population))
    assert best < 1
    np.testing.assert_array_equal(opt.evolve(bowl, population, 0.5, 0, rng), population)


@pytest.mark.parametrize("seed", range(5))
def test_logistic_regression_comes_near_the_best_possible_accuracy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(600, 5)) * [1, 5, 0.2, 1, 1] + 2
    best = (X - 2) @ [1.5, 0.4, -5, 1, 0] + 0.7
    y = (rng.random(600) < 1 / (1 + np.exp(-best))).astype(int)
    predict = opt.train_logistic(X[:400], y[:400], rng)
    labels = predict(X[400:])
    assert labels.shape == (200,)
    assert labels.dtype.kind == "i"
    assert np.mean(labels == y[400:]) > np.mean((best[400:] > 0) == y[400:]) - 0.05


CASES: dict[str, tuple[Any, ...]] = {
    "gradient_descent": (lambda x: 2 * x, np.array([2, -4]), 0.25, 3),
    "projected_gradient_descent": (lambda x: 2 * x, np.array([2, -4]), 0.25, 3, 1.5),
    **{name: (np.array([[2, -4]]), np.array([[1, 3]]), None, 0.5) for name in opt.__all__ if "_step" in name},
    "maxprop_step": (np.array([2, -4]), np.array([1, 3]), None, 0.5, 0.9, 0.5),
    "minibatch_gradient": (np.array([[1, 2], [3, 4], [5, 6]]), np.array([2, 0])),
    "least_squares": (np.array([[1, 2], [3, 4], [5, 7]]), np.array([1, 0, 2])),
    "grid_search": (bowl, [np.array([3, 2]), np.array([-4, 0, 4])]),
    "line_search": (bowl, np.array([2, 3]), np.array([-1, 0]), np.array([0, 1, 2])),
    "evolve": (bowl, np.array([[3, 4], [5, 6]]), 0.5, 2, 7),
    "clip_by_value": (np.array([3, -4]), 2),
    "clip_by_norm": (np.array([3, -4]), 2),
    "ema_update": (np.array([3, -4]), np.array([1, 2]), 0.25),
    "polyak_average": (np.array([[3, -4], [2, 2]]),),
    "project_to_ball": (np.array([3, -4]), 10),
}
WITHOUT_ARRAYS = {"minibatches", "gd_bound_convex", "gd_bound_strongly_convex", "train_logistic"}


def test_every_public_function_has_a_case() -> None:
    assert sorted({*CASES, *WITHOUT_ARRAYS}) == opt.__all__


def arrays_in(value: Any) -> list[NDArray[Any]]:
    if isinstance(value, list | tuple):
        return [found for item in value for found in arrays_in(item)]
    return [value] if isinstance(value, np.ndarray) else []


def recast(value: Any, dtype: Any) -> Any:
    """The same numbers in another dtype and memory layout; indices stay integers."""
    if isinstance(value, list):
        return [recast(item, dtype) for item in value]
    return np.array(value, dtype=dtype, order="F") if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("name", CASES)
def test_integers_and_float32_give_float64_results_and_stay_unchanged(name: str) -> None:
    def run(args: list[Any]) -> Any:
        seeded = [
            np.random.default_rng(arg) if name == "evolve" and at == 4 else arg for at, arg in enumerate(args)
        ]
        return getattr(opt, name)(*seeded)

    expected = arrays_in(run(list(CASES[name])))
    for dtype in (np.int32, np.float32, np.float64):
        kept = 1 if name == "minibatch_gradient" else 10
        given = [recast(arg, dtype) if at < kept else arg for at, arg in enumerate(CASES[name])]
        before = [array.copy() for array in arrays_in(given)]
        result = arrays_in(run(given))
        assert expected
        for got, wanted in zip(result, expected, strict=True):
            assert got.dtype == np.float64
            np.testing.assert_array_equal(got, wanted)
            assert not any(np.may_share_memory(got, array) for array in arrays_in(given))
        for array, copy in zip(arrays_in(given), before, strict=True):
            np.testing.assert_array_equal(array, copy)


# --- refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "size"), [(0, 1), (-1, 1), (3, 0), (3, -2)])
def test_minibatches_refuses_nothing_to_cut_and_nothing_to_cut_into(n: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"(n|batch_size): expected at least 1"):
        opt.minibatches(n, size, np.random.default_rng(0))


@pytest.mark.parametrize("clip", [opt.clip_by_value, opt.clip_by_norm])
@pytest.mark.parametrize("c", [0, -1.0, math.nan])
def test_clipping_refuses_bounds_that_are_not_positive(clip: Callable[..., Any], c: float) -> None:
    with pytest.raises(ValueError, match="c: expected a positive number"):
        clip([1.0, 2.0], c)


@pytest.mark.parametrize("shape", [(2,), (1, 3), (3, 1), ()])
def test_steps_refuse_a_gradient_of_another_shape_and_never_broadcast(shape: tuple[int, ...]) -> None:
    for name in opt.__all__:
        if name.endswith("_step"):
            required = {"beta": 0.9, "eps": 1e-8} if name == "maxprop_step" else {}
            with pytest.raises(ValueError, match="grad: expected the shape of param"):
                getattr(opt, name)(np.zeros(3), np.zeros(shape), None, 0.1, **required)


def test_the_examples_in_the_statements_are_true() -> None:
    runner = doctest.DocTestRunner()
    for name in opt.__all__:
        function = getattr(opt, name)
        (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={**function.__globals__})
        assert example.examples, name
        assert runner.run(example).failed == 0


def test_every_statement_names_its_source_and_shows_an_example() -> None:
    for name in opt.__all__:
        text = getattr(opt, name).__doc__
        assert "Example:" in text, name
        assert "Source:" in text, name
