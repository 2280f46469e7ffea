"""Where the tiles of a grid stand: as few ragged rows as can be, and never an empty place before the last tile."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log, sqrt

from .. import text
from ..errors import UserError
from . import lettering
from .sheet import Box, Sheet

COMFORTABLE = 1.5
"""Width in inches of a tile at the usual width of a figure."""

TALLEST = 1.2
"""Height of a whole grid in widths of the sheet, when the number of columns is ours to choose."""

LARGEST = 3.5
"""Width in inches of a tile that has the sheet for itself, at the usual width of a figure."""

SMALLEST_LABELLED = 0.34
"""Narrower tiles (inches) have a number only at the start of each row."""


def grid(
    sheet: Sheet,
    labels: Sequence[str],
    aspect: float,
    columns: int | None,
    *,
    comfortable: float = COMFORTABLE,
    largest: float = LARGEST,
    gap: float = 0.1,
) -> list[Box]:
    """Boxes of tiles with `aspect` (height by width), each with its label above; moves the sheet's `top` below them.

    `comfortable` and `largest` are widths of a tile, `gap` the space between two, at the usual width of a figure.

    Raises:
        UserError: `columns` is not a positive number.
    """
    count = len(labels)
    if columns is None:
        columns = best_columns(count, sheet.room / (comfortable * sheet.scale), aspect)
    elif not isinstance(columns, int) or columns < 1:
        raise UserError(f"there can't be {columns!r} columns", hint="give 1 or more")
    columns = min(columns, count)
    gap = min(gap * sheet.scale, 0.08 * sheet.room / columns)
    labelled = (sheet.room + gap) / columns - gap >= SMALLEST_LABELLED * sheet.scale
    apart = 0.06 * sheet.scale
    gutter = 0.0 if labelled else max(sheet.measure(label, sheet.small) for label in labels) + apart
    size = (sheet.room - gutter + gap) / columns - gap
    size = min(size, largest * sheet.scale, TALLEST * sheet.room / aspect)
    head = sheet.line(sheet.small) if labelled else 0.0
    below = min(gap, 0.12 * sheet.scale)
    boxes = []
    for i, label in enumerate(labels):
        row, column = divmod(i, columns)
        top = sheet.top + row * (head + size * aspect + below) + head
        box = Box(sheet.margin + gutter + column * (size + gap), top, size, size * aspect)
        boxes.append(box)
        if labelled:
            sheet.write(box.left, box.top - head, lettering.fitted(label, sheet.small, size), sheet.small, "muted")
        elif column == 0 and size * aspect >= 0.6 * sheet.line(sheet.small):
            sheet.write(box.left - apart, box.top, label, sheet.small, "muted", ha="right")
    sheet.top = boxes[-1].bottom + 0.1 * sheet.scale
    return boxes


def best_columns(count: int, comfortable: float, aspect: float) -> int:
    """The number of columns near a comfortable one that leaves the fewest places empty in the last row."""
    wanted = min(count, max(comfortable, sqrt(count * aspect / TALLEST)))
    near = [n for n in range(1, count + 1) if wanted / 1.6 <= n <= wanted * 1.6] or [max(1, round(wanted))]
    return min(near, key=lambda n: (abs(log(n / wanted)) + (ceil(count / n) * n - count) / n, n))


def numbered(chosen: Sequence[int]) -> list[str]:
    """Labels of tiles: their numbers."""
    return [f"{n:,}" for n in chosen]


def shown_words(shown: int, total: int, noun: str, which: str) -> str:
    """`16 of 2,048 channels, the first ones`; `all 3 channels`."""
    if shown == total:
        return f"all {total:,} {noun}s" if total > 1 else text.plural(1, noun)
    return f"{shown:,} of {total:,} {noun}s, {which}"
