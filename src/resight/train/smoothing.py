"""Losses of single batches scatter; what is drawn is their running mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SHARE = 40
"""The mean is taken over one in so many of all values, at least over one."""


def smoothed(values: Sequence[float]) -> np.ndarray:
    """The mean of each value and those before it, as long as `values`; at the start of those there are."""
    whole = np.asarray(values, np.float64)
    reach = reach_of(len(whole))
    sums = np.concatenate([[0.0], whole.cumsum()])
    ends = np.arange(1, len(whole) + 1)
    starts = np.maximum(0, ends - reach)
    mean: np.ndarray = (sums[ends] - sums[starts]) / (ends - starts)
    return mean


def reach_of(count: int) -> int:
    """How many of so many values a mean is taken over."""
    return max(1, count // SHARE)
