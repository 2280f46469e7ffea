"""Histograms of many layers on one axis that shows both small and huge values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np

from .. import text
from ..errors import Bug
from ..recording import Summary

CELLS = 400
"""Columns of the common axis."""

OUTSIDE = 0.001
"""Share of a layer's values that may lie beyond either end of the axis."""

NARROW = 10
"""Percentile of standard deviations that stands for narrow layers, which must stay readable beside wide ones."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Densities [layers, cells] from 0 to 1 between `edges` [cells + 1], which are places on the axis.

    Exact zeros are left out. A value x stands at the place asinh(x / unit): linear up to about one unit, logarithmic
    beyond.
    """

    unit: float
    edges: np.ndarray
    density: np.ndarray

    def place(self, values: np.ndarray) -> np.ndarray:
        """Where values stand on the axis."""
        return np.asarray(np.arcsinh(values / self.unit))

    @property
    def words(self) -> str:
        """How the axis runs and how high the rows are."""
        axis = f"asinh scale, linear to ±{text.number(self.unit)} and logarithmic beyond"
        return f"{axis}; each row up to its largest density"

    def ticks(self, apart: float) -> list[float]:
        """Round values to mark, zero first if it is on the axis, at least `apart` on it."""
        scale = 10.0 ** np.floor(np.log10(self.unit))
        steps = [step * scale * 10.0**power for power in range(12) for step in (1, 2, 5)]
        kept = [0.0] if self.edges[0] <= 0 <= self.edges[-1] else []
        for value in (sign * step for sign in (1, -1) for step in steps):
            place = float(self.place(np.float64(value)))
            inside = self.edges[0] <= place <= self.edges[-1]
            if inside and all(abs(place - float(self.place(np.float64(other)))) >= apart for other in kept):
                kept.append(float(f"{value:.1g}"))
        return sorted(kept)


def spread_of(summaries: Sequence[Summary]) -> Spread:
    """Summaries that have histograms, on one axis; densities are shares of the largest one of their layer."""
    known = [summary.std for summary in summaries if summary.std > 0]
    narrow, usual = np.percentile(known, [NARROW, 50]) if known else (1.0, 1.0)
    unit = float(min(10 * narrow, 2 * usual))
    inner = [_inner(summary) for summary in summaries]
    low, high = min(start for start, _ in inner), max(end for _, end in inner)
    if low == high:
        low, high = low - unit, high + unit
    edges = np.linspace(np.arcsinh(low / unit), np.arcsinh(high / unit), CELLS + 1)
    return Spread(unit, edges, np.stack([_density(summary, unit * np.sinh(edges)) for summary in summaries]))


def _inner(summary: Summary) -> tuple[float, float]:
    """The values between which all but the outermost lie."""
    borders, below = _cumulated(summary)
    low, high = np.interp([OUTSIDE, 1 - OUTSIDE], below, borders)
    return max(float(low), summary.min), min(float(high), summary.max)


def _density(summary: Summary, values: np.ndarray) -> np.ndarray:
    """Share of elements per unit of value in each cell, not per length of axis: a single wide bin comes out flat."""
    borders, below = _cumulated(summary)
    density = np.diff(np.interp(values, borders, below)) / np.diff(values)
    most = density.max()
    return np.asarray(density / most) if most > 0 else density


def _cumulated(summary: Summary) -> tuple[np.ndarray, np.ndarray]:
    """Borders of a histogram's bins, and the share of elements other than exact zeros below each."""
    histogram = summary.histogram
    if histogram is None:
        raise Bug("a value without a histogram has no spread")
    counts = np.array(histogram.counts, np.float64)
    zero = floor(-histogram.start / histogram.width)
    if 0 <= zero < len(counts):
        counts[zero] = max(0.0, counts[zero] - round(summary.zeros * summary.sampled))
    below = np.concatenate([[0.0], np.cumsum(counts)])
    return np.array(histogram.edges), below / max(below[-1], 1.0)
