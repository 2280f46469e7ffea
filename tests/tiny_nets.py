"""Networks that train in milliseconds a step, as files that a spec can name."""

from __future__ import annotations

from pathlib import Path

TINY = '''
from torch import nn

def normed(num_classes=10, in_channels=1):
    """Everything a checkpoint has to bring back: running statistics, and chance in dropout."""
    return nn.Sequential(
        nn.Conv2d(in_channels, 6, 3, stride=4), nn.BatchNorm2d(6), nn.ReLU(), nn.Dropout(0.2),
        nn.Flatten(), nn.Linear(6 * 49, num_classes),
    )

def bare(num_classes=10):
    """No batch norm: what a process sees of a batch does not matter."""
    return nn.Sequential(nn.Conv2d(1, 6, 3, stride=4), nn.Tanh(), nn.Flatten(), nn.Linear(6 * 49, num_classes))
'''


def tiny_file(folder: Path) -> Path:
    """Write the file of tiny networks into a folder."""
    path = folder / "tiny.py"
    path.write_text(TINY)
    return path
