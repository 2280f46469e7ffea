"""Moments and extremes of a tensor's elements: exact in what they count, and close to float64 arithmetic.

Two ways. On the CPU, ordinary float32 values take the quick one, which reads them from memory once. Everything else
takes the thorough one: float64, two passes, in operations that do not make the device wait.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .layout import Elements
from .onepass import Runs, read

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
    """Moments of elements on the CPU as float32; None where they need the thorough way.

    Pieces are put together as in Chan, Golub, LeVeque 1979, "Updating formulae and a pairwise algorithm for computing
    sample variances", eq. 2.1.
    """
    count, mean, deviations, low, high = 0, 0.0, 0.0, float("inf"), float("-inf")
    for piece in elements.pieces():
        found = read(piece.float(), Runs(1, 0, len(piece)))
        if found is None:
            return None
        its_mean, its_deviations, its_low, its_high = found
        share = len(piece) / (count + len(piece))
        deviations += its_deviations + (its_mean - mean) ** 2 * count * share
        mean += (its_mean - mean) * share
        low, high = min(low, its_low), max(high, its_high)
        count += len(piece)
    return Moments(0, mean, deviations, low, high)


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
