"""How resolution, channels and cost change from the input to the answer: the staircase of shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, log2

from .. import text
from ..errors import UserError
from ..traces import Trace
from . import lettering
from .figure import Figure
from .sheet import USUAL_WIDTH, Box, Sheet
from .stairs import Step, steps_of
from .style import styled

PANEL = 0.12
"""Height of a panel in widths of the sheet."""

LOWEST = 0.06
"""Height of a step of size 1 in heights of its panel, where steps are on a scale of doublings."""

DOUBLINGS = ", log scale: one height for each doubling"
"""What the title of such a panel says."""

LONGEST_NAME = 1.1
"""Room in inches for names that have to stand upright."""


@styled
def shapes(trace: Trace, *, title: str | None = None, theme: str = "light", width: float = USUAL_WIDTH) -> Figure:
    """Resolution, channels, floating-point operations and parameters, one step for each shape the network passes.

    Steps follow the values outside of residual branches, whose first dimension is the batch: positions (height and
    width, tokens, or length) and channels (or features), both on a scale of doublings; operations (a multiply-add
    counts 2) and parameters, on a linear one. Where steps are too narrow for all numbers, some are left out.

    Raises:
        UserError: the trace has no values with channels.
    """
    steps = steps_of(trace)
    if not steps:
        what = f"{trace.about.title} has no values with channels"
        raise UserError(what, hint="shapes need tensors of 2 to 5 dimensions")
    name = f"Shapes in {trace.about.title}" if title is None else title
    flops, weights = sum(step.flops for step in steps), sum(step.parameters for step in steps)
    total = f"{text.quantity(flops, 'FLOP')} and {text.parameters(weights)} parameters"
    sheet = Sheet(width, theme, name, (text.plural(len(steps), "step"), f"input {trace.about.inputs}", total))
    for title, heights, words, group in _panels(steps):
        _panel(sheet, title, heights, words, sheet.colours["groups"][group]["line"])
    _write_names(sheet, steps)
    return sheet.done()


def _panels(steps: Sequence[Step]) -> Iterator[tuple[str, list[float], list[str], str]]:
    """Title, heights, numbers and colour group of each panel; a number is written where it changes."""
    sizes, channels = _changes([s.size for s in steps]), _changes([f"{s.channels:,}" for s in steps])
    yield f"resolution{DOUBLINGS}", [_doublings(s.positions) for s in steps], sizes, "linear"
    yield f"channels{DOUBLINGS}", [_doublings(s.channels) for s in steps], channels, "pool"
    yield "operations in FLOP, linear scale", [s.flops for s in steps], [_cost(s.flops) for s in steps], "activation"
    yield "parameters, linear scale", [s.parameters for s in steps], [_cost(s.parameters) for s in steps], "attention"


def _changes(words: Sequence[str]) -> list[str]:
    return [word if i == 0 or word != words[i - 1] else "" for i, word in enumerate(words)]


def _doublings(size: int) -> float:
    return log2(max(size, 1)) + LOWEST * 10


def _cost(count: int) -> str:
    return text.quantity(count) if count else ""


def _panel(sheet: Sheet, title: str, heights: Sequence[float], words: Sequence[str], colour: str) -> None:
    """A bar for each step, its number above it; moves the sheet's `top` below the panel."""
    line = sheet.line(sheet.small)
    sheet.write(sheet.margin, sheet.top, title, sheet.small, weight=600)
    sheet.top += 2.3 * line
    step, most = sheet.room / len(heights), max(heights) or 1
    widest = max(sheet.measure(word, sheet.small) for word in words)
    every = ceil(1.15 * widest / step)
    foot = sheet.top + PANEL * sheet.width
    tops = [foot - PANEL * sheet.width * height / most for height in heights]
    named = -every
    for i, (top, word) in enumerate(zip(tops, words)):
        sheet.block(Box(sheet.margin + i * step, top, step, foot - top), colour)
        if word and i - named >= every:
            named = i
            half = sheet.measure(word, sheet.small) / 2
            x = min(max(sheet.margin + (i + 0.5) * step, sheet.margin + half), sheet.width - sheet.margin - half)
            first, last = (int((side - sheet.margin) / step) for side in (x - half, x + half))
            above = min(tops[max(first, 0) : last + 1])  # a taller neighbour below the number lifts it
            sheet.write(x, above - 0.02 * sheet.scale, word, sheet.small, "muted", ha="center", va="bottom")
    sheet.top = foot + 0.5 * line


def _write_names(sheet: Sheet, steps: Sequence[Step]) -> None:
    """The module of each step below it; where that is too wide only its own name, upright."""
    step, line = sheet.room / len(steps), sheet.line(sheet.small)
    names = [one.name for one in steps]
    upright = max(sheet.measure(name, sheet.small) for name in names) > 0.95 * step
    names = [name.rpartition(".")[2] for name in names] if upright else names
    wide = max(sheet.measure(name, sheet.small) for name in names)
    every = ceil(0.9 * line / step) if upright else 1
    room = LONGEST_NAME * sheet.scale if upright else step
    for i, name in enumerate(names):
        if i % every == 0:
            name, x = lettering.fitted(name, sheet.small, room), sheet.margin + (i + 0.5) * step
            sheet.write(x, sheet.top, name, sheet.small, "ink", ha="center", rotation=90 if upright else 0)
    sheet.top += min(wide, room) + 0.05 if upright else line
