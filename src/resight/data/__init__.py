"""Labelled images to train on: named sets, whole in memory, and their batches."""

from .augment import Augment, CropAndFlip, PerImage
from .batches import Batch, Batches
from .registry import NAMED, Named, load
from .types import DataSet, Split

__all__ = ["NAMED", "Augment", "Batch", "Batches", "CropAndFlip", "DataSet", "Named", "PerImage", "Split", "load"]
