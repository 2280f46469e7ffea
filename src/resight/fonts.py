"""The letters of pictures: the shipped subset of Inter, and fonts of the system for what it does not cover."""

from __future__ import annotations

import os
import sys
import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

from .text import shorten

SHIPPED = Path(__file__).parent / "picture/web/fonts"
FILES = {400: SHIPPED / "Inter-Regular.ttf", 600: SHIPPED / "Inter-SemiBold.ttf"}

FAMILIES = (
    "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', "
    "'Hiragino Sans', 'Microsoft YaHei', 'Malgun Gothic', sans-serif"
)
"""CSS font families of a picture: the font its boxes are sized for, then what systems bring, CJK included."""

PREFERRED = (
    "notosanscjk", "sourcehansans", "pingfang", "hiragino", "msyh", "yugoth", "malgun", "notosans", "dejavusans",
    "arial", "segoeui", "symbola", "emoji",
)  # fmt: skip
"""Beginnings of file names of system fonts, tried in this order before all others."""

FULL_WIDTH = 1000
UNKNOWN_WIDTH = 700


class Face:
    """One font file as pictures use it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def font(self) -> Any:
        """The opened font (a fontTools `TTFont`). The shipped ones are read whole; a system's may be 20 MB."""
        source = BytesIO(self.path.read_bytes()) if self.path.parent == SHIPPED else self.path
        return TTFont(source, fontNumber=0, lazy=True, recalcTimestamp=False)

    @cached_property
    def glyphs(self) -> dict[int, str]:
        """Names of glyphs by code point."""
        return self.font.getBestCmap() or {}

    @cached_property
    def units(self) -> int:
        """Units per em."""
        return int(self.font["head"].unitsPerEm)

    @cached_property
    def has_outlines(self) -> bool:
        """False for fonts made of bitmaps, as colour emoji are."""
        return any(table in self.font for table in ("glyf", "CFF ", "CFF2"))

    def covers(self, char: str) -> bool:
        """True if the font has a glyph for the character."""
        return ord(char) in self.glyphs

    def advance(self, char: str) -> float:
        """Width of a character the font covers, in thousandths of an em."""
        return float(self.font["hmtx"][self.glyphs[ord(char)]][0]) * 1000 / self.units


@lru_cache
def shipped(weight: int) -> Face:
    """The shipped face of weight 400 or 600."""
    return Face(FILES[weight])


def advance(char: str, weight: int) -> float:
    """Width of a character in thousandths of an em, by the table the boxes are sized by."""
    if shipped(weight).covers(char):
        return shipped(weight).advance(char)
    if is_silent(char):
        return 0
    return FULL_WIDTH if is_wide(char) else UNKNOWN_WIDTH


def width(words: str, size: float, weight: int) -> float:
    """Width of a text at a font size, in the unit of that size."""
    return sum(advance(char, weight) for char in words) * size / 1000


def shortened(words: str, size: float, weight: int, room: float) -> str:
    """A text that takes at most `room`, its middle cut out where it is longer."""
    if width(words, size, weight) <= room:
        return words
    fitting = bisect_right(range(1, len(words)), room, key=lambda kept: width(shorten(words, kept), size, weight))
    return shorten(words, max(fitting, 1))


def is_wide(char: str) -> bool:
    """True for characters that take two columns in a terminal and a full em in a picture: CJK, emoji."""
    return unicodedata.east_asian_width(char) in "WF"


def is_silent(char: str) -> bool:
    """True for marks without a width of their own: combining accents, joiners, variation selectors."""
    return unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc")


def uncovered(words: Iterable[str]) -> list[str]:
    """The characters in these texts that the shipped font lacks, sorted."""
    regular = shipped(400)
    return sorted({char for text in words for char in text if not regular.covers(char) and not is_silent(char)})


def warn_missing(chars: Iterable[str]) -> None:
    """Warn that these characters come out as boxes, naming each."""
    named = ", ".join(f"{char} (U+{ord(char):04X})" for char in chars)
    if named:
        warnings.warn(f"no font on this machine has {named}; drawn as boxes", stacklevel=2)


@lru_cache(maxsize=4096)
def fallback(char: str, outlines: bool) -> Face | None:
    """The first system font with this character; with `outlines`, only fonts drawn by curves count."""
    return next((face for face in _system_faces() if _has(face, char) and (face.has_outlines or not outlines)), None)


def _has(face: Face, char: str) -> bool:
    try:
        return face.covers(char)
    except (OSError, TTLibError, AssertionError, KeyError, ValueError):
        return False  # a damaged font of the system is passed over


@lru_cache(maxsize=1)
def _system_faces() -> list[Face]:
    return sorted(map(Face, _system_files()), key=_rank)


def _rank(face: Face) -> tuple[int, bool, str]:
    name = face.path.name.lower()
    place = next((i for i, start in enumerate(PREFERRED) if start in name), len(PREFERRED))
    return (
        place,
        any(style in name for style in ("bold", "black", "italic", "oblique", "light", "thin")),
        str(face.path),
    )


def _system_files() -> Iterator[Path]:
    """Font files; of a collection only its first face, as the others have the same characters."""
    for folder in _system_folders():
        yield from (path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf", ".ttc"))


def _system_folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", local / "Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"]
