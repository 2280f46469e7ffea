"""A batch of images as a grid, as they were before they were normalised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import text
from ..errors import UserError
from .figure import Figure
from .ranges import Range, range_of
from .sheet import USUAL_WIDTH, Sheet
from .style import colour_map, styled
from .tensors import array_of
from .tiles import grid, shown_words


@styled
def images(
    batch: Any,
    labels: Sequence[object] | None = None,
    *,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    columns: int | None = None,
    count: int = 16,
    title: str = "",
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """Images of a batch, each with its label.

    `batch` is [batch, channels, height, width] with 1 (grey) or 3 (RGB) channels, or one image without the batch.
    Give the `mean` and `std` of each channel that the images were normalised with, and they are undone; values are
    then taken as 0 to 1 (0 to 255 for integers). Without them, values outside 0 to 1 are stretched to it, all images
    alike; the caption says what was done. `count` images are shown at most.

    Raises:
        UserError: no images, another number of channels, or labels or statistics that do not fit.
    """
    whole = _as_batch(array_of(batch, "the batch"))
    if labels is not None and len(labels) != len(whole):
        raise UserError(f"{len(labels)} labels for {text.plural(len(whole), 'image')}", hint="give one for each image")
    if not isinstance(count, int) or count < 1:
        raise UserError(f"there can't be {count!r} images", hint="give 1 or more")
    shown, how = _as_colours(whole[:count], mean, std)
    span = range_of(shown)
    head = (shown_words(len(shown), len(whole), "image", "the first ones"), text.shape(whole.shape[2:]), how)
    sheet = Sheet(width, theme, title, (*head, span.alarm))
    names = [str(i) for i in range(len(shown))] if labels is None else [_word(label) for label in labels]
    grey = colour_map("gray", sheet.colours)
    for box, image in zip(grid(sheet, names[: len(shown)], shown.shape[2] / shown.shape[3], columns), shown):
        if len(image) == 1:
            sheet.image(box, image[0], grey, Range(0, 1).norm())
        else:
            sheet.image(box, _marked(np.moveaxis(image, 0, -1), sheet.colours["alarm"]))
    return sheet.done()


def _word(label: Any) -> str:
    """A label as a reader says it: `2`, not `tensor(2)`."""
    held = label.tolist() if hasattr(label, "tolist") else label  # of a tensor, an array or one of its numbers
    parts = held if isinstance(held, (list, tuple)) else [held]
    return ", ".join(text.number(part) if isinstance(part, float) else text.one_line(part) for part in parts)


def _as_batch(batch: np.ndarray) -> np.ndarray:
    if batch.ndim == 3:
        batch = batch[None]
    if batch.ndim != 4 or batch.shape[1] not in (1, 3):
        what = f"{text.shape(batch.shape)} is no batch of images"
        raise UserError(what, hint="give batch × channels × height × width with 1 or 3 channels")
    return batch


def _as_colours(batch: np.ndarray, mean: Sequence[float] | None, std: Sequence[float] | None) -> tuple[np.ndarray, str]:
    """Values from 0 to 1, and how they were obtained."""
    if batch.dtype.kind in "iu":
        return batch / 255, "values from 0 to 255"
    values = batch.astype(np.float64)
    if mean is not None or std is not None:
        shift, factor = _per_channel(mean, 0.0, values, "mean"), _per_channel(std, 1.0, values, "std")
        return np.clip(values * factor + shift, 0, 1), "normalisation undone, values from 0 to 1"
    span = range_of(values)
    if span.low >= 0 and span.high <= 1:
        return values, "values as they are, on a scale from 0 to 1"
    return (values - span.low) / ((span.high - span.low) or 1), f"one scale for all, stretched, {span.words}"


def _per_channel(numbers: Sequence[float] | None, usual: float, batch: np.ndarray, what: str) -> np.ndarray:
    found = np.full(batch.shape[1], usual) if numbers is None else np.asarray(array_of(numbers, what), np.float64)
    if found.shape not in ((1,), (batch.shape[1],)):
        raise UserError(f"{what} has {found.size} numbers", hint=f"give one for each of {batch.shape[1]} channels")
    return found[:, None, None]


def _marked(image: np.ndarray, alarm: str) -> np.ndarray:
    """An RGB image whose pixels that are not finite have the alarm colour."""
    rgb = [int(alarm[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.where(np.isfinite(image).all(axis=-1, keepdims=True), image, rgb)
