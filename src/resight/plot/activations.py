"""How the values of every layer are spread, by depth."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap

from .. import text
from ..errors import UserError
from ..graph import Ref
from ..names import value_names
from ..recording import Summary
from ..traces import Trace
from .depth import Rows, write_rows
from .figure import Figure
from .sheet import USUAL_WIDTH, Sheet
from .spread import Spread, spread_of
from .style import styled

MOST_RIDGES = 40
"""More layers than this are drawn as a heat map."""

OVERLAP = 1.5
"""Height of a ridge in rows."""

SPLIT = 0.86
"""Share of the room that values take beside shares of zeros."""

FEWEST_ZEROS = 0.001
"""If no row has a larger share of zeros, they are not shown."""


@styled
def activations(
    trace: Trace,
    only: str | Sequence[str] = "*",
    *,
    title: str | None = None,
    theme: str = "light",
    width: float = USUAL_WIDTH,
) -> Figure:
    """Histograms of all recorded values, first op on top, with mean, standard deviation and share of zeros.

    Up to 40 are ridges, more a heat map. `only` selects by name: one pattern or several, `"*.conv?"`,
    `["layer1.*", "layer2.*"]`. Values are on an asinh scale, linear around zero and logarithmic beyond; heights and
    colours are densities (elements per unit of value), each row up to its own largest. Exact zeros are left out of them
    and shown by their share. The outermost thousandth of a row on either side may lie beyond the edge.

    Raises:
        UserError: nothing was recorded, or nothing has such a name.
    """
    names, summaries = _selected(trace, [only] if isinstance(only, str) else list(only))
    spread = spread_of(summaries)
    broken = [summary.nonfinite > 0 for summary in summaries]
    caption = [text.plural(len(names), "value"), trace.recording.how if trace.recording else "", spread.words]
    caption += [f"{sum(broken)} hold elements that are not finite, named in red"] if any(broken) else []
    name = f"Activations of {trace.about.title}" if title is None else title
    sheet = Sheet(width, theme, name, caption)
    ridges = len(names) <= MOST_RIDGES
    muted, ink = sheet.colours["muted"], sheet.colours["ink"]
    moments = [(ink, "mean ± standard deviation")] if ridges else [(ink, "mean"), (muted, "± standard deviation")]
    sheet.legend([(sheet.accent, "density of what is not zero"), *moments])
    sheet.top += (1.1 + (OVERLAP - 1 if ridges else 0)) * sheet.line(sheet.small)
    rows = write_rows(sheet, names, (1.6 if ridges else 1.1) * sheet.line(sheet.small), broken)
    with_zeros = any(summary.zeros > FEWEST_ZEROS for summary in summaries)
    end = SPLIT - 0.02 if with_zeros else 1.0
    axes = rows.panel(sheet, 0.0, end)
    (_draw_ridges if ridges else _draw_heat)(sheet, axes, spread)
    _draw_moments(sheet, axes, spread, summaries, ridges)
    _write_ticks(sheet, axes, spread, end * (sheet.width - sheet.margin - rows.left))
    if with_zeros:
        _draw_zeros(sheet, rows, summaries)
    sheet.top += 1.3 * sheet.line(sheet.small)
    return sheet.done()


def _selected(trace: Trace, patterns: Sequence[str]) -> tuple[list[str], list[Summary]]:
    """Names and numbers of the values to draw; values that share their elements come once."""
    if trace.recording is None:
        raise UserError("the trace has no recording", hint="use resight.record(model, x) in place of resight.trace")
    values = trace.recording.values
    first: dict[int, Ref] = {}
    for ref in sorted(values.refs, key=lambda ref: (ref.op, ref.slot)):
        op = trace.graph.ops[ref.op]
        if op.outputs[ref.slot].is_float and op.name not in ("constant", "weight"):
            first.setdefault(values.rows[ref], ref)
    refs = list(first.values())
    named = [
        (name, summary)
        for name, ref in zip(value_names(trace.graph, refs), refs)
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        and (summary := values.summary(ref)) is not None
        and summary.histogram is not None
    ]
    if not named:
        known = value_names(trace.graph, refs)
        hint = text.did_you_mean(patterns[0], known) if patterns else ""
        raise UserError(f"no recorded value is called {' or '.join(patterns)}", hint=hint or "print(trace) lists them")
    return [name for name, _ in named], [summary for _, summary in named]


def _draw_ridges(sheet: Sheet, axes: Axes, spread: Spread) -> None:
    x = (spread.edges[:-1] + spread.edges[1:]) / 2
    pale = _shades(sheet)(0.45)
    for row, density in enumerate(spread.density):
        foot = row + 0.5
        axes.fill_between(
            x, foot, foot - OVERLAP * density, facecolor=pale, edgecolor=sheet.accent, linewidth=0.7 * sheet.scale,
            zorder=2 + row / len(spread.density), clip_on=False,
        )  # fmt: skip


def _draw_heat(sheet: Sheet, axes: Axes, spread: Spread) -> None:
    extent = (spread.edges[0], spread.edges[-1], len(spread.density) - 0.5, -0.5)
    axes.imshow(spread.density, _shades(sheet), vmin=0, vmax=1, extent=extent, aspect="auto", interpolation="nearest")


def _shades(sheet: Sheet) -> Colormap:
    return LinearSegmentedColormap.from_list("density", [sheet.colours["background"], sheet.accent])


def _draw_moments(sheet: Sheet, axes: Axes, spread: Spread, summaries: Sequence[Summary], ridges: bool) -> None:
    mean = np.array([summary.mean for summary in summaries])
    std = np.array([summary.std for summary in summaries])
    low, middle, high = (spread.place(values) for values in (mean - std, mean, mean + std))
    rows = np.arange(len(mean)) + (0.42 if ridges else 0)
    ink, muted = sheet.colours["ink"], sheet.colours["muted"]
    if ridges:
        axes.hlines(rows, low, high, color=ink, linewidth=0.8 * sheet.scale, zorder=4)
        axes.plot(middle, rows, "o", color=ink, ms=3 * sheet.scale, mew=0, zorder=5)
    else:
        for places, colour in ((low, muted), (high, muted), (middle, ink)):
            axes.vlines(places, rows - 0.5, rows + 0.5, color=colour, linewidth=1.1 * sheet.scale, zorder=4)


def _write_ticks(sheet: Sheet, axes: Axes, spread: Spread, room: float) -> None:
    """Round values along a panel `room` inches wide."""
    axes.set_xlim(spread.edges[0], spread.edges[-1])
    ticks = spread.ticks(0.45 * sheet.scale * float(spread.edges[-1] - spread.edges[0]) / room)
    axes.set_xticks([float(spread.place(np.float64(tick))) for tick in ticks], [text.number(tick) for tick in ticks])


def _draw_zeros(sheet: Sheet, rows: Rows, summaries: Sequence[Summary]) -> None:
    axes = rows.panel(sheet, SPLIT, 1.0)
    axes.barh(
        range(len(summaries)), [summary.zeros for summary in summaries], height=0.7, color=sheet.accent, alpha=0.6
    )
    axes.set_xlim(0, 1.0)
    axes.set_xticks([0.5], ["50%"])
    left = rows.left + SPLIT * (sheet.width - sheet.margin - rows.left)
    sheet.write(left, rows.top - 0.3 * sheet.line(sheet.small), "zeros", sheet.small, va="bottom")
