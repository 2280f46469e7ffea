"""The staircase of shapes: steps are the shapes a network passes, and every parameter is counted once."""

from __future__ import annotations

import pytest

from blocks import Net, traced
from figures import check_figure, words_of
from resight import plot
from resight.graph import Graph
from resight.plot.stairs import steps_of

WIDTHS = (4, 8, 16)


def stages(sizes: tuple[tuple[int, int], ...]) -> Graph:
    net = Net()
    x = net.input(1, 3, 64, 64)
    for i, (channels, size) in enumerate(sizes):
        with net.call(f"stage{i}.down"):
            x = net.op("conv2d", x, shape=(1, channels, size, size), weights=((channels, 3, 3, 3),))
        for j in range(2):
            with net.call(f"stage{i}.{j}"):
                y = net.op("conv2d", x, shape=(1, 4 * channels, size, size), weights=((4 * channels, channels, 1, 1),))
                y = net.op(
                    "conv2d", net.relu(y), shape=(1, channels, size, size), weights=((channels, 4 * channels, 1, 1),)
                )
                x = net.add(x, y)
    return net.done(x)


def test_steps_follow_shapes_outside_of_branches() -> None:
    steps = steps_of(traced(stages(((16, 32), (32, 16)))))
    assert [(step.name, step.channels, step.size) for step in steps] == [
        ("input", 3, "64×64"), ("stage0", 16, "32×32"), ("stage1", 32, "16×16"),
    ]  # fmt: skip
    graph = stages(((16, 32), (32, 16)))
    weights = {weight.name: weight.spec.count for op in graph.ops for weight in op.weights}
    assert sum(step.parameters for step in steps) == sum(weights.values())
    assert steps[1].flops == 2 * 32 * 32 * (16 * 27 + 4 * 16 * 64)


def test_the_bottom_of_a_u_is_a_step_and_a_squeeze_is_none() -> None:
    net = Net()
    x = net.relu(net.input(1, 8, 32, 32))
    down = net.op("max_pool2d", x, shape=(1, 8, 16, 16))
    deep = net.op("conv2d", down, shape=(1, 24, 16, 16), weights=((24, 8, 3, 3),))
    squeezed = net.op("adaptive_avg_pool2d", deep, shape=(1, 24, 1, 1))
    gate = net.op("conv2d", squeezed, shape=(1, 24, 1, 1), weights=((24, 24, 1, 1),))
    up = net.op("interpolate", net.relu(net.op("mul", deep, gate)), shape=(1, 24, 32, 32))
    out = net.op("cat", x, up, shape=(1, 32, 32, 32), args=("tensors.0", "tensors.1"), dim=1)
    trace = traced(net.done(out))
    assert [skip.combine for skip in trace.skips] == ["concat"]
    assert [(step.channels, step.size) for step in steps_of(trace)] == [
        (8, "32×32"), (8, "16×16"), (24, "16×16"), (32, "32×32"),
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [1, 6, 60])
def test_staircases_fit_at_every_length(count: int, width: int) -> None:
    sizes = tuple((16 + 8 * i, max(1, 64 >> (i // 3))) for i in range(count))
    figure = check_figure(plot.shapes(traced(stages(sizes)), width=width))
    assert f"{count + 1} steps" in words_of(figure)


def test_tokens_and_lines_have_their_channels_where_they_are() -> None:
    net = Net()
    tokens = net.op("layer_norm", net.input(1, 50, 64))
    assert [(s.channels, s.size) for s in steps_of(traced(net.done(tokens)))] == [(64, "50")]
    net = Net()
    line = net.relu(net.op("conv1d", net.input(1, 4, 900), shape=(1, 16, 300), weights=((16, 4, 3),)))
    assert [(s.channels, s.size) for s in steps_of(traced(net.done(line)))][-1] == (16, "300")
