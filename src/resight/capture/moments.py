"""Moments and extremes of a tensor's elements: exact in what they count, and close to float64 arithmetic.

Two ways. On the CPU, ordinary float32 values take the quick one: each piece is read from memory once and reduced four
times while it lies in the cache. Everything else takes the thorough one: float64, two passes, in operations that do
not make the device wait.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .layout import Elements

ROW = 2048
"""Elements that are added up in float32; longer sums lose more than a millionth where values repeat."""

ONES = np.ones(ROW, np.float32)

SHIFTED = 2.0
"""Where mean² is more than this times the variance, squares are taken of distances from the mean, in a second pass:
rms² - mean² then loses too much (its relative error grows like 1 + mean² / variance)."""

TINY, LARGE = 1e-14, 1e15
"""Where no float32 is larger than the one, or some is larger than the other, squares are too near the smallest float32
(1e-45) or their sums to the largest (3e38)."""

QUICK = (torch.float32, torch.float16, torch.bfloat16)
"""Types whose values float32 holds."""

WHOLE = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
"""Types whose values float32 holds below `EXACT`."""

EXACT = 2.0**24


class Moments(NamedTuple):
    """Of the finite elements; `deviations` is the sum of squared distances from the mean. nan where there is none."""

    nonfinite: int
    mean: float
    deviations: float
    min: float
    max: float


NOTHING = Moments(0, float("nan"), 0.0, float("nan"), float("nan"))


def quick_moments(elements: Elements) -> Moments | None:
    """Moments of float32 elements on the CPU; None where they need the thorough way.

    Relative errors of mean, std and rms stay below 1e-6 (of the mean's: relative to rms).
    """
    total = squares = 0.0
    low, high = float("inf"), float("-inf")
    for values in elements.floats():
        least = float(np.minimum.reduce(values))  # the quickest at reading from memory comes first
        most = float(np.maximum.reduce(values))
        if not (least > -LARGE and most < LARGE):  # or nan
            return None
        low, high = min(low, least), max(high, most)
        added, squared = _sums(values)
        total += added
        squares += squared
    if 0 < max(-low, high) < TINY:
        return None
    if low == high:
        return Moments(0, low, 0.0, low, high)
    mean = total / elements.count
    deviations = squares - mean * total
    if mean * total > SHIFTED * deviations:
        mean, deviations = _shifted(elements, mean)
    return Moments(0, mean, deviations, low, high)


def _sums(values: np.ndarray) -> tuple[float, float]:
    """The sums of the elements and of their squares of a contiguous float32 vector, to 5e-7."""
    whole = len(values) - len(values) % ROW
    total = squares = 0.0
    if whole:
        rows = values[:whole].reshape(-1, ROW)
        total, squares = sum(np.vecdot(rows, ONES).tolist()), sum(np.vecdot(rows, rows).tolist())
    if whole < len(values):
        rest = values[whole:]
        total += float(np.vecdot(rest, ONES[: len(rest)]))
        squares += float(np.vecdot(rest, rest))
    return total, squares


def _shifted(elements: Elements, mean: float) -> tuple[float, float]:
    """Mean and deviations by way of distances from a value near the mean, which float32 holds exactly."""
    near = np.float32(mean)
    total = squares = 0.0
    distances = np.empty(0, np.float32)
    for values in elements.floats():
        if len(distances) != len(values):
            distances = np.empty(len(values), np.float32)
        added, squared = _sums(np.subtract(values, near, out=distances))
        total += added
        squares += squared
    return float(near) + total / elements.count, max(0.0, squares - total * total / elements.count)


def thorough_moments(elements: Elements) -> Tensor:
    """The fields of `Moments` as a float64 vector on the elements' device, for any dtype and whatever the values."""
    nonfinite, count, total, low, high = _counts(elements)
    mean = total / count
    deviations = torch.stack([_deviations(piece, mean) for piece in elements.pieces()]).sum()
    return torch.stack([nonfinite, mean, deviations, low, high])


def _counts(elements: Elements) -> tuple[Tensor, ...]:
    """Numbers of elements that are not finite and that are, the sum of these, and their extremes."""
    parts = []
    for piece in elements.pieces():
        values, finite = _finite(piece)
        seen = finite.sum(dtype=values.dtype)
        low = values.masked_fill(~finite, float("inf")).amin()
        high = values.masked_fill(~finite, float("-inf")).amax()
        parts.append(torch.stack([len(piece) - seen, seen, values.sum(), low, high]))
    all_parts = torch.stack(parts)
    nonfinite, seen, total = all_parts[:, :3].sum(0)
    low, high = all_parts[:, 3].amin(), all_parts[:, 4].amax()
    empty = seen == 0
    return nonfinite, seen, total, low.masked_fill(empty, float("nan")), high.masked_fill(empty, float("nan"))


def _deviations(piece: Tensor, mean: Tensor) -> Tensor:
    values, finite = _finite(piece)
    return (values - mean).square_().masked_fill_(~finite, 0.0).sum()


def _finite(piece: Tensor) -> tuple[Tensor, Tensor]:
    """Elements as real float64 (float32 where a device has nothing wider), 0 in place of what is not finite."""
    values = as_real(piece)
    finite = values.isfinite()
    return values.masked_fill(~finite, 0.0), finite


def as_real(piece: Tensor) -> Tensor:
    """Elements as float64: absolute values of complex ones, 0 and 1 for booleans."""
    wide = torch.float32 if piece.device.type == "mps" else torch.float64
    if piece.is_complex():
        return piece.to(torch.complex128 if wide is torch.float64 else torch.complex64).abs()
    return piece.to(wide)
