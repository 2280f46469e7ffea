"""Tensors to rows of statistics: each is reduced at once where it lies, the results are fetched together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..recording.binning import EASY, counted, windows
from ..recording.statistics import empty_rows
from .layout import SAMPLE, Elements, Layout, layout_of, runs_of, spread
from .moments import EXACT, NOTHING, QUICK, WHOLE, Moments, as_real, quick_moments, thorough_moments
from .onepass import count_bins, read
from .plain import Plain

FULL = 128
"""Rows that wait before their results are fetched: two megabytes of float32 samples."""


class Tray:
    """Reduces tensors to rows of `recording.statistics.ROW`, numbered as they come.

    `exact`: zeros and histograms are counted over all elements, not a sample. On a device that runs by itself nothing
    waits for a result until the tray is full, then all are fetched in one transfer for each dtype. (`exact`
    waits for every tensor.)
    """

    def __init__(self, *, exact: bool = False) -> None:
        self._exact = exact
        self._tables: list[np.ndarray] = []
        self._waiting: list[_Waiting] = []
        self._squares: list[float | None] = []
        # One buffer for all: small ones that stay, among large ones that come and go, leave no room for the large.
        self._samples = torch.empty(FULL, SAMPLE, dtype=torch.float32, device="cpu")

    def add(self, plain: Plain) -> int:
        """Reduce a tensor; returns the number of its row."""
        tensor, _, layout = plain
        if tensor.requires_grad:
            tensor = tensor.detach()  # so that nothing that follows is remembered for a backward
        if tensor.is_neg():
            tensor = tensor.resolve_neg()
            layout = layout_of(tensor)
        if self._exact and layout.size:
            self._flush()
            self._tables.append(_exact_row(tensor, layout))
            self._squares.append(None)
        else:
            waiting = _reduced(tensor, layout, self._samples[len(self._waiting)])
            self._waiting.append(waiting)
            self._squares.append(waiting.squares())
            if len(self._waiting) == FULL:
                self._flush()
        return len(self._squares) - 1

    def squares(self, row: int) -> float | None:
        """The sum of squares of the elements of a row, where it is known at once."""
        return self._squares[row]

    def table(self) -> np.ndarray:
        """All rows so far."""
        self._flush()
        return np.concatenate(self._tables) if self._tables else empty_rows(0)

    def _flush(self) -> None:
        if self._waiting:
            self._tables.append(_rows(self._waiting))
            self._waiting = []


class _Waiting(NamedTuple):
    """A tensor's moments, on its device unless they are known already, and the elements its histogram is made of."""

    size: int
    repeats: int
    moments: Moments | Tensor
    sample: Tensor

    def squares(self) -> float | None:
        """The sum of squares of all elements, where it is on the host."""
        if type(self.moments) is not Moments:
            return None
        return self.repeats * (self.moments.deviations + self.size * self.moments.mean**2)


def _reduced(tensor: Tensor, layout: Layout, room: Tensor) -> _Waiting:
    """A tensor's moments and sample; there is `room` for the sample, until the results are fetched."""
    size, repeats, elements = layout.size, layout.repeats, Elements(tensor, layout)
    runs = runs_of(tensor, layout) if size else None
    if runs is None:
        return _Waiting(size, repeats, _moments(tensor, elements), _countable(elements.sample()))
    _, places = spread(layout.dims)
    found = read(tensor, runs, places, room)
    moments = thorough_moments(elements) if found is None else Moments(0, *found)
    return _Waiting(size, repeats, moments, room[: len(places) - 1])


def _moments(tensor: Tensor, elements: Elements) -> Moments | Tensor:
    if not elements.count:
        return NOTHING
    is_whole = tensor.dtype in WHOLE
    if tensor.is_cpu and (is_whole or tensor.dtype in QUICK):
        found = quick_moments(elements)
        if found is not None and (not is_whole or max(-found.min, found.max) < EXACT):
            return found
    return thorough_moments(elements)


def _countable(values: Tensor) -> Tensor:
    return values.float() if values.dtype in QUICK else as_real(values)


def _rows(waiting: Sequence[_Waiting]) -> np.ndarray:
    """The rows of what waits."""
    table = _table([one.moments for one in waiting])
    samples = fetched([one.sample for one in waiting])
    table["count"] = [one.size for one in waiting]
    table["sampled"] = [len(values) for values in samples]
    _count_bins(table, samples)
    _repeat(table, [one.repeats for one in waiting])
    return table


def _exact_row(tensor: Tensor, layout: Layout) -> np.ndarray:
    """A row whose zeros and histogram are those of all elements."""
    elements = Elements(tensor, layout)
    table = _table([_moments(tensor, elements)])
    table["count"] = table["sampled"] = layout.size
    for piece in elements.pieces():
        _count_bins(table, fetched([_countable(piece)]))
    _repeat(table, [layout.repeats])
    return table


def _table(moments: Sequence[Moments | Tensor]) -> np.ndarray:
    """Rows with these moments, and the windows of bins that follow from them."""
    table = empty_rows(len(moments))
    for name, column in zip(Moments._fields, np.array(fetched(moments), np.float64).T):
        table[name] = column
    table["exponent"], table["first"] = windows(table["min"], table["max"])
    return table


def fetched(results: Sequence[Any]) -> list[Any]:
    """Results on the host, tensors as arrays: those of one device and dtype come in one transfer."""
    groups: dict[tuple[torch.device, torch.dtype], list[int]] = {}
    for i, result in enumerate(results):
        if isinstance(result, Tensor):
            groups.setdefault((result.device, result.dtype), []).append(i)
    fetched = list(results)
    for (device, _), members in groups.items():
        if device.type == "cpu":
            arrays = [results[i].numpy() for i in members]
        else:
            sizes = np.cumsum([results[i].numel() for i in members])[:-1]
            arrays = np.split(torch.cat([results[i].reshape(-1) for i in members]).cpu().numpy(), sizes)
        for i, array in zip(members, arrays):
            fetched[i] = array
    return fetched


def _count_bins(table: np.ndarray, samples: Sequence[np.ndarray]) -> None:
    """Add zeros and histograms of some elements of each value to rows whose moments are known."""
    exponents, firsts = table["exponent"].tolist(), table["first"].tolist()
    for row, values, exponent, first in zip(table, samples, exponents, firsts):
        if values.dtype == np.float32 and abs(exponent) < EASY:
            bins = row["bins"]
            row["zeros"] += count_bins(torch.from_numpy(values), exponent, first, bins.ctypes.data)
        else:
            row["zeros"] += np.count_nonzero(values == 0)
            row["bins"] += counted(values[np.isfinite(values)], exponent, first)


def _repeat(table: np.ndarray, times: Sequence[int]) -> None:
    """Count every element of a value so often: an expanded tensor holds each of its elements many times."""
    factors = np.array(times)
    for name in ("count", "nonfinite", "deviations", "zeros", "sampled"):
        table[name] *= factors
    table["bins"] *= factors[:, None]
