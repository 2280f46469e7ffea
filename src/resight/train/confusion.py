"""The confusion matrix of a test as a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize

from ..plot.figure import Figure
from ..plot.lettering import fitted
from ..plot.sheet import USUAL_WIDTH, Box, Sheet
from ..plot.style import styled
from ..runs.evaluation import NONE, Evaluation

LARGEST = 0.62
"""Side of a cell in inches at the usual width."""

SMALLEST_NUMBERED = 0.24
"""Cells below this side, in inches at the usual width, are coloured but not numbered."""

NAMES = 0.16
"""Share of the width that class names may take."""

MOST = 400
"""Cells of a side; of more classes neighbours share one."""

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
    every = max(1, round(sheet.line(sheet.small) * len(classes) / ((1 - NAMES) * sheet.room)))  # of many some are named
    names = {i: fitted(classes[i], sheet.small, NAMES * sheet.room) for i in range(0, len(classes), every)}
    gutter = max(sheet.measure(name, sheet.small) for name in names.values()) + 0.08 * sheet.scale
    side = min(LARGEST * sheet.scale, (sheet.room - gutter) / len(classes))
    shares = _shares(found, len(classes))
    box = Box(sheet.margin + gutter, sheet.top + gutter, side * len(classes), side * len(classes))
    colours = LinearSegmentedColormap.from_list("share", [sheet.colours["background"], sheet.accent])
    sheet.image(box, shares, colours, Normalize(0, 1))
    sheet.frame(box)
    _write_names(sheet, box, side, names)
    if side >= SMALLEST_NUMBERED * sheet.scale:
        _write_counts(sheet, box, side, found, shares)
    sheet.top = box.bottom + 0.1 * sheet.scale
    return sheet.done()


def _shares(found: Evaluation, classes: int) -> np.ndarray:
    """Of the images of each class, or some neighbouring ones, the share taken for each."""
    cells = min(classes, MOST)
    counts, whole = np.zeros((cells, cells)), np.zeros((cells, 1))
    for truth, guess, count in found.confusion:
        whole[truth * cells // classes] += count
        if guess != NONE:
            counts[truth * cells // classes, guess * cells // classes] += count
    return counts / np.maximum(whole, 1)


def _write_names(sheet: Sheet, box: Box, side: float, names: dict[int, str]) -> None:
    apart = 0.06 * sheet.scale
    for i, name in names.items():
        middle = (i + 0.5) * side
        sheet.write(box.left - apart, box.top + middle, name, sheet.small, "muted", ha="right", va="center")
        sheet.write(
            box.left + middle, box.top - apart, name, sheet.small, "muted", ha="center", va="bottom", rotation=90
        )


def _write_counts(sheet: Sheet, box: Box, side: float, found: Evaluation, shares: np.ndarray) -> None:
    for truth, guess, count in found.confusion:
        if guess != NONE:
            colour = "background" if shares[truth, guess] > DARK else "ink"
            x, y = box.left + (guess + 0.5) * side, box.top + (truth + 0.5) * side
            sheet.write(x, y, f"{count:,}", sheet.small, colour, ha="center", va="center")
