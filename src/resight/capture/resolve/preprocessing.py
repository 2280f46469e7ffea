"""From a picture to a network's input: sizes, and normalisation by the statistics it was trained with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from PIL import Image, ImageOps

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Channel statistics of ImageNet, as torchvision's and timm's presets state them."""

CROP = 0.875
"""Share of the resized picture that is kept, as in the usual 256 to 224 evaluation crop."""

SMALLEST_CROPPED = 128
"""Inputs with a shorter side, such as CIFAR's 32 pixels, take the whole picture: their networks are evaluated so."""


class Size(NamedTuple):
    """What a network takes: 3 channels (RGB) or 1 (grey), and pixels."""

    channels: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture (mode `RGB` or `L`) becomes one input `[channels, height, width]`, and that in words."""

    prepare: Callable[[Image.Image], torch.Tensor]
    said: str


def imagenet(size: Size) -> Preprocessing:
    """For a network that does not say how its inputs were made: ImageNet's usual way."""

    def prepare(picture: Image.Image) -> torch.Tensor:
        mean, std = fit_channels(IMAGENET_MEAN, size), fit_channels(IMAGENET_STD, size)
        return normalised(as_floats(cropped(picture, size)), mean, std)

    kept = "cropped" if min(size.height, size.width) >= SMALLEST_CROPPED else "scaled"
    said = f"{kept} to {size.height}x{size.width} and normalised with ImageNet's mean and deviation"
    return Preprocessing(prepare, said)


def cropped(picture: Image.Image, size: Size) -> Image.Image:
    """The picture's middle, `size` pixels large, with the usual margin cut off."""
    share = CROP if min(size.height, size.width) >= SMALLEST_CROPPED else 1
    width, height = round(size.width / share), round(size.height / share)
    fitted = ImageOps.fit(picture, (width, height), Image.Resampling.BILINEAR)
    left, top = (width - size.width) // 2, (height - size.height) // 2
    return fitted.crop((left, top, left + size.width, top + size.height))


def as_floats(picture: Image.Image) -> torch.Tensor:
    """Pixels from 0 to 1 as `[channels, height, width]`."""
    levels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
    return levels.reshape(picture.height, picture.width, -1).permute(2, 0, 1).to(torch.float32) / 255


def normalised(pixels: torch.Tensor, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    """Each channel less its mean, over its deviation."""
    return (pixels - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]


def fit_channels(statistics: Sequence[float], size: Size) -> tuple[float, ...]:
    """Statistics of RGB as they are; for a network that takes grey, their mean."""
    return tuple(statistics) if size.channels == len(statistics) else (sum(statistics) / len(statistics),)
