"""Text in a PDF: the shipped font embedded as far as it is used, other characters as outlines.

Source: ISO 32000-1:2008, sections 9.7 (composite fonts), 9.10 (extraction of text) and 14.9.4 (ActualText).
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from itertools import groupby
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from .. import fonts
from .pdf_objects import Document, number, utf16

NAMES = {400: "F4", 600: "F6"}
"""Resource names of the two weights."""

BOX = "60 0 m 60 700 l 640 700 l 640 0 l h 110 50 m 590 50 l 590 650 l 110 650 l h f"
"""What stands for a character that no font has: an empty frame, in thousandths of an em."""


class Typesetter:
    """Sets lines of text and remembers which glyphs they need."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._used: dict[int, set[str]] = {400: set(), 600: set()}
        self._forms: dict[str, int] = {}
        self.missing: set[str] = set()

    def set(self, words: str, x: float, y: float, size: float, weight: int, squeeze: float) -> str:
        """Operators that draw a line with its baseline beginning at (x, y), on a page whose y points down."""
        marks = []
        for covered, run in groupby(words, fonts.shipped(weight).covers):
            for part in ["".join(run)] if covered else run:
                if covered:
                    marks.append(self._embedded(part, x, y, size, weight, squeeze))
                elif not fonts.is_silent(part):
                    marks.append(self._outlined(part, x, y, size, weight, squeeze))
                x += fonts.width(part, size, weight) * squeeze
        return " ".join(marks)

    def resources(self) -> str:
        """The font and form resources of the page; call it after all text is set."""
        used = {weight: chars for weight, chars in self._used.items() if chars}
        families = "".join(
            f"/{NAMES[weight]} {_embed(self._document, weight, sorted(chars))} 0 R" for weight, chars in used.items()
        )
        forms = "".join(f"/{name} {form} 0 R" for name, form in self._forms.items())
        return f"/Font<<{families}>>/XObject<<{forms}>>"

    def _embedded(self, words: str, x: float, y: float, size: float, weight: int, squeeze: float) -> str:
        self._used[weight].update(words)
        scale = f"{number(100 * squeeze)} Tz " if squeeze < 1 else ""
        place = f"1 0 0 -1 {number(x)} {number(y)} Tm"
        codes = "".join(f"{ord(char):04X}" for char in words)
        return f"BT /{NAMES[weight]} {number(size)} Tf {scale}{place} <{codes}> Tj ET"

    def _outlined(self, char: str, x: float, y: float, size: float, weight: int, squeeze: float) -> str:
        """A character's outline, marked as that character; an unseen space gives it a place in the text."""
        em = size / 1000
        face = self._face(char)
        room = fonts.advance(char, weight) / face.advance(char) if face and face.advance(char) else 1.0
        space = f"3 Tr {self._embedded(' ', x, y, size, weight, squeeze)} 0 Tr"
        place = f"{number(em * squeeze * min(1.0, room))} 0 0 {number(-em)} {number(x)} {number(y)} cm"
        drawn = f"q {place} /{self._form(char, face)} Do Q"
        return f"/Span<</ActualText {utf16(char)}>>BDC {space} {drawn} EMC"

    def _face(self, char: str) -> fonts.Face | None:
        face = fonts.fallback(char, outlines=True)
        if face is None:
            self.missing.add(char)
        return face

    def _form(self, char: str, face: fonts.Face | None) -> str:
        name = f"U{ord(char):X}"
        if name not in self._forms:
            outline = _outline(face, char) if face else BOX
            entries = "/Type/XObject/Subtype/Form/BBox[-1000 -1000 3000 2000]"
            self._forms[name] = self._document.stream(outline.encode("ascii"), entries)
        return name


def _embed(document: Document, weight: int, chars: list[str]) -> int:
    """The shipped font cut down to `chars` as a composite font whose codes are Unicode; returns its number.

    All characters are in the basic plane, so two bytes name each, and the font's own glyph numbers are found
    by a table from code to glyph.
    """
    font = _cut(weight, chars)
    stored = BytesIO()
    font.save(stored, reorderTables=False)
    program = stored.getvalue()
    name = f"{_tag(chars)}+{'Inter-Regular' if weight == 400 else 'Inter-SemiBold'}"
    box = " ".join(str(font["head"].__dict__[edge]) for edge in ("xMin", "yMin", "xMax", "yMax"))
    ascent, descent = font["hhea"].ascent, font["hhea"].descent
    file = document.stream(program, f"/Length1 {len(program)}")
    descriptor = document.add(
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {ascent}"
        f"/Descent {descent}/CapHeight 727/StemV {80 if weight == 400 else 120}/FontFile2 {file} 0 R>>"
    )
    widths = "".join(f"{ord(char)}[{number(fonts.advance(char, weight))}]" for char in chars)
    descendant = document.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/FontDescriptor {descriptor} 0 R/W[{widths}]/CIDToGIDMap {_glyph_table(document, font)} 0 R>>"
    )
    return document.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]"
        f"/ToUnicode {document.stream(_to_unicode(chars))} 0 R>>"
    )


def _cut(weight: int, chars: list[str]) -> Any:
    from fontTools import subset  # as slow to import as all the rest of pictures

    font = TTFont(BytesIO(fonts.FILES[weight].read_bytes()), recalcTimestamp=False)
    options = subset.Options(layout_features=[], name_IDs=[], notdef_outline=True, glyph_names=False, hinting=False)
    options.drop_tables += ["name", "post", "OS/2"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, chars))
    cutter.subset(font)
    return font


def _tag(chars: list[str]) -> str:
    """Six capital letters that name this selection of glyphs, as the standard asks for subsets."""
    digest = hashlib.sha256("".join(chars).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _glyph_table(document: Document, font: Any) -> int:
    cmap = font.getBestCmap()
    table = bytearray(2 * (max(cmap) + 1))
    for code, name in cmap.items():
        table[2 * code : 2 * code + 2] = font.getGlyphID(name).to_bytes(2, "big")
    return document.stream(bytes(table))


def _to_unicode(chars: list[str]) -> bytes:
    rows = [f"<{ord(char):04X}> <{ord(char):04X}>" for char in chars]
    blocks = [rows[i : i + 100] for i in range(0, len(rows), 100)]  # a block may have a hundred rows at most
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


class _PdfPen(BasePen):  # type: ignore[misc]
    """Writes a glyph's outline as path operators, in thousandths of an em."""

    def __init__(self, glyphs: Any, scale: float) -> None:
        super().__init__(glyphs)
        self._scale = scale
        self.steps: list[str] = []

    def _write(self, operator: str, *points: tuple[float, float]) -> None:
        numbers = [number(round(value * self._scale, 1)) for point in points for value in point]
        self.steps.append(" ".join([*numbers, operator]))

    def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._write("m", point)

    def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._write("l", point)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._write("c", *points)

    def _closePath(self) -> None:  # noqa: N802
        self._write("h")


def _outline(face: fonts.Face, char: str) -> str:
    glyphs = face.font.getGlyphSet()
    pen = _PdfPen(glyphs, 1000 / face.units)
    glyphs[face.glyphs[ord(char)]].draw(pen)
    return " ".join([*pen.steps, "f"])
