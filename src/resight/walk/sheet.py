"""A forward pass as a picture: the marks that the writers of SVG, PNG and PDF take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .. import fonts
from ..colours import DASHES, Palette, palette
from ..picture.brackets import packed
from ..picture.display import Display, Item
from ..table import TO_THE_LEFT
from .histograms import bars, zero_line
from .listing import Line, Listing
from .signs import SIGNS, WIDTH, sign_path
from .words import HISTOGRAM_HEAD, footer, heading

ROW, HEAD, PAD = 20, 26, 24
GAP, INDENT = 18, 14
SIZE, TITLE_SIZE = 12, 20
LANE = 14
"""Units between the lines of two brackets side by side."""

CORNER, ARROW = 6, 5
CHART_WIDTH, CHART_HEIGHT = 72, 15
WIDEST_TITLE = 330
"""Units that the title of a line may take before its middle is cut."""

NARROWEST = 640
"""Units across for the words above and below, however little there is between them."""


@dataclass(frozen=True)
class Sheet:
    """What the writers take. `scale` is pixels to a unit."""

    display: Display
    caption: str
    scale: float = 2.0


def sheet(listing: Listing, *, theme: str = "light", scale: float = 2.0) -> Sheet:
    """The listing drawn: brackets, titles, a histogram where there is one, and the numbers."""
    paper = _Paper(listing, palette(theme))
    title, _ = heading(listing)
    return Sheet(paper.display(), title, scale)


class _Paper:
    """Where everything stands, from left to right and from top to bottom."""

    def __init__(self, listing: Listing, colours: Palette) -> None:
        self.listing, self.colours = listing, colours
        self.lanes, _ = packed(listing.spans)
        self.cells = [listing.cells(line) for line in listing.lines]
        self.titles = [_shortened(line.title) for line in listing.lines]
        self.left = PAD + (LANE * len(self.lanes) + GAP if self.lanes else 0)
        names = max(
            (line.depth * INDENT + fonts.width(title, SIZE, 600) for line, title in zip(listing.lines, self.titles)),
            default=0,
        )
        self.charts = round(self.left + names + GAP)
        has_charts = any(line.histogram for line in listing.lines)
        self.places = self._places(self.charts + (CHART_WIDTH + GAP if has_charts else 0))
        self.width = max(round(self.places[-1][1] if self.places else self.charts) + PAD, NARROWEST)
        title, under = heading(listing)
        self.title = _shortened(title, self.width - 2 * PAD, TITLE_SIZE)
        self.under = _wrapped(under, self.width - 2 * PAD)
        self.footer = _wrapped(footer(listing), self.width - 2 * PAD)
        self.top = PAD + TITLE_SIZE + 8 + ROW * len(self.under) + HEAD + 8
        self.height = self.top + ROW * len(listing.lines) + 16 + ROW * len(self.footer) + PAD

    def _places(self, start: float) -> list[tuple[float, float]]:
        """Left and right edge of each column of numbers."""
        places = []
        for i, column in enumerate(self.listing.columns):
            words = (row[i] for row in self.cells)
            wide = max(_wide(column.title, 600), *map(_wide, words))
            places.append((start, start + wide))
            start += wide + GAP
        return places

    def display(self) -> Display:
        return Display(
            width=self.width,
            height=self.height,
            background=self.colours["background"],
            title=heading(self.listing)[0],
            items=[*self._head(), *self._stripes(), *self._brackets(), *self._rows(), *self._foot()],
        )

    def _head(self) -> Iterator[Item]:
        muted = self.colours["muted"]
        yield _text(PAD, PAD + TITLE_SIZE - 4, self.title, self.colours["ink"], size=TITLE_SIZE, weight=600)
        for i, line in enumerate(self.under):
            yield _text(PAD, PAD + TITLE_SIZE + 8 + ROW * i + 14, line, muted)
        baseline = self.top - 12
        yield _text(self.left, baseline, "step", muted, weight=600)
        if any(line.histogram for line in self.listing.lines):
            yield _text(self.charts, baseline, HISTOGRAM_HEAD, muted, weight=600)
        for column, place in zip(self.listing.columns, self.places):
            yield self._cell(column.title, column.kind, place, baseline, muted, 600)
        line = self.colours["frameLine"]
        yield {"t": "rect", "x": PAD, "y": self.top - 3, "w": self.width - 2 * PAD, "h": 1, "fill": line}

    def _stripes(self) -> Iterator[Item]:
        """A tint behind the names of modules and behind what is not finite."""
        for i, line in enumerate(self.listing.lines):
            fill = self._fill(line)
            if fill:
                room = {"x": self.left - 6, "w": self.width - PAD - self.left + 6}
                yield {"t": "rect", "y": self.top + ROW * i, "h": ROW, "r": 3, "fill": fill, **room}

    def _fill(self, line: Line) -> str:
        if line.walked is None:
            return self.colours["frames"][0]
        return self.colours["alarmFill"] if line.is_alarming else ""

    def _brackets(self) -> Iterator[Item]:
        for lane, spans in enumerate(self.lanes):
            x = self.left - GAP + 4 - LANE * lane
            for span in spans:
                colour, dash = self.colours["skips"][span.look], DASHES[span.look]
                first, last = self._middle(span.first) + 2, self._middle(span.last) - 2
                tip = self.left - 6
                bend = [
                    ["M", tip, first], ["L", x + CORNER, first], ["C", x, first, x, first, x, first + CORNER],
                    ["L", x, last - CORNER], ["C", x, last, x, last, x + CORNER, last], ["L", tip - 1, last],
                ]  # fmt: skip
                yield {"t": "path", "d": bend, "stroke": colour, "line": 2, **({"dash": dash} if dash else {})}
                head = [["M", tip, last], ["L", tip - ARROW, last - 4], ["L", tip - ARROW, last + 4], ["Z"]]
                yield {"t": "path", "d": head, "fill": colour}

    def _middle(self, line: int) -> int:
        return self.top + ROW * line + ROW // 2

    def _rows(self) -> Iterator[Item]:
        for i, line in enumerate(self.listing.lines):
            baseline = self.top + ROW * i + 14
            colour = self.colours["alarm"] if line.is_alarming else self.colours["ink"]
            weight = 400 if line.walked and not line.look else 600
            title = self.colours["skips"][line.look] if line.look and not line.is_alarming else colour
            x = self.left + INDENT * line.depth
            yield from _title(x, baseline, self.titles[i], title, weight)
            yield from self._chart(line, self.top + ROW * i + (ROW - CHART_HEIGHT) // 2)
            for column, words, place in zip(self.listing.columns, self.cells[i], self.places):
                if words:
                    quiet = column.kind in TO_THE_LEFT and not line.is_alarming
                    shade = self.colours["muted"] if quiet else colour
                    yield self._cell(words, column.kind, place, baseline, shade, 600 if column.name == "gain" else 400)

    def _chart(self, line: Line, top: float) -> Iterator[Item]:
        histogram = line.histogram
        if histogram is None:
            return
        steps: list[Sequence[object]] = []
        for x, y, w, h in bars(histogram, CHART_WIDTH, CHART_HEIGHT):
            left, up, right, low = (round(v, 2) for v in (self.charts + x, top + y, self.charts + x + w, top + y + h))
            steps += [["M", left, low], ["L", left, up], ["L", right, up], ["L", right, low], ["Z"]]
        yield {"t": "path", "d": steps, "fill": self.colours["groups"]["module"]["line"]}
        zero = zero_line(histogram, CHART_WIDTH)
        if zero is not None:
            tick = {"x": round(self.charts + zero - 0.5, 2), "y": top, "w": 1, "h": CHART_HEIGHT}
            yield {"t": "rect", "fill": self.colours["ink"], **tick}

    def _foot(self) -> Iterator[Item]:
        top = self.top + ROW * len(self.listing.lines) + 16
        for i, line in enumerate(self.footer):
            yield _text(PAD, top + ROW * i + 14, line, self.colours["muted"])

    def _cell(self, words: str, kind: str, place: tuple[float, float], baseline: int, fill: str, weight: int) -> Item:
        if kind in TO_THE_LEFT:
            return _text(place[0], baseline, words, fill, weight=weight)
        return _text(place[1], baseline, words, fill, weight=weight, anchor="end")


def _text(
    x: float, y: float, words: str, fill: str, *, size: int = SIZE, weight: int = 400, anchor: str = "start"
) -> Item:
    place = {"x": round(x, 1), "y": y, "anchor": anchor}
    return {"t": "text", "text": words, "size": size, "weight": weight, "fill": fill, **place}


def _wide(words: str, weight: int = 400) -> float:
    return fonts.width(words, SIZE, weight)


def _title(x: float, baseline: int, words: str, fill: str, weight: int) -> Iterator[Item]:
    """A title whose signs are drawn, not set."""
    for is_sign, chars in groupby(words, SIGNS.__contains__):
        part = "".join(chars)
        bare = part.lstrip()
        if is_sign:
            yield {"t": "path", "d": sign_path(part[0], x, baseline), "stroke": fill, "line": 1.2}
        elif bare:
            yield _text(x + _wide(part[: len(part) - len(bare)], weight), baseline, bare, fill, weight=weight)
        x += WIDTH * len(part) if is_sign else _wide(part, weight)


def _shortened(title: str, room: float = WIDEST_TITLE, size: int = SIZE) -> str:
    return fonts.shortened(title, size, 600, room)


def _wrapped(lines: Sequence[str], room: float) -> list[str]:
    """Lines that take at most `room`, broken between words."""
    broken: list[str] = []
    for line in lines:
        current = ""
        for word in line.split():
            longer = f"{current} {word}".strip()
            if current and _wide(longer) > room:
                broken.append(current)
                longer = word
            current = longer
        broken.append(_shortened(current, room))
    return broken
