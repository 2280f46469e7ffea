"""How the dimensions of a value are read: as maps, lines, volumes, tokens or a vector."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np

from .. import text
from ..errors import UserError
from .tensors import item_of

RANKS = {"maps": 3, "channels last": 3, "volumes": 4, "lines": 2, "tokens": 2, "patches": 2, "vector": 1}
"""Layouts, and how many dimensions one item of a batch has in each.

`maps` are [channels, height, width], `channels last` [height, width, channels], `volumes` [channels, depth, height,
width], `lines` [channels, length], `tokens` [tokens, width], `patches` the same with tokens from a square grid, and
`vector` [features].
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """One item of a value, read in a layout.

    `values` are channels first: [channels, height, width] for everything that is drawn as maps, [channels, length],
    [tokens, width] or [features] for the others. `words` say what was read, for the caption.
    """

    layout: str
    values: np.ndarray
    words: tuple[str, ...]


def read(value: np.ndarray, layout: str, item: int) -> Reading:
    """Item number `item` of a batch, in a layout (`auto` goes by the shape); a value without a batch is one item.

    Raises:
        UserError: no such layout or item, or the shape does not have it.
    """
    layout = guessed(value.shape) if layout == "auto" else layout
    if layout not in RANKS:
        raise UserError(f"there is no layout {layout!r}", hint=f"use auto, {', '.join(RANKS)}")
    rank = RANKS[layout]
    if value.ndim not in (rank, rank + 1):
        what = f"{text.shape(value.shape)} can't be read as {layout}"
        raise UserError(what, hint=f"that takes {rank} dimensions, or {rank + 1} with a batch")
    batch = value if value.ndim == rank + 1 else value[None]
    one = item_of(batch, item)
    if not one.size:
        raise UserError(f"a value of {text.shape(value.shape)} has nothing to draw", hint="give one that has channels")
    words = (f"item {range(len(batch))[item]} of {len(batch)}",) if len(batch) > 1 else ()
    return _arranged(layout, one, words)


def guessed(shape: tuple[int, ...]) -> str:
    """The layout a shape most likely has; three dimensions are maps if the last two are equal, else tokens."""
    match len(shape):
        case 1 | 2:
            return "vector"
        case 3:
            return "maps" if shape[1] == shape[2] else "tokens"
        case 4:
            return "maps"
        case 5:
            return "volumes"
    raise UserError(f"{text.shape(shape)} is no feature map", hint="give a value of 1 to 5 dimensions")


def _arranged(layout: str, one: np.ndarray, words: tuple[str, ...]) -> Reading:
    if layout == "channels last":
        one = np.moveaxis(one, -1, 0)
    elif layout == "volumes":
        middle = one.shape[1] // 2
        words = (f"slice {middle} of {one.shape[1]}, the middle one", *words)
        one = one[:, middle]
    elif layout == "patches":
        side = isqrt(one.shape[0])
        aside = one.shape[0] - side * side
        left_out = f", without the first {aside} tokens" if aside > 1 else ", without the first token" if aside else ""
        words = (f"patches of {text.shape((side, side))}{left_out}", *words)
        one = one[aside:].T.reshape(-1, side, side)
    if one.ndim == 3:
        if one.shape[1:] == (1, 1):
            return Reading("vector", one[:, 0, 0], ("one value in each channel", *words))
        return Reading("maps", one, (text.shape(one.shape[1:]), *words))
    sizes = {"lines": f"length {one.shape[-1]:,}", "tokens": f"{one.shape[0]:,} tokens × {one.shape[-1]:,} features"}
    return Reading(layout, one, (sizes.get(layout, f"{one.shape[0]:,} features"), *words))
