"""A residual block by hand, and the flowchart a textbook draws of it (He et al. 2015, figure 2)."""

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

import resight


class Residual(nn.Module):
    """Two 3×3 convolutions; what came in is added to what they made of it."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(channels)
        fits = (in_channels, stride) == (channels, 1)
        self.shortcut = nn.Identity() if fits else nn.Conv2d(in_channels, channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return relu(y + self.shortcut(x))


x = torch.randn(4, 3, 6, 6)
same, halved = resight.trace(Residual(3, 3), x), resight.trace(Residual(3, 6, stride=2), x)
for trace in (same, halved):
    print(trace.summary(), "· output", trace.graph.spec(trace.graph.outputs[0].ref))

chart = same.save("block.mmd")  # Mermaid: GitHub and notebooks draw it from text
print(chart.read_text(encoding="utf-8"))
for path in (chart, same.save("block.svg"), halved.save("block-halved.svg")):
    print("wrote", path)
