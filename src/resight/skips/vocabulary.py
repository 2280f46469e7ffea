"""What ops mean for a residual connection, by canonical name. The only place that knows names of ops."""

from __future__ import annotations

from ..graph import walk

LINEAR, RECURRENT = walk.LINEAR, walk.RECURRENT

VIEWS = frozenset(
    """alias as_strided channel_shuffle clone contiguous copy detach expand expand_as flatten identity
    movedim moveaxis native_channel_shuffle permute pixel_shuffle pixel_unshuffle repeat repeat_interleave reshape
    reshape_as squeeze swapaxes swapdims t tile transpose type_as unflatten unfold unsqueeze view view_as
    view_as_complex view_as_real vmap flip rot90 adjoint positive""".split()
)
CASTS = frozenset(["to"])
DROPOUTS = frozenset(
    """dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout native_dropout
    stochastic_depth""".split()
)
PLAIN_STEPS = VIEWS | CASTS | DROPOUTS
"""What an identity shortcut may hold."""

SLICES = frozenset(
    """chunk getitem index_select narrow select split split_with_sizes tensor_split unbind unsafe_chunk
    unsafe_split""".split()
)
AVERAGE_POOLS = frozenset(
    f"{adaptive}avg_pool{n}d" for n in (1, 2, 3) for adaptive in ("", "adaptive_")
)  # fmt: skip
MAX_POOLS = frozenset(
    f"{kind}max_pool{n}d{suffix}"
    for n in (1, 2, 3)
    for kind in ("", "adaptive_", "fractional_")
    for suffix in ("", "_with_indices")
)
POOLS = AVERAGE_POOLS | MAX_POOLS | frozenset(f"lp_pool{n}d" for n in (1, 2, 3))
RESIZES = frozenset(
    "constant_pad_nd grid_sample interpolate pad roll upsample upsample_bilinear upsample_nearest".split()
)
RESAMPLINGS = POOLS | RESIZES
NORMS = frozenset(
    """batch_norm group_norm instance_norm layer_norm local_response_norm native_batch_norm native_group_norm
    native_layer_norm normalize rms_norm sync_batch_norm""".split()
)
PRODUCTS = frozenset(["mul", "div"])
FACTORS = PRODUCTS | {"neg"}
"""Ops that multiply one value, be it by -1."""

ATTENTION = frozenset("scaled_dot_product_attention flex_attention multi_head_attention_forward".split())
FOURIER = frozenset(f"fft_{i}{r}fft{n}" for i in ("", "i") for r in ("", "r") for n in ("", "2", "n"))
MIXING = LINEAR | RECURRENT | ATTENTION | FOURIER | POOLS | frozenset(["cumsum", "grid_sample", "deform_conv2d"])
"""Ops that let positions or channels see each other."""

GATES = frozenset("sigmoid softmax hardsigmoid exp log_softmax".split())
NONLINEAR = (
    GATES
    | RECURRENT
    | ATTENTION
    | MAX_POOLS
    | (NORMS - {"batch_norm", "native_batch_norm", "sync_batch_norm"})
    | frozenset(
        """relu relu6 leaky_relu rrelu prelu elu selu celu gelu silu mish softplus softsign tanh tanhshrink hardtanh
        hardswish hardshrink softshrink threshold glu logsigmoid clamp clamp_min clamp_max pow square sqrt rsqrt abs
        log sin cos erf maximum minimum softmin gumbel_softmax where""".split()
    )
)

ADDS = frozenset("add sub rsub".split())
BLENDS = frozenset(["lerp"])
FUSED_ADDS = frozenset("addmm addbmm baddbmm addmv addr addcmul addcdiv".split())
CONCATS = frozenset(["cat"])
SUMS = frozenset(["sum", "mean"])
FILLS = frozenset("setitem copy slice_scatter".split())
"""Ops that may write one operand of a concat."""
WRITES = FILLS | frozenset("select_scatter diagonal_scatter index_copy index_put scatter masked_scatter".split())
"""Ops that put a value into a part of another, the rest of which stays."""
ADDING_WRITES = frozenset("index_add scatter_add scatter_reduce index_put".split())
"""Ops that add a value to a part of another; the last two do if their attributes say so."""
WRITTEN = ("value", "values", "src", "source")
"""The argument of a write that names what is written."""
MERGING = ADDS | BLENDS | FUSED_ADDS | CONCATS | FILLS | ADDING_WRITES | {"stack"}
"""Ops that take in the operands of a merge."""
RANDOM = frozenset("bernoulli rand rand_like randn randn_like dropout empty_like".split())
