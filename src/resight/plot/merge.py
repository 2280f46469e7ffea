"""What meets at a merge: the shortcut, the branch, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import text
from ..errors import UserError
from ..graph import Ref
from ..names import skip_names
from ..skips import Skip, as_sum, operands
from ..traces import Trace
from .features import MOST_STRETCHED, choose
from .figure import Figure
from .layouts import Reading, read
from .ranges import Range, clipped, range_of, reach_words
from .sheet import USUAL_WIDTH, Box, Sheet
from .style import colour_map, styled
from .tensors import array_of
from .tiles import grid, shown_words

SIGN = 0.2
"""Width in inches between two pictures, where the sign stands."""

COMFORTABLE, LARGEST, APART = 3.6, 7.0, 0.4
"""Widths in inches of the pictures of one channel together, and the space to the next."""

FLATTEST = (0.1, 0.3)
"""Height of a picture of tokens in widths of the sheet: at least, at most."""

PARTS = ("shortcut", "branch", "sum")
SIGNS = ("", "+", "=")


@styled
def merge(
    met: Trace | tuple[Any, Any],
    skip: Skip | int | None = None,
    *,
    count: int = 4,
    channels: str | Sequence[int] = "first",
    columns: int | None = None,
    layout: str = "auto",
    item: int = 0,
    title: str | None = None,
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """The shortcut, the branch and their sum side by side, channel by channel, on one scale around zero.

    `met` is a trace that kept what meets (`resight.record(model, x, keep=skip)`) with a `skip` of its own or its
    number, or the two tensors themselves. Factors of the merge (a difference, `alpha`) are applied. Of a concat there
    is no sum. `count`, `channels`, `layout` and `item` are as in `feature_maps`; tokens and vectors are one picture.
    Colours reach the 99th percentile where single values are more than twice as large.

    Raises:
        UserError: no such skip, its values were not kept, or the two do not fit.
    """
    name, note, parts = _from_trace(met, _the_skip(met, skip)) if isinstance(met, Trace) else ("", "", _pair(met))
    read_parts = [read(part, layout, item) for part in parts]
    chosen, which, tiles = _tiles(read_parts, channels, count)
    shown = np.concatenate([tile.ravel() for triple in tiles for tile in triple])
    whole, reach = range_of(shown), clipped(shown)
    caption = (note, which, *read_parts[0].words, f"one scale, {whole.words}", reach_words(whole, reach), whole.alarm)
    sheet = Sheet(width, theme, name if title is None else title, caption)
    if chosen:
        _draw_beside(sheet, tiles, chosen, columns, reach)
    else:
        _draw_stacked(sheet, tiles[0], reach)
    sheet.key(colour_map("diverging", sheet.colours), -reach, reach)
    return sheet.done()


def _the_skip(trace: Trace, skip: Skip | int | None) -> int:
    """The number of a skip; one of another trace of the same network is told by its merge and source."""
    if isinstance(skip, Skip):
        alike = [i for i, own in enumerate(trace.skips) if (own.merge, own.source) == (skip.merge, skip.source)]
        if alike:
            return alike[0]
    elif skip is not None and -len(trace.skips) <= skip < len(trace.skips):
        return range(len(trace.skips))[skip]
    asked = "no skip was given" if skip is None else f"the trace has no skip {skip if isinstance(skip, int) else ''}"
    hint = f"give a number from 0 to {len(trace.skips) - 1}" if trace.skips else "it has none"
    raise UserError(asked.rstrip(), hint=hint)


def _from_trace(trace: Trace, number: int) -> tuple[str, str, list[np.ndarray]]:
    """Title, note and values of a skip whose operands were kept."""
    skip, kept = trace.skips[number], trace.recording.kept if trace.recording else {}
    terms = _terms(trace, skip)
    if any(kept.get(ref) is None for ref, _ in terms):
        hint = f"resight.record(model, x, keep=trace.skips[{number}]) keeps them"
        raise UserError(f"the values that meet at skip {number} were not kept", hint=hint)
    values = [array_of(kept[ref]) * factor if factor != 1 else array_of(kept[ref]) for ref, factor in terms]
    branch = sum(values[2:], values[1])
    measured = [("gain", skip.gain), ("cosine", skip.cosine)]
    said = [f"{skip.name} skip", *(f"{word} {text.number(size)}" for word, size in measured if size is not None)]
    name = skip_names(trace.graph, trace.skips)[number]
    return name, ", ".join(said), _with_sum(values[0], branch, skip.combine == "add")


def _terms(trace: Trace, skip: Skip) -> list[tuple[Ref, float]]:
    """What meets at a merge, the shortcut first, and the factors the merge gives it."""
    summed = as_sum(trace.graph, skip)
    if summed:
        return [(term.ref, term.factor) for term in (summed.shortcut, *summed.branch)]
    met = operands(trace.graph, skip)
    return [(ref, 1.0) for ref in (met.shortcut, *met.branch)]


def _pair(met: Any) -> list[np.ndarray]:
    if not isinstance(met, (tuple, list)) or len(met) != 2:
        raise UserError("merge draws a trace and a skip, or two tensors", hint="give (shortcut, branch)")
    shortcut, branch = (array_of(value, what) for value, what in zip(met, PARTS))
    return _with_sum(shortcut, branch, adds=True)


def _with_sum(shortcut: np.ndarray, branch: np.ndarray, adds: bool) -> list[np.ndarray]:
    if not adds:
        return [shortcut, branch]
    if shortcut.shape != branch.shape:
        shapes = f"{text.shape(branch.shape)} cannot be added to shortcut {text.shape(shortcut.shape)}"
        raise UserError(f"branch {shapes}", hint="give two values of one shape")
    return [shortcut, branch, shortcut + branch]


def _tiles(
    parts: list[Reading], channels: str | Sequence[int], count: int
) -> tuple[list[int], str, list[list[np.ndarray]]]:
    """Numbers of the channels, how they were chosen, and for each its two or three pictures [height, width]."""
    if parts[0].layout != "maps":
        return [], "", [[np.atleast_2d(part.values) for part in parts]]
    total = min(len(part.values) for part in parts)
    chosen, which = choose(parts[0].values[:total], channels, count)
    words = shown_words(len(chosen), total, "channel", which)
    return chosen, words, [[part.values[number] for part in parts] for number in chosen]


def _draw_beside(
    sheet: Sheet, tiles: list[list[np.ndarray]], chosen: list[int], columns: int | None, reach: float
) -> None:
    """Two or three maps beside each other for each channel."""
    parts = len(tiles[0])
    height, length = tiles[0][0].shape
    aspect = min(MOST_STRETCHED, max(1 / MOST_STRETCHED, height / length)) / (parts * 1.08)
    boxes = grid(sheet, [""] * len(tiles), aspect, columns, comfortable=COMFORTABLE, largest=LARGEST, gap=APART)
    for number, box, pictures in zip(chosen, boxes, tiles):
        gap = min(SIGN * sheet.scale, box.width / 12)
        each = (box.width - (parts - 1) * gap) / parts
        for i, (part, values) in enumerate(zip(PARTS, pictures)):
            one = Box(box.left + i * (each + gap), box.top, each, box.height)
            words = [f"{number:,} {part}", f"{number:,}"] if i == 0 else [part]
            label = next((word for word in words if sheet.measure(word, sheet.small) <= each + gap / 2), "")
            sign = SIGNS[i] if parts == len(PARTS) else ""
            _draw_part(sheet, one, values, reach, label)
            sheet.write(one.left - gap / 2, one.top + one.height / 2, sign, sheet.body, ha="center", va="center")


def _draw_stacked(sheet: Sheet, pictures: list[np.ndarray], reach: float) -> None:
    """Two or three wide pictures under each other."""
    line, indent = sheet.line(sheet.small), SIGN * sheet.scale
    height = sheet.room * min(FLATTEST[1], max(FLATTEST[0], pictures[0].shape[0] / pictures[0].shape[1]))
    for part, sign, values in zip(PARTS, SIGNS if len(pictures) == len(PARTS) else ("",) * 3, pictures):
        box = Box(sheet.margin + indent, sheet.top + line, sheet.room - indent, height)
        _draw_part(sheet, box, values, reach, part)
        sheet.write(sheet.margin, box.top + height / 2, sign, sheet.body, va="center")
        sheet.top = box.bottom + 0.06 * sheet.scale
    sheet.top += 0.06 * sheet.scale


def _draw_part(sheet: Sheet, box: Box, values: np.ndarray, reach: float, label: str) -> None:
    sheet.image(box, values, colour_map("diverging", sheet.colours), Range(-reach, reach).norm())
    sheet.frame(box)
    sheet.write(box.left, box.top, label, sheet.small, "muted", va="bottom")
