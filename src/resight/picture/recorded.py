"""What a recording says, packed for the page: numbers of values and of their gradients, feature maps."""

from __future__ import annotations

import math
import zlib
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..graph import Ref
from ..recording import Recording, Statistics, Summary, Thumbnail

DIGITS = 6
"""Significant digits of a number on the wire: more than a page shows or a colour can tell."""


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """One value, or its gradient, in numbers as `recording.Summary` has them; None where one is not finite.

    The histogram's bins start at `start` and are `width` wide.
    """

    count: int
    nonfinite: int
    mean: float | None
    std: float | None
    rms: float | None
    min: float | None
    max: float | None
    zeros: float | None
    sampled: int
    start: float
    width: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MapFacts:
    """Feature maps of one value: bytes [shown, height, width], deflated and in base64.

    A byte of channel `i` stands for `low[i]` at 0 up to `high[i]` at 255. `channels`: how many the value has;
    `recorded`: how many of them were recorded, of which a page may hold fewer.
    `layout`: what a map is, as in `recording.Thumbnail`.
    """

    height: int
    width: int
    low: tuple[float, ...]
    high: tuple[float, ...]
    channels: int
    recorded: int
    layout: str
    pixels: str


class Recorded:
    """The rows of a recording, and which value has which. Without a recording there are none.

    Feature maps together are at most `map_bytes` long: where all channels are too many, every value has the first few;
    where even one of each is too much, later values have none.
    """

    def __init__(self, recording: Recording | None, map_bytes: int) -> None:
        self._seconds = None if recording is None or recording.seconds is None else recording.seconds.tolist()
        rows, self.values = _rows(recording.values if recording else None)
        gradient_rows, self.gradients = _rows(recording.gradients if recording else None)
        thumbnails = recording.thumbnails if recording else {}
        self.maps = _packed(list(thumbnails.values()), map_bytes)
        places = {ref: i for i, ref in enumerate(list(thumbnails)[: len(self.maps)])}
        self._places: dict[str, Mapping[Ref, int]] = {"values": rows, "gradients": gradient_rows, "maps": places}

    def places(self, refs: Sequence[Ref], kind: str) -> tuple[int, ...]:
        """For each of an op's outputs its position in `values`, `gradients` or `maps`; empty where none has one."""
        places = tuple(self._places[kind].get(ref, -1) for ref in refs)
        return places if max(places, default=-1) >= 0 else ()

    def seconds(self, op: int) -> float | None:
        """The time an op took; None where none was recorded."""
        return None if self._seconds is None else _number(self._seconds[op])


def _rows(statistics: Statistics | None) -> tuple[dict[Ref, int], tuple[ValueFacts, ...]]:
    """A row per distinct row of the statistics: views of the same elements share one."""
    places: dict[Ref, int] = {}
    taken: dict[int, int] = {}
    facts: list[ValueFacts] = []
    for ref, row in statistics.rows.items() if statistics else ():
        summary = statistics.summary(ref) if statistics and row not in taken else None
        if summary is not None:
            taken[row] = len(facts)
            facts.append(_value_facts(summary))
        if row in taken:
            places[ref] = taken[row]
    return places, tuple(facts)


def _value_facts(summary: Summary) -> ValueFacts:
    histogram = summary.histogram
    return ValueFacts(
        count=summary.count,
        nonfinite=summary.nonfinite,
        mean=_number(summary.mean),
        std=_number(summary.std),
        rms=_number(summary.rms),
        min=_number(summary.min),
        max=_number(summary.max),
        zeros=_number(summary.zeros),
        sampled=summary.sampled,
        start=histogram.start if histogram else 0.0,
        width=histogram.width if histogram else 0.0,
        counts=histogram.counts if histogram else (),
    )


def _packed(thumbnails: Collection[Thumbnail], most: int) -> tuple[MapFacts, ...]:
    channels = max((len(one.pixels) for one in thumbnails), default=0)
    while channels:
        packed = [_map_facts(one, channels) for one in thumbnails]
        size = sum(len(one.pixels) for one in packed)
        if size <= most:
            return tuple(packed)
        if channels == 1:
            return _that_fit(packed, most)
        channels = max(min(channels * most // size, channels - 1), 1)  # a channel more or less is as long as another
    return ()


def _that_fit(packed: Sequence[MapFacts], most: int) -> tuple[MapFacts, ...]:
    """The first ones that together are no longer than `most`."""
    kept: list[MapFacts] = []
    for one in packed:
        most -= len(one.pixels)
        if most < 0:
            break
        kept.append(one)
    return tuple(kept)


def _map_facts(thumbnail: Thumbnail, channels: int) -> MapFacts:
    pixels = thumbnail.pixels[:channels]
    return MapFacts(
        height=pixels.shape[1],
        width=pixels.shape[2],
        low=tuple(_number(low) or 0.0 for low in thumbnail.low[:channels]),
        high=tuple(_number(high) or 0.0 for high in thumbnail.high[:channels]),
        channels=thumbnail.channels,
        recorded=len(thumbnail.pixels),
        layout=thumbnail.layout,
        pixels=b64encode(zlib.compress(pixels.tobytes(), 9)).decode(),
    )


def _number(value: float) -> float | None:
    """With few digits; JSON has no word for what is not finite."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
