"""The surest mistakes of a test as a figure."""

from __future__ import annotations

import numpy as np

from ..data import DataSet
from ..plot.figure import Figure
from ..plot.lettering import fitted
from ..plot.sheet import USUAL_WIDTH, Box, Sheet
from ..plot.style import styled
from ..runs.evaluation import NONE, Evaluation

COLUMNS = 6
GAP = 0.12
"""Inches between images at the usual width."""


@styled
def mistakes(
    found: Evaluation,
    dataset: DataSet,
    *,
    title: str = "Surest mistakes",
    caption: str = "",
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """The test images that were taken for another class with most confidence, with the guess, its share and the truth.

    There has to be one.
    """
    count = f"{len(found.mistakes):,} of {found.images - found.correct:,} mistakes among {found.images:,} test images"
    sheet = Sheet(width, theme, title, (caption, count, "in red what the network took it for"))
    gap, words = GAP * sheet.scale, 2 * sheet.line(sheet.small)
    side = (sheet.room + gap) / COLUMNS - gap
    _, height, wide = dataset.shape
    tall = side * height / wide
    for place, mistake in enumerate(found.mistakes):
        row, column = divmod(place, COLUMNS)
        box = Box(sheet.margin + column * (side + gap), sheet.top + row * (tall + words + gap), side, tall)
        sheet.image(box, _colours(dataset, mistake.index))
        said = "nan"
        if mistake.guess != NONE:
            share = f" {mistake.confidence:.0%}"
            room = side - sheet.measure(share, sheet.small)
            said = fitted(dataset.classes[mistake.guess], sheet.small, room) + share
        sheet.write(box.left, box.bottom, said, sheet.small, "alarm")
        truth = fitted(f"is {dataset.classes[mistake.truth]}", sheet.small, side)
        sheet.write(box.left, box.bottom + sheet.line(sheet.small), truth, sheet.small, "muted")
    rows = -(-len(found.mistakes) // COLUMNS)
    sheet.top += rows * (tall + words + gap) - gap
    return sheet.done()


def _colours(dataset: DataSet, index: int) -> np.ndarray:
    """A test image as RGB from 0 to 1, [height, width, 3]; grey ones in three equal channels."""
    image = dataset.test.images[index].permute(1, 2, 0).numpy() / 255
    return np.broadcast_to(image, (*image.shape[:2], 3))
