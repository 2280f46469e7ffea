"""Feature maps: what a layer made of one input, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import Colormap

from ..errors import UserError
from ..recording.activation import Activation
from .figure import Figure
from .layouts import read
from .ranges import Range, range_of, ranges, scale_words
from .sheet import USUAL_WIDTH, Sheet
from .strips import draw_tokens, draw_vector
from .style import SEQUENTIAL, colour_map, palette_of, styled
from .tensors import array_of, title_of
from .tiles import grid, numbered, shown_words

LINE_ASPECT = 0.5
"""Height by width of the small graph of a one-dimensional map."""

MOST_STRETCHED = 8.0
"""Maps longer or wider than this are drawn less so."""


@styled
def feature_maps(
    value: Any,
    *,
    columns: int | None = None,
    count: int = 16,
    channels: str | Sequence[int] = "first",
    scale: str = "each",
    cmap: str | Colormap = SEQUENTIAL,
    layout: str = "auto",
    item: int = 0,
    title: str | None = None,
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """The feature maps of one item of a batch, each with the number of its channel.

    `value` is a tensor, an array or a kept activation (`trace["layer1.0.conv1"]`). Shown are `count` of its
    `channels`: the `first` ones, the `varied` ones (largest standard deviation over positions) or those you list.
    `scale` is `each` (every map spans all colours) or `shared`; the caption says which, and the range of the values.

    `layout` says what the dimensions are: [batch, channels, height, width] are `maps`, [batch, tokens, width] `tokens`
    (one picture, `patches` for the grid of a vision transformer), [batch, channels, depth, height, width] `volumes`
    (their middle slice), [batch, features] a `vector`; `lines` are [batch, channels, length] and `channels last` is
    [batch, height, width, channels]. The batch may be missing. `width` is in inches.

    Raises:
        UserError: nothing to draw, a shape without this layout, an unknown option.
    """
    if layout == "auto" and isinstance(value, Activation) and value.is_along_length:
        layout = "lines"
    reading = read(array_of(value), layout, item)
    name = title_of(value, title)
    if reading.layout == "tokens":
        return draw_tokens(reading, name, theme, width)
    if reading.layout == "vector":
        return draw_vector(reading, name, theme, width)
    chosen, which = choose(reading.values, channels, count)
    shown = reading.values[chosen]
    whole = range_of(shown)
    head = (shown_words(len(chosen), len(reading.values), "channel", which), *reading.words)
    sheet = Sheet(width, theme, name, (*head, scale_words(whole, scale), whole.alarm))
    if reading.layout == "lines":
        _draw_lines(sheet, shown, chosen, columns, scale)
    else:
        _draw_maps(sheet, shown, chosen, columns, scale, colour_map(cmap, palette_of(theme)))
    return sheet.done()


def choose(values: np.ndarray, channels: str | Sequence[int], count: int) -> tuple[list[int], str]:
    """Numbers of the channels to draw, in order, and how they were chosen."""
    if not isinstance(count, int) or count < 1:
        raise UserError(f"there can't be {count!r} maps", hint="give 1 or more")
    total = len(values)
    if channels == "first":
        return list(range(min(count, total))), "the first ones"
    if channels == "varied":
        spread = np.nan_to_num(values.reshape(total, -1).astype(np.float64).std(axis=1))
        strongest = np.argsort(-spread, kind="stable")[:count]
        return sorted(map(int, strongest)), "those with the largest standard deviation"
    if isinstance(channels, str):
        raise UserError(f"channels can't be {channels!r}", hint="use first, varied or a list of numbers")
    wrong = [number for number in channels if not 0 <= number < total]
    if wrong or not len(channels):
        raise UserError(f"there is no channel {wrong[0]}" if wrong else "no channel is listed",
                        hint=f"there are {total:,}, from 0")  # fmt: skip
    return [int(number) for number in channels], "as listed"


def _draw_maps(
    sheet: Sheet, shown: np.ndarray, chosen: list[int], columns: int | None, scale: str, cmap: Colormap
) -> None:
    height, length = shown.shape[1:]
    aspect = min(MOST_STRETCHED, max(1 / MOST_STRETCHED, height / length))
    spans = ranges(shown, scale)
    for box, one, span in zip(grid(sheet, numbered(chosen), aspect, columns), shown, spans):
        sheet.image(box, one, cmap, span.norm())
    if scale == "shared":
        sheet.key(cmap, spans[0].low, spans[0].high)


def _draw_lines(sheet: Sheet, shown: np.ndarray, chosen: list[int], columns: int | None, scale: str) -> None:
    for box, one, span in zip(grid(sheet, numbered(chosen), LINE_ASPECT, columns), shown, ranges(shown, scale)):
        sheet.frame(box)
        sheet.curve(box, one.astype(np.float64), *_padded(span), sheet.accent)


def _padded(span: Range) -> tuple[float, float]:
    """A range with a little room above and below."""
    room = 0.05 * (span.high - span.low) or 1.0
    return span.low - room, span.high + room
