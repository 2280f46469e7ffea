"""`timm:NAME`: any architecture timm lists, with random weights and nothing downloaded."""

from __future__ import annotations

from typing import Any

from torch import nn

from ...errors import MissingExtra, UserError
from ...text import did_you_mean
from .building import blamed_on, build_on
from .example import Example, floats
from .preprocessing import Preprocessing, Size, fit_channels
from .spec import Spec


def names() -> list[str]:
    """Names of all architectures."""
    listed: list[str] = _timm().list_models()
    return listed


def _timm() -> Any:
    try:
        import timm
    except ModuleNotFoundError as error:
        raise MissingExtra("timm", "a timm model", "timm") from error
    return timm


def default_device(spec: Spec) -> str:
    """`meta`: weights are never allocated."""
    return "meta"


def build(spec: Spec, device: str) -> nn.Module:
    """The model; a name such as `resnet18.a1_in1k` gives the same network as `resnet18`."""
    timm = _timm()
    if not timm.is_model(spec.name):
        known = names()
        hint = did_you_mean(spec.name, known) or f"timm has {len(known)} models, for instance resnet18"
        raise UserError(f"timm has no model {spec.name!r}", hint=hint)
    arguments = {**spec.kwargs, "pretrained": False}
    with blamed_on(f"timm cannot build {spec.title}"):
        model: nn.Module = build_on(device, lambda: timm.create_model(spec.name, *spec.args, **arguments))
    return model


def example(model: nn.Module, spec: Spec, device: str) -> Example:
    """One image of the size in the model's own configuration."""
    settings = getattr(model, "pretrained_cfg", {})
    channels, height, width = settings.get("input_size", (3, 224, 224))
    fixed = getattr(getattr(model, "patch_embed", None), "img_size", None)
    if isinstance(fixed, tuple) and len(fixed) == 2:
        height, width = fixed
    sizes = (1, int(getattr(model, "in_chans", channels)), int(height), int(width))
    return Example(
        (floats(sizes, device),), said=f"input guessed: {'x'.join(map(str, sizes))}, timm's size for this model"
    )


def preprocessing(model: nn.Module, spec: Spec, size: Size) -> Preprocessing:
    """timm's own evaluation transform by the model's configuration, for inputs of this size."""
    timm = _timm()
    config = timm.data.resolve_model_data_config(model)
    config.update({name: fit_channels(config[name], size) for name in ("mean", "std")}, input_size=tuple(size))
    transform = timm.data.create_transform(**config, is_training=False)
    return Preprocessing(transform, f"prepared by timm's transform for this model at {size.height}x{size.width}")
