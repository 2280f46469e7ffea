"""The networks are the paper's: parameters, shapes, initial values, and torchvision's logits from its weights."""

from __future__ import annotations

import inspect
from math import ceil
from typing import Any

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from resight import nets
from resight.errors import UserError
from resight.nets.resnet import BLOCKS

PARAMETERS = {
    "resnet18": 11_689_512, "resnet34": 21_797_672, "resnet50": 25_557_032, "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnet20": 269_722, "resnet32": 464_154, "resnet44": 658_586, "resnet56": 853_018, "resnet110": 1_727_962,
}  # fmt: skip
"""The first five as torchvision states them; the others counted by hand from He et al. 2015, section 4.2."""

TABLE_6 = {"resnet20": "0.27", "resnet32": "0.46", "resnet44": "0.66", "resnet56": "0.85", "resnet110": "1.7"}
"""Millions of parameters, He et al. 2015."""

BLOCK_TYPES = [
    nets.ResidualBlock,
    nets.Bottleneck,
    nets.PreActivationBlock,
    nets.PreActivationBottleneck,
]


def on_meta(name: str, **changes: Any) -> nets.ResNet:
    with torch.device("meta"):
        return nets.NETS[name](**changes)


def count(model: nn.Module) -> int:
    return sum(value.numel() for value in model.parameters())


def images(*sizes: int) -> torch.Tensor:
    return torch.randn(sizes, generator=torch.Generator().manual_seed(1))


def refused(make: Any, *args: Any, **changes: Any) -> str:
    with pytest.raises(UserError) as caught:
        make(*args, **changes)
    line = str(caught.value)
    assert "\n" not in line
    return line


# --- the named networks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_the_papers_and_torchvisions(name: str) -> None:
    assert count(on_meta(name)) == PARAMETERS[name]


@pytest.mark.parametrize("name", TABLE_6)
def test_parameters_round_to_table_6(name: str) -> None:
    digits = len(TABLE_6[name].partition(".")[2])
    assert f"{count(on_meta(name)) / 1e6:.{digits}f}" == TABLE_6[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_layers_with_weights_are_as_many_as_the_name_says(name: str) -> None:
    layers = [
        path
        for path, layer in on_meta(name).named_modules()
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and "downsample" not in path
    ]
    assert len(layers) == int(name.removeprefix("resnet"))


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_plain_twin_has_the_same_parameters_but_for_projections(name: str) -> None:
    residual, plain = on_meta(name), on_meta(name.replace("resnet", "plain"))
    shapes = {key: value.shape for key, value in residual.named_parameters() if ".downsample." not in key}
    assert {key: value.shape for key, value in plain.named_parameters()} == shapes


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"])
def test_torchvisions_weights_give_torchvisions_logits(name: str) -> None:
    theirs = torchvision.models.get_model(name).eval()
    for layer in theirs.modules():  # running statistics as after some training, not zeros and ones
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
    ours = on_meta(name).eval()
    ours.load_state_dict(theirs.state_dict(), assign=True)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = images(2, 3, 65, 64)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs(x))


def test_each_net_is_listed_under_its_own_name_with_the_papers_settings() -> None:
    assert sorted(nets.NETS) == sorted([*PARAMETERS, *(name.replace("resnet", "plain") for name in PARAMETERS)])
    for name, net in nets.NETS.items():
        assert getattr(nets, name) is net
        assert net.__name__ == name
        assert "1512.03385" in str(net.__doc__)
    shown = inspect.signature(nets.resnet56).parameters
    assert (shown["depths"].default, shown["shortcut"].default, shown["num_classes"].default) == ((9, 9, 9), "A", 10)
    assert "shortcut" not in inspect.signature(nets.plain56).parameters


def test_the_same_seed_gives_the_same_weights() -> None:
    made = []
    for _ in range(2):
        torch.manual_seed(3)
        made.append(nets.resnet20().state_dict())
    assert all(torch.equal(made[0][key], made[1][key]) for key in made[0])
    widening = made[0]["layer3.0.conv1.weight"]  # 32 to 64 channels: fan-in and fan-out differ
    assert widening.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.02)


def test_a_repr_says_how_the_network_is_made() -> None:
    first = repr(nets.resnet20(pre_activation=True)).splitlines()[1].strip()
    assert first == (
        "pre-activation basic blocks (3, 3, 3), widths (16, 32, 64), strides (1, 2, 2), cifar stem, shortcut A"
    )
    assert "(downsample): ZeroPadding(stride=2, channels +8 before, +8 behind)" in repr(nets.resnet20())


# --- shapes ---------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    stages=st.lists(st.tuples(st.integers(1, 2), st.integers(1, 3)), min_size=1, max_size=3),
    block=st.sampled_from(sorted(BLOCKS)),
    stem=st.sampled_from(["imagenet", "cifar"]),
    shortcut=st.sampled_from(["A", "B", "C", "D", "none"]),
    pre_activation=st.booleans(),
    side=st.integers(13, 40),
    channels=st.integers(1, 4),
    classes=st.integers(1, 5),
)
def test_images_of_any_size_become_one_logit_a_class(
    stages: list[tuple[int, int]], block: str, stem: str, shortcut: str, pre_activation: bool,
    side: int, channels: int, classes: int,
) -> None:  # fmt: skip
    depths, strides = zip(*stages)
    widths = [4 * 2**stage for stage in range(len(depths))]
    with torch.device("meta"):
        net = nets.ResNet(
            depths, block=block, stem=stem, widths=widths, strides=strides, shortcut=shortcut,
            pre_activation=pre_activation, in_channels=channels, num_classes=classes,
        )  # fmt: skip
        assert net(torch.empty(2, channels, side, side + 3)).shape == (2, classes)
    assert len(list(net.blocks())) == sum(depths)
    assert [stage[0].conv1.stride[0] * stage[0].conv2.stride[0] for stage in net.stages()] == list(strides)


@pytest.mark.parametrize("block", BLOCK_TYPES)
@pytest.mark.parametrize("shortcut", nets.SHORTCUTS)
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_block_divides_the_size_by_its_stride_and_rounds_up(block: Any, shortcut: str, stride: int) -> None:
    channels = 8 if shortcut == "identity" else 4
    if shortcut == "identity" and stride > 1:
        assert "an identity shortcut cannot turn 8 channels into 8 at stride" in refused(
            block, 8, 8 // block.expansion, stride=stride, shortcut=shortcut
        )
        return
    made = block(channels, 8 // block.expansion, stride=stride, shortcut=shortcut)
    assert made(images(2, channels, 11, 14)).shape == (2, 8, ceil(11 / stride), ceil(14 / stride))


# --- shortcuts ------------------------------------------------------------------------------------------------------


def test_option_a_takes_every_second_pixel_between_zeros() -> None:
    x = images(1, 2, 5, 4)
    out = nets.ZeroPadding(2, 5, 2)(x)
    assert out.shape == (1, 5, 3, 2)
    assert torch.equal(out[:, 1:3], x[:, :, ::2, ::2])
    assert out[:, [0, 3, 4]].abs().max() == 0
    assert not list(nets.ZeroPadding(2, 5, 2).parameters())


def test_option_d_projects_means_also_at_an_odd_border() -> None:
    projection = nets.Projection(1, 1, 2, pool=True, norm=False)
    nn.init.ones_(projection[1].weight)
    x = torch.arange(9.0).reshape(1, 1, 3, 3)
    assert projection(x).flatten().tolist() == [(0 + 1 + 3 + 4) / 4, (2 + 5) / 2, (6 + 7) / 2, 8]


def test_option_b_projects_every_second_pixel() -> None:
    projection = nets.Projection(1, 1, 2, norm=False)
    nn.init.ones_(projection[0].weight)
    x = torch.arange(9.0).reshape(1, 1, 3, 3)
    assert projection(x).flatten().tolist() == [0, 2, 6, 8]


def test_a_projection_before_pre_activation_blocks_reads_the_activated_value() -> None:
    block = nets.PreActivationBlock(3, 5, stride=2, shortcut="B").eval()
    block.zero_branch()
    nn.init.constant_(block.bn1.bias, -0.3)
    x = images(2, 3, 6, 6)
    assert torch.equal(block(x), block.downsample[0](torch.relu(block.bn1(x))))


@pytest.mark.parametrize("pre_activation", [False, True])
def test_what_is_averaged_at_the_end_is_activated(pre_activation: bool) -> None:
    net = nets.resnet20(pre_activation=pre_activation)
    averaged: list[torch.Tensor] = []
    net.avgpool.register_forward_pre_hook(lambda _, inputs: averaged.extend(inputs))
    net(images(2, 3, 32, 32))
    assert averaged[0].shape == (2, 64, 8, 8)
    assert averaged[0].min() == 0


# --- zero init ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", BLOCK_TYPES)
def test_a_zeroed_branch_leaves_the_shortcut_and_still_learns(block: Any) -> None:
    made = block(8, 8 // block.expansion)
    x = images(4, 8, 6, 6)
    assert not torch.allclose(made(x), torch.relu(x))
    made.zero_branch()
    is_pre_activation = block in (nets.PreActivationBlock, nets.PreActivationBottleneck)
    out = made(x)
    assert torch.equal(out, x if is_pre_activation else torch.relu(x))
    out.square().sum().backward()
    assert max(value.grad.abs().max() for value in made.parameters() if value.grad is not None) > 0


def test_zero_init_reaches_every_block() -> None:
    plainly, zeroed = nets.resnet20(), nets.resnet20(zero_init=True)
    assert [block.bn2.weight.abs().max().item() for block in plainly.blocks()] == [1.0] * 9
    assert [block.bn2.weight.abs().max().item() for block in zeroed.blocks()] == [0.0] * 9


# --- wrong settings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes", "line"),
    [
        ("resnet20", {"shortcut": "E"}, "there is no shortcut 'E'; it is one of identity, A, B, C, D, none"),
        ("resnet20", {"shortcut": "identiti"}, "there is no shortcut 'identiti'; did you mean identity?"),
        ("resnet20", {"shortcut": ["A"]}, "there is no shortcut ['A']"),
        ("resnet20", {"block": ["basic"]}, "there is no block ['basic']; did you mean basic?"),
        ("resnet20", {"shortcut": "identity"}, "cannot turn 16 channels into 32 at stride 2; choose shortcut A, B"),
        ("resnet20", {"block": "botleneck"}, "there is no block 'botleneck'; did you mean bottleneck?"),
        ("resnet20", {"stem": "imagnet"}, "there is no stem 'imagnet'; did you mean imagenet?"),
        ("resnet20", {"strides": [1, 2]}, "strides has 2 numbers for 3 stages; give one for each stage"),
        ("resnet20", {"widths": [16]}, "widths has 1 number for 3 stages"),
        ("resnet20", {"widths": [64, 32, 16]}, "zero padding cannot turn 64 channels into 32; choose shortcut B"),
        ("resnet20", {"depths": []}, "depths is empty; give one number for each stage"),
        ("resnet20", {"depths": 3}, "depths is 3; give whole numbers of at least 1"),
        ("resnet20", {"depths": [3, 0]}, "depths is [3, 0]; give whole numbers"),
        ("resnet20", {"strides": "122"}, "strides is '122'; give whole numbers"),
        ("resnet20", {"num_classes": True}, "num_classes is True; give a whole number"),
        ("resnet20", {"in_channels": 0}, "in_channels is 0; give a whole number of at least 1"),
        ("resnet20", {"pre_activation": 1}, "pre_activation is 1; write pre_activation=True or pre_activation=False"),
        ("resnet20", {"strids": [1]}, "resnet20 has no setting 'strids'; did you mean strides"),
        ("resnet20", {"zzz": 1}, "resnet20 has no setting 'zzz'; it has depths, block, "),
        ("plain20", {"shortcut": "B"}, "plain20 has no shortcuts and no setting 'shortcut'; resnet20 is the same"),
        ("plain20", {"zero_init": True}, "plain20 has no shortcuts and no setting 'zero_init'"),
        ("resnet20", {"shortcut": "none", "zero_init": True}, "zero_init silences a network without shortcuts"),
    ],
)
def test_a_wrong_setting_is_one_line_with_what_to_try(name: str, changes: dict[str, Any], line: str) -> None:
    assert line in refused(nets.NETS[name], **changes)
