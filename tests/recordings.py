"""Traces with numbers made up from a seed, for whatever shows recordings; no network computes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from resight import Ref, Trace
from resight.recording import BINS, Recording, Statistics, Thumbnail
from resight.recording.binning import binned
from resight.recording.statistics import empty_rows
from resight.skips import Contribution

SAMPLE = 512


def values_of(trace: Trace) -> list[Ref]:
    """Every value of a trace."""
    return [Ref(op.id, slot) for op in trace.graph.ops for slot in range(len(op.outputs))]


def recorded(
    trace: Trace,
    *,
    nonfinite: Mapping[Ref, int] | None = None,
    silent: Collection[Ref] = (),
    thumbnails: Collection[Ref] = (),
    gradients: bool = False,
    seconds: bool = False,
) -> Trace:
    """The trace with a recording: normal values for each op, cut at zero by a `relu`.

    `nonfinite` elements of a value are not finite; of the `silent` values nothing is known; of `thumbnails` there
    are three small feature maps. Each skip's branch has half the rms of its shortcut.
    """
    refs = [ref for ref in values_of(trace) if ref not in silent]
    values = Statistics({ref: i for i, ref in enumerate(refs)}, _rows(trace, refs, nonfinite or {}))
    recording = Recording(
        values=values,
        gradients=values if gradients else None,
        seconds=np.arange(len(trace.graph.ops)) * 1e-4 if seconds else None,
        thumbnails={ref: _thumbnail(ref) for ref in thumbnails},
        how=f"made up from a seed, histograms of {SAMPLE} elements",
    )
    skips = tuple(replace(skip, contribution=Contribution(0.5, 0.25, 0.4, SAMPLE)) for skip in trace.skips)
    return replace(trace, recording=recording, skips=skips)


def _rows(trace: Trace, refs: list[Ref], nonfinite: Mapping[Ref, int]) -> np.ndarray:
    random = np.random.default_rng(0)
    rows = empty_rows(len(refs))
    for row, ref in zip(rows, refs):
        sample = random.normal(scale=1 + ref.op / 10, size=SAMPLE)
        if trace.graph.ops[ref.op].name == "relu":
            sample = np.maximum(sample, 0)
        low, high = sample.min(), sample.max()
        row["count"], row["nonfinite"] = SAMPLE + nonfinite.get(ref, 0), nonfinite.get(ref, 0)
        row["mean"], row["deviations"] = sample.mean(), SAMPLE * sample.var()
        row["min"], row["max"] = low, high
        row["zeros"], row["sampled"] = (sample == 0).sum(), SAMPLE
        row["exponent"], row["first"], row["bins"] = binned(sample, float(low), float(high))
        assert row["bins"].shape == (BINS,)
    return rows


def _thumbnail(ref: Ref) -> Thumbnail:
    pixels = (np.arange(3 * 8 * 8) * 5 % 256).astype(np.uint8).reshape(3, 8, 8)
    return Thumbnail(ref, pixels, (-1.0,) * 3, (1.0,) * 3, 64, "maps")
