"""Residual networks by stages (He et al. 2015, arXiv 1512.03385, table 1 and section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from ..errors import UserError
from .blocks import Bottleneck, ResidualBlock
from .checks import check_count, check_counts, check_known, check_switch
from .names import own_names
from .preactivation import PreActivationBlock, PreActivationBottleneck
from .shortcuts import SHORTCUTS

Block = ResidualBlock | Bottleneck | PreActivationBlock | PreActivationBottleneck

BLOCKS: Mapping[str, tuple[type[Block], type[Block]]] = {
    "basic": (ResidualBlock, PreActivationBlock),
    "bottleneck": (Bottleneck, PreActivationBottleneck),
}
"""By name: the block with its activation after the sum, and the one with it before the branch."""


@dataclass(frozen=True, slots=True)
class Stem:
    """How a network begins: one convolution, max pooling or not, and what it is made for.

    `width` is the usual width of the first stage, `image_size` the side of the images, in pixels.
    """

    kernel_size: int
    stride: int
    has_pool: bool
    width: int
    image_size: int


STEMS: Mapping[str, Stem] = {
    "imagenet": Stem(kernel_size=7, stride=2, has_pool=True, width=64, image_size=224),
    "cifar": Stem(kernel_size=3, stride=1, has_pool=False, width=16, image_size=32),
}


class ResNet(nn.Module):
    """A residual network: images `[N, in_channels, H, W]` to logits `[N, num_classes]`.

    Args:
        depths: blocks in each stage.
        block: `basic` (two 3x3 convolutions) or `bottleneck` (1x1, 3x3, 1x1).
        stem: `imagenet` (7x7 convolution at stride 2, then max pooling) or `cifar` (3x3 convolution).
        widths: channels of the 3x3 convolutions in each stage; the first is also the stem's. By default it
            starts at 64 (imagenet) or 16 (cifar) and doubles from stage to stage.
        strides: stride of the first block of each stage; by default 1, then 2 for all that follow.
        shortcut: `identity`, `A`, `B`, `C`, `D` or `none`, see `resight.nets.shortcuts`.
        pre_activation: norm and activation before each convolution (He et al. 2016, arXiv 1603.05027). The stem
            is then its convolution and pooling alone, and one more norm and activation follow the last block.
        zero_init: let each branch start at zero, so that the network starts as its shortcuts.
        in_channels: channels of the images.
        num_classes: logits.

    Convolutions start with He's normal initialisation by fan-out (He et al. 2015, arXiv 1502.01852), as in
    torchvision; the state dict's names are torchvision's too. Raises UserError for a setting that cannot be.
    """

    def __init__(
        self,
        depths: Sequence[int],
        *,
        block: str = "basic",
        stem: str = "imagenet",
        widths: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
        shortcut: str = "B",
        pre_activation: bool = False,
        zero_init: bool = False,
        in_channels: int = 3,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        _check_choices(block, stem, shortcut, pre_activation, zero_init)
        check_count("in_channels", in_channels)
        check_count("num_classes", num_classes)
        self.block, self.stem, self.shortcut, self.pre_activation = block, stem, shortcut, pre_activation
        self.depths = check_counts("depths", depths)
        stages = len(self.depths)
        begin = STEMS[stem]
        doubling = [begin.width * 2**stage for stage in range(stages)]
        self.widths = check_counts("widths", doubling if widths is None else widths, stages)
        self.strides = check_counts("strides", [1] + [2] * (stages - 1) if strides is None else strides, stages)

        width, side = self.widths[0], begin.kernel_size
        self.conv1 = nn.Conv2d(in_channels, width, side, stride=begin.stride, padding=side // 2, bias=False)
        if not pre_activation:
            self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if begin.has_pool else None
        for stage in range(stages):
            layer, width = self._make_stage(stage, width)
            self.add_module(f"layer{stage + 1}", layer)
        if pre_activation:
            self.bn_last = nn.BatchNorm2d(width)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width, num_classes)
        self._initialise(zero_init)

    def _make_stage(self, stage: int, in_channels: int) -> tuple[nn.Sequential, int]:
        """The blocks of one stage, and their output channels; only the first block has the stage's stride."""
        block = BLOCKS[self.block][self.pre_activation]
        width, blocks = self.widths[stage], nn.Sequential()
        for number in range(self.depths[stage]):
            stride = self.strides[stage] if number == 0 else 1
            blocks.append(block(in_channels, width, stride=stride, shortcut=self.shortcut))
            in_channels = block.expansion * width
        return blocks, in_channels

    def _initialise(self, zero_init: bool) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if zero_init:
            for block in self.blocks():
                block.zero_branch()

    @property
    def image_size(self) -> int:
        """Side of the images the stem is made for, in pixels; others work too."""
        return STEMS[self.stem].image_size

    def stages(self) -> Iterator[nn.Sequential]:
        """`layer1`, `layer2`, ... in the order they run."""
        for stage in range(len(self.depths)):
            yield getattr(self, f"layer{stage + 1}")

    def blocks(self) -> Iterator[Block]:
        """Every block in the order it runs."""
        for stage in self.stages():
            yield from stage

    def forward(self, x: Tensor) -> Tensor:  # [N, in_channels, H, W]
        x = self.conv1(x)  # imagenet: [N, widths[0], H/2, W/2]; cifar: [N, widths[0], H, W]
        if not self.pre_activation:
            x = self.relu(self.bn1(x))
        if self.maxpool is not None:
            x = self.maxpool(x)  # [N, widths[0], H/4, W/4]
        for stage in self.stages():
            x = stage(x)  # [N, expansion widths[i], H/strides[i], W/strides[i]]
        if self.pre_activation:
            x = self.relu(self.bn_last(x))
        x = self.avgpool(x).flatten(1)  # [N, expansion widths[-1]]
        return self.fc(x)  # [N, num_classes]

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """As every module's, and also for state dicts that call things by the names `own_names` knows."""
        return super().load_state_dict(own_names(state_dict), strict=strict, assign=assign)

    def extra_repr(self) -> str:
        kind = "pre-activation " if self.pre_activation else ""
        return (
            f"{kind}{self.block} blocks {self.depths}, widths {self.widths}, strides {self.strides}, "
            f"{self.stem} stem, shortcut {self.shortcut}"
        )


def _check_choices(block: object, stem: object, shortcut: object, pre_activation: object, zero_init: object) -> None:
    check_known("block", block, BLOCKS)
    check_known("stem", stem, STEMS)
    check_known("shortcut", shortcut, SHORTCUTS)
    check_switch("pre_activation", pre_activation)
    check_switch("zero_init", zero_init)
    if zero_init and shortcut == "none":
        raise UserError("zero_init silences a network without shortcuts", hint="leave zero_init out")
