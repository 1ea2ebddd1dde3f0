"""Convolution: one kernel slid over everything, its gradients, and pooling."""

from __future__ import annotations

import numpy as np

from assignments.convolution import questions as ask
from assignments.convolution.domains import (
    Fitted,
    image_for_places,
    layer,
    layer_output,
    setting,
    signal_for_entries,
    transposed,
)
from assignments.convolution.exercises import (
    KEPT,
    count,
    images,
    kernel,
    mode,
    of_signals,
    pooling,
    pooling_gradient,
    signal,
    steps,
)
from assignments.convolution.maps import EQUIVARIANT, INVARIANT, Entry, offered
from grader import (
    Assignment,
    Exercise,
    Limits,
    adjoint_of,
    agrees,
    backward_of,
    boolean,
    changes_with,
    choice,
    defaulted,
    fast,
    integer,
    leaves_inputs_alone,
    linear_in,
    list_of,
    own_backward,
    real,
    refuses,
    round_trip,
    same_as,
    satisfies,
    scales,
    unchanged_when,
)
from reference import convolution as conv

filters = real("filters channels rows columns")
few = {"batch": (1, 2), "channels": (1, 3), "filters": (1, 3), "rows": (1, 3), "columns": (1, 3)}
inputs = real("count height width", low=-5, high=5, variants=False)
several = {"count": (1, 5), "height": (2, 6), "width": (3, 8)}
stack = list_of(
    choice((3, 1, 1), (5, 2, 1), (2, 2, 1), (3, 1, 2), (1, 3, 1), (3, 2, 3), (2, 3, 2), (4, 1, 1)),
    shortest=0,
    longest=6,
)

FLIP = "The kernel is flipped: entry i adds up k[j]·x[i − j]. Try [1, 2, 3] with [1, 10] by hand."
PLACE = "Output (i, j) starts at row i·stride, column j·stride of the padded image. Filters are not flipped."
LOOPS = "Loop over the taps of the filter at most: slices, windows or a matrix product do all pixels at once."
SUM = "Wherever an entry takes part, it collects dout there times its partner: += and not =."

assignment = Assignment(
    id="convolution",
    title="Convolution",
    limits=Limits(cpu_s=20, memory_mib=1024),
    allow=["numpy"],
    exercises=[
        of_signals(conv.convolve1d, FLIP, linear_in("k")),
        of_signals(
            conv.cross_correlate1d, "The kernel is not flipped.",
            same_as("convolve1d with the kernel reversed", ask.reversed_correlation), after=("convolve1d",),
        ),
        Exercise(
            conv.convolve2d,
            points=4,
            inputs={"x": real("height width"), "k": real("rows columns"), "mode": mode},
            returns=real("down right"),
            checks=[
                agrees(),
                changes_with("image and kernel are transposed", ask.turned_axes, ask.turned),
                leaves_inputs_alone(),
            ],
            axes={"height": (4, 7), "width": (4, 8), "rows": (1, 4), "columns": (1, 4)}, examples=ask.AS_LARGE,
            hints={"agrees": "Turn the kernel by 180°, then keep along each axis what convolve1d keeps."},
        ),
        Exercise(
            conv.convolve_fft,
            points=4,
            inputs={"x": signal, "k": kernel},
            returns=real("entries"),
            checks=[
                agrees(),
                same_as("with both signals exchanged", ask.exchanged),
                scales(ask.long_signals, sizes=(3_000, 12_000, 48_000), at_most=1.6, weight=2),
                leaves_inputs_alone(),
            ],
            hints={
                "agrees": "Fill both up with zeros to length + taps − 1, else the end wraps into the start.",
                "scales": "Multiply the transforms: entry by entry every tap costs a pass over the signal.",
            },
        ),
        Exercise(
            conv.toeplitz_matrix,
            points=3,
            inputs={"k": kernel, "n": integer("", low=6, high=9), "mode": mode},
            returns=real("down across"),
            checks=[
                agrees(),
                satisfies("Its product with a signal is the convolution", ask.product_is_convolution),
                leaves_inputs_alone(),
            ],
            axes={"taps": (1, 6)},
            hints={"agrees": f"Column j is the kernel moved down by j. {KEPT}"},
        ),
        Exercise(
            conv.pad2d,
            points=3,
            inputs={
                "x": images, "p": integer("", low=0, high=3), "mode": choice("zeros", "reflect", "circular"),
            },
            returns=real("batch channels down right"),
            checks=[
                agrees(),
                refuses(ask.negative_frame, ask.unknown_mode, ask.nothing_to_reflect),
                leaves_inputs_alone(),
            ],
            axes={"height": (4, 6), "width": (4, 7)}, examples=[ask.THIN],
            hints={"agrees": "Only the last two axes grow, also by 0. Reflecting does not repeat the edge."},
        ),
        Exercise(
            conv.conv2d_forward,
            points=8,
            inputs={
                "x": images, "w": filters, "b": real("filters"), "stride": defaulted(steps),
                "padding": defaulted(integer("", low=0, high=2)), "dilation": defaulted(integer("", low=1, high=2)),
            },
            returns=real("batch filters down right"),
            checks=[
                agrees(),
                unchanged_when("the zeros are put around x beforehand", ask.zeros_outside),
                refuses(
                    ask.channel_too_many, ask.filter_too_large, ask.filter_too_wide_dilated,
                ),
                fast(ask.many_images, at_least=0.1),
                leaves_inputs_alone(),
            ],
            axes={**few, "batch": (1, 3), "height": (5, 8), "width": (5, 9)}, examples=[ask.WHOLE_PIXELS],
            hints={"agrees": PLACE, "fast": LOOPS},
        ),
        Exercise(
            conv.conv2d_backward,
            points=8,
            inputs={
                "dout": Fitted(real("batch filters down right"), layer_output), "x": images, "w": filters,
                "stride": setting(layer, 0, low=1, high=3),
                "padding": setting(layer, 1, low=0, high=2),
                "dilation": setting(layer, 2, low=1, high=3),
            },
            returns=(
                real("batch channels height width"), real("filters channels rows columns"), real("filters"),
            ),
            checks=[
                agrees(),
                backward_of(conv.conv2d_forward, wrt=("x", "w", "b"), at=ask.no_bias),
                own_backward(ask.own_conv2d, wrt=("x", "w", "b"), at=ask.no_bias),
                fast(ask.many_gradients, at_least=0.1),
                leaves_inputs_alone(),
            ],
            axes={**few, "height": (3, 5), "width": (3, 6)},
            after="conv2d_forward", examples=[ask.WHOLE_PIXELS_BACK, *ask.LEFT_OUT_BACK],
            hints={
                "agrees": f"{SUM} The gradient of the padding is cut off; with padding 0 there is none.",
                "fast": LOOPS,
            },
        ),
        Exercise(
            conv.conv_transpose2d,
            points=5,
            inputs={
                "x": images, "w": real("channels filters rows columns"),
                "stride": setting(transposed, 0, low=1, high=3),
                "padding": setting(transposed, 1, low=0, high=2),
            },
            returns=real("batch filters down right"),
            checks=[agrees(), adjoint_of(ask.conv2d_without_bias, wrt="x"), leaves_inputs_alone()],
            axes={**few, "rows": (1, 4), "columns": (1, 4), "height": (3, 5), "width": (3, 6)},
            after="conv2d_forward", examples=[ask.WHOLE_FEATURES, *ask.LEFT_OUT_SPREAD, *ask.SLIM],
            hints={"agrees": "Every pixel adds itself times the filter at i·stride; the frame is cut off last."},
        ),
        pooling(
            conv.maxpool2d_forward, ask.own_maxima,
            "⌊(H − size)/stride⌋ + 1 windows; negative entries can be the largest.",
            fast(ask.many_windows, at_least=0.1),
        ),
        pooling_gradient(
            conv.maxpool2d_backward, ask.maxpool_gradient,
            "All of dout goes to the first maximum of its window, row by row; windows that overlap add up.",
            backward_of(ask.maxima, wrt="x"), own_backward(ask.own_maxima, wrt="x"),
            same_as("from a cache that was used before", ask.maxpool_once_more),
            after="maxpool2d_forward",
        ),
        pooling(conv.avgpool2d_forward, ask.own_means, "The mean of size² entries; windows fit in whole."),
        pooling_gradient(
            conv.avgpool2d_backward, ask.avgpool_gradient,
            "Every entry of a window gets dout/size²; windows that overlap add up.",
            backward_of(ask.means, wrt="x"), adjoint_of(ask.avgpool2d, wrt="dout"),
            same_as("from a cache that was used before", ask.avgpool_once_more),
            after="avgpool2d_forward",
        ),
        Exercise(
            conv.global_avgpool,
            points=1,
            inputs={"x": images},
            returns=real("batch channels"),
            checks=[agrees(), leaves_inputs_alone()],
            hints={"agrees": "One mean for each image and channel, over all its pixels."},
        ),
        Exercise(
            conv.conv_output_size,
            points=2,
            inputs={
                "n": integer("", low=9, high=30), "k": integer("", low=1, high=5),
                "stride": defaulted(integer("", low=1, high=4)), "padding": defaulted(integer("", low=0, high=3)),
                "dilation": defaulted(integer("", low=1, high=2)),
            },
            returns=integer(""),
            checks=[agrees(), refuses(ask.kernel_too_long)],
            examples=[ask.TIGHT, ask.PADDED],
            hints={"agrees": "⌊(n + 2·padding − dilation·(k − 1) − 1)/stride⌋ + 1, an int."},
        ),
        Exercise(
            conv.receptive_field,
            points=2,
            inputs={"layers": stack},
            returns=integer(""),
            checks=[
                agrees(),
                unchanged_when("a layer of one tap is put in between", ask.idle_layer),
                leaves_inputs_alone(),
            ],
            hints={"agrees": "A layer adds dilation·(k − 1) steps, each the product of the strides before it."},
        ),
        count(conv.conv_parameters, "k²·c_in weights and one bias for each output channel, whatever h and w."),
        count(conv.dense_parameters, "As many outputs as the valid convolution, each with every input and a bias."),
        count(conv.locally_connected_parameters, "A filter of k²·c_in weights and a bias for each output unit."),
        Exercise(
            conv.locally_connected2d,
            points=4,
            inputs={
                "x": Fitted(images, image_for_places, shared="batch"),
                "w": real("rows columns filters channels size size"), "b": real("rows columns filters"),
            },
            returns=real("batch filters rows columns"),
            checks=[
                agrees(),
                unchanged_when("the channels of x and w change places alike", ask.channels_swapped),
                leaves_inputs_alone(),
            ],
            axes={**few, "rows": (1, 4), "columns": (1, 5), "size": (1, 3)}, examples=[ask.SQUARE_PLACES],
            hints={"agrees": "Place (i, j) sees x[:, :, i:i + k, j:j + k] with w[i, j] and b[i, j] of its own."},
        ),
        Exercise(
            conv.conv1x1,
            points=2,
            inputs={"x": images, "w": real("filters channels"), "b": real("filters")},
            returns=real("batch filters height width"),
            checks=[
                agrees(),
                same_as("conv2d_forward with filters of one pixel", ask.one_pixel_filters),
                leaves_inputs_alone(),
            ],
            axes={"batch": (1, 3), "channels": (1, 4), "filters": (1, 4)},
            after="conv2d_forward", examples=[ask.WHOLE_CHANNELS],
            hints={"agrees": "At every pixel w times the vector of its channels, plus b."},
        ),
        Exercise(
            conv.is_equivariant,
            points=2,
            inputs={
                "f": offered(EQUIVARIANT, 0), "g_in": offered(EQUIVARIANT, 1), "g_out": offered(EQUIVARIANT, 2),
                "xs": inputs, "tol": Entry(EQUIVARIANT, 3),
            },
            returns=boolean(""),
            checks=[
                agrees(),
                unchanged_when("the inputs come in another order", ask.last_first),
                leaves_inputs_alone(),
            ],
            axes=several,
            hints={"agrees": "f(g_in(x)) against g_out(f(x)) in every entry of every x, without signs."},
        ),
        Exercise(
            conv.is_invariant,
            points=2,
            inputs={
                "f": offered(INVARIANT, 0), "g": offered(INVARIANT, 1), "xs": inputs, "tol": Entry(INVARIANT, 2),
            },
            returns=boolean(""),
            checks=[
                agrees(),
                unchanged_when("the inputs come in another order", ask.last_first),
                leaves_inputs_alone(),
            ],
            axes=several,
            hints={"agrees": "f(g(x)) against f(x) in every entry of every x, without signs."},
        ),
        Exercise(
            conv.rot180,
            points=1,
            inputs={"k": real("rows columns")},
            returns=real("rows columns"),
            checks=[agrees(), round_trip(ask.turned_back, of="k"), leaves_inputs_alone()],
            examples=[{"k": np.array([[1.0, 2.0], [3.0, 4.0]])}],
            hints={"agrees": "Reverse both axes; no transposition."},
        ),
        Exercise(
            conv.conv1d_backward,
            points=4,
            inputs={"dout": real("entries"), "x": Fitted(signal, signal_for_entries), "k": kernel},
            returns=(real("length"), real("taps")),
            checks=[
                agrees(),
                backward_of(ask.valid_convolution, wrt=("x", "k")),
                own_backward(ask.own_convolve1d, wrt=("x", "k")),
                leaves_inputs_alone(),
            ],
            after="convolve1d", examples=[ask.WHOLE_SIGNAL_BACK],
            hints={"agrees": "y[i] adds up k[j]·x[i + taps − 1 − j]: differentiate by one x, then by one k."},
        ),
    ],
)  # fmt: skip
