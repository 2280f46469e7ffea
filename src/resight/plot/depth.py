"""Rows by depth, first op on top: their names, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.axes import Axes

from . import lettering
from .sheet import Box, Sheet

NAMES = 0.34
"""Most of a sheet's width that names take."""

TALLEST = 1.1
"""Most of a sheet's height that rows take, in its widths; more of them are drawn thinner."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of equal height (inches) under each other; `left` is where the names end."""

    left: float
    top: float
    height: float
    count: int

    @property
    def bottom(self) -> float:
        return self.top + self.count * self.height

    def panel(self, sheet: Sheet, start: float, end: float) -> Axes:
        """Axes beside the names, from and to a share of the room there; row i is y = i."""
        room = sheet.width - sheet.margin - self.left
        axes = sheet.axes(Box(self.left + start * room, self.top, (end - start) * room, self.bottom - self.top))
        axes.set_ylim(self.count - 0.5, -0.5)
        axes.set_yticks([])
        return axes


def write_rows(sheet: Sheet, names: Sequence[str], height: float, alarmed: Sequence[bool] = ()) -> Rows:
    """Write the names of rows, as many as can be read; an alarmed row has the alarm colour and is always named.

    `height` is that of a comfortable row. The sheet's `top` moves below the rows.
    """
    line = sheet.line(sheet.small)
    height = min(height, TALLEST * sheet.width / len(names))
    short = without_common_start(names)
    room = min(NAMES * sheet.room, max(lettering.width(name, sheet.small) for name in short))
    left = sheet.margin + room + 0.08 * sheet.scale
    rows = Rows(left, sheet.top, height, len(names))
    every = max(1, ceil(0.9 * line / height))
    for i, name in enumerate(short):
        if i % every == 0:
            words = lettering.fitted(name, sheet.small, room)
            colour = "alarm" if alarmed and any(alarmed[i : i + every]) else "muted"
            sheet.write(left - 0.08 * sheet.scale, rows.top + (i + 0.5) * height, words, sheet.small, colour,
                        ha="right", va="center")  # fmt: skip
    sheet.top = rows.bottom
    return rows


def without_common_start(names: Sequence[str]) -> list[str]:
    """Dotted names without the parts that all of them begin with."""
    if len(names) < 2:
        return list(names)
    parts = [name.split(".") for name in names]
    common = 0
    while all(len(part) > common + 1 and part[common] == parts[0][common] for part in parts):
        common += 1
    return [".".join(part[common:]) for part in parts]
