"""The calculus oracle against torch (float64 autograd), NumPy, SciPy and numbers worked by hand."""

import doctest
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize  # type: ignore[import-untyped]
import torch

from reference import calculus as calc

pytestmark = pytest.mark.filterwarnings("error")  # no valid input may raise a RuntimeWarning


def close(actual: Any, expected: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=1e-12)


def tensor(x: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(x, dtype=np.float64), requires_grad=True)


def autograd(function: Callable[[torch.Tensor], torch.Tensor], x: Any) -> Any:
    leaf = tensor(x)
    (grad,) = torch.autograd.grad(function(leaf), leaf)
    return grad.numpy()


def bump(x: Any) -> float:
    """A smooth function that ties all entries together."""
    return float(np.sin(x).sum() + np.exp(-np.square(x).sum() / 4) + 0.1 * x.sum() ** 3)


def torch_bump(x: torch.Tensor) -> torch.Tensor:
    return torch.sin(x).sum() + torch.exp(-(x**2).sum() / 4) + 0.1 * x.sum() ** 3


# --- agrees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 1, 3)])
def test_the_numerical_gradient_agrees_with_torch(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    close(calc.numerical_gradient(bump, x), autograd(torch_bump, x), rtol=1e-8)


def test_the_numerical_jacobian_agrees_with_torch() -> None:
    rng = np.random.default_rng(1)
    A, x = rng.normal(size=(3, 2)), rng.normal(size=2)
    expected = torch.autograd.functional.jacobian(lambda z: torch.tanh(torch.tensor(A) @ z) * z[0], tensor(x))  # type: ignore[no-untyped-call]
    close(calc.numerical_jacobian(lambda z: np.tanh(A @ z) * z[0], x, 1e-5), expected.numpy(), rtol=1e-8)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_the_numerical_hessian_agrees_with_torch(n: int) -> None:
    x = np.random.default_rng(2).normal(size=n)
    expected = torch.autograd.functional.hessian(torch_bump, tensor(x))  # type: ignore[no-untyped-call]
    close(calc.numerical_hessian(bump, x, 1e-4), expected.detach().numpy(), rtol=1e-5)


def test_derivatives_along_directions_agree_with_torch() -> None:
    rng = np.random.default_rng(3)
    x, u = rng.normal(size=3), rng.normal(size=3)
    unit = torch.tensor(u / np.linalg.norm(u))
    grad = autograd(torch_bump, x)
    close(
        calc.directional_derivative(grad, u),
        autograd(lambda s: torch_bump(torch.tensor(x) + s * unit), 0.0),
    )
    hessian = torch.autograd.functional.hessian(torch_bump, tensor(x)).detach()  # type: ignore[no-untyped-call]
    close(
        calc.second_directional_derivative(hessian.numpy(), unit.numpy()),
        torch.autograd.functional.hessian(lambda s: torch_bump(torch.tensor(x) + s * unit), tensor(0.0)),  # type: ignore[no-untyped-call]
    )


def test_taylor_polynomials_agree_with_numbers_by_hand() -> None:
    # e^(x + 2y) around 0: 1 + (x + 2y) + (x + 2y)²/2
    grad, hessian = [1, 2], [[1, 2], [2, 4]]
    close(calc.taylor1(1, grad, [0, 0], [0.1, 0.2]), 1.5)
    close(calc.taylor2(1, grad, hessian, [0, 0], [0.1, 0.2]), 1.625)


def test_newton_agrees_with_scipy() -> None:
    found = scipy.optimize.minimize(
        scipy.optimize.rosen, [0.9, 0.8], jac=scipy.optimize.rosen_der, method="BFGS", options={"gtol": 1e-10}
    )
    newton = calc.newton_minimize(scipy.optimize.rosen_der, scipy.optimize.rosen_hess, [0.9, 0.8], 20)
    close(newton, found.x, rtol=1e-6)


def test_newton_steps_on_a_cubed_slope_shrink_the_error_by_a_third() -> None:
    # f = x⁴/4: x − x³/(3x²) = ⅔x, by hand
    close(calc.newton_minimize(lambda x: x**3, lambda x: np.diag(3 * x**2), [9.0, -27.0], 2), [4.0, -12.0])


def test_derivatives_of_matrix_functions_agree_with_torch() -> None:
    rng = np.random.default_rng(4)
    A, x = rng.normal(size=(4, 4)), rng.normal(size=4)
    close(calc.quadratic_form_grad(A, x), autograd(lambda v: v @ torch.tensor(A) @ v, x))
    a, b, X = rng.normal(size=2), rng.normal(size=3), rng.normal(size=(2, 3))
    close(calc.bilinear_grad(a, b), autograd(lambda M: torch.tensor(a) @ M @ torch.tensor(b), X))
    left, right = rng.normal(size=(4, 2)), rng.normal(size=(3, 4))
    close(
        calc.trace_grad(left, right),
        autograd(lambda M: torch.trace(torch.tensor(left) @ M @ torch.tensor(right)), X),
    )
    J, c, point = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=3)
    close(
        calc.squared_norm_grad(J, J @ point + c),
        autograd(lambda v: ((torch.tensor(J) @ v + torch.tensor(c)) ** 2).sum(), point),
    )


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_definiteness_agrees_with_the_eigenvalues_of_numpy(n: int) -> None:
    rng = np.random.default_rng(n)
    verdicts = []
    for _ in range(40):
        root = rng.normal(size=(n, n))
        A = (root + root.T) / 2 + rng.uniform(0, 3) * np.eye(n)
        verdicts.append(calc.is_positive_definite(A))
        assert verdicts[-1] == (np.linalg.eigvals(A).real.min() > 0)
    assert {True, False} == set(verdicts)


BORDERLINE: list[tuple[Any, bool]] = [  # by hand
    ([[0]], False),
    ([[1e-300]], True),
    ([[2, 2], [2, 2]], False),
    ([[1, 0], [0, 0]], False),
    ([[0, 1], [1, 0]], False),
    ([[-1, 0], [0, -1]], False),
    ([[1, 2, 2], [2, 1, 2], [2, 2, 1]], False),
    ([[2, -1, 0], [-1, 2, -1], [0, -1, 2]], True),
    ([[1e-9, 0], [0, 1]], True),
    (np.ones((4, 4)), False),
    (np.ones((4, 4)) + 1e-6 * np.eye(4), True),
]


@pytest.mark.parametrize(("A", "expected"), BORDERLINE)
def test_definiteness_of_borderline_matrices_agrees_with_hand(A: Any, expected: bool) -> None:
    assert calc.is_positive_definite(A) is expected


@pytest.mark.parametrize(
    ("p", "q", "b", "rule"),
    [
        ((2,), (3,), 0, "i,k->ik"),
        ((2, 3), (3, 4), 1, "ij,jk->ik"),
        ((5, 2, 3), (2, 3, 4), 2, "ijl,jlk->ik"),
        ((2, 3), (2, 3), 2, "ij,ij->"),
        ((5, 6, 2, 3), (3, 4, 7), 1, "abij,jcd->abicd"),
        ((2, 3, 4), (2, 3, 4), 3, "ijk,ijk->"),
    ],
)
def test_products_of_tensors_agree_with_einsum(
    p: tuple[int, ...], q: tuple[int, ...], b: int, rule: str
) -> None:
    rng = np.random.default_rng(5)
    P, Q = rng.normal(size=p), rng.normal(size=q)
    close(calc.tensor_multiply(P, Q, b), np.einsum(rule, P, Q))


def test_the_tensor_chain_rule_agrees_with_torch() -> None:
    W, x = tensor(np.arange(6.0).reshape(2, 3)), torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4)
    dy_dw = torch.autograd.functional.jacobian(lambda w: torch.tanh(w @ x), W)  # type: ignore[no-untyped-call]
    dL_dy = autograd(lambda y: (y**2).sum(), torch.tanh(W @ x).detach())
    (expected,) = torch.autograd.grad((torch.tanh(W @ x) ** 2).sum(), W)
    close(calc.tensor_chain(dL_dy, dy_dw.numpy()), expected.numpy())


def test_the_score_function_gradient_agrees_with_torch() -> None:
    rng = np.random.default_rng(6)
    logits, draws, values = rng.normal(size=3), rng.integers(3, size=8), rng.normal(size=8)

    def surrogate(z: torch.Tensor) -> torch.Tensor:
        return (torch.tensor(values) * torch.log_softmax(z, 0)[torch.tensor(draws)]).mean()

    probs = np.exp(logits) / np.exp(logits).sum()
    close(calc.score_function_gradient(np.eye(3)[draws] - probs, values), autograd(surrogate, logits))


# --- properties -----------------------------------------------------------------------------------------------


def test_the_error_of_central_differences_falls_with_the_square_of_the_step() -> None:
    x, exact = np.array([0.3, -0.7]), autograd(torch_bump, [0.3, -0.7])
    errors = [np.abs(calc.numerical_gradient(bump, x, h) - exact).max() for h in (0.1, 0.01)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.1)


def test_central_differences_are_exact_on_quadratics_at_any_step() -> None:
    A, x = np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([1.0, -2.0])
    close(calc.numerical_gradient(lambda v: v @ A @ v, x, 0.5), calc.quadratic_form_grad(A, x))
    close(calc.numerical_hessian(lambda v: v @ A @ v, x, 0.5), A + A.T)


def test_the_hessian_is_symmetric_to_the_last_digit() -> None:
    H = calc.numerical_hessian(bump, np.array([0.1, 0.2, 0.3]), 1e-3)
    np.testing.assert_array_equal(H, H.T)


def test_the_slope_along_a_direction_does_not_depend_on_its_length_and_is_largest_along_the_gradient() -> (
    None
):
    grad = np.array([1.0, -2.0, 3.0])
    for u in np.random.default_rng(7).normal(size=(20, 3)):
        slope = calc.directional_derivative(grad, u)
        close([calc.directional_derivative(grad, c * u) for c in (1e-200, 5.0, 1e200)], [slope] * 3)
        assert abs(slope) <= np.linalg.norm(grad)
    close(calc.directional_derivative(grad, grad), np.linalg.norm(grad))


def test_curvature_lies_between_the_eigenvalues_and_is_one_along_an_eigenvector() -> None:
    H = np.array([[2.0, 1.0, 0.0], [1.0, -1.0, 0.5], [0.0, 0.5, 0.3]])
    values, vectors = np.linalg.eigh(H)
    close([calc.second_directional_derivative(H, v) for v in vectors.T], values)
    for u in np.random.default_rng(8).normal(size=(20, 3)):
        assert values[0] <= calc.second_directional_derivative(H, u / np.linalg.norm(u)) <= values[-1]


def test_taylor2_is_exact_for_a_quadratic_and_the_centre_gives_f0() -> None:
    A, x0, x = np.array([[2.0, 1.0], [1.0, -3.0]]), np.array([1.0, 2.0]), np.array([-3.0, 0.5])
    close(calc.taylor2(x0 @ A @ x0, 2 * A @ x0, 2 * A, x0, x), x @ A @ x)
    assert calc.taylor1(7.0, 2 * A @ x0, x0, x0) == calc.taylor2(7.0, 2 * A @ x0, A, x0, x0) == 7.0


def test_one_newton_step_minimises_a_quadratic_and_no_step_returns_a_copy_of_the_start() -> None:
    A, c = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([5.0, -1.0])
    start = np.array([10.0, 20.0])
    close(calc.newton_minimize(lambda x: A @ (x - c), lambda x: A, start, 1), c)
    kept = calc.newton_minimize(lambda x: A @ (x - c), lambda x: A, start, 0)
    np.testing.assert_array_equal(kept, start)
    assert not np.may_share_memory(kept, start)


def test_tensor_products_are_associative() -> None:
    rng = np.random.default_rng(9)
    P, Q, R = rng.normal(size=(2, 3)), rng.normal(size=(3, 4, 5)), rng.normal(size=(4, 5, 6))
    close(
        calc.tensor_multiply(calc.tensor_multiply(P, Q, 1), R, 2),
        calc.tensor_multiply(P, calc.tensor_multiply(Q, R, 2), 1),
    )


def test_the_score_function_estimator_is_unbiased() -> None:
    """Its mean over all pairs of draws, weighted by their probabilities, is the gradient of the expectation."""
    probs, values = np.array([0.2, 0.3, 0.5]), np.array([1.0, -2.0, 4.0])
    scores = np.eye(3) - probs  # by the logits
    mean = sum(
        probs[i] * probs[j] * calc.score_function_gradient(scores[[i, j]], values[[i, j]])
        for i, j in itertools.product(range(3), repeat=2)
    )
    close(mean, probs * (values - probs @ values))


GRADIENT = (np.array([3, -1]), np.array([1, 2]))
MATRIX = np.array([[2, 1], [1, 3]])


def cubic(x: Any) -> float:
    return float((x**3).sum())


CASES: dict[str, tuple[Any, ...]] = {
    "numerical_gradient": (cubic, MATRIX),
    "numerical_jacobian": (lambda x: x**2, GRADIENT[0], 0.5),
    "numerical_hessian": (cubic, GRADIENT[0], 0.5),
    "directional_derivative": GRADIENT,
    "second_directional_derivative": (MATRIX, np.array([0, 1])),
    "taylor1": (2, GRADIENT[0], GRADIENT[1], GRADIENT[0]),
    "taylor2": (2, GRADIENT[0], MATRIX, GRADIENT[1], GRADIENT[0]),
    "newton_minimize": (lambda x: 2 * x, lambda x: 2 * np.eye(2), GRADIENT[0], 0),
    "quadratic_form_grad": (MATRIX, GRADIENT[0]),
    "bilinear_grad": GRADIENT,
    "trace_grad": (MATRIX, MATRIX[::-1]),
    "squared_norm_grad": (MATRIX, GRADIENT[0]),
    "is_positive_definite": (MATRIX,),
    "tensor_multiply": (MATRIX, GRADIENT[0], 0),
    "tensor_chain": (GRADIENT[0], MATRIX),
    "score_function_gradient": (MATRIX, GRADIENT[0]),
}


def test_every_public_function_has_a_case() -> None:
    assert sorted(CASES) == calc.__all__


@pytest.mark.parametrize("name", CASES)
def test_integers_float32_and_strided_arrays_give_float64_results_and_stay_unchanged(name: str) -> None:
    function, args = getattr(calc, name), CASES[name]
    expected = np.asarray(function(*args))
    assert expected.dtype == (bool if name.startswith("is_") else np.float64)
    for dtype, order in ((np.int32, "F"), (np.float32, "C"), (np.float64, "F")):
        variant = [
            np.array(a, dtype=dtype, order=order) if isinstance(a, np.ndarray) else a  # type: ignore[call-overload]
            for a in args
        ]
        variant = [np.repeat(a, 2, axis=0)[::2] if isinstance(a, np.ndarray) else a for a in variant]
        before = [np.copy(a) if isinstance(a, np.ndarray) else a for a in variant]
        result = np.asarray(function(*variant))
        np.testing.assert_array_equal(result, expected)
        for argument, copy in zip(variant, before, strict=True):
            if isinstance(argument, np.ndarray):
                np.testing.assert_array_equal(argument, copy)
                assert not np.may_share_memory(result, argument)


# --- refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("u", [[0.0, 0.0], [1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]]])
def test_directional_derivative_refuses_zero_and_other_shapes(u: Any) -> None:
    with pytest.raises(ValueError, match="u: expected"):
        calc.directional_derivative([1.0, 2.0], u)


@pytest.mark.parametrize(
    "A", [[[1.0, 2.0], [2.1, 1.0]], np.ones((2, 3)), np.ones((1, 3)), [1.0], [[1.0, 1e-3], [0.0, 1.0]], 1.0]
)
def test_is_positive_definite_refuses_what_is_not_symmetric(A: Any) -> None:
    with pytest.raises(ValueError, match="A: expected"):
        calc.is_positive_definite(A)


@pytest.mark.parametrize(
    ("p", "q", "b", "name"),
    [
        ((2, 3), (2, 3), 1, "Q"),
        ((2, 3), (3, 2), 2, "Q"),
        ((2, 3), (1, 3), 1, "Q"),
        ((2, 3), (2, 3), 3, "b"),
        ((2, 3), (3,), 2, "b"),
        ((2, 3), (2, 3), -1, "b"),
    ],
)
def test_tensor_multiply_refuses_axes_that_differ_and_counts_out_of_range(
    p: tuple[int, ...], q: tuple[int, ...], b: int, name: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected"):
        calc.tensor_multiply(np.ones(p), np.ones(q), b)


def test_the_examples_in_the_statements_are_true() -> None:
    runner = doctest.DocTestRunner()
    for name in calc.__all__:
        function = getattr(calc, name)
        (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs=function.__globals__)
        assert example.examples, name
        assert runner.run(example).failed == 0


def test_every_statement_names_its_source_and_shows_an_example() -> None:
    for name in calc.__all__:
        text = getattr(calc, name).__doc__
        assert "Example:" in text, name
        assert "Source:" in text, name
