"""A figure in the making, measured in inches from its top left corner, so that nothing is cut and nothing collides."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import Formatter

from .. import text
from ..errors import UserError
from . import lettering
from .figure import DPI, Figure
from .style import palette_of

NARROWEST, WIDEST = 2.0, 60.0
"""Widths of a figure in inches."""

USUAL_WIDTH = 8.0
"""At this width letters have their nominal size; they grow with its square root."""

LEADING = 1.45
"""Height of a line in sizes of its letters."""


class Box(NamedTuple):
    """A rectangle in inches from the top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


class Sheet:
    """A sheet of a given width, with a title and a caption; its height is known when all is drawn.

    `colours` are those of the theme, `scale` is 1 at `USUAL_WIDTH`, `margin` keeps the edges free, `top` is where
    the next thing may stand, all lengths in inches. `big`, `body` and `small` are sizes of letters in points.
    """

    def __init__(self, width: float, theme: str, title: str, caption: Sequence[str]) -> None:
        if not isinstance(width, (int, float)) or not NARROWEST <= width <= WIDEST:
            raise UserError(f"a figure can't be {width!r} inches wide", hint=f"give {NARROWEST:g} to {WIDEST:g}")
        self.width = float(width)
        self.colours = palette_of(theme)
        self.scale = min(1.5, max(0.75, sqrt(width / USUAL_WIDTH)))
        self.margin = 0.16 * self.scale
        self.big, self.body, self.small = 12 * self.scale, 8.5 * self.scale, 7 * self.scale
        self.figure = Figure(figsize=(self.width, 1), dpi=DPI, facecolor=self.colours["background"])
        self._ground = self.figure.add_axes((0, 0, 1, 1), zorder=-1)
        self._ground.set_axis_off()
        self._placed: list[tuple[Axes, Box]] = []
        self.top = self.margin
        self._write_header(title, caption)

    @property
    def room(self) -> float:
        """Width between the margins."""
        return self.width - 2 * self.margin

    @property
    def accent(self) -> str:
        """The colour of what is measured."""
        return self.colours["skips"]["resampled"]

    def line(self, size: float) -> float:
        """Height in inches of a line of letters of this size in points."""
        return LEADING * size / lettering.POINTS

    def _write_header(self, title: str, caption: Sequence[str]) -> None:
        if title:
            self.write(self.margin, self.top, lettering.fitted(title, self.big, self.room, 600), self.big, weight=600)
            self.top += self.line(self.big)
        for words in lettering.lines(" · ".join(filter(None, caption)), self.body, self.room):
            self.write(self.margin, self.top, words, self.body, "muted")
            self.top += self.line(self.body)
        self.top += 0.08 * self.scale

    def write(
        self, x: float, y: float, words: str, size: float, colour: str = "ink", *, weight: int = 400, **place: Any
    ) -> None:
        """A text with its top left corner at a place; `ha`, `va` and `rotation` as in matplotlib."""
        spelled, families = lettering.spelled(words, weight)
        self._ground.text(
            x, y, spelled, size=size, color=self.paint(colour), family=families, parse_math=False,
            **{"ha": "left", "va": "top", **place},
        )  # fmt: skip

    def paint(self, colour: str) -> str:
        """A colour of the theme by name, or one given as it is."""
        return str(self.colours.get(colour, colour))

    def measure(self, words: str, size: float) -> float:
        """Width of a text in inches at a size in points."""
        return lettering.width(words, size)

    def legend(self, entries: Sequence[tuple[str, str]]) -> None:
        """A line of coloured dots with their words, as many lines as it takes; moves `top` below them."""
        line, dot, gap = self.line(self.small), 0.1 * self.scale, 0.16 * self.scale
        x = self.margin
        for colour, words in entries:
            wide = dot + self.measure(words, self.small)
            if x > self.margin and x + wide > self.width - self.margin:
                x, self.top = self.margin, self.top + line
            self._ground.plot([x + dot / 3], [self.top + 0.42 * line], "o", color=colour, ms=0.6 * self.small, mew=0)
            self.write(x + dot, self.top, words, self.small, "muted")
            x += wide + gap
        self.top += line

    def image(self, box: Box, values: np.ndarray, cmap: Colormap | None = None, norm: Normalize | None = None) -> None:
        """Values [height, width], or colours [height, width, 3] from 0 to 1, stretched over a box."""
        extent = (box.left, box.right, box.bottom, box.top)
        # In float64 the difference of any two float32 is finite.
        shown = values if cmap is None else np.ma.masked_invalid(values.astype(np.float64))
        self._ground.imshow(shown, cmap, norm, extent=extent, aspect="auto", interpolation="auto", resample=True)

    def curve(self, box: Box, values: np.ndarray, low: float, high: float, colour: str = "ink") -> None:
        """A line through values [length] in a box whose edges are `low` and `high`; gaps where they are not finite."""
        x = box.left + (np.arange(len(values)) + 0.5) / len(values) * box.width
        height = (high - low) or 1.0
        y = box.bottom - (values - low) / height * box.height
        self._ground.plot(x, np.where(np.isfinite(y), y, np.nan), color=self.paint(colour), linewidth=0.8 * self.scale)

    def block(self, box: Box, colour: str) -> None:
        """A filled rectangle with a hair of space to its neighbours."""
        patch = Rectangle(
            (box.left, box.top), box.width, box.height, facecolor=self.paint(colour),
            edgecolor=self.colours["background"], linewidth=0.4 * self.scale,
        )  # fmt: skip
        self._ground.add_patch(patch)

    def frame(self, box: Box, colour: str = "frameLine") -> None:
        """A thin rectangle around a box."""
        x, y = [box.left, box.right, box.right, box.left, box.left], [box.top, box.top, box.bottom, box.bottom, box.top]
        self._ground.plot(x, y, color=self.paint(colour), linewidth=0.5 * self.scale, solid_joinstyle="miter")

    def axes(self, box: Box, x: Formatter | None = None, y: Formatter | None = None) -> Axes:
        """Axes over a box, quiet: thin spines, light grid, our letters. Labels must have room outside the box."""
        made = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        self._placed.append((made, box))
        made.set_axisbelow(True)
        made.grid(color=self.colours["frameLine"], linewidth=0.5 * self.scale, alpha=0.7)
        made.tick_params(
            length=0, pad=3 * self.scale, labelsize=self.small, labelcolor=self.colours["muted"],
            labelfontfamily=lettering.spelled("")[1],
        )  # fmt: skip
        for side, spine in made.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(self.colours["frameLine"])
        return made

    def key(self, cmap: Colormap, low: float, high: float, *, left: float | None = None) -> None:
        """A bar of colours with its two ends named, at the top of what is free; moves `top` below it."""
        ends = text.number(low), text.number(high)
        height, gap = self.small / lettering.POINTS, 0.06 * self.scale
        start = self.margin if left is None else left
        self.write(start, self.top, ends[0], self.small, "muted")
        left = start + lettering.width(ends[0], self.small) + gap
        bar = Box(left, self.top + 0.1 * height, min(1.6 * self.scale, self.room / 3), height)
        self.image(bar, np.linspace(0, 1, 256)[None, :], cmap, Normalize(0, 1))
        self.write(bar.right + gap, self.top, ends[1], self.small, "muted")
        self.top += self.line(self.small)

    def done(self) -> Figure:
        """The figure, as high as what was drawn."""
        height = self.top + self.margin
        self.figure.set_size_inches(self.width, height)
        self._ground.set(xlim=(0, self.width), ylim=(height, 0))
        for axes, box in self._placed:
            share = 1 / self.width, 1 / height
            axes.set_position(
                (box.left * share[0], 1 - box.bottom * share[1], box.width * share[0], box.height * share[1])
            )
        return self.figure
