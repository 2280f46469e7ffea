"""The nouns of the room: `Split`, labelled images in memory, and `DataSet`, a training and a test split with a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import torch
from torch import Tensor

from ..errors import Bug, UserError
from ..text import one_line

LEVELS = 256
BRIGHTEST = 255
"""Pixels are bytes; mean and standard deviation are told on the scale where this is 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Labelled images, all in memory.

    `images` is uint8 (N, C, H, W), `labels` int64 (N,): places in the set's `classes`.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def check(self) -> None:
        """Raise `Bug` unless types and shapes are those above."""
        if self.images.dtype != torch.uint8 or self.images.ndim != 4:
            raise Bug(f"images are {self.images.dtype} of {self.images.ndim} dimensions, not bytes of 4")
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise Bug(f"{tuple(self.labels.shape)} labels of {self.labels.dtype} for {len(self)} images")


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """A named set of labelled images.

    `mean` and `std` are those of the training pixels per channel, on the scale from 0 to 1; for a network that was
    trained with others, `dataclasses.replace(dataset, mean=..., std=...)`. `how` tells where the images come from and
    what was done to them, for whoever shows a number measured on them.
    """

    name: str
    train: Split = field(repr=False)
    test: Split = field(repr=False)
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    how: str

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of every image."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width

    def fingerprint(self) -> str:
        """A number for all images and labels in their order: another one where any of them is another."""
        digest = sha256()
        for split in (self.train, self.test):
            for tensor in (split.labels, split.images):
                digest.update(tensor.contiguous().numpy())
        return digest.hexdigest()

    def check(self) -> None:
        """Raise `Bug` where the splits do not fit each other.

        Raises:
            UserError: a label names no class.
        """
        for part, split in (("training", self.train), ("test", self.test)):
            split.check()
            if split.images.shape[1:] != self.train.images.shape[1:]:
                raise Bug(f"{part} images are {tuple(split.images.shape[1:])}, training images {self.shape}")
            _check_labels(split.labels, len(self.classes), f"{self.name}: {part} image")
        if not len(self.mean) == len(self.std) == self.shape[0]:
            raise Bug(f"{len(self.mean)} means and {len(self.std)} deviations for {self.shape[0]} channels")


def assemble(name: str, train: Split, test: Split, classes: tuple[str, ...], how: str) -> DataSet:
    """A checked set, with mean and deviation of its training pixels; of the test pixels where there are no others.

    Raises:
        UserError: there is no image, or a label names no class.
    """
    name = one_line(name)
    measured = train if len(train) else test
    if not len(measured):
        raise UserError(f"{name} has no images")
    mean, std = moments(measured.images)
    made = DataSet(name, train, test, classes, mean, std, how)
    made.check()
    return made


def moments(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation per channel, on the scale from 0 to 1; a channel of one value gets deviation 1.

    Exact sums over the histogram of each channel, so that neither order nor number of threads matters.
    """
    means, deviations = [], []
    levels = torch.arange(LEVELS, dtype=torch.float64) / BRIGHTEST
    for channel in images.unbind(1):
        counts = torch.bincount(channel.reshape(-1), minlength=LEVELS).double()
        mean = (counts @ levels / counts.sum()).item()
        variance = (counts @ (levels - mean).square() / counts.sum()).item()
        means.append(mean)
        deviations.append(variance**0.5 if (counts > 0).sum() > 1 else 1.0)
    return tuple(means), tuple(deviations)


def _check_labels(labels: Tensor, classes: int, of: str) -> None:
    wrong = ((labels < 0) | (labels >= classes)).nonzero().flatten().tolist()
    if wrong:
        raise UserError(
            f"{of} {wrong[0]} has label {int(labels[wrong[0]])}, but the {classes} classes are 0 to {classes - 1}",
            hint="is this the file of another set?",
        )
