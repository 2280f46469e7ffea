"""What every branch adds to its shortcut, by depth."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from .. import text
from ..errors import UserError
from ..names import skip_names
from ..skips import Skip
from ..traces import Trace
from .depth import Rows, write_rows
from .figure import Figure
from .sheet import USUAL_WIDTH, Sheet
from .style import styled

WIDE = 20
"""Gains that differ by more than this factor are drawn on a logarithmic scale."""

SPLIT = 0.62
"""Share of the room that gains take beside cosines."""


@styled
def gains(trace: Trace, *, title: str | None = None, theme: str = "light", width: float = USUAL_WIDTH) -> Figure:
    """Gain and cosine of all recorded skips, first one on top, in the colours that pictures give their kinds.

    The gain is rms(branch) / rms(shortcut) as both enter the merge: 1 where the branch is as large as what it is
    added to. The cosine is that of the angle between the two: 0 where the branch writes something new, below 0 where
    it takes something away. Weak skips and the gates of recurrent cells are left out.

    Raises:
        UserError: nothing was recorded, or there are no skips.
    """
    skips = _recorded(trace)
    looks = ["concat" if skip.combine == "concat" else skip.kind for skip in skips]
    name = f"What each branch adds in {trace.about.title}" if title is None else title
    how = trace.recording.how.partition(";")[0] if trace.recording else ""  # the rest is about histograms
    undefined = sum(skip.gain is None for skip in skips)
    note = f"{text.plural(undefined, 'gain')} not defined (the shortcut is zero, or a value not finite), marked ×"
    sheet = Sheet(width, theme, name, (text.plural(len(skips), "skip"), how, note if undefined else ""))
    sheet.legend([(sheet.colours["skips"][look], look) for look in sheet.colours["skips"] if look in looks])
    sheet.top += 1.3 * sheet.line(sheet.small)  # titles of the two panels
    alarmed = [skip.gain is None for skip in skips]
    rows = write_rows(sheet, skip_names(trace.graph, skips), 1.25 * sheet.line(sheet.small), alarmed)
    colours = [sheet.colours["skips"][look] for look in looks]
    with_cosines = any(skip.cosine is not None for skip in skips)
    _draw_gains(sheet, rows, skips, colours, SPLIT if with_cosines else 1.0)
    if with_cosines:
        _draw_cosines(sheet, rows, skips, colours)
    sheet.top += 1.3 * sheet.line(sheet.small)
    return sheet.done()


def _recorded(trace: Trace) -> list[Skip]:
    counted = [skip for skip in trace.skips if not skip.weak and not skip.recurrent]
    if not counted:
        raise UserError(f"{trace.about.title} has no residual connections", hint="there are no gains to draw")
    found = [skip for skip in counted if skip.contribution is not None]
    if not found:
        what = f"what the branches of {trace.about.title} add was not recorded"
        raise UserError(what, hint="use resight.record(model, x) in place of resight.trace")
    return found


def _draw_gains(sheet: Sheet, rows: Rows, skips: Sequence[Skip], colours: Sequence[str], end: float) -> None:
    known = [skip.gain for skip in skips if skip.gain is not None]
    most = max(known, default=1.0)
    logarithmic = bool(known) and 0 < WIDE * min(known) < most
    axes = rows.panel(sheet, 0.0, end - (0.04 if end < 1 else 0))
    if logarithmic:
        low, high = min(*known, 1.0) / 1.4, max(most, 1.0) * 1.4
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        axes.xaxis.set_major_locator(LogLocator(10, subs=(1.0,) if high / low > 300 else (1.0, 3.0), numticks=6))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.minorticks_off()
    else:
        axes.set_xlim(0, 1.08 * most or 1.0)
        axes.xaxis.set_major_locator(MaxNLocator(4 if sheet.width < 6 else 6, steps=[1, 2, 5, 10]))
    start = 1.0 if logarithmic else 0.0
    _draw_dots(sheet, axes, [skip.gain for skip in skips], colours, start)
    if axes.get_xlim()[0] < 1 < axes.get_xlim()[1]:
        axes.axvline(1, color=sheet.colours["muted"], linewidth=0.7 * sheet.scale, zorder=1)
    scale = ", logarithmic" if logarithmic else ", linear"
    _write_title(sheet, rows, 0.0, f"gain: rms of branch / rms of shortcut{scale}", f"gain{scale}", end)


def _draw_cosines(sheet: Sheet, rows: Rows, skips: Sequence[Skip], colours: Sequence[str]) -> None:
    axes = rows.panel(sheet, SPLIT + 0.02, 1.0)
    axes.set_xlim(-1.05, 1.05)
    axes.set_xticks([-1, 0, 1] if sheet.width < 5 else [-1, -0.5, 0, 0.5, 1])
    axes.axvline(0, color=sheet.colours["muted"], linewidth=0.7 * sheet.scale, zorder=1)
    _draw_dots(sheet, axes, [skip.cosine for skip in skips], colours, 0.0)
    _write_title(sheet, rows, SPLIT + 0.02, "cosine of branch and shortcut, linear", "cosine, linear", 1.0)


def _draw_dots(sheet: Sheet, axes: Axes, values: Sequence[float | None], colours: Sequence[str], start: float) -> None:
    """A dot for each value on a line from `start`; a cross where there is none."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: text.number(value)))
    thick = sheet.scale * (1.6 if len(values) <= 60 else 0.8)
    for row, (value, colour) in enumerate(zip(values, colours)):
        if value is None:
            edge = axes.get_yaxis_transform()  # x as a share of the panel
            axes.plot([0.01], [row], "x", color=sheet.colours["alarm"], transform=edge, ms=2.5 * thick)
        else:
            axes.plot([start, value], [row, row], color=colour, linewidth=thick, alpha=0.55, solid_capstyle="butt")
            axes.plot([value], [row], "o", color=colour, ms=3.2 * thick, mew=0, clip_on=False)


def _write_title(sheet: Sheet, rows: Rows, start: float, words: str, short: str, end: float) -> None:
    """The long title of a panel above it, or a short one where it has no room."""
    room = sheet.width - sheet.margin - rows.left
    fits = sheet.measure(words, sheet.small) <= (end - start) * room
    left = rows.left + start * room
    sheet.write(left, rows.top - 0.3 * sheet.line(sheet.small), words if fits else short, sheet.small, va="bottom")
