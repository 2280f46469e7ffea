"""Augmentations: pure functions of a batch of images and of random numbers, some for each image.

As the numbers come from outside, an image looks the same whichever process or device makes it, and a run that
resumes in the middle of an epoch goes on with what it would have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import UserError

SEEDS = 2**53
"""Different seeds a number from 0 to 1 in double precision can stand for."""


class Augment(Protocol):
    """Changes images, uint8 (n, C, H, W), by `draws` uniform numbers from [0, 1) for each: float64 (n, draws)."""

    @property
    def draws(self) -> int:
        """Random numbers needed for each image."""

    def __call__(self, images: Tensor, numbers: Tensor) -> Tensor:
        """The changed images; neither argument is written to. `numbers` are on the CPU."""


@dataclass(frozen=True)
class CropAndFlip:
    """Pad by `padding` black pixels on each side, cut the old size out at a random place, mirror one in two.

    The augmentation of CIFAR-10 in He et al. 2015 (arXiv 1512.03385), section 4.2, with a padding of 4.
    """

    padding: int
    draws: ClassVar[int] = 3

    def __post_init__(self) -> None:
        if self.padding < 0:
            raise UserError(f"images cannot be padded by {self.padding} pixels")

    def __call__(self, images: Tensor, numbers: Tensor) -> Tensor:
        """Every image is cut and mirrored by its own three numbers: down, right, mirrored."""
        height, width = images.shape[2:]
        corner = (numbers[:, :2] * (2 * self.padding + 1)).long()
        rows = corner[:, :1] + torch.arange(height)
        columns = corner[:, 1:] + torch.arange(width)
        columns = torch.where(numbers[:, 2:] < 0.5, columns.flip(1), columns)
        return _pick(F.pad(images, (self.padding,) * 4), rows.to(images.device), columns.to(images.device))


@dataclass(frozen=True)
class PerImage:
    """Any transform of `torchvision.transforms.v2`, applied to one image at a time.

    On a whole batch such a transform draws once and treats all images alike, which augments far less. The results
    must have one size. Torch's own random state is left as it was.
    """

    transform: Callable[[Tensor], Tensor]
    draws: ClassVar[int] = 1

    def __call__(self, images: Tensor, numbers: Tensor) -> Tensor:
        """Torch is seeded anew for every image, by its number."""
        devices = [images.device] if images.is_cuda else []
        with torch.random.fork_rng(devices):
            return torch.stack([self._changed(image, number) for image, number in zip(images, numbers[:, 0].tolist())])

    def _changed(self, image: Tensor, number: float) -> Tensor:
        torch.manual_seed(int(number * SEEDS))
        return self.transform(image)


def _pick(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """`out[i, c, y, x] = images[i, c, rows[i, y], columns[i, x]]`."""
    image = torch.arange(len(images), device=images.device)[:, None, None, None]
    channel = torch.arange(images.shape[1], device=images.device)[None, :, None, None]
    return images[image, channel, rows[:, None, :, None], columns[:, None, None, :]]
