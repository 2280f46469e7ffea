"""Tensors to rows of statistics: each is reduced at once where it lies, the results are fetched together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..recording.binning import counted, windows
from ..recording.statistics import empty_rows
from .layout import Layout, layout_of, pieces, sample
from .moments import NOTHING, QUICK, Moments, as_real, quick_moments, thorough_moments

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
        self._count = 0

    def add(self, tensor: Tensor) -> int:
        """Reduce a tensor (strided, with values); returns the number of its row."""
        tensor = tensor.detach()  # so that nothing that follows is remembered for a backward
        if tensor.is_neg():
            tensor = tensor.resolve_neg()
        layout = layout_of(tensor)
        if self._exact and layout.size:
            self._flush()
            self._tables.append(_exact_row(tensor, layout))
        else:
            self._waiting.append(_Waiting(tensor, layout))
            if len(self._waiting) == FULL:
                self._flush()
        self._count += 1
        return self._count - 1

    def table(self) -> np.ndarray:
        """All rows so far."""
        self._flush()
        return np.concatenate(self._tables) if self._tables else empty_rows(0)

    def _flush(self) -> None:
        if self._waiting:
            self._tables.append(_rows(self._waiting))
            self._waiting = []


class _Waiting:
    """A tensor's moments, on its device unless they are known already, and the elements its histogram is made of."""

    __slots__ = ("count", "moments", "repeats", "sample")

    def __init__(self, tensor: Tensor, layout: Layout) -> None:
        self.count = layout.size
        self.repeats = layout.repeats
        self.moments = _moments(tensor, layout, self.count)
        self.sample = _plain(sample(tensor, layout))


def _moments(tensor: Tensor, layout: Layout, count: int) -> Moments | Tensor:
    if not count:
        return NOTHING
    found = None
    if tensor.dtype in QUICK and tensor.is_cpu:
        found = quick_moments(lambda: pieces(tensor, layout), count)
    return found if found is not None else thorough_moments(lambda: pieces(tensor, layout))


def _plain(values: Tensor) -> Tensor:
    return values.float() if values.dtype in QUICK else as_real(values)


def _rows(waiting: Sequence[_Waiting]) -> np.ndarray:
    """The rows of what waits."""
    table = _table([one.moments for one in waiting])
    samples = fetched([one.sample for one in waiting])
    table["count"] = [one.count for one in waiting]
    table["sampled"] = [len(values) for values in samples]
    _count_bins(table, samples)
    _repeat(table, [one.repeats for one in waiting])
    return table


def _exact_row(tensor: Tensor, layout: Layout) -> np.ndarray:
    """A row whose zeros and histogram are those of all elements."""
    table = _table([_moments(tensor, layout, layout.size)])
    table["count"] = table["sampled"] = layout.size
    for piece in pieces(tensor, layout):
        _count_bins(table, [_plain(piece).cpu().numpy()])
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
    table["zeros"] += [np.count_nonzero(values == 0) for values in samples]
    nonfinite, exponents, firsts = (table[name].tolist() for name in ("nonfinite", "exponent", "first"))
    for values, is_broken, exponent, first, bins in zip(samples, nonfinite, exponents, firsts, table["bins"]):
        counts = counted(values[np.isfinite(values)] if is_broken else values, exponent, first)
        np.add(bins, counts, out=bins)


def _repeat(table: np.ndarray, times: Sequence[int]) -> None:
    """Count every element of a value so often: an expanded tensor holds each of its elements many times."""
    factors = np.array(times)
    for name in ("count", "nonfinite", "deviations", "zeros", "sampled"):
        table[name] *= factors
    table["bins"] *= factors[:, None]
