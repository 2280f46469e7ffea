"""The curves of a run: loss and accuracy by epoch."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..plot.figure import Figure
from ..plot.sheet import USUAL_WIDTH, Box, Sheet
from ..plot.style import styled
from ..runs import History
from .smoothing import reach_of, smoothed

HEIGHT = 2.6
"""Of a panel, in inches at the usual width."""

GUTTER = 0.42
"""Room for the numbers left of a panel, in inches at the usual width."""

POINTS = 1000
"""Points of a curve that are drawn; a screen shows no more."""


@styled
def curves(
    known: History,
    *,
    title: str = "Loss and accuracy",
    caption: str = "",
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """Loss of training and test on the left, test accuracy with its 95% interval on the right.

    The training loss is a running mean over steps, said in the caption. Before the first test there is one panel.
    """
    reach = reach_of(len(known.steps))
    how = f"training loss: mean over {reach} steps" if reach > 1 else "training loss: every step"
    interval = "accuracy: all test images, with Wilson's 95% interval" if known.epochs else ""
    sheet = Sheet(width, theme, title, (caption, how, interval))
    training, test = sheet.colours["skips"]["resampled"], sheet.colours["skips"]["identity"]
    sheet.legend([(training, "training"), (test, "test")])
    sheet.top += 0.06 * sheet.scale
    panels = _panels(sheet, 2 if known.epochs else 1)
    _draw_losses(sheet.axes(panels[0]), known, training, test, sheet.scale)
    if known.epochs:
        _draw_accuracy(sheet.axes(panels[1]), known, test, sheet.scale)
    for box, name in zip(panels, ("loss by epoch", "test accuracy by epoch")):
        sheet.write(box.left, box.top - 1.3 * sheet.line(sheet.small), name, sheet.small, weight=600)
    sheet.top = panels[0].bottom + 1.4 * sheet.line(sheet.small)
    return sheet.done()


def _panels(sheet: Sheet, count: int) -> list[Box]:
    gutter, top = GUTTER * sheet.scale, sheet.top + 1.3 * sheet.line(sheet.small)
    wide = sheet.room / count
    return [Box(sheet.margin + i * wide + gutter, top, wide - gutter - 0.1, HEIGHT * sheet.scale) for i in range(count)]


def _draw_losses(axes: Axes, known: History, training: str, test: str, scale: float) -> None:
    every = max(1, len(known.steps) // POINTS)
    by_epoch = _epochs_of_steps(known)
    losses = smoothed([step.loss for step in known.steps])
    axes.plot(by_epoch[::every], losses[::every], color=training, linewidth=1.2 * scale)
    if known.epochs:
        axes.plot(
            [0.0 + epoch.epochs for epoch in known.epochs], [epoch.test_loss for epoch in known.epochs],
            "o-", color=test, linewidth=1.2 * scale, markersize=2.5 * scale,
        )  # fmt: skip
    axes.set_ylim(bottom=0)
    _quiet(axes)


def _draw_accuracy(axes: Axes, known: History, colour: str, scale: float) -> None:
    epochs = [epoch.epochs for epoch in known.epochs]
    low, high = zip(*(epoch.interval for epoch in known.epochs))
    axes.fill_between(epochs, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(
        epochs, [epoch.accuracy for epoch in known.epochs], "o-", color=colour,
        linewidth=1.2 * scale, markersize=2.5 * scale,
    )  # fmt: skip
    axes.set_xlim(left=0)
    axes.set_ylim(max(0.0, min(low) - 0.02), min(1.0, max(high) + 0.02))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))
    _quiet(axes)


def _epochs_of_steps(known: History) -> np.ndarray:
    """The share of the run behind each step, in epochs."""
    steps = np.array([step.step for step in known.steps], np.float64)
    return steps / _steps_per_epoch(known)


def _steps_per_epoch(known: History) -> float:
    if known.epochs:
        return known.epochs[-1].step / known.epochs[-1].epochs
    return float(max(1, len(known.steps)))


def _quiet(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.margins(x=0.02)
