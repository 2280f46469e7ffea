"""Numbers of many values, in columns, that several batches can add to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..graph import Ref
from .binning import merged_bins, trimmed
from .types import BINS, Summary

ROW = np.dtype([
    ("count", np.int64), ("nonfinite", np.int64), ("mean", np.float64), ("deviations", np.float64),
    ("min", np.float64), ("max", np.float64), ("zeros", np.int64), ("sampled", np.int64),
    ("exponent", np.int32), ("first", np.int64), ("bins", np.int64, (BINS,)),
])  # fmt: skip
"""What is known of one value. `deviations` is the sum of squared distances from the mean; bin `i` of the histogram
counts elements `x` with `floor(x / 2**exponent) == first + i`; without finite elements, mean and extremes are nan."""


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Numbers of values, over all batches: `table` has the columns of `ROW`, `rows` says which row is whose.

    Views of the same elements share a row. Two are equal if they say the same about the same values.
    """

    rows: Mapping[Ref, int]
    table: np.ndarray

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The values there are numbers of."""
        return tuple(self.rows)

    def summary(self, ref: Ref) -> Summary | None:
        """The numbers of one value; None where there are none (a value without elements on hand, on `meta`)."""
        if ref not in self.rows:
            return None
        row = self.table[self.rows[ref]]
        count, nonfinite, sampled = int(row["count"]), int(row["nonfinite"]), int(row["sampled"])
        finite, mean, deviations = count - nonfinite, float(row["mean"]), float(row["deviations"])
        variance = deviations / finite if finite else float("nan")
        return Summary(
            count=count,
            nonfinite=nonfinite,
            mean=mean,
            std=float(np.sqrt(variance)),
            rms=float(np.hypot(mean, np.sqrt(variance))),
            min=float(row["min"]),
            max=float(row["max"]),
            zeros=int(row["zeros"]) / sampled if sampled else float("nan"),
            sampled=sampled,
            histogram=trimmed(int(row["exponent"]), int(row["first"]), row["bins"]),
        )

    def squares(self, ref: Ref) -> float:
        """The sum of squares of a value's elements; nan where one is not finite."""
        row = self.table[self.rows[ref]]
        return float("nan") if row["nonfinite"] else float(row["deviations"] + row["count"] * row["mean"] ** 2)

    def merge(self, other: Statistics) -> Statistics:
        """Numbers of both together, as if all elements had been seen at once.

        Moments by Chan, Golub, LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample
        variances", eq. 2.1; histograms by widening both to one bin width, which is exact.
        """
        pairs = {ref: (self.rows.get(ref, -1), other.rows.get(ref, -1)) for ref in (*self.rows, *other.rows)}
        numbers = {pair: i for i, pair in enumerate(dict.fromkeys(pairs.values()))}
        ours, theirs = zip(*numbers) if numbers else ((), ())
        table = merged_rows(_taken(self.table, ours), _taken(other.table, theirs))
        return Statistics({ref: numbers[pair] for ref, pair in pairs.items()}, table)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Statistics):
            return NotImplemented
        return self.refs == other.refs and all(_same(self, other, ref) for ref in self.rows)

    __hash__ = None  # type: ignore[assignment]

    def to_plain(self) -> dict[str, Any]:
        """As JSON values; `from_plain` is the inverse."""
        from .plain import statistics_to_plain

        return statistics_to_plain(self)

    @classmethod
    def from_plain(cls, plain: Any) -> Statistics:
        """What `to_plain` wrote.

        Raises:
            UserError: the values don't have that shape.
        """
        from .plain import statistics_from_plain

        return statistics_from_plain(plain)


def empty_rows(count: int) -> np.ndarray:
    """Rows of values of which nothing was seen yet."""
    table = np.zeros(count, ROW)
    for name in ("mean", "min", "max"):
        table[name] = np.nan
    return table


def _taken(table: np.ndarray, rows: Sequence[int]) -> np.ndarray:
    """Rows by number; -1 is one of which nothing was seen."""
    return np.concatenate([table, empty_rows(1)])[np.array(rows, np.int64)]


def merged_rows(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Two tables of `ROW`, row by row."""
    table = empty_rows(len(a))
    for name in ("count", "nonfinite", "zeros", "sampled"):
        table[name] = a[name] + b[name]
    seen_a, seen_b = a["count"] - a["nonfinite"], b["count"] - b["nonfinite"]
    seen = seen_a + seen_b
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.divide(seen_b, seen, out=np.zeros(len(a)), where=seen > 0)
        apart = b["mean"] - a["mean"]
        both = (seen_a > 0) & (seen_b > 0)
        table["mean"] = np.where(both, a["mean"] + apart * share, np.where(seen_a > 0, a["mean"], b["mean"]))
        between = np.where(both, apart * apart * seen_a * share, 0.0)
    table["deviations"] = a["deviations"] + b["deviations"] + between
    table["min"], table["max"] = np.fmin(a["min"], b["min"]), np.fmax(a["max"], b["max"])
    table["exponent"], table["first"], table["bins"] = merged_bins(a, b, table["min"], table["max"])
    return table


def _same(a: Statistics, b: Statistics, ref: Ref) -> bool:
    return bool(a.table[a.rows[ref]].tobytes() == b.table[b.rows[ref]].tobytes())
