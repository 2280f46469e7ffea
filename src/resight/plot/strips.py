"""Values without a picture of their own: tokens by features, and plain vectors."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .. import text
from . import lettering
from .figure import Figure
from .layouts import Reading
from .ranges import Range, clipped, range_of, reach_words
from .sheet import Box, Sheet
from .style import colour_map

SHORTEST, TALLEST = 0.25, 0.9
"""Height of a picture of tokens in widths of the sheet."""

BARS = 64
"""More features than this are drawn without gaps."""


def draw_tokens(reading: Reading, title: str, theme: str, width: float) -> Figure:
    """One picture: a row for each token, a column for each feature, colours around zero."""
    values = reading.values
    whole, reach = range_of(values), clipped(values)
    how = reach_words(whole, reach)
    sheet = Sheet(width, theme, title, (*reading.words, f"one scale around zero, {whole.words}", how, whole.alarm))
    cmap = colour_map("diverging", sheet.colours)
    height = sheet.room * min(TALLEST, max(SHORTEST, values.shape[0] / values.shape[1]))
    left = numbers_width(sheet, len(values)) + 1.6 * sheet.line(sheet.small)
    sheet.top += sheet.line(sheet.small)
    box = Box(sheet.margin + left, sheet.top, sheet.room - left, height)
    draw_grid(sheet, box, values, Range(-reach, reach), "feature", "token")
    sheet.top = box.bottom + 2.6 * sheet.line(sheet.small)
    sheet.key(cmap, -reach, reach, left=box.left)
    return sheet.done()


def draw_grid(sheet: Sheet, box: Box, values: np.ndarray, span: Range, across: str, down: str) -> None:
    """A picture of values [rows, columns] with numbers along two sides and what they count."""
    axes = sheet.axes(box)
    axes.grid(False)
    cmap = colour_map("diverging", sheet.colours)
    axes.imshow(np.ma.masked_invalid(values), cmap, span.norm(), aspect="auto", interpolation="auto")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set(xlim=(-0.5, values.shape[1] - 0.5), ylim=(values.shape[0] - 0.5, -0.5))
    sheet.write(box.left + box.width / 2, box.bottom + 1.3 * sheet.line(sheet.small), across, sheet.small, ha="center")
    sheet.write(sheet.margin, box.top + box.height / 2, down, sheet.small, rotation=90, va="center")


def draw_vector(reading: Reading, title: str, theme: str, width: float) -> Figure:
    """A bar for each feature."""
    values = reading.values.astype(np.float64)
    whole = range_of(values)
    sheet = Sheet(width, theme, title, (*reading.words, f"linear scale, {whole.words}", whole.alarm))
    left = numbers_width(sheet, text.number(whole.low), text.number(whole.high)) + 0.1 * sheet.scale
    box = Box(sheet.margin + left, sheet.top + 0.05, sheet.room - left - 0.1 * sheet.scale, 0.28 * sheet.room)
    line = sheet.line(sheet.small)
    axes = sheet.axes(box)
    known = np.where(np.isfinite(values), values, 0)
    edges = np.arange(len(values) + 1) - 0.5
    axes.stairs(known, edges, fill=True, color=sheet.accent, linewidth=0)
    for place in np.flatnonzero(~np.isfinite(values)).tolist():
        axes.axvline(place, color=sheet.colours["alarm"], linewidth=sheet.scale)
    axes.axhline(0, color=sheet.colours["muted"], linewidth=0.6 * sheet.scale)
    axes.set_xlim(edges[0], edges[-1])
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: text.number(value)))
    sheet.write(
        box.left + box.width / 2, box.bottom + 1.3 * sheet.line(sheet.small), "feature", sheet.small, ha="center"
    )
    sheet.top = box.bottom + 2.4 * line
    return sheet.done()


def numbers_width(sheet: Sheet, *numbers: object) -> float:
    """Width of the widest of some numbers along an axis."""
    return max(lettering.width(f"{n:,}" if isinstance(n, int) else str(n), sheet.small) for n in numbers)
