"""The short way around a residual block, by the options of He et al. 2015 (arXiv 1512.03385, section 4.1).

| option     | where shapes stay                | where channels or size change                               |
|------------|----------------------------------|-------------------------------------------------------------|
| `identity` | the value itself                 | not possible: an error                                      |
| `A`        | the value itself                 | every s-th pixel, new channels filled with zeros; no weights |
| `B`        | the value itself                 | projection: 1x1 convolution with stride s                   |
| `C`        | projection                       | projection                                                  |
| `D`        | the value itself                 | average pooling by s, then a 1x1 convolution                |
| `none`     | no shortcut: the plain network   | no shortcut                                                 |

Option D is the "ResNet-D" tweak of He et al. 2018 (arXiv 1812.01187, figure 2c): B's convolution sees one pixel of
four and throws the other three away, a mean sees them all.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import UserError
from .checks import check_known

SHORTCUTS = ("identity", "A", "B", "C", "D", "none")


def make_shortcut(
    option: str, in_channels: int, out_channels: int, stride: int, *, norm: bool = True
) -> nn.Module | None:
    """The shortcut from `[N, in_channels, H, W]` to `[N, out_channels, H/stride, W/stride]`; None for `none`.

    `norm` puts a batch norm behind a projection's convolution. Raises UserError for an unknown option, and
    where `identity` (or `A`, for fewer channels) cannot give the shape the branch has.
    """
    check_known("shortcut", option, SHORTCUTS)
    if option == "none":
        return None
    if option != "C" and (in_channels, stride) == (out_channels, 1):
        return nn.Identity()
    if option == "identity":
        what = f"an identity shortcut cannot turn {in_channels} channels into {out_channels} at stride {stride}"
        raise UserError(what, hint="choose shortcut A, B, C or D, or keep widths equal and strides 1")
    if option == "A":
        return ZeroPadding(in_channels, out_channels, stride)
    return Projection(in_channels, out_channels, stride, pool=option == "D", norm=norm)


class ZeroPadding(nn.Module):
    """Option A: every `stride`-th pixel, and zeros for the channels that are new, half before and half behind.

    `[N, in_channels, H, W]` to `[N, out_channels, H/stride, W/stride]`, sizes rounded up; nothing to learn.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        if out_channels < in_channels:
            what = f"zero padding cannot turn {in_channels} channels into {out_channels}"
            raise UserError(what, hint="choose shortcut B, C or D, or widths that grow")
        self.stride = stride
        self.before = (out_channels - in_channels) // 2
        self.behind = out_channels - in_channels - self.before

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride, :: self.stride]  # [N, in_channels, H/stride, W/stride]
        return F.pad(x, (0, 0, 0, 0, self.before, self.behind))  # [N, out_channels, H/stride, W/stride]

    def extra_repr(self) -> str:
        return f"stride={self.stride}, channels +{self.before} before, +{self.behind} behind"


class Projection(nn.Sequential):
    """Options B, C and D: a 1x1 convolution, by default with its norm; in D a mean over `stride` pixels comes first.

    `[N, in_channels, H, W]` to `[N, out_channels, H/stride, W/stride]`, sizes rounded up.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: int, *, pool: bool = False, norm: bool = True
    ) -> None:
        layers: list[nn.Module] = []
        if pool and stride > 1:
            # at an odd border the mean is over the pixels there are, so that sizes round up as the branch's do
            layers.append(nn.AvgPool2d(stride, ceil_mode=True, count_include_pad=False))
            stride = 1
        layers.append(nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False))
        if norm:
            layers.append(nn.BatchNorm2d(out_channels))
        super().__init__(*layers)
