"""Skips inside and beside each other: older values, slices, long skips, regions, owners, sums."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphs import Pen, only
from resight.graph import Graph, Ref
from resight.skips import Join, find_skips


def test_adds_read_once_are_one_merge() -> None:
    #  y = x + attention(x) + mlp(x), as in GPT-J
    net = Pen()
    x = net.input()
    y = net.add(net.add(net.branch(x), net.branch(x)), x)
    skip = only(net.done(y))
    assert (skip.kind, skip.merge, skip.source) == ("identity", y.op, x)


def test_dense_block_carries_older_values_too() -> None:
    net = Pen()
    x = net.input()
    y1 = net.conv(net.relu(x))
    y2 = net.conv(net.relu(net.cat(x, y1)))
    end = net.cat(x, y1, y2)
    first, second = find_skips(net.done(end))
    assert (first.combine, first.kind, first.source) == ("concat", "identity", x)
    assert (second.source, second.also, second.long) == (y1, (x,), True)
    assert not first.closed  # y1 is read again later


def test_inception_join_is_no_skip() -> None:
    net = Pen()
    x = net.input()
    pooled = net.op("max_pool2d", x)
    assert find_skips(net.done(net.cat(net.relu(net.conv(x)), net.relu(net.conv(net.relu(net.conv(x)))), pooled))) == ()


@pytest.mark.parametrize(("sizes", "count"), [((1, 9), 0), ((5, 5), 1)])
def test_a_class_token_put_back_is_no_skip(sizes: tuple[int, int], count: int) -> None:
    net = Pen()
    x = net.input(2, 10, 8)
    first = net.op("getitem", x, shape=(2, sizes[0], 8), index="[:, :n]")
    rest = net.op("linear", net.op("getitem", x, shape=(2, sizes[1], 8), index="[:, n:]"), weights=((8, 8),))
    joined = net.op("cat", first, rest, shape=(2, 10, 8), args=("tensors.0", "tensors.1"), dim=-2)
    assert len(find_skips(net.done(joined))) == count


def test_sliced_shortcut_is_partial() -> None:
    net = Pen()
    x = net.input()
    halves = net.op("chunk", x, shape=(2, 4, 16, 16), outputs=2)
    left, right = halves, Ref(halves.op, 1)
    y1 = net.add(left, net.branch(right))
    y2 = net.add(right, net.branch(y1))
    first, second = find_skips(net.done(net.cat(y1, y2)))[:2]
    assert (first.source, first.partial) == (x, True)
    assert (second.source, second.partial) == (right, False)


def unet(net: Pen, depth: int, join: Callable[[Ref, Ref], Ref]) -> Graph:
    x = net.input()
    kept = []
    for _ in range(depth):
        x = net.relu(net.conv(x))
        kept.append(x)
        x = net.op("max_pool2d", x)
    x = net.relu(net.conv(x))
    while kept:
        x = net.relu(net.conv(join(net.op("interpolate", x), kept.pop())))
    return net.done(x)


def test_long_skips_nest() -> None:
    net = Pen()
    skips = find_skips(unet(net, 4, net.add))
    assert [skip.long for skip in skips] == [False, True, True, True]
    assert all(skip.closed for skip in skips)
    outer = skips[-1]
    assert outer.branch == ((outer.source.op + 1, outer.merge - 1),)


def test_concat_unet() -> None:
    net = Pen()
    skips = find_skips(unet(net, 3, lambda up, kept: net.op("cat", up, kept, args=("tensors.0", "tensors.1"))))
    assert [(s.combine, s.kind) for s in skips] == [("concat", "identity")] * 3


def test_a_value_read_later_keeps_a_region_open() -> None:
    net = Pen()
    x = net.input()
    inner = net.conv(x)
    y = net.add(x, net.relu(inner))
    assert not only(net.done(y, inner)).closed


def test_link_to_the_merge_before() -> None:
    def second_link(step: Callable[[Pen, Ref], Ref]) -> str:
        net = Pen()
        x = net.input()
        x = step(net, net.add(x, net.branch(x)))
        return find_skips(net.done(net.add(x, net.branch(x))))[1].link

    assert second_link(lambda net, x: x) == "identity"
    assert second_link(lambda net, x: net.relu(x)) == "act"
    assert second_link(lambda net, x: net.op("layer_norm", x, weights=((8,),))) == "norm"
    assert second_link(lambda net, x: net.conv(x)) == ""


def test_owner_is_the_call_around_branch_and_merge() -> None:
    net = Pen()
    x = net.input()
    net.enter("stage")
    net.enter("stage.0")
    x = net.add(x, net.branch(x))
    net.leave()
    net.enter("stage.1.conv", "Conv2d")
    f = net.conv(x)
    net.leave()
    x = net.add(x, f)
    net.leave()
    inner, outer = find_skips(net.done(x))
    assert (inner.owner, outer.owner) == (2, 1)


@pytest.mark.parametrize(("layer", "is_recurrent"), [("cell", True), ("layers.{}", False)])
def test_gates_are_recurrent_in_a_loop_over_time_not_over_layers(layer: str, is_recurrent: bool) -> None:
    #  both loops run one line of code; over time it reads the same weights at each step
    net = Pen()
    state = net.input()
    for step in range(3):
        z = net.op("sigmoid", net.conv(state, layer.format(step) + ".gate"))
        new = net.op("tanh", net.conv(state, layer.format(step) + ".new"))
        state = net.add(net.op("mul", net.op("rsub", z, other=1), new), net.op("mul", z, state))
    skips = find_skips(net.done(state))
    assert [(skip.kind, skip.recurrent) for skip in skips] == [("gated", is_recurrent)] * 3


@pytest.mark.parametrize("join", ["cat", "add"])
def test_what_only_steers_the_gate_is_not_the_shortcut(join: str) -> None:
    #  Attention U-Net: up = convs(pool(x)); join(x * sigmoid(conv(x + up)), up)
    net = Pen()
    x = net.conv(net.input())
    up = net.relu(net.conv(net.relu(net.conv(x))))
    gated = net.op("mul", x, net.op("sigmoid", net.conv(net.relu(net.add(net.conv(x), net.conv(up))))))
    merge = net.cat(gated, up) if join == "cat" else net.add(gated, up)
    skip = find_skips(net.done(net.conv(merge)))[-1]
    assert (skip.merge, skip.source, skip.kind) == (merge.op, x, "gated")


# ---- where another run finds the merge


def test_a_join_counts_ops_of_its_name_in_its_module_call() -> None:
    net = Pen()
    x = net.op("add", net.input(), other=1)
    net.enter("block")
    y = net.add(net.branch(x), net.op("add", x, other=1))
    net.leave()
    assert only(net.done(y)).joins == (Join("block", 0, "add", "", 1, shortcut=("other",), branch=("input",)),)


def test_each_add_of_a_sum_of_three_takes_in_its_part() -> None:
    net = Pen()
    x = net.input()
    y = net.add(net.add(x, net.branch(x)), net.branch(x))
    first, second = only(net.done(y)).joins
    assert (first.order, first.shortcut, first.branch) == (0, ("input",), ("other",))
    assert (second.order, second.shortcut, second.branch) == (1, (), ("other",))


def test_older_values_go_with_the_shortcut_and_strangers_with_neither() -> None:
    net = Pen()
    older = net.relu(net.input())
    x = net.relu(older)
    stranger = net.input(name="other")
    (join,) = only(net.done(net.cat(older, x, net.branch(x), stranger))).joins
    assert (join.shortcut, join.branch) == (("tensors.0", "tensors.1"), ("tensors.2",))


def test_time_does_not_square_with_nested_long_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed inner skips count as one op: the regions walked grow with the depth, not with its square."""
    from resight.skips import find, ways

    def walked(depth: int) -> int:
        total = 0

        def counted(*args: object, **kwargs: object) -> ways.Region:
            nonlocal total
            found = ways.region(*args, **kwargs)  # type: ignore[arg-type]
            total += len(found.ways)
            return found

        monkeypatch.setattr(find, "region", counted)
        net = Pen()
        find_skips(unet(net, depth, net.add))
        return total

    assert walked(200) < 2.2 * walked(100)
