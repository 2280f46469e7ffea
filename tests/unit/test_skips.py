"""What counts as a residual connection, and of which kind it is, on graphs drawn by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphs import SHAPE, Pen, only
from resight.graph import Ref
from resight.skips import find_skips


def test_diamond() -> None:
    #  x ──────────────────────┐
    #  └ conv─bn─relu─conv─bn ─ add
    net = Pen()
    x = net.input()
    y = net.add(net.branch(x), x)
    skip = only(net.done(y))
    assert (skip.kind, skip.combine, skip.merge, skip.source) == ("identity", "add", y.op, x)
    assert skip.shortcut == ()
    assert skip.branch == ((1, 5),)
    assert skip.closed
    assert (skip.partial, skip.weak, skip.long, skip.recurrent) == (False,) * 4


def test_plain_twin_has_none() -> None:
    net = Pen()
    assert find_skips(net.done(net.relu(net.branch(net.branch(net.input()))))) == ()


def by_operator(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("add", x, f)


def swapped(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("add", f, x)


def subtracted(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("sub", x, f)


def summed_list(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("add", net.op("add", x, other=0), f)


def stacked(net: Pen, x: Ref, f: Ref) -> Ref:
    stack = net.op("stack", x, f, shape=(2, *SHAPE), args=("tensors.0", "tensors.1"), dim=0)
    return net.op("sum", stack, shape=SHAPE, dim=(0,))


def fused(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("addmm", x, f, args=("input", "mat1"), weights=((8, 8),))


@pytest.mark.parametrize("join", [by_operator, swapped, subtracted, summed_list, stacked, fused])
def test_every_way_to_write_an_add(join: Callable[[Pen, Ref, Ref], Ref]) -> None:
    net = Pen()
    x = net.input()
    y = join(net, x, net.branch(x))
    skip = only(net.done(y))
    assert (skip.kind, skip.source, skip.merge) == ("identity", x, y.op)


def test_a_stack_takes_in_what_is_summed() -> None:
    net = Pen()
    x = net.input()
    (join,) = only(net.done(stacked(net, x, net.branch(x)))).joins
    assert (join.name, join.shortcut, join.branch) == ("stack", ("tensors.0",), ("tensors.1",))


def test_a_sum_over_another_dimension_is_no_merge() -> None:
    net = Pen()
    x = net.input()
    stack = net.op("stack", x, net.branch(x), shape=(2, *SHAPE), args=("tensors.0", "tensors.1"), dim=0)
    assert find_skips(net.done(net.op("sum", stack, dim=(1,)))) == ()


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        (["reshape", "to", "dropout"], "identity"),
        (["detach"], "identity"),
        (["mul"], "scaled"),
        (["batch_norm"], "normed"),
        (["pad"], "resampled"),
        (["avg_pool2d", "pad"], "resampled"),
        (["conv2d", "batch_norm"], "projection"),
        (["avg_pool2d", "conv2d", "batch_norm"], "projection"),
    ],
)
def test_kind_is_what_the_shortcut_holds(steps: list[str], kind: str) -> None:
    net = Pen()
    x = net.input()
    short = x
    for step in steps:
        weights: dict[str, tuple[tuple[int, ...], ...]] = {"conv2d": ((8, 8, 1, 1),), "batch_norm": ((8,),)}
        short = net.op(step, short, weights=weights.get(step, ()))
    skip = only(net.done(net.add(net.branch(x), short)))
    assert skip.kind == kind
    assert skip.shortcut == tuple(range(1, 1 + len(steps)))
    assert set(skip.shortcut).isdisjoint(range(skip.branch[0][0], skip.branch[-1][1] + 1))


def test_a_nonlinearity_ends_a_shortcut() -> None:
    net = Pen()
    x = net.input()
    assert find_skips(net.done(net.add(net.relu(net.conv(x)), net.relu(net.conv(net.relu(net.conv(x))))))) == ()


def test_equally_deep_linear_ways_are_two_branches() -> None:
    net = Pen()
    x = net.input()
    assert find_skips(net.done(net.add(net.norm(net.conv(x)), net.norm(net.conv(x))))) == ()


def test_highway_is_gated() -> None:
    #  y = t * h(x) + (1 - t) * x,  t = sigmoid(conv(x))
    net = Pen()
    x = net.input()
    h = net.relu(net.conv(x))
    t = net.op("sigmoid", net.conv(x))
    carried = net.op("mul", net.op("rsub", t, other=1), x)
    skip = only(net.done(net.add(net.op("mul", t, h), carried)))
    assert skip.kind == "gated"
    assert skip.source == x


def test_lerp_with_a_gate_is_gated() -> None:
    net = Pen()
    x = net.input()
    t = net.op("sigmoid", net.conv(x))
    y = net.op("lerp", x, net.relu(net.conv(x)), t, args=("input", "end", "weight"))
    assert only(net.done(y)).kind == "gated"


def scaled_by_alpha(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("add", f, x, alpha=0.5)


def scaled_by_lerp(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("lerp", x, f, args=("input", "end"), weight=0.3)


def scaled_by_mean(net: Pen, x: Ref, f: Ref) -> Ref:
    stack = net.op("stack", x, f, shape=(2, *SHAPE), args=("tensors.0", "tensors.1"), dim=0)
    return net.op("mean", stack, shape=SHAPE, dim=0)


def scaled_by_beta(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("addmm", x, f, args=("input", "mat1"), weights=((8, 8),), beta=0.5)


def scaled_inside(net: Pen, x: Ref, f: Ref) -> Ref:
    return net.op("add", net.branch(x), net.op("add", f, x), alpha=2)


@pytest.mark.parametrize("join", [scaled_by_alpha, scaled_by_lerp, scaled_by_mean, scaled_by_beta, scaled_inside])
def test_a_number_in_the_merge_scales_the_shortcut(join: Callable[[Pen, Ref, Ref], Ref]) -> None:
    net = Pen()
    x = net.input()
    assert only(net.done(join(net, x, net.branch(x)))).kind == "scaled"


def test_a_number_on_the_branch_does_not_scale_the_shortcut() -> None:
    net = Pen()
    x = net.input()
    assert only(net.done(net.op("add", x, net.branch(x), alpha=0.5))).kind == "identity"


def test_selective_kernels_are_no_skip() -> None:
    #  u1 and u2 are weighed by gates computed from u1 + u2: each reaches the other only through a gate
    net = Pen()
    x = net.input()
    u1, u2 = net.relu(net.conv(x)), net.relu(net.conv(x))
    fused = net.conv(net.add(u1, u2))
    a1, a2 = net.op("softmax", net.conv(fused)), net.op("softmax", net.conv(fused))
    assert find_skips(net.done(net.add(net.op("mul", a1, u1), net.op("mul", a2, u2)))) == ()


def test_squeeze_and_excitation_is_no_skip() -> None:
    net = Pen()
    x = net.input()
    pooled = net.op("adaptive_avg_pool2d", x, shape=(2, 8, 1, 1))
    assert find_skips(net.done(net.op("mul", x, net.op("sigmoid", net.conv(pooled))))) == ()


def test_masks_positions_and_constants_are_not_data() -> None:
    net = Pen()
    x = net.input()
    mask = net.op("constant", shape=SHAPE)
    ids = net.input(2, 8, dtype="int64", name="ids")
    y = net.add(net.add(net.relu(net.conv(x)), mask), net.op("to", ids, shape=SHAPE))
    assert find_skips(net.done(y)) == ()


def test_embedded_ids_are_data_and_embedded_positions_are_not() -> None:
    net = Pen()
    ids = net.input(2, 8, dtype="int64", name="ids")
    words = net.op("embedding", ids, shape=SHAPE, weights=((100, 8),))
    places = net.op("embedding", net.op("arange", shape=(8,), dtype="int64"), shape=SHAPE, weights=((64, 8),))
    x = net.add(words, places)
    skip = only(net.done(net.add(x, net.branch(x))))
    assert skip.source == x


def test_dead_values_are_dropped() -> None:
    net = Pen()
    x = net.input()
    net.add(x, net.branch(x))
    assert find_skips(net.done(net.relu(x))) == ()


def test_nothing_learned_is_weak() -> None:
    net = Pen()
    x = net.input()
    skip = only(net.done(net.op("sub", net.op("avg_pool2d", x), x)))
    assert skip.weak


def test_a_learned_scale_after_pooling_is_not_weak() -> None:
    net = Pen()
    x = net.input()
    skip = only(net.done(net.add(net.norm(net.op("avg_pool2d", x)), x)))
    assert not skip.weak
