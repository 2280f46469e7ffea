"""The span of values a figure shows, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import Normalize

from .. import text
from ..errors import UserError

SCALES = ("each", "shared")

CLIPPED = 99.0
"""Percentile of absolute values that colours reach where single values are far larger than all others."""


@dataclass(frozen=True, slots=True)
class Range:
    """Smallest and largest finite value (0 and 0 where there is none), and how many are not finite."""

    low: float
    high: float
    nonfinite: int = 0

    @property
    def words(self) -> str:
        """`values from −2.13 to 5.31`."""
        return f"values from {text.number(self.low)} to {text.number(self.high)}"

    @property
    def alarm(self) -> str:
        """`3 values are not finite, in red`, or nothing."""
        if not self.nonfinite:
            return ""
        return f"{self.nonfinite:,} {'value is' if self.nonfinite == 1 else 'values are'} not finite, in red"

    @property
    def around_zero(self) -> Range:
        """The smallest range with zero in its middle that holds this one."""
        reach = max(abs(self.low), abs(self.high))
        return Range(-reach, reach, self.nonfinite)

    def norm(self) -> Normalize:
        """From values to shares of the range; a range of one value is its lower end."""
        return Normalize(self.low, self.high if self.high > self.low else self.low + 1)


def range_of(values: np.ndarray) -> Range:
    """The range of an array's values.

    Raises:
        UserError: the array is empty.
    """
    if not values.size:
        raise UserError(f"an array of {text.shape(values.shape)} has no values to draw", hint="give one that has some")
    finite = np.isfinite(values)
    known = values[finite]
    nonfinite = int(values.size - known.size)
    return Range(float(known.min()), float(known.max()), nonfinite) if known.size else Range(0.0, 0.0, nonfinite)


def clipped(values: np.ndarray) -> float:
    """The reach of colours around zero that leaves out the largest one in a hundred values, if they are far out."""
    known = np.abs(values[np.isfinite(values)])
    if not known.size:
        return 1.0
    reach, most = float(np.percentile(known, CLIPPED)), float(known.max())
    return reach if 0 < 2 * reach < most else most


def reach_words(whole: Range, reach: float) -> str:
    """Where colours end, if values go beyond."""
    beyond = reach < max(abs(whole.low), abs(whole.high))
    return f"colours end at ±{text.number(reach)}, {CLIPPED:g}% of values" if beyond else ""


def ranges(maps: np.ndarray, scale: str) -> list[Range]:
    """One range for each map, its own (`each`) or that of all (`shared`)."""
    if scale not in SCALES:
        raise UserError(f"there is no scale {scale!r}", hint=f"use {' or '.join(SCALES)}")
    return [range_of(one) for one in maps] if scale == "each" else [range_of(maps)] * len(maps)


def scale_words(whole: Range, scale: str) -> str:
    """How values became colours, with the range of all of them."""
    how = "each on its own scale" if scale == "each" else "one scale"
    return f"{how}, {whole.words}"
