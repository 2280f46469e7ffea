"""Names of weights: ours are torchvision's, and those of other well-known code are understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

OWN = {"linear": "fc", "shortcut": "downsample"}
"""What others call the classifier and the shortcut (akamaster/pytorch_resnet_cifar10, kuangliu/pytorch-cifar)."""

PARALLEL = "module."
"""What nn.DataParallel puts before every name."""


def own_names(state: Mapping[str, Value]) -> dict[str, Value]:
    """`state` under our names: without DataParallel's prefix, `linear.` as `fc.`, `shortcut.` as `downsample.`.

    A name that is ours already stays, so `own_names(own_names(state)) == own_names(state)`.
    """
    prefix = PARALLEL if all(name.startswith(PARALLEL) for name in state) else ""
    return {_own_name(name.removeprefix(prefix)): value for name, value in state.items()}


def _own_name(name: str) -> str:
    return ".".join(OWN.get(part, part) for part in name.split("."))
