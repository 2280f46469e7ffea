"""The two residual blocks of He et al. 2015 (arXiv 1512.03385, figure 5): sum first, then the activation.

A block computes `relu(branch(x) + shortcut(x))`. Layers are named as in torchvision, where the shortcut is
called `downsample`, so weights travel both ways.
"""

from __future__ import annotations

from torch import Tensor, nn

from .shortcuts import make_shortcut


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut: `[N, in_channels, H, W]` to `[N, width, H/stride, W/stride]`.

    The left of figure 5; sizes are rounded up. With shortcut `none` it is the same two layers of the plain network.
    Raises UserError for an unknown shortcut, or one that cannot give the branch's shape.
    """

    expansion = 1
    """Output channels over `width`."""

    def __init__(self, in_channels: int, width: int, *, stride: int = 1, shortcut: str = "B") -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, width, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.downsample = make_shortcut(shortcut, in_channels, width, stride)

    def forward(self, x: Tensor) -> Tensor:  # [N, in_channels, H, W]
        out = self.relu(self.bn1(self.conv1(x)))  # [N, width, H/stride, W/stride]
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            out = out + self.downsample(x)
        return self.relu(out)

    def zero_branch(self) -> None:
        """Let the branch start at zero, so that the block starts as its shortcut (Goyal et al. 2017, 1706.02677)."""
        nn.init.zeros_(self.bn2.weight)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions and a shortcut: `[N, in_channels, H, W]` to `[N, 4 width, H/stride, W/stride]`.

    The right of figure 5; sizes are rounded up. The stride is at the 3x3 convolution, as in torchvision ("v1.5"),
    where the paper has it at the first 1x1. Raises UserError as ResidualBlock does.
    """

    expansion = 4
    """Output channels over `width`."""

    def __init__(self, in_channels: int, width: int, *, stride: int = 1, shortcut: str = "B") -> None:
        super().__init__()
        out_channels = self.expansion * width
        self.conv1 = conv1x1(in_channels, width)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv1x1(width, out_channels)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.downsample = make_shortcut(shortcut, in_channels, out_channels, stride)

    def forward(self, x: Tensor) -> Tensor:  # [N, in_channels, H, W]
        out = self.relu(self.bn1(self.conv1(x)))  # [N, width, H, W]
        out = self.relu(self.bn2(self.conv2(out)))  # [N, width, H/stride, W/stride]
        out = self.bn3(self.conv3(out))  # [N, 4 width, H/stride, W/stride]
        if self.downsample is not None:
            out = out + self.downsample(x)
        return self.relu(out)

    def zero_branch(self) -> None:
        """Let the branch start at zero, so that the block starts as its shortcut (Goyal et al. 2017, 1706.02677)."""
        nn.init.zeros_(self.bn3.weight)


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size at stride 1; without a bias, as a norm stands before or behind it."""
    return nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)


def conv1x1(in_channels: int, out_channels: int) -> nn.Conv2d:
    """A 1x1 convolution, without a bias."""
    return nn.Conv2d(in_channels, out_channels, 1, bias=False)
