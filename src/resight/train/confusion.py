"""The confusion matrix of a test as a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize

from ..plot.figure import Figure
from ..plot.lettering import fitted
from ..plot.sheet import USUAL_WIDTH, Box, Sheet
from ..plot.style import styled
from ..runs.evaluation import Evaluation

LARGEST = 0.62
"""Side of a cell in inches at the usual width."""

SMALLEST_NUMBERED = 0.24
"""Cells below this side, in inches at the usual width, are coloured but not numbered."""

NAMES = 0.16
"""Share of the width that class names may take."""

DARK = 0.55
"""Cells with more than this share of their row have light numbers."""


@styled
def confusion(
    found: Evaluation,
    classes: tuple[str, ...],
    *,
    title: str = "Confusion matrix",
    caption: str = "",
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """How often images of each class (rows) were taken for each class (columns), by share of the row."""
    how = "a row for each true class, a column for each guess; colours: share of the row"
    sheet = Sheet(width, theme, title, (caption, found.words, how))
    names = [fitted(name, sheet.small, NAMES * sheet.room) for name in classes]
    gutter = max(sheet.measure(name, sheet.small) for name in names) + 0.08 * sheet.scale
    side = min(LARGEST * sheet.scale, (sheet.room - gutter) / len(classes))
    counts = np.array(found.confusion, np.float64)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    box = Box(sheet.margin + gutter, sheet.top + gutter, side * len(classes), side * len(classes))
    colours = LinearSegmentedColormap.from_list("share", [sheet.colours["background"], sheet.accent])
    sheet.image(box, shares, colours, Normalize(0, 1))
    sheet.frame(box)
    _write_names(sheet, box, side, names)
    if side >= SMALLEST_NUMBERED * sheet.scale:
        _write_counts(sheet, box, side, found, shares)
    sheet.top = box.bottom + 0.1 * sheet.scale
    return sheet.done()


def _write_names(sheet: Sheet, box: Box, side: float, names: list[str]) -> None:
    every = max(1, round(sheet.line(sheet.small) / side))  # of many small rows only some are named
    apart = 0.06 * sheet.scale
    for i, name in list(enumerate(names))[::every]:
        middle = (i + 0.5) * side
        sheet.write(box.left - apart, box.top + middle, name, sheet.small, "muted", ha="right", va="center")
        sheet.write(
            box.left + middle, box.top - apart, name, sheet.small, "muted", ha="center", va="bottom", rotation=90
        )


def _write_counts(sheet: Sheet, box: Box, side: float, found: Evaluation, shares: np.ndarray) -> None:
    for truth, row in enumerate(found.confusion):
        for guess, count in enumerate(row):
            if count:
                colour = "background" if shares[truth, guess] > DARK else "ink"
                x, y = box.left + (guess + 0.5) * side, box.top + (truth + 0.5) * side
                sheet.write(x, y, f"{count:,}", sheet.small, colour, ha="center", va="center")
