"""A forward pass as one page that needs no network: a table that can be searched, selected and copied."""

from __future__ import annotations

from collections.abc import Iterator

from .. import text
from ..colours import DASHED, palette
from ..fonts import FAMILIES
from ..picture import document
from ..picture.brackets import packed
from ..table import TO_THE_LEFT
from .histograms import bars, zero_line
from .listing import Line, Listing
from .thumbnails import as_data_uri
from .words import HISTOGRAM_HEAD, footer, heading

LANE = 14
"""Pixels between the lines of two brackets side by side."""

CHART_WIDTH, CHART_HEIGHT = 72, 16

STYLE = """
:root {{ color-scheme: {theme}; background: {background}; color: {ink}; font: 13px/1.4 {families}; }}
body {{ margin: 0; padding: 24px; }}
h1 {{ margin: 0 0 4px; font-size: 22px; }}
p {{ margin: 2px 0; color: {muted}; overflow-wrap: anywhere; }}
p.alarm {{ color: {alarm}; font-weight: 600; }}
main {{ margin: 16px 0; }}
table {{ border-collapse: collapse; white-space: nowrap; font-variant-numeric: tabular-nums; }}
th {{ position: sticky; top: 0; z-index: 1; background: {background}; color: {muted}; box-shadow: 0 1px {frameLine}; }}
th, td {{ padding: 2px 9px; text-align: right; }}
td.words, th.words {{ text-align: left; color: {muted}; }}
td.step {{ text-align: left; color: inherit; }}
tr.module td:not(.lanes) {{ background: {frame}; font-weight: 600; }}
tr.alarm td:not(.lanes), tr.alarm td.words {{ background: {alarmFill}; color: {alarm}; }}
tbody tr:hover td:not(.lanes) {{ background: {frames[2]}; }}
td.gain, tr.merge td.step {{ font-weight: 600; }}
td.lanes {{ position: relative; padding: 0; }}
td.lanes i {{ position: absolute; right: 6px; box-sizing: border-box; border: 0 solid; border-left-width: 2px; }}
i.open {{ top: 50%; bottom: 0; border-top-width: 2px !important; border-top-left-radius: 7px; }}
i.side {{ top: 0; bottom: 0; right: auto !important; }}
i.close {{ top: 0; bottom: 50%; border-bottom-width: 2px !important; border-bottom-left-radius: 7px; }}
i.close::after {{ content: ""; position: absolute; right: -5px; bottom: -5px; border: 4px solid transparent;
  border-left: 6px solid; border-right-width: 0; }}
svg {{ display: block; fill: {bar}; }}
svg rect {{ fill: {ink}; }}
img {{ display: block; height: 40px; max-width: 370px; image-rendering: pixelated; }}
img.vector, img.lines {{ height: 14px; width: 320px; }}
"""

PAGE = """<h1>{title}</h1>
{under}
<main>
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>
<footer>
{footer}
</footer>"""


def page(listing: Listing, *, theme: str = "light") -> str:
    """The listing as a page: no script, nothing loaded."""
    return _Page(listing, theme).page()


class _Page:
    """What each line of the page needs to know of all of them."""

    def __init__(self, listing: Listing, theme: str) -> None:
        self.listing, self.theme = listing, theme
        self.lanes, _ = packed(listing.spans)
        self.has_charts = any(line.histogram for line in listing.lines)
        recording = listing.trace.recording
        self.thumbnails = recording.thumbnails if recording else {}

    def page(self) -> str:
        title, under = heading(self.listing)
        failure = self.listing.trace.failure
        alarms = [f"The forward stopped. {failure.error}: {failure.message}"] if failure else []
        body = PAGE.format(
            title=text.xml(title),
            under="\n".join([*(_paragraph(line, "alarm") for line in alarms), *map(_paragraph, under)]),
            heads="".join(self._heads()),
            rows="\n".join(self._row(i, line) for i, line in enumerate(self.listing.lines)),
            footer="\n".join(map(_paragraph, footer(self.listing))),
        )
        return document.page(title=title, style=self._style(), body=body)

    def _style(self) -> str:
        colours = palette(self.theme)
        lines = [STYLE.format(
            theme=self.theme, families=FAMILIES, frame=colours["frames"][0], bar=colours["groups"]["module"]["line"],
            **colours,
        )]  # fmt: skip
        for look, colour in colours["skips"].items():
            style = "dashed" if look in DASHED else "solid"
            lines.append(f"td.lanes i.{look} {{ border-style: {style}; color: {colour}; border-color: {colour}; }}")
            lines.append(f"tr.{look} td.step {{ color: {colour}; }}")
        return "\n".join(lines) + "\n"

    def _heads(self) -> Iterator[str]:
        yield f'<th style="min-width:{LANE * len(self.lanes) + 14}px"></th>' if self.lanes else ""
        yield '<th class="words">step</th>'
        yield f'<th class="words">{HISTOGRAM_HEAD}</th>' if self.has_charts else ""
        for column in self.listing.columns:
            kind = ' class="words"' if column.kind in TO_THE_LEFT else ""
            yield f"<th{kind}>{text.xml(column.title)}</th>"
        yield '<th class="words">first feature maps</th>' if self.thumbnails else ""

    def _row(self, i: int, line: Line) -> str:
        kinds = ["module"] if line.walked is None else ["merge", line.look] if line.look else []
        kinds += ["alarm"] if line.is_alarming else []
        opening = f'<tr class="{" ".join(kinds)}">' if kinds else "<tr>"
        return f"{opening}{''.join(self._cells(i, line))}</tr>"

    def _cells(self, i: int, line: Line) -> Iterator[str]:
        if self.lanes:
            yield f'<td class="lanes">{"".join(self._brackets(i))}</td>'
        name = line.walked.step.name if line.walked else ""
        tip = f' title="{text.xml(text.one_line(name))}"' if name else ""
        yield f'<td class="step" style="padding-left:{9 + 14 * line.depth}px"{tip}>{text.xml(line.title)}</td>'
        if self.has_charts:
            yield f"<td>{_chart(line)}</td>"
        for column, words, exact in zip(self.listing.columns, self.listing.cells(line), self.listing.exact(line)):
            kind = ' class="words"' if column.kind in TO_THE_LEFT else ' class="gain"' if column.name == "gain" else ""
            tip = f' title="{exact!r}"' if isinstance(exact, float) else ""
            yield f"<td{kind}{tip}>{text.xml(words)}</td>"
        if self.thumbnails:
            yield f"<td>{self._maps(line)}</td>"

    def _brackets(self, i: int) -> Iterator[str]:
        """The pieces of brackets beside line `i`."""
        for lane, spans in enumerate(self.lanes):
            left = LANE * (len(self.lanes) - 1 - lane) + 4
            for span in spans:
                if span.first <= i <= span.last:
                    piece = "open" if i == span.first else "close" if i == span.last else "side"
                    yield f'<i class="{piece} {span.look}" style="left:{left}px"></i>'

    def _maps(self, line: Line) -> str:
        thumbnail = self.thumbnails.get(line.walked.step.ref) if line.walked and line.walked.step.ref else None
        if thumbnail is None:
            return ""
        shown = f"{len(thumbnail.pixels)} of {thumbnail.channels} channels"
        what = "tokens down, features across" if thumbnail.layout == "tokens" else shown
        tip = f"{what}, each from its least value (black) to its greatest (white)"
        return f'<img class="{text.xml(thumbnail.layout)}" src="{as_data_uri(thumbnail)}" alt="{tip}" title="{tip}">'


def _chart(line: Line) -> str:
    """The histogram of a line's value."""
    histogram = line.histogram
    if histogram is None:
        return ""
    path = "".join(
        f"M{x:.4g} {CHART_HEIGHT}V{y:.4g}h{w:.4g}V{CHART_HEIGHT}z"
        for x, y, w, _ in bars(histogram, CHART_WIDTH, CHART_HEIGHT)
    )
    zero = zero_line(histogram, CHART_WIDTH)
    tick = "" if zero is None else f'<rect x="{zero - 0.5:.4g}" width="1" height="{CHART_HEIGHT}"/>'
    return f'<svg width="{CHART_WIDTH}" height="{CHART_HEIGHT}"><path d="{path}"/>{tick}</svg>'


def _paragraph(words: str, kind: str = "") -> str:
    return f"<p{f' class={kind!r}' if kind else ''}>{text.xml(text.one_line(words))}</p>"
