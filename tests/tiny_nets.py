"""Networks for images of 28×28 that train in milliseconds a step; `tiny_nets:normed` names one as a spec."""

from __future__ import annotations

from torch import nn


def normed(num_classes: int = 10) -> nn.Module:
    """Everything a checkpoint has to bring back: running statistics, and chance in dropout."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, stride=4),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(6 * 49, num_classes),
    )


def bare(num_classes: int = 10) -> nn.Module:
    """No batch norm: what else is in a batch does not matter to an image."""
    return nn.Sequential(nn.Conv2d(1, 6, 3, stride=4), nn.Tanh(), nn.Flatten(), nn.Linear(6 * 49, num_classes))
