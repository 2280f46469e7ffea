"""Histograms whose bins are a power of two wide, so that those of several batches add up exactly.

Bin `k` of exponent `e` holds the elements with `floor(x / 2**e) == k`. The exponent is the smallest one at which the
extremes lie less than `BINS` bins apart and every index is an exact integer: a function of the extremes alone. In bins
twice as wide an element lies in `k // 2`, as `floor(floor(x / w) / 2) == floor(x / 2w)`.
"""

from __future__ import annotations

import math

import numpy as np

from .types import BINS, Histogram

FINEST = -1074
"""Exponent of the smallest positive float64."""

EXACT_BITS = 52
"""Indices of bins stay below two to the power of this."""

EASY = 800
"""Powers of two with exponents below this, times any float32 or a bin index, neither overflow nor vanish."""


def exponent_for(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Exponents of the bin width for values from `low` to `high`, finite float64."""
    half = high / 2 - low / 2  # never overflows, unlike high - low
    with np.errstate(over="ignore"):
        width = high - low
    reach = np.where(np.isfinite(width), np.frexp(width)[1], np.frexp(half)[1] + 1)
    reach = np.where(width == 0, FINEST, reach)  # a single value: of zero, frexp says no more than of one half
    exact = np.frexp(np.maximum(np.abs(low), np.abs(high)))[1] - EXACT_BITS
    exponent = np.maximum(np.maximum(reach - int(math.log2(BINS)), exact), FINEST)
    exponent = np.where((low == 0) & (high == 0), FINEST, exponent)
    return np.asarray(exponent + (bin_of(high, exponent) - bin_of(low, exponent) >= BINS))


def bin_of(values: np.ndarray, exponent: np.ndarray | int) -> np.ndarray:
    """The index of the bin each value lies in."""
    index = np.floor(_scaled(values, exponent))
    lost = (index == 0) & (values < 0)  # too small beside the width, and rounded up to 0
    return np.where(lost, -1, index).astype(np.int64)


def _scaled(values: np.ndarray, exponent: np.ndarray | int) -> np.ndarray:
    """`values / 2**exponent`; a product where that power is no extreme one, which is quicker."""
    if isinstance(exponent, int) and abs(exponent) < EASY:
        return np.asarray(values * 2.0**-exponent)
    with np.errstate(under="ignore"):
        return np.asarray(np.ldexp(values, -np.asarray(exponent)))


def windows(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exponent and index of the first bin for each pair of extremes; 0 and 0 where they are nan."""
    known = np.isfinite(low)
    low, high = np.where(known, low, 0.0), np.where(known, high, 0.0)
    exponent = exponent_for(low, high)
    return np.where(known, exponent, 0), np.where(known, bin_of(low, exponent), 0)


def counted(values: np.ndarray, exponent: int, first: int) -> np.ndarray:
    """Counts of finite values in the window of bins that was made for their extremes."""
    index = bin_of(values.astype(np.float64, copy=False), exponent) - first
    # The absolute value of a complex number can differ by its last bit from one computed beside others.
    return np.bincount(np.clip(index, 0, BINS - 1), minlength=BINS)


def binned(values: np.ndarray, low: float, high: float) -> tuple[int, int, np.ndarray]:
    """Exponent, first bin and counts of finite values whose extremes are `low` and `high`."""
    exponent, first = map(int, windows(np.float64(low), np.float64(high)))
    return exponent, first, counted(values, exponent, first)


def merged_bins(
    a: np.ndarray, b: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exponents, first bins and counts of two tables of rows together, whose extremes are `low` and `high`."""
    exponent, first = windows(low, high)
    bins = np.zeros((len(a), BINS), np.int64)
    for part in (a, b):
        wider = exponent - part["exponent"]
        rows, columns = np.nonzero(part["bins"])
        # A window moved by 63 bits or more leaves 0 or -1, the sign of the index.
        index = (part["first"][rows] + columns) >> np.minimum(wider[rows], 63)
        np.add.at(bins, (rows, index - first[rows]), part["bins"][rows, columns])
    return exponent.astype(np.int32), first, bins


def trimmed(exponent: int, first: int, bins: np.ndarray) -> Histogram | None:
    """A row's histogram without empty ends; None if it counts nothing."""
    (filled,) = np.nonzero(bins)
    if not len(filled):
        return None
    start, end = int(filled[0]), int(filled[-1]) + 1
    return Histogram(math.ldexp(first + start, exponent), math.ldexp(1.0, exponent), tuple(map(int, bins[start:end])))
