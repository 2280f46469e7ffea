"""The filters of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import text
from ..errors import UserError
from .figure import Figure
from .ranges import range_of, ranges, scale_words
from .sheet import USUAL_WIDTH, Sheet
from .style import colour_map, styled
from .tensors import array_of
from .tiles import grid, numbered, shown_words

COMFORTABLE = 0.9
"""Width in inches of a kernel, which has few pixels, at the usual width of a figure."""


@styled
def kernels(
    weight: Any,
    *,
    columns: int | None = None,
    count: int = 64,
    channel: int | None = None,
    scale: str = "each",
    title: str = "",
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """The kernels of a convolution [out, in, height, width], each with the number of its output channel.

    `weight` is a tensor or an array of them, or the convolution itself: whatever has a `weight`.

    A convolution that reads three channels is drawn in colour, where a middle grey is zero; of any other, the part
    that reads input `channel` (0 unless given) is drawn with colours around zero. `scale` is `each` (every kernel
    spans all colours) or `shared`. [out, in, length] and [out, in, depth, height, width] are drawn too, the latter by
    their middle slice.

    Raises:
        UserError: no such shape or input channel.
    """
    values, notes = _planes(array_of(getattr(weight, "weight", weight), "the weight"))
    total, inputs = values.shape[:2]
    if not isinstance(count, int) or count < 1:
        raise UserError(f"there can't be {count!r} kernels", hint="give 1 or more")
    coloured = inputs == 3 and channel is None
    shown = values[:count] if coloured else values[:count, _input(channel, inputs)]
    read = () if coloured or inputs == 1 else (f"as they read input channel {channel or 0} of {inputs:,}",)
    whole = range_of(shown)
    head = (shown_words(len(shown), total, "kernel", "the first ones"), text.shape(values.shape[2:]), *notes, *read)
    zero = "grey is zero" if coloured else ""
    sheet = Sheet(width, theme, title, (*head, scale_words(whole, scale), zero, whole.alarm))
    spans = [span.around_zero for span in ranges(shown, scale)]
    cmap = colour_map("diverging", sheet.colours)
    aspect = values.shape[2] / values.shape[3]
    boxes = grid(sheet, numbered(range(len(shown))), aspect, columns, comfortable=COMFORTABLE)
    for box, one, span in zip(boxes, shown, spans):
        if coloured:
            sheet.image(box, np.moveaxis(np.clip(np.nan_to_num(span.norm()(one).data), 0, 1), 0, -1))
        else:
            sheet.image(box, one, cmap, span.norm())
            sheet.frame(box)
    if scale == "shared" and not coloured:
        sheet.key(cmap, spans[0].low, spans[0].high)
    return sheet.done()


def _planes(weight: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Kernels as [out, in, height, width], and what was left out."""
    if weight.ndim == 3:
        return weight[:, :, None, :], ()
    if weight.ndim == 5:
        depth = weight.shape[2]
        return weight[:, :, depth // 2], (f"slice {depth // 2} of {depth}, the middle one",)
    if weight.ndim != 4:
        what = f"{text.shape(weight.shape)} is no convolution's weight"
        raise UserError(what, hint="give out × in × height × width, such as model.conv1.weight")
    return weight, ()


def _input(channel: int | None, inputs: int) -> int:
    number = channel or 0
    if not 0 <= number < inputs:
        raise UserError(f"there is no input channel {number}", hint=f"the convolution reads {inputs:,}, from 0")
    return number
