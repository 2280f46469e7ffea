"""What a branch adds to its shortcut, however the merge is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resight
from inplace import images, net
from nets import WAYS, SmallNet
from resight.skips import operands


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
@pytest.mark.parametrize("join", [torch.add, lambda x, y: torch.cat([x, y], 1)], ids=["add", "concat"])
def test_a_branch_that_is_not_finite_adds_nobody_knows_what(
    broken: float, join: Callable[[Tensor, Tensor], Tensor]
) -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(4, 4, 1)

        def forward(self, x: Tensor) -> Tensor:
            scale = torch.ones(x.shape)
            scale[0, 0, 0, 0] = broken
            return join(x, self.conv(x) * scale)

    (skip,) = resight.record(Broken(), torch.randn(1, 4, 8, 8)).skips
    assert (skip.gain, skip.cosine, skip.update) == (None, None, None)


def test_a_zeroed_last_norm_adds_exactly_nothing() -> None:
    model = net()
    for block in model.blocks:
        nn.init.zeros_(block.bn2.weight)
    for skip in resight.record(model, *images(2)).skips:
        assert (skip.gain, skip.update, skip.cosine) == (0.0, 0.0, None)


def test_a_branch_like_its_shortcut() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(16, 16, bias=False)
            nn.init.eye_(self.linear.weight)

        def forward(self, x: Tensor) -> Tensor:
            return x + F.relu(self.linear(x))

    (skip,) = resight.record(Twice(), torch.rand(64, 16)).skips
    assert skip.cosine == pytest.approx(1.0, abs=1e-6)
    assert skip.gain == pytest.approx(1.0, rel=1e-6)
    assert skip.update == pytest.approx(0.5, rel=1e-6)


class Scaled(nn.Module):
    """A branch a number of times as large as its shortcut, which has a mean of its own."""

    def __init__(self, scale: float, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 64)
        self.scale = scale
        self.join = join

    def forward(self, x: Tensor) -> Tensor:
        return self.join(x, self.linear(x) * self.scale)


@pytest.mark.parametrize("scale", [1e-3, 0.1, 1.0, 40.0, 1e3])
@pytest.mark.parametrize(
    ("join", "sign"),
    [(torch.add, 1), (torch.sub, -1), (Tensor.add_, 1), (lambda x, y: y - x, -1)],
    ids=["x + y", "x - y", "x += y", "y - x"],
)
def test_a_cosine_is_close_whatever_the_gain(scale: float, join: Callable[[Tensor, Tensor], Tensor], sign: int) -> None:
    torch.manual_seed(0)
    model = Scaled(scale, join).eval()
    x = torch.randn(3000, 64) + 2
    before = x.double()
    branch = (model.linear(x) * scale).detach().double()
    (skip,) = resight.record(model, x).skips
    exact = sign * F.cosine_similarity(branch.flatten(), before.flatten(), 0).item()
    assert skip.gain == pytest.approx((branch.norm() / before.norm()).item(), rel=1e-5)
    assert skip.cosine == pytest.approx(exact, abs=1e-5)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_contributions_do_not_depend_on_how_the_add_is_written(way: str) -> None:
    torch.manual_seed(0)
    model = SmallNet(WAYS[way]).eval()
    x = torch.randn(2, 3, 16, 16)
    trace = resight.record(model, x)
    for skip in trace.skips:
        assert skip.contribution is not None
        kept = resight.record(model, x, keep=skip)
        met = operands(kept.graph, skip)
        assert kept.recording is not None
        shortcut = kept.recording.kept[met.shortcut].double()
        branch = sum(kept.recording.kept[ref].double() for ref in met.branch)
        assert skip.gain == pytest.approx((branch.norm() / shortcut.norm()).item(), rel=1e-5)
        assert skip.cosine == pytest.approx(
            F.cosine_similarity(branch.flatten(), shortcut.flatten(), 0).item(), abs=1e-5
        )
        assert skip.update == pytest.approx((branch.norm() / (branch + shortcut).norm()).item(), rel=1e-5)
        assert skip.contribution.count == shortcut.numel()


@pytest.mark.parametrize(
    ("join", "factors"),
    [
        (lambda x, y: x - y, (1, -1)),
        (lambda x, y: torch.add(x, y, alpha=0.25), (1, 0.25)),
        (lambda x, y: torch.add(y, x, alpha=0.25), (0.25, 1)),
        (lambda x, y: y.sub(x, alpha=2), (-2, 1)),
        (lambda x, y: torch.lerp(x, y, 0.25), (0.75, 0.25)),
        (lambda x, y: torch.stack([x, y]).mean(0), (0.5, 0.5)),
    ],
)
def test_factors_in_the_merge_count(join: Callable[[Tensor, Tensor], Tensor], factors: tuple[float, float]) -> None:
    class Joined(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branch = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))

        def forward(self, x: Tensor) -> Tensor:
            return join(x, self.branch(x))

    torch.manual_seed(0)
    model, x = Joined(), torch.randn(32, 8)
    (skip,) = resight.record(model, x).skips
    with torch.no_grad():
        shortcut, branch = factors[0] * x, factors[1] * model.branch(x)
    assert skip.gain == pytest.approx((branch.norm() / shortcut.norm()).item(), rel=1e-5)
    assert skip.cosine == pytest.approx(F.cosine_similarity(branch.flatten(), shortcut.flatten(), 0).item(), abs=1e-5)
    assert skip.update == pytest.approx((branch.norm() / (branch + shortcut).norm()).item(), rel=1e-5)


@pytest.mark.parametrize(
    "join",
    [
        lambda x, a, b: x + a + b,
        lambda x, a, b: a + b + x,
        lambda x, a, b: a + (b + x),
        lambda x, a, b: torch.stack([a, x, b]).sum(0),
    ],
)
def test_two_branches_count_together(join: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
    class Parallel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(8)
            self.a = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8))
            self.b = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8))

        def forward(self, x: Tensor) -> Tensor:
            y = self.norm(x)
            return join(x, self.a(y), self.b(y))

    torch.manual_seed(0)
    model, x = Parallel(), torch.randn(32, 8)
    (skip,) = resight.record(model, x).skips
    with torch.no_grad():
        branch = model.a(model.norm(x)) + model.b(model.norm(x))
    assert skip.gain == pytest.approx((branch.norm() / x.norm()).item(), rel=1e-5)
    assert skip.cosine == pytest.approx(F.cosine_similarity(branch.flatten(), x.flatten(), 0).item(), abs=1e-5)


def test_a_concat_has_a_gain_and_no_cosine() -> None:
    class Dense(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3, padding=1))

        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([x, self.layer(x)], 1)

    torch.manual_seed(0)
    model, (x,) = Dense().eval(), images(2)
    (skip,) = resight.record(model, x).skips
    with torch.no_grad():
        branch, output = model.layer(x), model(x)
    assert skip.cosine is None
    assert skip.gain == pytest.approx((branch.square().mean() / x.square().mean()).sqrt().item(), rel=1e-5)
    assert skip.update == pytest.approx((branch.square().mean() / output.square().mean()).sqrt().item(), rel=1e-5)


def test_what_is_not_finite_has_no_contribution() -> None:
    model, (x,) = net(), images(1)
    x[0, 0, 0, 0] = float("nan")
    first = resight.record(model, x).skips[0]
    assert first.contribution is not None
    assert (first.gain, first.cosine, first.update) == (None, None, None)
    assert resight.trace(model, x).skips[0].gain is None
