"""What flowed through a network: numbers of every value, gradients, kept tensors, thumbnails.

The nouns are light; numpy wakes when numbers are made, read or merged.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .activation import Activation
from .types import BINS, Histogram, Recording, Summary, Thumbnail

if TYPE_CHECKING:
    from .statistics import Statistics

__all__ = ["BINS", "Activation", "Histogram", "Recording", "Statistics", "Summary", "Thumbnail"]


def __getattr__(name: str) -> Any:
    if name != "Statistics":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(".statistics", __name__).Statistics
