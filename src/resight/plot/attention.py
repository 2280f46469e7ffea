"""Attention: which token looks at which, head by head."""

from __future__ import annotations

from typing import Any

from .. import text
from ..errors import UserError
from .figure import Figure
from .ranges import range_of, ranges, scale_words
from .sheet import USUAL_WIDTH, Sheet
from .style import SEQUENTIAL, colour_map, styled
from .tensors import array_of, item_of, title_of
from .tiles import grid, shown_words


@styled
def attention(
    weights: Any,
    *,
    columns: int | None = None,
    count: int = 16,
    scale: str = "each",
    cmap: str = SEQUENTIAL,
    item: int = 0,
    title: str | None = None,
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """Attention weights of one item, [batch, heads, queries, keys] or without the batch: a row looks at its columns.

    `count` heads at most. `scale` is `each` (every head spans all colours) or `shared`.

    Raises:
        UserError: another number of dimensions, nothing to draw, an unknown option.
    """
    values = array_of(weights, "attention")
    if values.ndim not in (3, 4):
        what = f"{text.shape(values.shape)} are no attention weights"
        raise UserError(what, hint="give batch × heads × queries × keys")
    if not isinstance(count, int) or count < 1:
        raise UserError(f"there can't be {count!r} heads", hint="give 1 or more")
    heads = item_of(values, item) if values.ndim == 4 else values
    shown = heads[:count]
    whole = range_of(shown)
    which = f"item {item} of {len(values)}" if values.ndim == 4 and len(values) > 1 else ""
    head = (shown_words(len(shown), len(heads), "head", "the first ones"), "rows are queries, columns are keys", which)
    sizes = f"{heads.shape[1]:,} × {heads.shape[2]:,} tokens"
    sheet = Sheet(width, theme, title_of(weights, title), (*head, sizes, scale_words(whole, scale), whole.alarm))
    colours, spans = colour_map(cmap, sheet.colours), ranges(shown, scale)
    aspect = min(4.0, max(0.25, heads.shape[1] / heads.shape[2]))
    for box, one, span in zip(grid(sheet, [f"head {i}" for i in range(len(shown))], aspect, columns), shown, spans):
        sheet.image(box, one, colours, span.norm())
    if scale == "shared":
        sheet.key(colours, spans[0].low, spans[0].high)
    return sheet.done()
