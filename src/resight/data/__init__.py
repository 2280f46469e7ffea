"""Labelled images to train on: named sets, whole in memory, and their batches.

    clothes = load("fashion-mnist-mini")
    for images, labels, *_ in Batches(clothes, "train", size=256, seed=0, augment=CropAndFlip(2)).epoch(0):
        ...

A set is read once, as bytes, and its checksums are verified. What an epoch's batches hold is a function of seed and
epoch, so a run can resume at any batch and be shared by any number of processes.
"""

from .augment import Augment, CropAndFlip, PerImage
from .batches import Batch, Batches
from .registry import NAMED, Named, load
from .types import DataSet, Split

__all__ = ["NAMED", "Augment", "Batch", "Batches", "CropAndFlip", "DataSet", "Named", "PerImage", "Split", "load"]
