"""Reference activations against torch (autograd for the slopes), SciPy's tails and numbers worked by hand."""

import doctest
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.special import log_expit, log_ndtr  # type: ignore[import-untyped]
from scipy.stats import norm  # type: ignore[import-untyped]
from torch.nn import functional

from reference import activations
from reference.activations import (
    absolute,
    elu,
    elu_grad,
    gelu,
    gelu_grad,
    gelu_sigmoid,
    hard_tanh,
    leaky_relu,
    maxout,
    maxout_grad,
    prelu,
    prelu_grad,
    relu,
    relu_grad,
    selu,
    sigmoid,
    sigmoid_grad,
    softmax_jacobian,
    softplus,
    softplus_grad,
    swish,
    swish_grad,
    tanh,
    tanh_grad,
)

Torch = Callable[..., torch.Tensor]

# name → the same function in torch; those in WITH_PARAMETER take a second argument.
TORCH: dict[str, Torch] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky_relu": lambda x, alpha=0.01: functional.leaky_relu(x, float(alpha)),
    "prelu": lambda x, alpha: functional.prelu(x, torch.as_tensor(alpha, dtype=x.dtype).reshape(1)),
    "elu": lambda x, alpha=1.0: functional.elu(x, float(alpha)),
    "selu": functional.selu,
    "gelu": functional.gelu,
    "gelu_sigmoid": lambda x: x * torch.sigmoid(1.702 * x),
    "swish": lambda x, beta=1.0: x * torch.sigmoid(beta * x),
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "hard_tanh": functional.hardtanh,
    "absolute": torch.abs,
}
WITH_PARAMETER = {
    "leaky_relu": (0.2, 0.0),
    "prelu": (0.25, -0.5, 1.5),
    "elu": (0.5, 2.0),
    "swish": (1.702, 0.0, -3.0),
}
PAIRS = ("prelu", "swish")
CALLS: list[tuple[str, tuple[float, ...]]] = [(name, ()) for name in TORCH if name != "prelu"]
CALLS += [(name, (value,)) for name, values in WITH_PARAMETER.items() for value in values]
EDGES = [0.0, -0.0, 1.0, -1.0, 1e-9, -1e-9, 5.0, -5.0, 20.0, -20.0, 40.0, -40.0, 800.0, -800.0, 1e4, -1e4]
ELEMENTWISE = [(name + end, args) for name, args in CALLS for end in ("", "_grad")]

every_call = pytest.mark.parametrize(("name", "args"), CALLS)
every_elementwise = pytest.mark.parametrize(("name", "args"), ELEMENTWISE)


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error")
        yield


def points() -> NDArray[np.float64]:
    rng = np.random.default_rng(7)
    return np.concatenate(
        [EDGES, rng.normal(size=40), rng.uniform(-1e4, 1e4, size=10), np.linspace(-9, 9, 39)]
    )


def call(name: str, *args: Any) -> list[NDArray[np.float64]]:
    result = getattr(activations, name)(*args)
    return list(result) if isinstance(result, tuple) else [np.asarray(result)]


def pieces(n: int = 5, d: int = 4, m: int = 3, k: int = 2) -> tuple[NDArray[np.float64], ...]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(n, d)), rng.normal(size=(k, d, m)), rng.normal(size=(k, m))


@every_call
def test_values_agree_with_torch_from_zero_to_ten_thousand(name: str, args: tuple[float, ...]) -> None:
    x = points()
    expected = TORCH[name](torch.tensor(x), *args).numpy()
    np.testing.assert_allclose(call(name, x, *args)[0], expected, rtol=1e-12, atol=1e-15)


@every_call
def test_slopes_agree_with_torch_autograd_also_at_kinks(name: str, args: tuple[float, ...]) -> None:
    x = torch.tensor(points(), requires_grad=True)
    TORCH[name](x, *args).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    np.testing.assert_allclose(
        call(name + "_grad", points(), *args)[0], x.grad.numpy(), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(("name", "value"), [(n, v) for n in PAIRS for v in WITH_PARAMETER[n]])
def test_slopes_by_the_parameter_agree_with_torch_autograd_one_by_one(name: str, value: float) -> None:
    parameters = torch.full((len(points()),), value, dtype=torch.float64, requires_grad=True)
    rows = zip(torch.tensor(points()).reshape(-1, 1), parameters.reshape(-1, 1), strict=True)
    torch.cat([TORCH[name](x, p) for x, p in rows]).sum().backward()  # type: ignore[no-untyped-call]
    assert parameters.grad is not None
    np.testing.assert_allclose(call(name + "_grad", points(), value)[1], parameters.grad.numpy(), 1e-9, 1e-12)


def test_tails_agree_with_scipy_to_relative_accuracy() -> None:
    x = np.linspace(-35.0, -9.0, 14)
    np.testing.assert_allclose(gelu(x), x * np.exp(log_ndtr(x)), rtol=1e-11)
    np.testing.assert_allclose(gelu_grad(x), np.exp(log_ndtr(x)) + x * norm.pdf(x), rtol=1e-11)
    for small in (sigmoid(x), softplus_grad(x)):
        np.testing.assert_allclose(small, np.exp(log_expit(x)), rtol=1e-13)
    np.testing.assert_allclose(softplus(x), -log_expit(-x), rtol=1e-13)
    np.testing.assert_allclose(sigmoid_grad(-x), np.exp(log_expit(x) + log_expit(-x)), rtol=1e-13)
    np.testing.assert_allclose(tanh_grad(x), 1 / np.cosh(x) ** 2, rtol=1e-13)


def test_values_worked_by_hand() -> None:
    assert float(sigmoid(math.log(3))) == pytest.approx(3 / 4)
    assert float(sigmoid_grad(math.log(3))) == pytest.approx(3 / 16)
    assert float(tanh(math.log(2))) == pytest.approx(3 / 5)  # (2 − ½)/(2 + ½)
    assert float(tanh_grad(math.log(2))) == pytest.approx(16 / 25)
    assert float(softplus(math.log(3))) == pytest.approx(math.log(4))
    assert float(elu(-math.log(2), alpha=3.0)) == pytest.approx(-1.5)
    assert float(swish(math.log(3), beta=2.0)) == pytest.approx(0.9 * math.log(3))
    assert float(swish_grad(math.log(3))[1]) == pytest.approx(3 / 16 * math.log(3) ** 2)


def test_slopes_at_kinks_are_those_that_the_contract_pins() -> None:
    kinks = {"relu_grad": 0, "leaky_relu_grad": 0.01, "elu_grad": 1, "absolute_grad": 0, "softplus_grad": 0.5}
    assert {name: call(name, 0.0)[0].item() for name in kinks} == kinks
    assert call("hard_tanh_grad", [-1.0, 1.0])[0].tolist() == [0.0, 0.0]
    assert elu_grad(0.0, alpha=2.0) == 2.0
    assert [float(g) for g in prelu_grad(0.0, 0.3)] == [0.3, 0.0]


def test_symmetries_and_identities_hold() -> None:
    x = points()
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1.0, rtol=1e-15)
    np.testing.assert_allclose(tanh(x), 2 * sigmoid(2 * x) - 1, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(softplus(x) - softplus(-x), x, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(gelu(x) - gelu(-x), x, rtol=1e-13, atol=1e-15)  # Φ(x) + Φ(−x) = 1
    assert np.array_equal(relu(x) - relu(-x), x)
    assert np.array_equal(absolute(x), relu(x) + relu(-x))
    assert np.array_equal(hard_tanh(-x), -hard_tanh(x))
    assert np.array_equal(leaky_relu(x), prelu(x, 0.01))
    assert np.array_equal(gelu_sigmoid(x), swish(x, beta=1.702))
    assert np.max(np.abs(gelu_sigmoid(x) - gelu(x))) < 0.021  # close, but not the same function
    assert np.all(np.diff(softplus(np.sort(x))) >= 0)


def test_selu_keeps_mean_zero_and_variance_one_of_a_standard_normal() -> None:
    x, weight = np.polynomial.hermite_e.hermegauss(180)  # quadrature with weight e^(−x²/2)
    weight = weight / weight.sum()
    assert weight @ selu(x) == pytest.approx(0, abs=2e-3)  # the kink at 0 costs the quadrature its digits
    assert weight @ selu(x) ** 2 == pytest.approx(1, abs=2e-3)


def test_maxout_agrees_with_torch_and_its_autograd() -> None:
    x, W, b = pieces()
    xs, Ws, bs = (torch.tensor(a) for a in (x, W, b))

    def units(row: torch.Tensor) -> torch.Tensor:
        return (torch.einsum("d,kdm->km", row, Ws) + bs).amax(0)

    np.testing.assert_allclose(maxout(x, W, b), torch.stack([units(r) for r in xs]).numpy(), rtol=1e-13)
    jacobians = [torch.autograd.functional.jacobian(units, r) for r in xs]  # type: ignore[no-untyped-call]
    np.testing.assert_allclose(maxout_grad(x, W, b), torch.stack(jacobians).numpy(), rtol=1e-13)
    assert maxout_grad(x, W, b).shape == (5, 3, 4)


def test_maxout_of_two_opposite_pieces_is_the_absolute_value_and_ties_go_to_the_first() -> None:
    W, b = np.array([[[-1.0]], [[1.0]]]), np.zeros((2, 1))
    assert maxout([[-2.0], [0.0], [3.0]], W, b).tolist() == [[2.0], [0.0], [3.0]]
    assert maxout_grad([[-2.0], [0.0], [3.0]], W, b).tolist() == [[[-1.0]], [[-1.0]], [[1.0]]]


def test_maxout_of_one_piece_is_affine_and_has_slope_w_everywhere() -> None:
    x, W, b = pieces(k=1)
    np.testing.assert_allclose(maxout(x, W, b), x @ W[0] + b[0], rtol=1e-13)
    assert np.array_equal(maxout_grad(x, W, b), np.broadcast_to(W[0].T, (5, 3, 4)))


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_softmax_jacobian_agrees_with_torch_autograd(scale: float) -> None:
    z = scale * np.random.default_rng(5).normal(size=6)
    jacobian = torch.autograd.functional.jacobian
    expected = jacobian(lambda t: torch.softmax(t, 0), torch.tensor(z))  # type: ignore[no-untyped-call]
    np.testing.assert_allclose(softmax_jacobian(z), expected.numpy(), rtol=1e-12, atol=1e-15)


def test_softmax_jacobian_is_symmetric_with_rows_that_sum_to_zero() -> None:
    J = softmax_jacobian([0.3, -1e4, 2.0, 1e4, 1e4])
    assert np.array_equal(J, J.T)
    np.testing.assert_allclose(J.sum(axis=1), 0, atol=1e-15)
    assert J[3:, 3:].tolist() == [[0.25, -0.25], [-0.25, 0.25]]  # two equal winners share the mass
    assert softmax_jacobian([5.0]).tolist() == [[0.0]]


@every_elementwise
@pytest.mark.parametrize("dtype", ["float32", "int64", "int8", "uint8"])
def test_any_real_dtype_gives_the_float64_result(name: str, args: tuple[float, ...], dtype: str) -> None:
    low = 0 if dtype == "uint8" else -4
    x = np.arange(low, 6).astype(dtype)
    for got, expected in zip(call(name, x, *args), call(name, x.astype(np.float64), *args), strict=True):
        assert got.dtype == np.float64
        assert np.array_equal(got, expected)


@every_elementwise
def test_any_rank_and_memory_layout_gives_the_same_entries(name: str, args: tuple[float, ...]) -> None:
    flat = np.linspace(-3, 3, 24)
    cube = flat.reshape(2, 3, 4)
    views = [
        np.asfortranarray(cube),
        cube[:, ::-1],
        cube.transpose(2, 0, 1),
        cube[:1, 1:2, ::2],
        flat[3].reshape(()),
    ]
    for view in views:
        for got, expected in zip(
            call(name, view, *args), call(name, view.ravel().copy(), *args), strict=True
        ):
            assert got.shape == view.shape
            assert np.array_equal(got.ravel(), expected)


@every_elementwise
@pytest.mark.parametrize("x", [[-2.0, -1.0, 0.0, 0.5, 3.0], [0.0, 0.25, 0.5]], ids=["mixed", "identity"])
def test_arguments_stay_unchanged_and_share_no_memory(
    name: str, args: tuple[float, ...], x: list[float]
) -> None:
    given = np.array(x)
    results = call(name, given, *args)
    assert given.tolist() == x
    assert not any(np.shares_memory(given, result) for result in results)


def test_maxout_and_softmax_jacobian_leave_their_arguments_alone() -> None:
    for name, given in (
        ("maxout", pieces(k=1)),
        ("maxout_grad", pieces(k=1)),
        ("softmax_jacobian", (np.ones(1),)),
    ):
        before = [a.copy() for a in given]
        result = call(name, *given)[0]
        assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))
        assert not any(np.shares_memory(a, result) for a in given)


def test_maxout_and_softmax_jacobian_take_integers_and_strided_arrays() -> None:
    x, W, b = (np.rint(4 * a).astype(np.int64) for a in pieces())
    for f in (maxout, maxout_grad):
        assert np.array_equal(
            f(np.asfortranarray(x), W[:, :, ::-1], b[:, ::-1])[:, ::-1], f(x * 1.0, W * 1.0, b * 1.0)
        )
    assert np.array_equal(softmax_jacobian(np.array([3, 1, 2])[::-1]), softmax_jacobian([2.0, 1.0, 3.0]))


@pytest.mark.parametrize("name", ["maxout", "maxout_grad"])
@pytest.mark.parametrize(
    "shapes",
    [
        ((4,), (2, 4, 3), (2, 3)),
        ((5, 3), (2, 4, 3), (2, 3)),
        ((5, 1), (2, 4, 3), (2, 3)),
        ((5, 4), (4, 3), (2, 3)),
        ((5, 4), (2, 4, 3), (3,)),
        ((5, 4), (2, 4, 3), (1, 3)),
        ((5, 4), (2, 4, 3), (2, 1)),
        ((5, 4), (0, 4, 3), (0, 3)),
    ],
)
def test_maxout_refuses_shapes_that_do_not_fit(name: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r"maxout: expected x \(N, D\), W \(K, D, M\) and b \(K, M\)"):
        call(name, *(np.ones(s) for s in shapes))


@pytest.mark.parametrize("shape", [(), (0,), (1, 3), (3, 3)])
def test_softmax_jacobian_refuses_what_is_not_a_vector(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"softmax_jacobian: expected z of shape \(K,\)"):
        softmax_jacobian(np.ones(shape))


def test_relu_slope_is_not_a_view_of_a_shared_constant() -> None:
    first = relu_grad([1.0, -1.0])
    first[:] = 9.0
    assert relu_grad([1.0, -1.0]).tolist() == [1.0, 0.0]


def test_every_statement_has_an_example_that_runs() -> None:
    finder = doctest.DocTestFinder(recurse=False)
    runner = doctest.DocTestRunner()
    for name in activations.__all__:
        function = getattr(activations, name)
        found = [test for test in finder.find(function, name) if test.examples]
        assert found, name
        assert runner.run(found[0]).failed == 0
