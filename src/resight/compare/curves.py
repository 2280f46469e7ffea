"""The curves of several runs on one axis."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from math import floor, log10

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from ..plot.figure import Figure
from ..plot.sheet import USUAL_WIDTH, Box, Sheet
from ..plot.style import styled
from ..runs import Epoch
from .comparison import Case, Comparison

LOOKS = ("resampled", "identity", "projection", "gated", "concat", "scaled", "normed")
"""Whose colours the cases take, in their order; the eighth begins again, dashed."""

LINES = ("-", "--", ":", "-.")
HEIGHT, GUTTER = 1.9, 0.42
"""Of a panel, and of the room for numbers left of it, in inches at the usual width."""

UNITS = ((3600, "h"), (60, "min"), (1, "s"))
"""Of time, each with its seconds."""

Value = Callable[[Epoch], float]


@styled
def curves(comparison: Comparison, *, title: str = "", theme: str = "light", width: float = USUAL_WIDTH) -> Figure:
    """Training loss, test loss and accuracy by epoch, and accuracy by time, a colour for each case.

    A line is the mean over a case's runs, the band around it their standard deviation where there are several.
    """
    cases = [case for case in comparison.cases if case.tested]
    several = any(len(case.tested) > 1 for case in cases)
    how = "lines: means over runs, bands: ± one standard deviation" if several else "one run each"
    sheet = Sheet(width, theme, title, (how,))
    colours = [sheet.colours["skips"][look] for _, look in zip(cases, cycle(LOOKS))]
    sheet.legend([(colour, f"{case.name}, n = {len(case.tested)}") for colour, case in zip(colours, cases)])
    by_time = all(case.seconds is not None for case in cases)
    names = ("training loss by epoch", "test loss by epoch", "test accuracy by epoch", "test accuracy by time")
    boxes = _panels(sheet, 4 if by_time else 3)
    values: tuple[Value, ...] = (
        lambda epoch: epoch.train_loss, lambda epoch: epoch.test_loss, lambda epoch: epoch.accuracy,
        lambda epoch: epoch.accuracy,
    )  # fmt: skip
    for i, box in enumerate(boxes):
        axes = sheet.axes(box)
        for j, (case, colour) in enumerate(zip(cases, colours)):
            _draw(axes, case, values[i], colour, LINES[j // len(LOOKS) % len(LINES)], sheet.scale, is_timed=i == 3)
        _set_ticks(axes, is_share=i > 1, is_timed=i == 3)
        sheet.write(box.left, box.top - 1.3 * sheet.line(sheet.small), names[i], sheet.small, weight=600)
    sheet.top = boxes[-1].bottom + 1.4 * sheet.line(sheet.small)
    return sheet.done()


def _panels(sheet: Sheet, count: int) -> list[Box]:
    """Two beside each other."""
    gutter, head = GUTTER * sheet.scale, 1.6 * sheet.line(sheet.small)
    wide, high = sheet.room / 2, HEIGHT * sheet.scale + 2.2 * head
    top = sheet.top + head
    return [
        Box(sheet.margin + i % 2 * wide + gutter, top + i // 2 * high, wide - gutter - 0.1, HEIGHT * sheet.scale)
        for i in range(count)
    ]


def _draw(axes: Axes, case: Case, value: Value, colour: str, line: str, scale: float, *, is_timed: bool) -> None:
    runs = case.tested
    shared = min(len(run.known.epochs) for run in runs)  # a run that was cut ends the curve of its case
    found = np.array([[value(epoch) for epoch in run.known.epochs[:shared]] for run in runs])  # [runs, epochs]
    if is_timed:
        x = np.mean([run.seconds[:shared] for run in runs], axis=0)
    else:
        x = np.array([epoch.epochs for epoch in runs[0].known.epochs[:shared]], np.float64)
    mean = found.mean(axis=0)
    if len(runs) > 1:
        spread = found.std(axis=0, ddof=1)
        axes.fill_between(x, mean - spread, mean + spread, color=colour, alpha=0.16, linewidth=0)
    axes.plot(
        x, mean, f"o{line}", color=colour, linewidth=1.2 * scale, markersize=2.5 * scale, label=case.name,
    )  # fmt: skip


def _set_ticks(axes: Axes, *, is_share: bool, is_timed: bool) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=not is_timed))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.margins(x=0.03)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=max(0, axes.get_ylim()[0]))
    if is_share:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))
    if is_timed:
        _count_time(axes)


def _count_time(axes: Axes) -> None:
    """Ticks in whole steps of the unit that gives the fewest digits."""
    size, unit = next((unit for unit in UNITS if axes.get_xlim()[1] >= 2 * unit[0]), UNITS[-1])
    axes.xaxis.set_major_locator(MultipleLocator(_step(axes.get_xlim()[1] / size) * size))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds / size:g} {unit}"))


def _step(most: float) -> float:
    """A round number that fits about four to eight times."""
    power = 10.0 ** floor(log10(most / 4)) if most > 0 else 1.0
    return max(step * power for step in (1, 2, 5) if step * power <= most / 4 or step == 1)
