"""Convolution, pooling and what they are built of (lecture notes B 13, 14; P 8; E 13)."""

from reference.convolution.filters import (
    conv1x1,
    conv2d_backward,
    conv2d_forward,
    conv_transpose2d,
    locally_connected2d,
)
from reference.convolution.images import convolve2d, pad2d, rot180
from reference.convolution.pools import (
    avgpool2d_backward,
    avgpool2d_forward,
    global_avgpool,
    maxpool2d_backward,
    maxpool2d_forward,
)
from reference.convolution.signals import (
    conv1d_backward,
    convolve1d,
    convolve_fft,
    cross_correlate1d,
    toeplitz_matrix,
)
from reference.convolution.sizes import (
    conv_output_size,
    conv_parameters,
    dense_parameters,
    locally_connected_parameters,
    receptive_field,
)
from reference.convolution.symmetries import is_equivariant, is_invariant

__all__ = [
    "avgpool2d_backward",
    "avgpool2d_forward",
    "conv1d_backward",
    "conv1x1",
    "conv2d_backward",
    "conv2d_forward",
    "conv_output_size",
    "conv_parameters",
    "conv_transpose2d",
    "convolve1d",
    "convolve2d",
    "convolve_fft",
    "cross_correlate1d",
    "dense_parameters",
    "global_avgpool",
    "is_equivariant",
    "is_invariant",
    "locally_connected2d",
    "locally_connected_parameters",
    "maxpool2d_backward",
    "maxpool2d_forward",
    "pad2d",
    "receptive_field",
    "rot180",
    "toeplitz_matrix",
]
