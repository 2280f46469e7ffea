"""Structures beside each other: what is aligned, what differs, what follows from it, and the pictures of it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import resight
from resight import nets
from resight.compare import Contrast, Subject, compare, contrast
from resight.compare.naming import short_names
from resight.compare.sequences import matched
from resight.compare.side import Sheet, side_by_side
from resight.picture import svg
from resight.traces import Trace


def traced(net: nn.Module, *sizes: int) -> Trace:
    return resight.trace(net.eval(), torch.zeros(*(sizes or (1, 3, 32, 32))))


def told(found: Contrast) -> dict[tuple[str, str, str], int]:
    """Differences with how often they occur."""
    return {(one.what, one.first.words, one.second.words): one.count for one in found.differences}


@pytest.fixture(scope="module")
def resnet20() -> Trace:
    return traced(nets.resnet20())


@given(st.lists(st.sampled_from("abcdefgh"), max_size=30), st.lists(st.sampled_from("abcdefgh"), max_size=30))
def test_matches_are_equal_and_keep_both_orders(first: list[str], second: list[str]) -> None:
    pairs = matched(first, second)
    assert all(first[i] == second[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
    assert matched(first, first) == [(i, i) for i in range(len(first))]
    assert bool(pairs) == bool(set(first) & set(second))


def test_many_repeated_keys_are_matched_by_phrases() -> None:
    chance = Random(0)
    first = [chance.choice("abcdef") for _ in range(20_000)]
    second = [key for key in first if chance.random() > 0.01]
    assert len(matched(first, second)) > 0.98 * len(second)


def test_a_plain_twin_lacks_the_shortcuts_and_nothing_else() -> None:
    found = contrast(traced(nets.resnet18()), traced(nets.plain18()))
    assert told(found) == {("shortcut", "identity", ""): 5, ("shortcut", "projection", ""): 3}
    assert found.summary("a", "b") == "8 shortcuts missing in b: 5 identity, 3 projection"
    identity = found.differences[0]
    assert identity.places == ("layer1.0", "layer1.1", "layer2.1", "layer3.1", "layer4.1")
    assert [found.first.graph.ops[op].name for op in identity.first.ops] == ["add"] * 5
    assert [found.second.graph.calls[call].path for call in identity.second.calls] == list(identity.places)


def test_turned_round_the_same_is_missing() -> None:
    found = contrast(traced(nets.plain20()), traced(nets.resnet20()))
    assert told(found) == {("shortcut", "", "identity"): 7, ("shortcut", "", "resampled"): 2}
    assert found.summary("plain", "res") == "9 shortcuts missing in plain: 7 identity, 2 resampled"


def test_a_stride_is_the_one_cause_of_all_shapes_that_follow() -> None:
    usual, fine = nets.resnet18(), nets.resnet18(strides=[1, 2, 1, 2])
    found = contrast(traced(usual, 1, 3, 224, 224), traced(fine, 1, 3, 224, 224))
    (stride,) = found.differences
    assert (stride.what, stride.first.words, stride.second.words) == ("stride", "2", "1")
    assert stride.places == ("layer3.0.conv1", "layer3.0.downsample.0")
    follow = {(one.first.words, one.second.words): one.count for one in stride.consequences}
    changed = [
        one for one, other in zip(found.first.graph.ops, found.second.graph.ops) if one.outputs != other.outputs
    ]  # fmt: skip
    assert sum(follow.values()) == len(changed) == 32
    assert follow == {("256×14×14", "256×28×28"): 16, ("512×7×7", "512×14×14"): 16}


def test_another_kind_of_shortcut_is_one_difference_with_all_its_ops() -> None:
    found = contrast(traced(nets.resnet20()), traced(nets.resnet20(shortcut="B")))
    (kind,) = found.differences
    assert (kind.what, kind.first.words, kind.second.words) == ("shortcut", "resampled", "projection")
    assert kind.places == ("layer2.0", "layer3.0")
    assert {found.second.graph.ops[op].name for op in kind.second.ops} == {"conv2d", "batch_norm", "add"}


def test_whole_blocks_are_told_as_blocks(resnet20: Trace) -> None:
    found = contrast(resnet20, traced(nets.resnet32()))
    assert told(found) == {("ResidualBlock", "", "ResidualBlock"): 6}
    assert found.differences[0].places[:2] == ("layer1.3", "layer1.4")
    assert found.summary("a", "b") == "6 ResidualBlock missing in a"


def test_a_missing_layer_of_a_dense_block_takes_its_shortcut_along() -> None:
    class Dense(nn.Module):
        def __init__(self, layers: int) -> None:
            super().__init__()
            self.layers = nn.ModuleList(
                nn.Sequential(nn.Conv2d(4 + 2 * i, 2, 3, padding=1), nn.ReLU()) for i in range(layers)
            )
            self.last = nn.Conv2d(4 + 2 * layers, 3, 1)

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = torch.cat([x, layer(x)], 1)
            return self.last(x)

    found = contrast(traced(Dense(2), 1, 4, 8, 8), traced(Dense(3), 1, 4, 8, 8))
    assert told(found) == {("Sequential", "", "Sequential"): 1, ("cat", "", "cat"): 1}


def test_width_kernel_and_input_are_causes(resnet20: Trace) -> None:
    wide = told(contrast(resnet20, traced(nets.resnet20(widths=[16, 32, 128]))))
    assert wide[("width", "64", "128")] == 6
    found = contrast(resnet20, traced(nets.resnet20(), 1, 3, 64, 64))
    assert [one.what for one in found.differences] == ["input"]
    assert sum(one.count for one in found.differences[0].consequences) > 60


def test_the_order_of_a_block_is_a_difference_of_wiring_not_of_parts() -> None:
    found = contrast(traced(nets.resnet20()), traced(nets.resnet20(pre_activation=True)))
    assert {one.what for one in found.differences} == {"BatchNorm2d", "order"}
    assert not any(one.what == "shortcut" for one in found.differences)


def test_names_and_ways_to_write_it_do_not_matter() -> None:
    class One(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.act, self.last = nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.last(self.act(self.first(x)))

    class Other(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            y = self.b(torch.relu(self.a(x)))
            y += x
            return y

    found = contrast(traced(One(), 2, 4), traced(Other(), 2, 4))
    assert found.differences == ()


@pytest.mark.parametrize("name", ["resnet18", "resnet20", "plain20"])
def test_a_network_is_built_like_itself(name: str) -> None:
    trace = traced(nets.NETS[name]())
    found = contrast(trace, trace)
    assert found.differences == ()
    assert found.alignment.ops == {op.id: op.id for op in trace.graph.ops}
    assert found.summary("a", "b") == "b is built like a"


def test_every_op_has_at_most_one_counterpart(resnet20: Trace) -> None:
    other = traced(nets.resnet18(stem="cifar"))
    found = contrast(resnet20, other).alignment
    assert len(set(found.ops.values())) == len(found.ops)
    assert all(resnet20.graph.ops[a].name == other.graph.ops[b].name for a, b in found.ops.items())


def pictured(*nets_: tuple[str, nn.Module], theme: str = "light") -> Sheet:
    sheet = side_by_side(compare([Subject(name, traced(net)) for name, net in nets_]), theme=theme)
    assert sheet is not None
    return sheet


def test_side_by_side_marks_what_differs_and_what_follows() -> None:
    sheet = pictured(("a", nets.resnet20()), ("b", nets.resnet20(strides=[1, 1, 2])))
    items = sheet.display["items"]
    bold = [box["id"] for item, box in pairwise(items) if item.get("line") == 3 and box["t"] == "open"]
    thin = [box["id"] for item, box in pairwise(items) if item.get("dash") == [3, 3] and box["t"] == "open"]
    conv1 = {call.path: call.id for call in traced(nets.resnet20()).graph.calls}["layer2.0.conv1"]
    assert {f"n0-call-{conv1}", f"n1-call-{conv1}"} <= set(bold)
    assert sum(box.startswith("n0-") for box in thin) == sum(box.startswith("n1-") for box in thin) > 3
    words = [item["text"] for item in items if item["t"] == "text"]
    assert words[0].startswith("b has another stride")
    assert "differs" in words


def test_nothing_leaves_the_sheet_and_every_id_is_there_once() -> None:
    sheet = pictured(("a", nets.resnet20()), ("b", nets.plain20()), ("c", nets.resnet20(shortcut="B")), theme="dark")
    display = sheet.display
    for item in display["items"]:
        if item["t"] == "rect":
            assert 0 <= item["x"] < item["x"] + item["w"] <= display["width"]
            assert 0 <= item["y"] < item["y"] + item["h"] <= display["height"]
    ids = re.findall(r' id="([^"]+)"', svg.markup(display, sheet.caption))
    assert len(ids) == len(set(ids)) > 50


def test_hostile_titles_are_only_words() -> None:
    bad = '</script><img src=x onerror="1">\n%s 卷积 🎉'
    first, second = traced(nets.resnet20()), traced(nets.plain20())
    second = replace(second, about=replace(second.about, title=bad))
    sheet = side_by_side(compare([Subject("a", first), Subject(bad, second)]))
    assert sheet is not None
    assert "<img" not in svg.markup(sheet.display, sheet.caption)


def test_names_leave_out_what_all_share() -> None:
    specs = ["resnet20(n=1, shortcut='A')", "resnet20(n=1, shortcut='none', widths=[4, 8])", "plain20(n=1)"]
    assert short_names(specs) == ["resnet20(shortcut=A)", "resnet20(shortcut=none, widths=[4,8])", "plain20"]
    assert short_names(["timm:a", "timm:a"]) == ["timm:a", "timm:a (2)"]
    assert short_names(["net.py:Net('a')", "a(b"]) == ["net.py:Net('a')", "a(b"]
