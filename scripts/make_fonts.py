"""Cut Inter down to what pictures need: two weights, one TrueType file each, same input same bytes.

Outlines become TrueType on a grid of 1,000 units an em, because that is what every reader of a PDF
embeds and reads alike, and because an advance is then a plain number of thousandths. Layout features
are left out: a picture's boxes are sized by a table of advances, so no pair may be kerned.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.scaleUpem import scale_upem

TARGET = Path(__file__).parents[1] / "src/resight/picture/web/fonts"
WEIGHTS = ("Regular", "SemiBold")
UNITS = 1000
TOLERANCE = 1.0
SYMBOLS = "‘’“”‚„‐–—…•†‡‹›⁄′″€™ℓΩ←↑→↓↔↕↗↘⇒∂∆∏∑−√∞∫≈≠≤≥∅○●□■△▲▼◆✓✗⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉�"
CHARACTERS = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x391, 0x3CA), 0x3D5, *map(ord, SYMBOLS)}
"""ASCII, Latin-1, Latin Extended-A, Greek, and the arrows and signs that labels use."""


def cut(font: TTFont) -> None:
    """Keep `CHARACTERS` alone, without hints, layout features or glyph names."""
    options = subset.Options()
    options.layout_features = []
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "STAT", "DSIG"]
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Turn the cubic outlines into quadratic ones, within `TOLERANCE` units."""
    glyphs = {}
    outlines = font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, max_err=TOLERANCE, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = font.getGlyphOrder(), glyphs
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    font["maxp"].tableVersion = 0x00010000
    font["maxp"].maxZones = 1
    for limit in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "ComponentElements"):
        setattr(font["maxp"], f"max{limit}", 0)
    font["maxp"].maxSizeOfInstructions = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


def main(folder: Path) -> None:
    for weight in WEIGHTS:
        font = TTFont(folder / f"Inter-{weight}.otf", recalcTimestamp=False)
        cut(font)
        scale_upem(font, UNITS)
        to_truetype(font)
        target = TARGET / f"Inter-{weight}.ttf"
        font.save(target)
        print(f"{target.name}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/fonts FOLDER")
    main(Path(sys.argv[1]))
