"""`resnet18`, `plain34(strides=[1,2,1,2])`: the networks of `resight.nets`, by their bare name."""

from __future__ import annotations

from typing import cast

from torch import nn

from ...errors import UserError
from ...nets import NETS, ResNet
from .building import blamed_on, build_on
from .example import Example, floats
from .preprocessing import Size
from .spec import Spec


def names() -> list[str]:
    """Names of all networks."""
    return list(NETS)


def default_device(spec: Spec) -> str:
    """`meta`: weights are never allocated."""
    return "meta"


def build(spec: Spec, device: str) -> nn.Module:
    """The network, with the spec's arguments as its settings; raises UserError for one it does not have."""
    if spec.args:
        raise UserError(f"{spec.name} takes its settings by name", hint=f"for instance {spec.name}(num_classes=10)")
    with blamed_on(f"{spec.name} cannot be built"):
        return cast(nn.Module, build_on(device, lambda: NETS[spec.name](**spec.kwargs)))


def example(model: nn.Module, spec: Spec, device: str) -> Example:
    """One image of the size the network's stem is made for."""
    net = cast(ResNet, model)
    sizes = (1, net.conv1.in_channels, net.image_size, net.image_size)
    said = f"input guessed: {'x'.join(map(str, sizes))}, the size the {net.stem} stem is made for"
    return Example((floats(sizes, device),), said=said)


def preprocessing(model: nn.Module, spec: Spec, size: Size) -> None:
    """None: our networks take what `preprocessing.imagenet` makes, whole pictures below 128 pixels."""
