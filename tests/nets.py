"""By-hand networks, each with its own way of writing a residual connection.

`RESIDUAL` is the table tests run over; `traps.TRAPS` is its counterpart, nets that only look residual. A case
says how to make the net, what to feed it, and which skips it has, counted by `combine kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH = 8


@dataclass(frozen=True)
class Case:
    """A network, an example input, and the skips to be found in it."""

    make: Callable[[], nn.Module]
    inputs: Callable[[], tuple[Tensor, ...]]
    skips: Mapping[str, int] = field(default_factory=dict)


def image() -> tuple[Tensor, ...]:
    return (torch.randn(2, WIDTH, 8, 8),)


def tokens() -> tuple[Tensor, ...]:
    return (torch.randn(2, 5, WIDTH),)


def rows() -> tuple[Tensor, ...]:
    return (torch.randn(5, WIDTH),)


def conv(inside: int = WIDTH, out: int = WIDTH, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inside, out, 3, stride=stride, padding=1)


def two_convs(inside: int = WIDTH, out: int = WIDTH, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(conv(inside, out, stride), nn.BatchNorm2d(out), nn.ReLU(), conv(out, out), nn.BatchNorm2d(out))


def two_linears() -> nn.Sequential:
    return nn.Sequential(nn.Linear(WIDTH, 16), nn.GELU(), nn.Linear(16, WIDTH))


# ---- one residual net, written five ways, and its plain twin

WAYS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "operator": lambda x, branch: x + branch,
    "method in place": lambda x, branch: branch.add_(x),
    "function": lambda x, branch: torch.add(x, branch),
    "sum of a list": lambda x, branch: sum([x, branch]),  # type: ignore[return-value]
    "stack and sum": lambda x, branch: torch.stack([x, branch]).sum(0),
}


class Block(nn.Module):
    """conv-bn-relu-conv-bn, joined with its input by `join`."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.branch, self.join = two_convs(), join

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.join(x, self.branch(x)))


class SmallNet(nn.Module):
    """Stem, three blocks, head."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, WIDTH, 3, padding=1), nn.BatchNorm2d(WIDTH), nn.ReLU())
        self.blocks = nn.Sequential(*(Block(join) for _ in range(3)))
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


def small(way: str) -> Case:
    return Case(lambda: SmallNet(WAYS[way]), lambda: (torch.randn(2, 3, 8, 8),), {"add identity": 3})


PLAIN = Case(lambda: SmallNet(lambda x, branch: branch), lambda: (torch.randn(2, 3, 8, 8),))


# ---- residual nets of the literature, in small


class PreActivation(nn.Module):
    """Norm and activation come first, so nothing lies between two sums."""

    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(WIDTH), nn.ReLU(), conv(), nn.BatchNorm2d(WIDTH), nn.ReLU(), conv())
            for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        for branch in self.branches:
            x = x + branch(x)
        return x


class InPlace(nn.Module):
    """torchvision's way: `out += identity`, then a ReLU that overwrites the sum."""

    def __init__(self) -> None:
        super().__init__()
        self.branches, self.relu = nn.ModuleList([two_convs(), two_convs()]), nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x.clone())
        for branch in self.branches:
            identity = x
            out = branch(x)
            out += identity
            x = self.relu(out)
        return x


class OptionA(nn.Module):
    """He et al. 2015, option A: every second pixel, and zeros for the new channels."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = two_convs(out=2 * WIDTH, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, WIDTH // 2, WIDTH // 2))
        return F.relu(self.branch(x) + shortcut)


class ResNetD(nn.Module):
    """Average pooling, then a 1x1 convolution and a norm on the shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = two_convs(out=16, stride=2)
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(WIDTH, 16, 1, bias=False), nn.BatchNorm2d(16))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.branch(x) + self.shortcut(x))


class Highway(nn.Module):
    """Srivastava et al. 2015: a gate decides how much of the input passes."""

    def __init__(self) -> None:
        super().__init__()
        self.transform, self.gate = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        gate = torch.sigmoid(self.gate(x))
        return F.relu(self.transform(x)) * gate + x * (1 - gate)


class ReZero(nn.Module):
    """The branch, not the shortcut, is scaled: by a learned number that starts at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.branch, self.alpha = two_linears(), nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.alpha * self.branch(x)


class DeepNorm(nn.Module):
    """Wang et al. 2022: the shortcut is scaled up, the sum normed."""

    def __init__(self) -> None:
        super().__init__()
        self.branch, self.norm = two_linears(), nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x * 1.4 + self.branch(x))


class Addmm(nn.Module):
    """The sum hides in the last matrix product of the branch."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.weight = nn.Linear(WIDTH, 16), nn.Parameter(torch.randn(16, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(x, F.relu(self.first(x)), self.weight)


class UNet(nn.Module):
    """Two levels down and up again; `join` is how the way up meets the way down."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor], joined: int) -> None:
        super().__init__()
        self.join = join
        self.down = nn.ModuleList(nn.Sequential(conv(), nn.ReLU()) for _ in range(2))
        self.middle = nn.Sequential(conv(), nn.ReLU())
        self.up = nn.ModuleList(nn.Sequential(conv(joined), nn.ReLU()) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for stage in self.down:
            x = stage(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.middle(x)
        for stage in self.up:
            x = stage(self.join(kept.pop(), F.interpolate(x, scale_factor=2)))
        return x


class Denoiser(nn.Module):
    """DnCNN: the net predicts the noise, which is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.noise = two_convs()

    def forward(self, x: Tensor) -> Tensor:
        return x - self.noise(x)


class RevNet(nn.Module):
    """Gomez et al. 2017: two half-width streams, each the shortcut of the other's branch."""

    def __init__(self) -> None:
        super().__init__()
        half = WIDTH // 2
        self.branches = nn.ModuleList(two_convs(half, half) for _ in range(4))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        left, right = x.chunk(2, dim=1)
        for f, g in zip(self.branches[::2], self.branches[1::2]):
            left = left + f(right)
            right = right + g(left)
        return left, right


class CrossAttention(nn.Module):
    """The branch also reads a memory, so the source is not its only way in."""

    def __init__(self) -> None:
        super().__init__()
        self.attention, self.norm = nn.MultiheadAttention(WIDTH, 2, batch_first=True), nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        return x + self.attention(self.norm(x), memory, memory, need_weights=False)[0]


class Res2Net(nn.Module):
    """Gao et al. 2019: slices of the input join each other's convolutions, in one residual block."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(conv(2, 2) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        first, *others = x.split(2, dim=1)
        parts = [first]
        out = None
        for part, layer in zip(others, self.convs):
            out = F.relu(layer(part if out is None else part + out))
            parts.append(out)
        return x + torch.cat(parts, dim=1)


RESIDUAL: Mapping[str, Case] = {
    **{f"five ways: {way}": small(way) for way in WAYS},
    "pre-activation": Case(PreActivation, image, {"add identity": 2}),
    "in-place": Case(InPlace, image, {"add identity": 2}),
    "option A": Case(OptionA, image, {"add resampled": 1}),
    "ResNet-D": Case(ResNetD, image, {"add projection": 1}),
    "highway": Case(Highway, tokens, {"add gated": 1}),
    "ReZero": Case(ReZero, tokens, {"add identity": 1}),
    "DeepNorm": Case(DeepNorm, tokens, {"add scaled": 1}),
    "addmm": Case(Addmm, rows, {"add identity": 1}),
    "U-Net concat": Case(
        lambda: UNet(lambda kept, x: torch.cat([kept, x], dim=1), 2 * WIDTH), image, {"concat identity": 2}
    ),
    "U-Net add": Case(lambda: UNet(torch.add, WIDTH), image, {"add identity": 2}),
    "x - f(x)": Case(Denoiser, image, {"add identity": 1}),
    "RevNet": Case(RevNet, image, {"add identity": 4}),
    "cross-attention": Case(CrossAttention, lambda: (*tokens(), torch.randn(2, 7, WIDTH)), {"add identity": 1}),
    "Res2Net": Case(Res2Net, image, {"add identity": 3, "concat identity": 1}),
}
