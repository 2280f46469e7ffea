"""A forward pass in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from ..picture.brackets import brackets
from ..table import TO_THE_LEFT
from .listing import Line, Listing

INDENT = " "
MOST_BRACKETS = 6
"""Columns of brackets at most: a line has 80 columns."""

FEWEST_FOR_TITLES = 18
LEAST_FIRST = ("seconds", "op", "cosine")
"""Columns a narrow terminal goes without, in this order; the others are never left out."""


def terminal_table(listing: Listing, width: int) -> Table:
    """The lines in at most `width` columns, where titles can be cut to fit; numbers never are."""
    margins, left_out = brackets(len(listing.lines), listing.spans, MOST_BRACKETS)
    came_from = {span.last: listing.lines[span.first].title for span in left_out}
    titles = [
        f"{INDENT * line.depth}{line.title}" + (f" ← {came_from[i]}" if i in came_from else "")
        for i, line in enumerate(listing.lines)
    ]
    rows = [listing.cells(line) for line in listing.lines]
    margin = max(map(cell_len, margins), default=0)
    longest = max(map(cell_len, titles), default=0)
    free = width - margin - (margin > 0) - 1
    shown = _fitting(listing, rows, free - longest)
    room = free - _taken(listing, rows, shown)

    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    if margin:
        table.add_column("", no_wrap=True, style="blue", width=margin)
    table.add_column("step", no_wrap=True, overflow="ellipsis", width=min(longest, max(room, FEWEST_FOR_TITLES)))
    for i in shown:
        side = "left" if listing.columns[i].kind in TO_THE_LEFT else "right"
        table.add_column(listing.columns[i].title, no_wrap=True, justify=side)  # type: ignore[arg-type]
    for line, beside, title, cells in zip(listing.lines, margins, titles, rows):
        words = [*([beside] if margin else []), title, *(cells[i] for i in shown)]
        table.add_row(*map(Text, words), style=_style(line))
    return table


def _fitting(listing: Listing, rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The columns that fit in `room`; those that may not be left out stay in any case."""
    shown = list(range(len(listing.columns)))
    for name in LEAST_FIRST:
        if _taken(listing, rows, shown) <= room:
            break
        shown = [i for i in shown if listing.columns[i].name != name]
    return shown


def _taken(listing: Listing, rows: Sequence[Sequence[str]], shown: Sequence[int]) -> int:
    """The width of these columns with the spaces between them."""
    heads = [column.title for column in listing.columns]
    return sum(max(cell_len(heads[i]), *(cell_len(row[i]) for row in rows)) + 1 for i in shown)


def _style(line: Line) -> str:
    if line.walked is None:
        return "bold"
    return "red" if line.is_alarming else ""
