"""A picture in the place of the one image a network takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ...errors import UserError
from ...graph import TensorSpec
from ...pixels import picture
from ...samples import image_file
from ..structure import named_tensors
from .example import Example
from .preprocessing import Preprocessing, Size, imagenet

Chooser = Callable[[Size], Preprocessing | None]
"""The model's own preprocessing for an input of a size, or None where it has none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an example holds its image: a positional argument's number or a keyword.

    The tensor is a batch `[n, channels, height, width]`; or, `in_list`, the only one of a list, as detectors
    want it: `[channels, height, width]`.
    """

    key: int | str
    tensor: torch.Tensor
    in_list: bool


def with_image(example: Example, named: str | Path, device: str, own: Chooser) -> Example:
    """`example` with its one image input made of a picture: a file, or `sample:cat`.

    `own` is the model's own preprocessing; without one it is ImageNet's.

    Raises:
        UserError: the network does not take one image, or the file is none.
    """
    place = _place(example)
    size = Size(*place.tensor.shape[-3:])
    path = image_file(named)
    preprocessing = own(size) or imagenet(size)
    pixels = preprocessing.prepare(picture(path, "RGB" if size.channels == 3 else "L")).to(device, place.tensor.dtype)
    args, kwargs = list(example.args), dict(example.kwargs)
    value = [pixels] if place.in_list else pixels[None]
    if isinstance(place.key, int):
        args[place.key] = value
    else:
        kwargs[place.key] = value
    return replace(example, args=tuple(args), kwargs=kwargs, said=f"image {path.name}, {preprocessing.said}")


def _place(example: Example) -> Place:
    given: list[tuple[int | str, Any]] = [*enumerate(example.args), *example.kwargs.items()]
    places = [place for key, value in given if (place := _image(key, value))]
    if len(places) == 1:
        return places[0]
    if places:
        what = f"this network takes {len(places)} images"
    else:
        inputs = named_tensors({**dict(enumerate(example.args)), **example.kwargs})
        words = ", ".join(f"{'' if name.isdigit() else name} {_spec(tensor)}".strip() for name, tensor in inputs)
        what = f"this network does not take one image: its input is {words}"
    raise UserError(what, hint="leave out --image, and give its inputs with --input where the guess is wrong")


def _image(key: int | str, value: Any) -> Place | None:
    in_list = isinstance(value, list) and len(value) == 1
    tensor = value[0] if in_list else value
    if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point() or tensor.ndim != (3 if in_list else 4):
        return None
    return Place(key, tensor, in_list) if tensor.shape[-3] in (1, 3) else None


def _spec(tensor: torch.Tensor) -> TensorSpec:
    return TensorSpec(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
