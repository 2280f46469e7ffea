"""The networks of He et al. 2015 (arXiv 1512.03385) by name, and for each its plain twin.

Table 1 has the five for ImageNet: four stages behind a 7x7 stem, 64 to 512 wide, shortcut option B.
Section 4.2 has the five for CIFAR-10, in table 6 with their parameters (0.27M, 0.46M, 0.66M, 0.85M, 1.7M): three
stages of n basic blocks behind a 3x3 stem, 16, 32 and 64 wide, 6n + 2 layers, shortcut option A.
A plain twin has the same layers in the same order, and no shortcuts.

    resnet18()                          as in the paper
    resnet18(strides=[1, 2, 1, 2])      any setting of ResNet can be changed, by name
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UserError
from ..text import did_you_mean
from .resnet import ResNet

Net = Callable[..., ResNet]

SHORTCUT_SETTINGS = ("shortcut", "zero_init")
"""What a plain network has no use for."""


def _imagenet(layers: int, block: str, depths: tuple[int, ...]) -> tuple[Net, Net]:
    """The network with `layers` layers in table 1, and its plain twin."""
    settings = {"depths": depths, "block": block, "stem": "imagenet", "shortcut": "B", "num_classes": 1000}
    return _twins(layers, settings, "table 1: for ImageNet, 224x224 pixels")


def _cifar(layers: int) -> tuple[Net, Net]:
    """The network with `layers` layers in table 6, and its plain twin."""
    depth = (layers - 2) // 6
    settings = {"depths": (depth,) * 3, "block": "basic", "stem": "cifar", "shortcut": "A", "num_classes": 10}
    return _twins(layers, settings, "table 6: for CIFAR-10, 32x32 pixels")


def _twins(layers: int, settings: Mapping[str, Any], table: str) -> tuple[Net, Net]:
    origin = f"He et al. 2015 (arXiv 1512.03385), {table}. Settings are those of `resight.nets.ResNet`."
    residual = _named(f"resnet{layers}", settings, f"The residual network with {layers} layers.\n\n{origin}")
    about_plain = f"The plain network with {layers} layers: resnet{layers} without its shortcuts.\n\n{origin}"
    return residual, _named(f"plain{layers}", {**settings, "shortcut": "none"}, about_plain)


def _named(name: str, settings: Mapping[str, Any], doc: str) -> Net:
    """A function that builds ResNet with `settings`, each of which its caller can change by name."""
    is_plain = settings["shortcut"] == "none"
    own = [
        setting.replace(kind=setting.KEYWORD_ONLY, default=settings.get(key, setting.default))
        for key, setting in inspect.signature(ResNet).parameters.items()
        if not (is_plain and key in SHORTCUT_SETTINGS)
    ]
    signature = inspect.Signature(own, return_annotation=ResNet)

    def build(**changes: Any) -> ResNet:
        for key in changes:
            if key not in signature.parameters:
                raise _unknown(name, key, list(signature.parameters))
        return ResNet(**{**settings, **changes})

    build.__name__ = build.__qualname__ = name
    build.__doc__ = doc
    build.__signature__ = signature  # type: ignore[attr-defined]  # what `help` shows: the paper's settings
    return build


def _unknown(name: str, key: str, known: list[str]) -> UserError:
    if key in SHORTCUT_SETTINGS:
        twin = name.replace("plain", "resnet")
        return UserError(
            f"{name} has no shortcuts and no setting {key!r}", hint=f"{twin} is the same network with them"
        )
    hint = did_you_mean(key, known) or f"it has {', '.join(known)}"
    return UserError(f"{name} has no setting {key!r}", hint=hint)


resnet18, plain18 = _imagenet(18, "basic", (2, 2, 2, 2))
resnet34, plain34 = _imagenet(34, "basic", (3, 4, 6, 3))
resnet50, plain50 = _imagenet(50, "bottleneck", (3, 4, 6, 3))
resnet101, plain101 = _imagenet(101, "bottleneck", (3, 4, 23, 3))
resnet152, plain152 = _imagenet(152, "bottleneck", (3, 8, 36, 3))

resnet20, plain20 = _cifar(20)
resnet32, plain32 = _cifar(32)
resnet44, plain44 = _cifar(44)
resnet56, plain56 = _cifar(56)
resnet110, plain110 = _cifar(110)

NETS: Mapping[str, Net] = {
    net.__name__: net
    for net in (
        *(resnet18, resnet34, resnet50, resnet101, resnet152),
        *(resnet20, resnet32, resnet44, resnet56, resnet110),
        *(plain18, plain34, plain50, plain101, plain152),
        *(plain20, plain32, plain44, plain56, plain110),
    )
}
"""Every network here by its name: what a bare SPEC such as `resnet18` means."""
