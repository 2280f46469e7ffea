"""`torchvision:NAME`: any model torchvision lists, with random weights and nothing downloaded."""

from __future__ import annotations

import inspect
from typing import Any

from torch import nn

from ...errors import MissingExtra, UserError
from ...text import did_you_mean
from .building import blamed_on, build_on
from .example import Example, floats
from .preprocessing import Preprocessing, Size, cropped
from .spec import Spec

DEFAULT_SIZE = 224
VIDEO_FRAMES = 16
DETECTION_SIZE = 320
FLOW_SIZE = 128
"""RAFT's smallest image side, from its weights' `min_size`."""


def names() -> list[str]:
    """Names of all models."""
    listed: list[str] = _models().list_models()
    return listed


def _models() -> Any:
    try:
        import torchvision.models
    except ModuleNotFoundError as error:
        raise MissingExtra("torchvision", "a torchvision model", "torchvision") from error
    return torchvision.models


def default_device(spec: Spec) -> str:
    """`meta`, except for detectors, whose path depends on the values (how many boxes are found)."""
    return "cpu" if _task(spec) == "detection" else "meta"


def build(spec: Spec, device: str) -> nn.Module:
    """The model, with the spec's arguments handed to torchvision's builder."""
    builder = _builder(spec)
    unweighted = {
        name: None for name in ("weights", "weights_backbone") if name in inspect.signature(builder).parameters
    }
    with blamed_on(f"torchvision cannot build {spec.title}"):
        model: nn.Module = build_on(device, lambda: builder(*spec.args, **{**unweighted, **spec.kwargs}))
    return model


def _builder(spec: Spec) -> Any:
    known = names()
    if spec.name not in known:
        hint = did_you_mean(spec.name, known) or f"torchvision has {len(known)} models, for instance resnet18"
        raise UserError(f"torchvision has no model {spec.name!r}", hint=hint)
    return _models().get_model_builder(spec.name)


def _task(spec: Spec) -> str:
    """`detection`, `video`, ... from the package the builder lives in; classifiers' own file otherwise."""
    return str(_builder(spec).__module__).split(".")[2]


def example(model: nn.Module, spec: Spec, device: str) -> Example:
    """One input of the size torchvision's own evaluation uses."""
    task = _task(spec)
    if task == "detection":
        box = (3, DETECTION_SIZE, DETECTION_SIZE)
        return Example(([floats(box, device)],), said=f"input guessed: a list of one image {_by(box)}")
    if task == "optical_flow":
        frame = (1, 3, FLOW_SIZE, FLOW_SIZE)
        return Example((floats(frame, device), floats(frame, device)), said=f"input guessed: two images {_by(frame)}")
    height, width = _image_size(model, spec)
    frames = (VIDEO_FRAMES,) if task == "video" else ()
    sizes = (1, 3, *frames, height, width)
    return Example((floats(sizes, device),), said=f"input guessed: {_by(sizes)}, torchvision's evaluation size")


def _image_size(model: nn.Module, spec: Spec) -> tuple[int, int]:
    """The model's fixed size, else what its weights are evaluated at: inception 299, video 112."""
    fixed = getattr(model, "image_size", None)
    if isinstance(fixed, int):
        return fixed, fixed
    weights = _weights(spec)
    return (_preset_size(weights.transforms()) if weights else None) or (DEFAULT_SIZE, DEFAULT_SIZE)


def _weights(spec: Spec) -> Any:
    """The entry of torchvision's best weights, whose transforms can be had without them; None where none exist."""
    entries = _models().get_model_weights(spec.name)
    return entries.DEFAULT if len(entries) else None


def _preset_size(preset: Any) -> tuple[int, int] | None:
    """Height and width of what a preset makes of a square picture; None where it does not resize."""
    sizes = getattr(preset, "crop_size", None) or getattr(preset, "resize_size", None)
    return (int(sizes[0]), int(sizes[-1])) if sizes else None


def preprocessing(model: nn.Module, spec: Spec, size: Size) -> Preprocessing | None:
    """The transforms that torchvision ships with the model's best weights, which are not downloaded."""
    weights = _weights(spec)
    if weights is None:
        return None
    preset, wanted = weights.transforms(), (size.height, size.width)
    if _preset_size(preset) in (wanted, None):
        return Preprocessing(preset, f"prepared by the transforms of torchvision's {weights}")
    for name in ("crop_size", "resize_size"):
        if hasattr(preset, name):
            setattr(preset, name, list(wanted))  # the constructor takes squares only
    said = f"cropped to {size.height}x{size.width} and normalised by the transforms of torchvision's {weights}"
    return Preprocessing(lambda picture: preset(cropped(picture, size)), said)


def _by(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))
