"""Small histograms, one to a line: where the values lie between the least and the greatest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ..recording import Histogram

Bar: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height of a bar."""

THINNEST = 0.03
"""A bin that is not empty is at least this share of the height: one outlier can be seen."""


def bars(histogram: Histogram, width: float, height: float) -> Iterator[Bar]:
    """The bins that are not empty, standing on the lower edge of a box; heights go by the square root of the count.

    The square root keeps the bins beside that of the zeros after a ReLU visible.
    """
    counts = histogram.counts
    pitch, most = width / len(counts), max(counts)
    for i, count in enumerate(counts):
        if count:
            tall = max((count / most) ** 0.5, THINNEST) * height
            yield i * pitch, height - tall, pitch, tall


def zero_line(histogram: Histogram, width: float) -> float | None:
    """Where zero lies in a box of this width, or None where it lies outside."""
    place = -histogram.start / (histogram.width * len(histogram.counts)) * width
    return place if 0 <= place <= width else None
