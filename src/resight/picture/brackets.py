"""Skips as brackets beside the rows of a list: where one opens, where it runs, and where it joins again.

╭─  maxpool
│   conv1
│   bn2
├→  ⊕ add       joined here, and the next one opens
┆   conv1       a dashed line: the shortcut changes the value, as a projection does
╰→  ⊕ add
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

MOST_COLUMNS = 12
"""More brackets side by side than this can't be told apart."""


@dataclass(frozen=True, slots=True)
class Span:
    """One bracket: from row `first` to row `last`. `look` is a kind of skip, or `concat`."""

    first: int
    last: int
    look: str = "identity"


@dataclass(frozen=True, slots=True)
class _Stroke:
    """The characters of one look: top, side, bottom, and where one ends and the next begins."""

    top: str
    side: str
    bottom: str
    both: str


SOLID = _Stroke("╭", "│", "╰", "├")
DASHED = _Stroke("╭", "┆", "╰", "├")
DOUBLE = _Stroke("╓", "║", "╙", "╟")
STROKES = {"identity": SOLID, "concat": DOUBLE}
"""Strokes by look; the shortcuts of all others are more than a bare wire, and dashed."""


def brackets(rows: int, spans: Sequence[Span], most: int = MOST_COLUMNS) -> tuple[list[str], list[Span]]:
    """A margin for each of `rows` rows, all of one width, and the spans for which `most` columns had no room.

    Short spans stand close to the rows, long ones further out; two that only touch share a column. Without
    any span the margins are empty.
    """
    columns, left_out = packed(spans, most)
    if not columns:
        return [""] * rows, left_out
    margin = [[" "] * (len(columns) + 2) for _ in range(rows)]
    for i, column in enumerate(columns):
        for span in column:
            _draw_sides(margin, span, len(columns) - 1 - i)
    for i, column in enumerate(columns):
        for span in column:
            _draw_ends(margin, span, len(columns) - 1 - i)
    return ["".join(cells) for cells in margin], left_out


def packed(spans: Sequence[Span], most: int = MOST_COLUMNS) -> tuple[list[list[Span]], list[Span]]:
    """Each span in the first column, counted from the rows, where it overlaps none; and those that found no room.

    Short spans come first; those of a column are in order and may touch.
    """
    columns: list[list[Span]] = []
    left_out = []
    for span in sorted(set(spans), key=lambda span: (span.last - span.first, span.first)):
        for column in columns:
            place = bisect_right(column, span.first, key=lambda other: other.first)
            free_before = place == 0 or column[place - 1].last <= span.first
            if free_before and (place == len(column) or span.last <= column[place].first):
                column.insert(place, span)
                break
        else:
            if len(columns) < most:
                columns.append([span])
            else:
                left_out.append(span)
    return columns, left_out


def _draw_sides(margin: list[list[str]], span: Span, at: int) -> None:
    for row in range(span.first + 1, span.last):
        margin[row][at] = STROKES.get(span.look, DASHED).side


def _draw_ends(margin: list[list[str]], span: Span, at: int) -> None:
    """The two ends, with arms that pass over the brackets further in."""
    stroke = STROKES.get(span.look, DASHED)
    for row, corner, tip in ((span.first, stroke.top, "─"), (span.last, stroke.bottom, "→")):
        cells = margin[row]
        meets = cells[at] in "╭╰╓╙┬┴"
        cells[at] = stroke.both if meets else corner
        for inner in range(at + 1, len(cells) - 2):
            cells[inner] = ARMS.get(cells[inner], "─")
        cells[-2] = tip if cells[-2] in " ─" else cells[-2]


ARMS = {"│": "┼", "┆": "┼", "║": "╫", "╭": "┬", "╰": "┴", "╓": "╥", "╙": "╨", "├": "┼", "╟": "╫"}
"""What becomes of a character when an arm from further out passes over it."""
