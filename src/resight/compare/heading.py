"""The words above pictures that stand side by side: what differs, and what the outlines mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from .. import fonts
from ..colours import palette
from ..picture.display import Item
from .marks import DIFFERS, FOLLOWS
from .panel import outline

TITLE_SIZE, SIZE, ROW = 18, 12, 19
SAMPLE_WIDTH, SAMPLE_HEIGHT = 24, 9
"""Of an outline in the legend."""

LEGEND = {DIFFERS: "differs", FOLLOWS: "has another shape because of it"}


def heading(lines: Sequence[str], kinds: Collection[str], left: int, room: int, theme: str) -> tuple[list[Item], int]:
    """Lines wrapped to their room, the first one large, and a legend of the marks that occur; and where they end."""
    colours = palette(theme)
    items: list[Item] = []
    y = left
    for i, words in enumerate(lines):
        size, weight = (TITLE_SIZE, 600) if i == 0 else (SIZE, 400)
        for line in wrapped(words, size, weight, room):
            y += ROW + (size - SIZE)
            items.append(_text(left, y, line, size, weight, colours["ink" if i == 0 else "muted"]))
    y += ROW + 8
    items += _legend([kind for kind in LEGEND if kind in kinds], left + 6, y, theme)
    return items, y + ROW


def _legend(kinds: Sequence[str], left: float, y: int, theme: str) -> Iterator[Item]:
    colours = palette(theme)
    for kind in kinds:
        yield outline(left, y - SAMPLE_HEIGHT, SAMPLE_WIDTH, SAMPLE_HEIGHT, kind, colours["alarm"])
        yield _text(left + SAMPLE_WIDTH + 14, y, LEGEND[kind], SIZE, 400, colours["ink"])
        left += SAMPLE_WIDTH + 40 + fonts.width(LEGEND[kind], SIZE, 400)


def wrapped(words: str, size: int, weight: int, room: float) -> list[str]:
    """A text broken between words into lines that fit a room; a word too long for it is cut."""
    lines = [""]
    for word in words.split():
        while fonts.width(word, size, weight) > room:
            word = f"{word[: max(1, len(word) * 3 // 4)].rstrip('…')}…"
        longer = f"{lines[-1]} {word}".strip()
        if fonts.width(longer, size, weight) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def _text(x: float, y: int, words: str, size: int, weight: int, fill: str) -> Item:
    place = {"x": round(x, 1), "y": y, "anchor": "start"}
    return {"t": "text", "text": words, "size": size, "weight": weight, "fill": fill, **place}
