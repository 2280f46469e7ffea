"""Batches of a set: shuffled, shared between processes, augmented, resized and normalised on the device.

train = Batches(load("fashion-mnist-mini"), "train", size=256, seed=0, augment=CropAndFlip(2))
for batch in train.epoch(3):
    loss = cross_entropy(net(batch.images), batch.labels)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from ..errors import Bug, UserError
from .augment import Augment
from .extra import torchvision_for
from .order import Purpose, seeded, shuffled
from .types import BRIGHTEST, DataSet, Split

FEWEST = 2
"""Images of a training batch for each process: batch norm has nothing to normalise by with one."""


class Batch(NamedTuple):
    """What one process gets of one batch of n images.

    `images` are normalised float32 (n, C, H, W) and `labels` int64 (n,), both on the device; `index`, int64 (n,) on
    the CPU, tells which images of the split these are. `total` counts the images of all processes together, which
    a loss needs that shall be the mean over them.
    """

    images: Tensor
    labels: Tensor
    index: Tensor
    total: int


@dataclass(frozen=True, eq=False)
class Batches:
    """The batches of one part of a set, as one of `world` processes sees them.

    With a `seed`, every epoch has an order of its own, a function of seed and epoch alone, and a rest of fewer than
    two images for each process is left out. Without, the images come in stored order, every one exactly once; then
    a process whose share of the last batch is empty does not get that batch.

    `size` counts the images of a batch over all processes. `resize` is the shorter side in pixels after augmenting,
    the ratio kept (bilinear with antialiasing); it needs torchvision. What a batch holds does not depend on
    `world`, and on the device only in how resizing rounds.

    Raises:
        UserError: the part is empty, the size too small for all processes, or a number is negative.
    """

    dataset: DataSet
    part: Literal["train", "test"]
    size: int
    seed: int | None = None
    augment: Augment | None = None
    resize: int | None = None
    device: torch.device | str = "cpu"
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world:
            raise Bug(f"rank {self.rank} of {self.world} processes")
        if not len(self.split):
            raise UserError(f"{self.dataset.name} has no {self.part} images", hint="see `resight data list`")
        if self.size < self.world:
            raise UserError(f"batch size {self.size} is below the number of processes, {self.world}")
        if self.seed is not None and self.seed < 0:
            raise UserError(f"seed {self.seed} is negative", hint="take 0 or more")
        if self.augment is not None and self.seed is None:
            raise UserError("augmented batches need a seed", hint="add seed=0")
        if self.resize is not None and self.resize < 1:
            raise UserError(f"images cannot be resized to {self.resize} pixels")

    @property
    def split(self) -> Split:
        """The images and labels the batches are made of."""
        return self.dataset.train if self.part == "train" else self.dataset.test

    def __len__(self) -> int:
        """Batches of an epoch."""
        whole, rest = divmod(len(self.split), self.size)
        enough = 1 if self.seed is None or whole == 0 else FEWEST * self.world
        return whole + (rest >= enough)

    def epoch(self, number: int = 0, start: int = 0) -> Iterator[Batch]:
        """The batches of epoch `number`, from batch `start` on: resuming there goes on as if nothing had been."""
        order = self._order(number)
        for place in range(start, len(self)):
            whole = order[place * self.size : (place + 1) * self.size]
            share = whole[self.rank :: self.world]
            if len(share):
                yield Batch(self._images(share, len(whole), number, place), self._labels(share), share, len(whole))

    def _order(self, epoch: int) -> Tensor:
        if self.seed is None:
            return torch.arange(len(self.split))
        return shuffled(len(self.split), Purpose.ORDER, self.seed, epoch)

    def _images(self, share: Tensor, total: int, epoch: int, place: int) -> Tensor:
        # Bytes travel to the device, four times fewer than floats; everything after happens there.
        images = self.split.images[share].to(self.device, non_blocking=True)
        if self.augment is not None:
            images = self.augment(images, self._numbers(self.augment.draws, total, epoch, place))
        if self.resize is not None:
            images = _resized(images, self.resize)
        return self._normalised(images)

    def _labels(self, share: Tensor) -> Tensor:
        return self.split.labels[share].to(self.device, non_blocking=True)

    def _numbers(self, draws: int, total: int, epoch: int, place: int) -> Tensor:
        """This process's share of the numbers drawn for the whole batch, so that sharing changes no image."""
        source = seeded(Purpose.AUGMENT, self.seed or 0, epoch, place)
        return torch.rand(total, draws, generator=source, dtype=torch.float64)[self.rank :: self.world]

    def _normalised(self, images: Tensor) -> Tensor:
        mean, std = (self._per_channel(of, images.device) for of in (self.dataset.mean, self.dataset.std))
        return images.float().sub_(mean).div_(std)

    @staticmethod
    def _per_channel(values: tuple[float, ...], device: torch.device) -> Tensor:
        """Figures on the scale from 0 to 1 as figures on the scale of bytes, (C, 1, 1)."""
        return torch.tensor([value * BRIGHTEST for value in values], device=device)[:, None, None]


def _resized(images: Tensor, side: int) -> Tensor:
    functional = torchvision_for("resizing images").transforms.v2.functional
    resized: Tensor = functional.resize(images, [side], antialias=True)
    return resized
