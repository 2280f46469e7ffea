"""PNG: the SVG rasterised by resvg with the shipped font, so that it looks the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable

import resvg_py

from .. import fonts
from ..errors import UserError
from . import svg
from .display import Painted

MOST_PIXELS = 200_000_000
"""A picture of more pixels would take about a gigabyte to draw."""


def render(drawing: Painted) -> bytes:
    """The picture as a PNG file, `drawing.scale` pixels to a unit.

    Raises:
        UserError: more than `MOST_PIXELS` pixels.
    """
    display = drawing.display
    width, height = round(display["width"] * drawing.scale), round(display["height"] * drawing.scale)
    if width * height > MOST_PIXELS or max(width, height) > 65_535:
        raise UserError(
            f"a PNG of {width}×{height} pixels is too large", hint="lower the scale or depth, or save a PDF"
        )
    words = (item["text"] for item in display["items"] if item["t"] == "text")
    return rasterise(svg.markup(display, drawing.caption), words, drawing.scale)


def rasterise(markup: str, words: Iterable[str], scale: float) -> bytes:
    """An SVG that shows `words` as a PNG file, `scale` pixels to a unit.

    A character the shipped font lacks comes from a font of the system; one that no font has is named in a
    warning.
    """
    found = {char: fonts.fallback(char, outlines=False) for char in fonts.uncovered(words)}
    fonts.warn_missing(char for char, face in found.items() if face is None)
    extra = sorted({str(face.path) for face in found.values() if face is not None})
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=markup,
            zoom=scale,
            skip_system_fonts=True,
            font_files=[*map(str, fonts.FILES.values()), *extra],
            font_family="Inter",
            sans_serif_family="Inter",
        )
    )
