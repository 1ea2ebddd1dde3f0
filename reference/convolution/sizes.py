"""Sizes of convolution layers: outputs, receptive fields, parameters (lecture notes P 8; E 13.5, 13.15)."""

from collections.abc import Sequence

__all__ = [
    "conv_output_size",
    "conv_parameters",
    "dense_parameters",
    "locally_connected_parameters",
    "receptive_field",
]


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """How many places a kernel takes along one axis.

    ⌊(n + 2·padding − dilation·(k − 1) − 1)/stride⌋ + 1: the last step has to be a whole one.

    Args:
        n: Length of the input, from 1.
        k: Taps of the kernel, from 1.
        stride: Step between outputs, from 1.
        padding: Zeros on both sides, from 0.
        dilation: Step between taps, from 1.
    Returns:
        Length of the output, at least 1.
    Raises:
        ValueError: The kernel, dilated, is longer than the padded input; or an argument is not as above.
    Example:
        >>> conv_output_size(7, 3, 2), conv_output_size(8, 3, 2), conv_output_size(5, 3, 1, 1, 2)
        (3, 3, 3)

    Source: Dumoulin & Visin (2016), 2.4, 5.1; lecture notes P 8 (the scan is garbled), E 13.5.
    """
    if min(n, k, stride, dilation) < 1 or padding < 0:
        raise ValueError(
            f"expected n, k, stride, dilation ≥ 1 and padding ≥ 0, got {(n, k, stride, padding, dilation)}."
        )
    room = n + 2 * padding - (dilation * (k - 1) + 1)
    if room < 0:
        raise ValueError(
            f"k: expected a kernel that fits into {n + 2 * padding}, got {dilation * (k - 1) + 1}."
        )
    return room // stride + 1


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> int:
    """How many pixels along one axis of the input a unit of the last layer sees.

    1 + Σ_l dilation_l·(k_l − 1)·Π_{m<l} stride_m: the taps of a layer are apart by the product of all strides
    below it. Without layers a unit is a pixel and sees 1.

    Args:
        layers: List of (k, stride, dilation), from the input to the output, each from 1.
    Returns:
        Size of the receptive field in pixels, from the first to the last one, gaps of a dilation counted.
    Example:
        >>> receptive_field([(3, 2, 1), (3, 1, 1)]), receptive_field([(3, 1, 1), (3, 1, 2)])
        (7, 7)

    Source: Araujo, Norris & Sim (2019), eq. 2; lecture notes E 13.6.
    """
    size, step = 1, 1
    for k, stride, dilation in layers:
        size += dilation * (k - 1) * step
        step *= stride
    return size


def conv_parameters(h: int, w: int, c_in: int, c_out: int, k: int) -> int:
    """Count the parameters of a convolution layer (valid, stride 1) on h × w × c_in images.

    (k²·c_in + 1)·c_out: one filter and one bias an output channel, however large the image.

    Args:
        h, w: Height and width of the input, at least k.
        c_in, c_out: Channels of input and output.
        k: Height and width of the filters.
    Returns:
        The number of weights and biases.
    Example:
        >>> conv_parameters(32, 32, 1, 6, 5)  # LeNet's first layer
        156

    Source: LeCun et al. (1998); lecture notes P 8 (without biases there), E 13.15.
    """
    return (k * k * c_in + 1) * c_out


def dense_parameters(h: int, w: int, c_in: int, c_out: int, k: int) -> int:
    """Count the parameters of a dense layer between the units of that convolution layer.

    (h·w·c_in + 1)·(h − k + 1)(w − k + 1)·c_out: every output unit, as many as the valid convolution with stride 1
    has, sees every input and has a bias of its own.

    Args:
        h, w: Height and width of the input, at least k.
        c_in, c_out: Channels of input and output.
        k: Height and width of the filters of the convolution layer that is replaced.
    Returns:
        The number of weights and biases.
    Example:
        >>> dense_parameters(3, 4, 1, 2, 2)  # 12 inputs, 2·3·2 outputs
        156

    Source: lecture notes P 8, E 13.15 (misprinted there).
    """
    return (h * w * c_in + 1) * _places(h, w, k) * c_out


def locally_connected_parameters(h: int, w: int, c_in: int, c_out: int, k: int) -> int:
    """Count the parameters of a locally connected layer (valid, stride 1): a convolution that shares nothing.

    (k²·c_in + 1)·(h − k + 1)(w − k + 1)·c_out: a filter and a bias an output unit.

    Args:
        h, w: Height and width of the input, at least k.
        c_in, c_out: Channels of input and output.
        k: Height and width of the filters.
    Returns:
        The number of weights and biases.
    Example:
        >>> locally_connected_parameters(3, 4, 1, 2, 2)  # 5 for each of 12 units
        60

    Source: Goodfellow, Bengio and Courville (2016), 9.5; lecture notes E 13.15 (misprinted there).
    """
    return (k * k * c_in + 1) * _places(h, w, k) * c_out


def _places(h: int, w: int, k: int) -> int:
    return conv_output_size(h, k) * conv_output_size(w, k)
