"""A small net that writes in place, what plain hooks see of it, and inputs for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resight import Trace


class Block(nn.Module):
    """conv-bn-relu-conv-bn, both writes in place: `relu(inplace=True)` and `+=`."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x
        return self.relu(out)


class Net(nn.Module):
    """Two blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block())

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


def net(train: bool = False) -> Net:
    torch.manual_seed(0)
    return Net().train(train)


def images(*sizes: int) -> list[Tensor]:
    torch.manual_seed(1)
    return [torch.randn(size, 8, 6, 6) for size in sizes]


def hooked(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """What each module returned, copied at that moment by plain forward hooks."""
    found: dict[str, Tensor] = {}

    def keep(path: str) -> Callable[[nn.Module, object, Tensor], None]:
        return lambda module, args, output: found.__setitem__(path, output.detach().clone())

    hooks = [module.register_forward_hook(keep(path)) for path, module in model.named_modules() if path]
    model(x)
    for hook in hooks:
        hook.remove()
    return found


def assert_like(trace: Trace, name: str, tensor: Tensor) -> None:
    found = trace[name].summary
    assert found is not None
    expected = tensor.double().numpy()
    assert found.count == expected.size
    assert (found.min, found.max) == (expected.min(), expected.max())
    assert found.mean == pytest.approx(expected.mean(), abs=1e-6 * np.sqrt((expected**2).mean()))
    assert found.std == pytest.approx(expected.std(), rel=1e-6)
