"""Figures of recorded traces: every number drawn is the recorded one, for small networks and for deep ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from torch import nn

import resight
from blocks import Net, blocks, traced
from figures import check_figure, images_of, words_of
from recordings import recorded
from resight import Ref, Skip, Trace, UserError, plot
from resight.colours import PALETTES
from resight.names import skip_names, value_names
from resight.plot.depth import without_common_start
from resight.plot.spread import spread_of
from resight.recording import Histogram, Recording, Statistics, Summary
from resight.skips import Contribution, operands
from resight.text import number

WIDTHS = (4, 8, 16)
random = np.random.default_rng(0)


class Block(nn.Sequential):  # type: ignore[misc]
    """What its modules make, added to what they were given."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + super().forward(x)


def gained(trace: Trace, *contributions: Contribution) -> Trace:
    """The trace with these contributions, one after another."""
    trace = recorded(trace)
    skips = zip(trace.skips, cycle(contributions))
    return replace(trace, skips=tuple(replace(skip, contribution=given) for skip, given in skips))


def dots(figure: plot.Figure, panel: int) -> list[float]:
    """The values of the dots in a panel, from top to bottom."""
    found = [line for line in figure.axes[panel].get_lines() if line.get_marker() == "o"]
    return [float(line.get_xdata()[0]) for line in sorted(found, key=lambda line: line.get_ydata()[0])]  # type: ignore[arg-type,index,return-value]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [1, 12, 300])
def test_gains_are_those_recorded_at_every_depth(count: int, width: int) -> None:
    trace = recorded(traced(blocks(count), "学习 a$b$ </script>"))
    figure = check_figure(plot.gains(trace, width=width))
    assert dots(figure, 1) == [0.5] * count
    assert dots(figure, 2) == [0.25] * count
    assert f"{count} skip" in words_of(figure)
    assert "made up from a seed" in words_of(figure)
    height = figure.get_size_inches()[1]
    assert height < 1.1 * width + 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_kinds_have_the_colours_of_pictures(theme: str) -> None:
    trace = recorded(traced(blocks(2)))
    first, second = trace.skips
    figure = plot.gains(replace(trace, skips=(first, replace(second, kind="projection"))), theme=theme)
    lines = [line for line in figure.axes[1].get_lines() if line.get_marker() == "o"]
    kinds = PALETTES[theme]["skips"]  # type: ignore[index]
    assert [to_hex(line.get_color()) for line in lines] == [kinds["identity"], kinds["projection"]]  # type: ignore[arg-type]
    assert to_hex(figure.get_facecolor()) == PALETTES[theme]["background"]
    words = [text.get_text() for text in figure.axes[0].texts]
    assert {"identity", "projection"} <= set(words)
    assert "gated" not in words


def test_gains_far_apart_are_on_a_logarithmic_scale_that_says_so() -> None:
    trace = gained(traced(blocks(2)), Contribution(0.001, 0.1, 0.1, 9), Contribution(2.0, -0.5, 0.9, 9))
    figure = check_figure(plot.gains(trace))
    assert figure.axes[1].get_xscale() == "log"
    assert dots(figure, 1) == [0.001, 2.0]
    assert dots(figure, 2) == [0.1, -0.5]
    assert "logarithmic" in words_of(figure)


def test_a_gain_that_is_not_defined_is_marked_and_a_zero_drawn() -> None:
    trace = gained(traced(blocks(2)), Contribution(None, None, None, 9), Contribution(0.0, None, 0.0, 9))
    figure = check_figure(plot.gains(trace))
    assert dots(figure, 1) == [0.0]
    assert "1 gain not defined" in words_of(figure)
    assert len(figure.axes) == 2, "no panel for cosines that are not there"


def test_a_trace_without_recording_or_skips_says_what_to_do() -> None:
    with pytest.raises(UserError, match=r"was not recorded; use resight\.record"):
        plot.gains(traced(blocks(1)))
    with pytest.raises(UserError, match=r"no recording; use resight\.record"):
        plot.activations(traced(blocks(1)))
    with pytest.raises(UserError, match="has no residual connections"):
        plot.gains(traced(blocks(0)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [2, 10, 100])
def test_activations_fit_at_every_depth(count: int, width: int) -> None:
    trace = recorded(traced(blocks(count)), nonfinite={Ref(2): 3})
    figure = check_figure(plot.activations(trace, width=width))
    assert f"{3 * count + 1} values" in words_of(figure)
    assert "1 hold elements that are not finite, named in red" in words_of(figure)
    heat = images_of(figure)
    assert len(heat) == (3 * count + 1 > 40)
    if heat:
        assert heat[0].get_array().shape[0] == 3 * count + 1  # type: ignore[union-attr]


def test_activations_are_chosen_by_name_and_zeros_have_their_share() -> None:
    trace = recorded(traced(blocks(3)))
    figure = check_figure(plot.activations(trace, "*.relu"))
    bars = [bar.get_width() for bar in figure.axes[2].patches]  # type: ignore[attr-defined]
    relus = [Ref(op.id) for op in trace.graph.ops if op.name == "relu"]
    assert bars == [trace[ref].summary.zeros for ref in relus]  # type: ignore[union-attr]
    assert len(plot.activations(trace, "*.conv").axes) == 2, "no panel for zeros where there are none"
    with pytest.raises(UserError, match=r"no recorded value is called stage\.0\.rel; did you mean stage\.0\.relu"):
        plot.activations(trace, "stage.0.rel")


def summary(mean: float, std: float, histogram: Histogram, zeros: float = 0.0) -> Summary:
    edges = histogram.edges
    return Summary(histogram.total, 0, mean, std, abs(mean), edges[0], edges[-1], zeros, histogram.total, histogram)


def test_densities_are_where_the_elements_are_and_zeros_left_out() -> None:
    narrow = summary(0.0, 1.0, Histogram(-2.0, 1.0, (1, 2, 2, 1)))
    wide = summary(100.0, 300.0, Histogram(0.0, 64.0, (90, 0, 0, 10)), zeros=0.9)
    spread = spread_of([narrow, wide])
    places = (spread.edges[:-1] + spread.edges[1:]) / 2
    values = spread.unit * np.sinh(places)
    assert spread.density.max(axis=1).tolist() == [1.0, 1.0]
    assert (spread.density[0][(values < -2.1) | (values > 2.1)] == 0).all()
    assert (spread.density[1][values < 190] == 0).all(), "only zeros were below"
    assert spread.density[1][values > 195].min() > 0
    ticks = spread.ticks(0.3)
    assert 0.0 in ticks
    assert ticks == sorted(ticks)


def test_names_are_those_traces_know() -> None:
    torch.manual_seed(0)
    real = resight.trace(Block(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()), torch.zeros(1, 8, 4, 4))
    refs = [Ref(op.id) for op in real.graph.ops]
    names = value_names(real.graph, refs)
    assert names == [":input", "0", "1", ":add"]
    assert [real[name].ref for name in names] == refs
    trace = traced(blocks(2))
    assert skip_names(trace.graph, trace.skips) == ["stage.0", "stage.1"]
    assert without_common_start(["a.b.c", "a.b.d", "a.b"]) == ["b.c", "b.d", "b"]


def test_two_skips_of_one_module_are_told_by_what_their_branches_hold() -> None:
    net = Net()
    x = net.input()
    with net.call("h.0"):
        for part in ("attn", "mlp"):
            with net.call(f"h.0.{part}", 576):
                y = net.relu(net.conv(x))
            x = net.add(x, y)
    trace = traced(net.done(x))
    assert skip_names(trace.graph, trace.skips) == ["h.0.attn", "h.0.mlp"]


def met(trace: Trace) -> tuple[Trace, np.ndarray, torch.Tensor]:
    """The trace with what meets at its first skip kept, and the two values."""
    pair = operands(trace.graph, trace.skips[0])
    shortcut, branch = random.normal(size=(2, 8, 6, 6)), torch.randn(2, 8, 6, 6, dtype=torch.float64)
    values = recorded(trace).recording
    assert values is not None
    kept = {pair.shortcut: shortcut, pair.branch[0]: branch}
    return replace(recorded(trace), recording=replace(values, kept=kept)), shortcut, branch


@pytest.mark.parametrize("width", WIDTHS)
def test_a_merge_shows_shortcut_branch_and_their_sum_on_one_scale(width: int) -> None:
    torch.manual_seed(0)
    trace, shortcut, branch = met(traced(blocks(2)))
    figure = check_figure(plot.merge(trace, 0, item=1, count=3, width=width))
    pictures = images_of(figure)[:9]
    for channel, (first, second, third) in enumerate(zip(pictures[0::3], pictures[1::3], pictures[2::3])):
        assert (first.get_array() == shortcut[1, channel]).all()
        assert (second.get_array() == branch[1, channel].numpy()).all()
        assert (third.get_array() == shortcut[1, channel] + branch[1, channel].numpy()).all()
    assert len({(image.norm.vmin, image.norm.vmax) for image in pictures}) == 1
    assert pictures[0].norm.vmin == -pictures[0].norm.vmax  # type: ignore[operator]
    words = words_of(figure)
    assert "stage.0" in words
    assert "identity skip, gain 0.5, cosine 0.25" in words
    assert "3 of 8 channels, the first ones" in words


def test_factors_of_a_merge_are_applied() -> None:
    net = Net()
    x = net.input()
    graph = net.done(net.op("sub", x, net.branch(x), alpha=2))
    trace, shortcut, branch = met(traced(graph))
    pictures = images_of(plot.merge(trace, trace.skips[0], count=1))
    assert (pictures[1].get_array() == -2 * branch[0, 0].numpy()).all()
    assert (pictures[2].get_array() == shortcut[0, 0] - 2 * branch[0, 0].numpy()).all()


def test_a_concat_has_no_sum() -> None:
    net = Net()
    x = net.input()
    trace, _, _ = met(traced(net.done(net.cat(x, net.branch(x)))))
    figure = check_figure(plot.merge(trace, 0, count=2))
    assert len(images_of(figure)) == 2 * 2 + 1
    assert "sum" not in words_of(figure)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("shape", [(1, 30, 64), (1, 10), (1, 16, 1, 1)])
def test_tokens_and_vectors_meet_in_one_picture(shape: tuple[int, ...], width: int) -> None:
    pair = random.normal(size=shape), random.normal(size=shape)
    figure = check_figure(plot.merge(pair, width=width))
    assert len(images_of(figure)) == 3 + 1


def test_what_cannot_be_merged_is_one_clear_line() -> None:
    trace = recorded(traced(blocks(1)))
    with pytest.raises(
        UserError, match=r"at skip 0 were not kept; resight\.record\(model, x, keep=trace\.skips\[0\]\)"
    ):
        plot.merge(trace, 0)
    with pytest.raises(UserError, match="no skip 1; give a number from 0 to 0"):
        plot.merge(trace, 1)
    with pytest.raises(UserError, match="no skip was given"):
        plot.merge(trace)
    with pytest.raises(UserError, match="branch 1×2×4×4 cannot be added to shortcut 1×3×4×4"):
        plot.merge((np.zeros((1, 3, 4, 4)), np.zeros((1, 2, 4, 4))))
    with pytest.raises(UserError, match=r"give \(shortcut, branch\)"):
        plot.merge((np.zeros((1, 3, 4, 4)),))  # type: ignore[arg-type]


def test_a_whole_recording_is_drawn_without_a_value_that_was_never_seen() -> None:
    trace = recorded(traced(blocks(2)))
    assert trace.recording is not None
    silent = Recording(Statistics({}, trace.recording.values.table[:0]))
    with pytest.raises(UserError, match="no recorded value"):
        plot.activations(replace(trace, recording=silent))


def test_the_caption_of_a_merge_has_its_range() -> None:
    shortcut = np.zeros((1, 1, 2, 2))
    branch = np.array([[[[1.0, -2.0], [0.5, 0.25]]]])
    assert f"values from {number(-2.0)} to {number(1.0)}" in words_of(plot.merge((shortcut, branch)))


def test_a_skip_of_another_trace_is_refused() -> None:
    trace = recorded(traced(blocks(2)))
    foreign: Skip = replace(trace.skips[0], merge=99)
    with pytest.raises(UserError, match="the trace has no skip"):
        plot.merge(trace, foreign)
