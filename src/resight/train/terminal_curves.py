"""Curves of a run as text, by plotext."""

from __future__ import annotations

from math import isfinite
from typing import Any

from ..runs import Epoch, History
from .smoothing import smoothed

HEIGHT = 12
POINTS = 400
"""More points than a terminal has dots across would only take time."""


def terminal_curves(known: History, width: int) -> str:
    """Loss and, once something was tested, accuracy side by side, `width` columns wide; ANSI colours."""
    import plotext

    plotext.main().clear_figure()  # plotext keeps one figure for everybody, and the panel drawn last
    plotext.theme("clear")
    panels = 2 if known.epochs else 1
    plotext.subplots(1, panels)
    plotext.plotsize(width, HEIGHT)
    _draw_loss(plotext.subplot(1, 1), known)
    if panels == 2:
        _draw_accuracy(plotext.subplot(1, 2), known)
    drawn: str = plotext.build()
    return drawn.rstrip("\n")


def _draw_loss(plot: Any, known: History) -> None:
    every = max(1, len(known.steps) // POINTS)
    losses = smoothed([step.loss for step in known.steps])[::every].tolist()
    plot.title("loss by step")
    _mark(plot, 1, known.steps[-1].step)
    plot.plot([step.step for step in known.steps[::every]], losses, marker="braille", color="blue+", label="training")
    tested = [epoch for epoch in known.epochs if isfinite(epoch.test_loss)]  # plotext draws no curve of nan
    if tested:
        plot.plot(
            [epoch.step for epoch in tested], [epoch.test_loss for epoch in tested],
            marker="braille", color="orange+", label="test",
        )  # fmt: skip


def _draw_accuracy(plot: Any, known: History) -> None:
    epochs: list[Epoch] = known.epochs
    plot.title(f"test accuracy by step: {epochs[-1].accuracy:.1%}")
    _mark(plot, epochs[0].step, epochs[-1].step)
    plot.plot(
        [epoch.step for epoch in epochs], [100 * epoch.accuracy for epoch in epochs],
        marker="braille", color="orange+",
    )  # fmt: skip


def _mark(plot: Any, first: int, last: int) -> None:
    """Steps are whole numbers; plotext by itself marks parts of them."""
    plot.xticks(sorted({first, (first + last) // 2, last}))
