"""The convolution oracle against NumPy, SciPy, torch (float64 autograd) and numbers worked by hand."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg  # type: ignore[import-untyped]
import scipy.signal  # type: ignore[import-untyped]
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray

from reference import convolution as conv

pytestmark = pytest.mark.filterwarnings("error")  # no valid input may raise a RuntimeWarning

MODES = ["full", "same", "valid"]
LENGTHS = [(1, 1), (7, 1), (7, 2), (7, 3), (8, 5), (6, 6), (5, 4)]
# (N, C, F, H, W, kH, kW, stride, padding, dilation): nothing is square, most sizes leave a remainder
LAYERS = [
    (2, 3, 4, 6, 7, 3, 2, 1, 0, 1),
    (1, 1, 1, 1, 1, 1, 1, 1, 0, 1),
    (2, 2, 3, 8, 6, 2, 3, 2, 1, 1),
    (1, 2, 2, 9, 8, 3, 2, 3, 2, 2),
    (3, 1, 2, 5, 7, 1, 3, 2, 0, 3),
    (2, 2, 1, 4, 5, 1, 2, 3, 2, 1),
    (2, 2, 2, 2, 3, 4, 5, 1, 1, 1),  # a filter larger than the image, but not than the padded one
]
# (H, W, size, stride): overlapping, touching, with gaps, with and without a remainder
POOLS = [(6, 7, 2, 2), (5, 8, 3, 1), (7, 6, 3, 2), (8, 7, 2, 3), (4, 5, 1, 1), (3, 4, 3, 3), (5, 4, 1, 2)]


def close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)


def drawn(*shapes: tuple[int, ...], seed: int = 0) -> list[NDArray[Any]]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def tensor(x: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(x, dtype=np.float64), requires_grad=True)


def torch_conv2d(x: Any, w: Any, b: Any, *settings: int) -> NDArray[Any]:
    return F.conv2d(tensor(x), tensor(w), tensor(b), *settings).detach().numpy()


def pulled_back(function: Callable[..., torch.Tensor], dout: Any, *inputs: Any) -> list[NDArray[Any]]:
    """torch's gradients of ⟨dout, function(inputs)⟩."""
    leaves = [tensor(x) for x in inputs]
    return [grad.numpy() for grad in torch.autograd.grad(function(*leaves), leaves, torch.tensor(dout))]


# --- agrees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_one_dimensional_convolutions_agree_with_numpy(lengths: tuple[int, int], mode: Any) -> None:
    x, k = drawn(lengths[:1], lengths[1:])
    close(conv.convolve1d(x, k, mode), np.convolve(x, k, mode))
    close(conv.cross_correlate1d(x, k, mode), np.correlate(x, k, mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shapes", [((6, 5), (3, 2)), ((6, 5), (2, 3)), ((1, 4), (1, 4)), ((5, 7), (4, 1))])
def test_two_dimensional_convolution_agrees_with_scipy(shapes: Any, mode: str) -> None:
    x, k = drawn(*shapes)
    close(conv.convolve2d(x, k, mode), scipy.signal.convolve2d(x, k, mode))


@pytest.mark.parametrize("lengths", [*LENGTHS, (3, 8), (1, 9), (64, 65), (1000, 37)])
def test_convolution_by_fourier_transform_agrees_with_numpy(lengths: tuple[int, int]) -> None:
    x, k = drawn(lengths[:1], lengths[1:])
    close(conv.convolve_fft(x, k), np.convolve(x, k))


def test_the_full_matrix_agrees_with_scipys_toeplitz_matrix() -> None:
    (k,) = drawn((3,))
    column, row = np.r_[k, np.zeros(4)], np.r_[k[0], np.zeros(4)]
    close(conv.toeplitz_matrix(k, 5, "full"), scipy.linalg.toeplitz(column, row))


@pytest.mark.parametrize(
    ("mode", "name"), [("zeros", "constant"), ("reflect", "reflect"), ("circular", "circular")]
)
@pytest.mark.parametrize("p", [0, 1, 2])
def test_padding_agrees_with_torch(p: int, mode: str, name: str) -> None:
    (x,) = drawn((2, 3, 3, 5))
    close(conv.pad2d(x, p, mode), F.pad(torch.tensor(x), (p, p, p, p), mode=name).numpy())


def test_a_wide_circular_frame_goes_around_several_times() -> None:  # by hand: torch refuses it
    (row,) = conv.pad2d([[[[1.0, 2.0]]]], 3, "circular")[0, 0, :1].tolist()
    assert row == [2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]


@pytest.mark.parametrize("layer", LAYERS)
def test_convolution_layers_and_their_gradients_agree_with_torch(layer: tuple[int, ...]) -> None:
    n, c, f, h, w_, kh, kw, *settings = layer
    x, w, b = drawn((n, c, h, w_), (f, c, kh, kw), (f,))
    expected = torch_conv2d(x, w, b, *settings)
    close(conv.conv2d_forward(x, w, b, *settings), expected)
    (dout,) = drawn(expected.shape, seed=1)
    grads = pulled_back(lambda *leaves: F.conv2d(*leaves, *settings), dout, x, w, b)
    for got, wanted in zip(conv.conv2d_backward(dout, x, w, *settings), grads, strict=True):
        close(got, wanted)


@pytest.mark.parametrize("settings", [(1, 0), (2, 1), (3, 0), (2, 2), (1, 3)])
def test_transposed_convolution_agrees_with_torch(settings: tuple[int, int]) -> None:
    x, w = drawn((2, 3, 5, 4), (3, 2, 3, 5))
    expected = F.conv_transpose2d(torch.tensor(x), torch.tensor(w), None, *settings).numpy()
    close(conv.conv_transpose2d(x, w, *settings), expected)


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("tied", [False, True])
def test_pooling_and_its_gradients_agree_with_torch(pool: tuple[int, ...], tied: bool) -> None:
    h, w, size, stride = pool
    (x,) = drawn((2, 3, h, w))
    x = np.round(x) if tied else x  # torch gives ties to the first maximum too
    pools: list[tuple[Any, Any, Any]] = [
        (conv.maxpool2d_forward, conv.maxpool2d_backward, F.max_pool2d),
        (conv.avgpool2d_forward, conv.avgpool2d_backward, F.avg_pool2d),
    ]
    for forward, backward, expected in pools:
        out, cache = forward(x, size, stride)
        close(out, expected(torch.tensor(x), size, stride).numpy())
        (dout,) = drawn(out.shape, seed=1)
        close(backward(dout, cache), pulled_back(lambda z, e=expected: e(z, size, stride), dout, x)[0])


def test_global_pooling_agrees_with_torch() -> None:
    (x,) = drawn((2, 3, 4, 5))
    close(conv.global_avgpool(x), F.adaptive_avg_pool2d(torch.tensor(x), 1)[:, :, 0, 0].numpy())


def test_a_pixel_wise_layer_agrees_with_torch() -> None:
    x, w, b = drawn((2, 3, 4, 5), (4, 3), (4,))
    close(conv.conv1x1(x, w, b), torch_conv2d(x, w[:, :, None, None], b))


@pytest.mark.parametrize("lengths", [(7, 3), (7, 7), (7, 1), (9, 8), (4, 2)])
def test_gradients_of_a_signals_convolution_agree_with_torch(lengths: tuple[int, int]) -> None:
    length, taps = lengths
    x, k, dout = drawn((length,), (taps,), (length - taps + 1,))

    def convolution(x: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
        return F.conv1d(x[None, None], k.flip(0)[None, None])[0, 0]

    for got, wanted in zip(
        conv.conv1d_backward(dout, x, k), pulled_back(convolution, dout, x, k), strict=True
    ):
        close(got, wanted)


@pytest.mark.parametrize("layer", LAYERS)
def test_output_sizes_are_those_of_torchs_layers(layer: tuple[int, ...]) -> None:
    n, c, f, h, w, kh, kw, *settings = layer
    out = F.conv2d(torch.zeros(n, c, h, w), torch.zeros(f, c, kh, kw), None, *settings)
    sizes = conv.conv_output_size(h, kh, *settings), conv.conv_output_size(w, kw, *settings)
    assert sizes == tuple(out.shape[2:])


@pytest.mark.parametrize(
    "layers", [[(3, 1, 1)], [(5, 2, 1), (2, 2, 1), (3, 1, 1)], [(2, 3, 2), (3, 2, 2)], [(1, 3, 1), (3, 1, 4)]]
)
def test_receptive_fields_are_the_reach_of_torchs_gradients(layers: list[tuple[int, int, int]]) -> None:
    x = torch.zeros(1, 1, 120, requires_grad=True)
    out = x
    for k, stride, dilation in layers:
        out = F.conv1d(out, torch.ones(1, 1, k), None, stride, 0, dilation)
    out[0, 0, 0].backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    reached = torch.nonzero(x.grad[0, 0])
    assert conv.receptive_field(layers) == int(reached.max() - reached.min()) + 1


@pytest.mark.parametrize("sizes", [(32, 32, 1, 6, 5), (6, 8, 3, 2, 3), (4, 5, 2, 3, 4), (3, 3, 1, 1, 1)])
def test_parameters_are_counted_as_torch_counts_them(sizes: tuple[int, ...]) -> None:
    h, w, c_in, c_out, k = sizes
    units = (h - k + 1) * (w - k + 1) * c_out
    layers: dict[str, torch.nn.Module] = {
        "conv_parameters": torch.nn.Conv2d(c_in, c_out, k),
        "dense_parameters": torch.nn.Linear(h * w * c_in, units),
    }
    for name, layer in layers.items():
        assert getattr(conv, name)(*sizes) == sum(p.numel() for p in layer.parameters())
    assert conv.locally_connected_parameters(*sizes) == units * sum(
        p.numel() for p in torch.nn.Linear(k * k * c_in, 1).parameters()
    )


def test_parameters_of_lenet_agree_with_the_paper() -> (
    None
):  # LeCun et al. (1998): 156 and 48,120 for C1 and C5
    assert conv.conv_parameters(32, 32, 1, 6, 5) == 156
    assert conv.conv_parameters(5, 5, 16, 120, 5) == 48_120
    assert conv.dense_parameters(5, 5, 16, 120, 5) == 48_120


# --- property -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_the_matrix_of_a_kernel_convolves(lengths: tuple[int, int], mode: str) -> None:
    x, k = drawn(lengths[:1], lengths[1:])
    close(conv.toeplitz_matrix(k, len(x), mode) @ x, conv.convolve1d(x, k, mode))


def test_a_layer_cross_correlates_and_a_turned_filter_makes_it_convolve() -> None:
    x, k = drawn((6, 7), (3, 2))
    out = conv.conv2d_forward(x[None, None], conv.rot180(k)[None, None], [0.0])
    close(out[0, 0], conv.convolve2d(x, k, "valid"))
    close(conv.rot180(conv.rot180(k)), k)


def test_transposed_convolution_is_the_adjoint_of_convolution() -> None:
    x, w = drawn((2, 4, 3, 5), (4, 3, 3, 2))
    image = conv.conv_transpose2d(x, w, 2, 1)
    (v,) = drawn(image.shape, seed=1)
    close(np.vdot(conv.conv2d_forward(v, w, np.zeros(4), 2, 1), x), np.vdot(v, image))


def test_a_locally_connected_layer_with_equal_filters_is_a_convolution() -> None:
    x, w, b = drawn((2, 3, 5, 6), (4, 3, 2, 2), (4,))
    filters = np.broadcast_to(w, (4, 5, *w.shape))
    close(conv.locally_connected2d(x, filters, np.broadcast_to(b, (4, 5, 4))), conv.conv2d_forward(x, w, b))


def test_a_locally_connected_layer_uses_each_filter_in_its_own_place() -> None:
    x, w, b = drawn((1, 2, 4, 5), (3, 4, 3, 2, 2, 2), (3, 4, 3))
    out = conv.locally_connected2d(x, w, b)
    for i, j in np.ndindex(3, 4):
        close(
            out[:, :, i, j], conv.conv2d_forward(x[:, :, i : i + 2, j : j + 2], w[i, j], b[i, j])[..., 0, 0]
        )


def test_gradients_of_overlapping_pools_add_up_to_the_gradient_above() -> None:
    (x,) = drawn((2, 3, 6, 7))
    out, cache = conv.maxpool2d_forward(x, 3, 1)
    (dout,) = drawn(out.shape, seed=1)
    close(conv.maxpool2d_backward(dout, cache).sum(axis=(2, 3)), dout.sum(axis=(2, 3)))


def test_a_tie_gives_the_whole_gradient_to_the_first_maximum_in_row_major_order() -> None:  # by hand
    _, cache = conv.maxpool2d_forward([[[[0.0, 7.0], [7.0, 7.0]]]], 2, 1)
    assert conv.maxpool2d_backward([[[[5.0]]]], cache).tolist() == [[[[0.0, 5.0], [0.0, 0.0]]]]


def test_a_cache_serves_two_backward_passes() -> None:
    (x,) = drawn((1, 2, 4, 4))
    out, cache = conv.maxpool2d_forward(x, 2, 1)
    close(conv.maxpool2d_backward(2 * out, cache), 2 * conv.maxpool2d_backward(out, cache))


def test_a_circular_convolution_is_equivariant_and_its_mean_invariant_to_shifts() -> None:
    xs = drawn((3, 4, 5))[0]

    def shift(x: Any) -> NDArray[Any]:
        return np.roll(x, (1, 2), axis=(0, 1))

    def circular(x: Any) -> NDArray[Any]:
        return conv.convolve2d(
            conv.pad2d(x[None, None], 1, "circular")[0, 0], np.arange(9.0).reshape(3, 3), "valid"
        )

    assert conv.is_equivariant(circular, shift, shift, xs, 1e-9)
    assert not conv.is_equivariant(circular, shift, np.asarray, xs, 1e-9)
    assert conv.is_invariant(lambda x: circular(x).mean(), shift, list(xs), 1e-9)
    assert not conv.is_invariant(circular, shift, list(xs), 1e-9)


def test_the_tolerance_of_a_symmetry_is_absolute_and_includes_its_bound() -> None:  # by hand
    xs = [np.array([1000.0, 0.5])]
    assert conv.is_invariant(lambda x: x, lambda x: x + 0.25, xs, 0.25)
    assert not conv.is_invariant(lambda x: x, lambda x: x - 0.25, xs, 0.2)


def test_one_input_that_breaks_a_symmetry_is_enough() -> None:
    xs = [np.array([1.0, 2.0]), np.array([-1.0, 2.0]), np.array([3.0, 2.0])]
    assert not conv.is_equivariant(np.abs, np.negative, np.abs, [*xs, np.array([np.nan, 0.0])], 1e-9)
    assert not conv.is_invariant(lambda x: x if x[0] < 0 else x * x, np.flip, xs, 1e-9)
    assert not conv.is_invariant(lambda x: x[x > 0], np.negative, xs, 1e-9)  # shapes differ


IMAGE = np.random.default_rng(6).integers(-3, 4, size=(2, 3, 4, 5))
FILTERS = np.random.default_rng(7).integers(-3, 4, size=(2, 3, 2, 3))
SIGNAL, KERNEL = np.array([1, -2, 3, 0]), np.array([2, 1, -1])
CASES: dict[str, tuple[Any, ...]] = {
    "avgpool2d_forward": (IMAGE, 2, 1),
    "conv1d_backward": (np.array([1, 2]), SIGNAL, KERNEL),
    "conv1x1": (IMAGE, FILTERS[:, :, 0, 0], np.array([1, 2])),
    "conv2d_backward": (np.ones((2, 2, 3, 3), int), IMAGE, FILTERS),
    "conv2d_forward": (IMAGE, FILTERS, np.array([1, 2])),
    "conv_transpose2d": (IMAGE, FILTERS.swapaxes(0, 1)),
    **dict.fromkeys(["convolve1d", "cross_correlate1d"], (SIGNAL, KERNEL, "same")),
    "convolve2d": (IMAGE[0, 0], FILTERS[0, 0], "full"),
    "convolve_fft": (SIGNAL, KERNEL),
    "global_avgpool": (IMAGE,),
    "locally_connected2d": (IMAGE[:, :, :2, :2], FILTERS[None, None, :, :, :, :2], np.ones((1, 1, 2), int)),
    "maxpool2d_forward": (IMAGE, 1, 1),
    "pad2d": (IMAGE, 0, "zeros"),
    "rot180": (FILTERS[0, 0],),
    "toeplitz_matrix": (KERNEL, 4, "valid"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.int64, np.float32])
def test_functions_take_integers_and_float32_and_leave_their_arguments_alone(name: str, dtype: Any) -> None:
    args = [arg.astype(dtype) if isinstance(arg, np.ndarray) else arg for arg in CASES[name]]
    before = [np.copy(arg) for arg in args]
    got = getattr(conv, name)(*args)
    wide = getattr(conv, name)(*[arg.astype(float) if isinstance(arg, np.ndarray) else arg for arg in args])
    for result, expected in zip(*(r if type(r) is tuple else (r,) for r in (got, wide)), strict=True):
        if isinstance(result, np.ndarray):
            assert result.dtype == np.float64
            assert not any(np.may_share_memory(result, arg) for arg in args if isinstance(arg, np.ndarray))
            close(result, expected)
    for arg, was in zip(args, before, strict=True):
        np.testing.assert_array_equal(arg, was)


# --- refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("convolve1d", ([1.0, 2.0], [1.0], "Full")),
        ("convolve1d", ([1.0], [1.0, 2.0], "full")),
        ("convolve1d", ([1.0], [], "full")),
        ("convolve2d", (np.ones((2, 2)), np.ones((1, 1)), "")),
        ("convolve2d", (np.ones((2, 2)), np.ones((1, 3)), "full")),
        ("conv1d_backward", ([1.0], [1.0, 2.0, 3.0], [1.0, 2.0])),
        ("pad2d", (IMAGE, -1, "zeros")),
        ("pad2d", (IMAGE, 1, "constant")),
        ("pad2d", (IMAGE, 4, "reflect")),
        ("pad2d", (IMAGE.swapaxes(2, 3), 4, "reflect")),
        ("conv_output_size", (4, 5)),
        ("conv_output_size", (4, 3, 1, 0, 2)),
        ("conv_output_size", (4, 3, 0)),
        ("conv_output_size", (4, 3, 1, -1)),
        ("conv_output_size", (4, 3, -1)),
        ("conv_output_size", (4, 3, 1, 0, 0)),
        ("conv_output_size", (4, 0)),
        ("conv_output_size", (0, 1, 1, 1)),
        ("conv2d_forward", (IMAGE, FILTERS[:, :2], [0.0, 0.0])),
        ("conv2d_forward", (IMAGE, FILTERS, [0.0])),
        ("conv2d_forward", (IMAGE, FILTERS, [0.0, 0.0], 0)),
        ("conv2d_forward", (IMAGE, FILTERS, [0.0, 0.0], -1)),
        ("conv2d_forward", (IMAGE, FILTERS, [0.0, 0.0], 1, 0, 4)),
        ("conv2d_forward", (IMAGE[0], FILTERS, [0.0, 0.0])),
        ("conv2d_backward", (np.ones((2, 2, 3, 4)), IMAGE, FILTERS)),
        ("conv_transpose2d", (IMAGE, FILTERS)),
        ("conv_transpose2d", (IMAGE[:, :2, :1], FILTERS, 1, 1)),
        ("locally_connected2d", (IMAGE, np.ones((3, 4, 1, 2, 2, 2)), np.ones((3, 4, 1)))),
        ("locally_connected2d", (IMAGE, np.ones((4, 3, 1, 3, 2, 2)), np.ones((4, 3, 1)))),
        ("locally_connected2d", (IMAGE, np.ones((3, 4, 2, 3, 2, 2)), np.ones((3, 4, 1)))),
        ("maxpool2d_forward", (IMAGE, 5, 1)),
        ("avgpool2d_forward", (IMAGE, 5, 1)),
        ("locally_connected_parameters", (3, 4, 1, 1, 4)),
    ],
)
def test_bad_input_is_refused(name: str, args: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        getattr(conv, name)(*args)


# --- statements -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [found.name for found in pkgutil.iter_modules(conv.__path__)])
def test_the_examples_in_the_statements_hold(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"reference.convolution.{module}"), raise_on_error=False)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("name", conv.__all__)
def test_every_function_has_a_whole_statement(name: str) -> None:
    text = inspect.getdoc(getattr(conv, name)) or ""
    assert [part for part in ("Args:", "Returns:", "Example:", "Source:") if part not in text] == []
