"""The set that comes with resight: 2,500 training and 500 test images of Fashion-MNIST, as many of each class.

Two grey PNG sheets of 50 images a row hold it. A class fills whole rows, in the order of the classes, so the place of
an image says what it shows: rows 0 to 4 of `train.png` and row 0 of `test.png` are T-shirts. `scripts/minidata`
writes them by the rule of `drawn`.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from . import fashion_mnist
from .checksums import read_verified
from .types import DataSet, Split, assemble

NAME = "fashion-mnist-mini"
FOLDER = Path(__file__).parent / "mini"
PER_CLASS = {"train": 250, "test": 50}
IN_A_ROW = 50
SIDE = 28
MD5 = {"train": "218c30eed9538525174d47591998720f", "test": "e6c7f2fce55e892f495eb8f6e2d56ff4"}
"""Of the two PNG files."""


def load() -> DataSet:
    """The embedded set; images are sorted by class.

    Raises:
        UserError: a file of the installation is damaged.
    """
    train, test = (_split(part) for part in ("train", "test"))
    how = (
        "2,500 training and 500 test images of Fashion-MNIST (Xiao et al. 2017, MIT licence), drawn with "
        "seed 0 from its training and test images, 250 and 50 of each class"
    )
    return assemble(NAME, train, test, fashion_mnist.CLASSES, how)


def drawn(labels: Tensor, part: str) -> list[int]:
    """Which images of the full set are in the embedded one, class by class, each in stored order.

    Of each class those are taken whose sha256 of `fashion-mnist-mini seed 0 PART NUMBER` comes first: a draw that any
    language repeats.

    Args:
        labels: of the full part, int64 (N,).
        part: `train` or `test`.
    """
    chosen: list[int] = []
    for label in range(len(fashion_mnist.CLASSES)):
        candidates = (labels == label).nonzero().flatten().tolist()
        chosen += sorted(sorted(candidates, key=lambda number: _lot(part, number))[: PER_CLASS[part]])
    return chosen


def sheet(images: Tensor) -> Image.Image:
    """Images uint8 (N, 1, 28, 28) as one grey picture, 50 a row."""
    rows = images.reshape(-1, IN_A_ROW, SIDE, SIDE).transpose(1, 2)
    return Image.fromarray(rows.reshape(-1, IN_A_ROW * SIDE).numpy())


def _lot(part: str, number: int) -> bytes:
    return hashlib.sha256(f"{NAME} seed 0 {part} {number}".encode()).digest()


def _split(part: str) -> Split:
    content = read_verified(FOLDER / f"{part}.png", MD5[part])
    pixels = torch.from_numpy(np.array(Image.open(io.BytesIO(content))))
    images = pixels.reshape(-1, SIDE, IN_A_ROW, SIDE).transpose(1, 2).reshape(-1, 1, SIDE, SIDE)
    return Split(images.contiguous(), torch.arange(len(fashion_mnist.CLASSES)).repeat_interleave(PER_CLASS[part]))
