"""Networks whose sums and joins are no residual connection, though they look like one: `TRAPS`, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nets import PLAIN, WIDTH, Case, conv, image, rows, tokens, two_convs, two_linears


class Lambda(nn.Module):
    """`function(layers, x)`: enough for nets whose point is one expression."""

    def __init__(self, function: Callable[..., Tensor], **layers: nn.Module) -> None:
        super().__init__()
        self.layers, self.function = nn.ModuleDict(layers), function

    def forward(self, *args: Tensor) -> Tensor:
        return self.function(self.layers, *args)


class Positions(nn.Module):
    """Token embeddings plus learned positions."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.head = nn.Embedding(20, WIDTH), nn.Embedding(16, WIDTH), two_linears()

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.words(ids) + self.places(torch.arange(ids.shape[1])))


class Rotary(nn.Module):
    """Attention whose queries and keys are turned by their position; no residual around it."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(WIDTH, WIDTH) for _ in range(3))

    @staticmethod
    def turned(x: Tensor) -> Tensor:
        angle = torch.arange(x.shape[1])[:, None] / 100.0 ** torch.linspace(0, 1, WIDTH)
        left, right = x.chunk(2, dim=-1)
        return x * angle.cos() + torch.cat([-right, left], dim=-1) * angle.sin()

    def forward(self, x: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(self.turned(self.q(x)), self.turned(self.k(x)), self.v(x))


class HandNorm(nn.Module):
    """LayerNorm and RMSNorm written out: `x - mean` is a sum, yet nothing in it is learned work."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.weight = two_linears(), nn.Parameter(torch.ones(WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.var(-1, keepdim=True) + 1e-5).sqrt() * self.weight
        x = self.inner(x)
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class Gaussian(nn.Module):
    """A variational encoder: mean plus noise times deviation."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.mean, self.log_variance = two_linears(), nn.Linear(WIDTH, 4), nn.Linear(WIDTH, 4)

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.relu(self.trunk(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        return mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)


class Losses(nn.Module):
    """A main loss and, weighted, the loss of an auxiliary head."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.head, self.early = two_linears(), two_linears(), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        hidden = F.relu(self.trunk(x))
        return F.cross_entropy(self.head(hidden), target) + 0.4 * F.cross_entropy(self.early(hidden), target)


class ResolutionFusion(nn.Module):
    """HRNet: a fine and a coarse stream exchange what they found."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = nn.Sequential(conv(), nn.ReLU()), nn.Sequential(conv(stride=2), nn.ReLU())
        self.up, self.down = nn.Conv2d(WIDTH, WIDTH, 1), conv(stride=2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine, coarse = self.fine(x), self.coarse(x)
        return fine + F.interpolate(self.up(coarse), scale_factor=2), coarse + self.down(fine)


def hand_gelu(_: nn.ModuleDict, x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.tanh(0.79788456 * (x + 0.044715 * x**3)))


def hand_softmax(_: nn.ModuleDict, x: Tensor) -> Tensor:
    powers = torch.exp(x - x.max(-1, keepdim=True).values)
    return powers / powers.sum(-1, keepdim=True)


def squeeze_excite() -> nn.Module:
    gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(WIDTH, 2, 1), nn.ReLU(), nn.Conv2d(2, WIDTH, 1))
    return Lambda(lambda m, x: m["features"](x) * torch.sigmoid(m["gate"](x)), features=conv(), gate=gate)


def inception() -> nn.Module:
    deep = nn.Sequential(nn.Conv2d(WIDTH, 4, 1), nn.ReLU(), conv(4, 4), nn.ReLU())
    return Lambda(
        lambda m, x: torch.cat([m["flat"](x), m["deep"](x), F.max_pool2d(x, 3, 1, 1)], dim=1), flat=conv(), deep=deep
    )


TRAPS: Mapping[str, Case] = {
    "plain twin": PLAIN,
    "positional embedding": Case(Positions, lambda: (torch.randint(20, (2, 5)),)),
    "rotary embedding": Case(Rotary, tokens),
    "norms by hand": Case(HandNorm, tokens),
    "GELU by hand": Case(lambda: Lambda(hand_gelu), tokens),
    "softmax by hand": Case(lambda: Lambda(hand_softmax), tokens),
    "ensemble": Case(lambda: Lambda(lambda m, x: m["a"](x) + m["b"](x), a=two_convs(), b=two_convs()), image),
    "squeeze and excite": Case(squeeze_excite, image),
    "gated linear unit": Case(
        lambda: Lambda(lambda m, x: F.silu(m["a"](x)) * m["b"](x), a=nn.Linear(WIDTH, 16), b=nn.Linear(WIDTH, 16)),
        tokens,
    ),
    "reparametrisation": Case(Gaussian, tokens),
    "losses": Case(Losses, lambda: (*rows(), torch.randint(WIDTH, (5,)))),
    "inception join": Case(inception, image),
    "resolution fusion": Case(ResolutionFusion, image),
}
