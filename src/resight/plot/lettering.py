"""The letters of figures: the shipped Inter, DejaVu Sans for signs it lacks, a system's font for what both lack."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from matplotlib import get_data_path
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, fontManager

from .. import fonts
from ..text import one_line
from .figure import DPI, PRINTED_DPI

POINTS = 72
"""Points to an inch."""

MISSING = "�"

RENDERERS: list[Any] = [RendererAgg(1, 1, dpi) for dpi in (DPI, PRINTED_DPI)]  # type: ignore[no-untyped-call]
"""What measures text at the resolutions figures are drawn at."""


@lru_cache(maxsize=4096)
def width(words: str, size: float, weight: int = 400) -> float:
    """Width in inches of a text at a size in points, the largest that matplotlib gives it.

    On a screen and in a PNG file letters are fitted to pixels, which makes a line of small ones up to 6% wider than in
    an SVG or PDF file, by rules that differ between versions of matplotlib.
    """
    letters, families = spelled(words, weight)
    font = FontProperties(family=families, size=size)
    pixels: list[float] = [
        renderer.get_text_width_height_descent(letters, font, False)[0] / renderer.dpi for renderer in RENDERERS
    ]
    return max([*pixels, fonts.width(words, size, weight) / POINTS])


def lines(words: str, size: float, room: float) -> list[str]:
    """A text cut between words into lines that fit a room in inches; a word too long for it is shortened."""
    found = [""]
    for word in one_line(words).split(" "):
        word = fitted(word, size, room)
        longer = f"{found[-1]} {word}" if found[-1] else word
        if width(longer, size) <= room:
            found[-1] = longer
        else:
            found.append(word)
    return [line for line in found if line]


def fitted(words: str, size: float, room: float, weight: int = 400) -> str:
    """The text on one line in a room in inches, cut in the middle with an ellipsis where it is too long."""
    words = one_line(words)
    if width(words, size, weight) <= room:
        return words
    too_wide = bisect_right(range(len(words)), room, key=lambda kept: width(_cut(words, kept), size, weight))
    return _cut(words, max(0, too_wide - 1))


def _cut(words: str, kept: int) -> str:
    head = (kept + 1) // 2
    return f"{words[:head]}…{words[len(words) - (kept - head) :]}"


def spelled(words: str, weight: int = 400) -> tuple[str, list[str]]:
    """A text that can be drawn, and the font families that have its letters, in the order to try them.

    The shipped face of weight 600 is a family of its own, so all are asked for in normal weight. A character no font
    on the machine has becomes a replacement sign, and a warning names it.
    """
    families = [_registered(fonts.FILES[weight]), "DejaVu Sans"]
    lost = []
    for char in fonts.uncovered([words]):
        if _dejavu().covers(char):
            continue
        face = fonts.fallback(char, outlines=True)
        if face is None:
            lost.append(char)
        elif (family := _registered(face.path)) not in families:
            families.append(family)
    fonts.warn_missing(lost)
    return words.translate(dict.fromkeys(map(ord, lost), MISSING)), families


@cache
def _registered(path: Path) -> str:
    """The family of a font file, which matplotlib knows from now on."""
    fontManager.addfont(path)
    return next(entry.name for entry in reversed(fontManager.ttflist) if entry.fname == str(path))


@cache
def _dejavu() -> fonts.Face:
    """The font that comes with matplotlib."""
    return fonts.Face(Path(get_data_path()) / "fonts/ttf/DejaVuSans.ttf")
