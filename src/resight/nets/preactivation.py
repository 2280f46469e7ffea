"""The residual blocks of He et al. 2016 (arXiv 1603.05027, figure 1b): activation first, and nothing after the sum.

A block computes `x + branch(relu(bn(x)))`, so that an identity shortcut leads from the first block of a stage to
its last untouched. A projection reads the activated value, as in the authors' code, and needs no norm of its own.
The identity shortcut of the very first block starts before its activation; the paper lets it start behind.
"""

from __future__ import annotations

from torch import Tensor, nn

from .blocks import conv1x1, conv3x3
from .shortcuts import Projection, make_shortcut


class PreActivationBlock(nn.Module):
    """ResidualBlock with norm and activation before each convolution; the same shapes and errors."""

    expansion = 1
    """Output channels over `width`."""

    def __init__(self, in_channels: int, width: int, *, stride: int = 1, shortcut: str = "B") -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv3x3(in_channels, width, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width)
        self.relu = nn.ReLU()
        self.downsample = make_shortcut(shortcut, in_channels, width, stride, norm=False)

    def forward(self, x: Tensor) -> Tensor:  # [N, in_channels, H, W]
        active = self.relu(self.bn1(x))
        out = self.conv1(active)  # [N, width, H/stride, W/stride]
        out = self.conv2(self.relu(self.bn2(out)))
        return _joined(out, self.downsample, x, active)

    def zero_branch(self) -> None:
        """Let the branch start at zero, by its last convolution: behind a norm of zero the ReLU would stay dead."""
        nn.init.zeros_(self.conv2.weight)


class PreActivationBottleneck(nn.Module):
    """Bottleneck with norm and activation before each convolution; the same shapes and errors."""

    expansion = 4
    """Output channels over `width`."""

    def __init__(self, in_channels: int, width: int, *, stride: int = 1, shortcut: str = "B") -> None:
        super().__init__()
        out_channels = self.expansion * width
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv1x1(in_channels, width)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width, stride)
        self.bn3 = nn.BatchNorm2d(width)
        self.conv3 = conv1x1(width, out_channels)
        self.relu = nn.ReLU()
        self.downsample = make_shortcut(shortcut, in_channels, out_channels, stride, norm=False)

    def forward(self, x: Tensor) -> Tensor:  # [N, in_channels, H, W]
        active = self.relu(self.bn1(x))
        out = self.conv1(active)  # [N, width, H, W]
        out = self.conv2(self.relu(self.bn2(out)))  # [N, width, H/stride, W/stride]
        out = self.conv3(self.relu(self.bn3(out)))  # [N, 4 width, H/stride, W/stride]
        return _joined(out, self.downsample, x, active)

    def zero_branch(self) -> None:
        """Let the branch start at zero, by its last convolution: behind a norm of zero the ReLU would stay dead."""
        nn.init.zeros_(self.conv3.weight)


def _joined(branch: Tensor, shortcut: nn.Module | None, x: Tensor, active: Tensor) -> Tensor:
    """The branch plus the shortcut from `x`, or from the activated `x` where the shortcut is a projection."""
    if shortcut is None:
        return branch
    return branch + shortcut(active if isinstance(shortcut, Projection) else x)
