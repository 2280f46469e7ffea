"""PDF: one page of vector marks, written by hand from the display list; text stays text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from .. import fonts, text
from .display import Display, Item, Painted
from .pdf_objects import Document, number
from .pdf_text import Typesetter

POINTS = 0.75
"""Points per unit: a unit is a CSS pixel, of which 96 make an inch."""

LONGEST_PAGE = 14_400
"""Points a page may measure (ISO 32000-1, annex C); beyond that its unit is enlarged."""

ROUND = 0.5523
"""Where the handles of a cubic curve lie that looks like a quarter of a circle."""


def render(drawing: Painted) -> bytes:
    """The picture as a PDF file of one page, the same bytes for the same picture.

    Letters are set in the shipped font, embedded as far as used. A character it lacks is drawn by the outline
    of a system font, and stays searchable; one that no font has becomes a box and is named in a warning.
    """
    display = drawing.display
    document = Document()
    typesetter = Typesetter(document)
    content = " ".join(_marks(display, typesetter)).encode("ascii")
    fonts.warn_missing(sorted(typesetter.missing))
    unit, width, height = _page_size(display)
    page = (
        f"<</Type/Page/Parent {{parent}} 0 R/MediaBox[0 0 {width} {height}]/UserUnit {number(unit)}"
        f"/Contents {document.stream(content)} 0 R/Resources<<{typesetter.resources()}>>>>"
    )
    return document.finish(page, title=text.one_line(display["title"]), subject=drawing.caption)


def _page_size(display: Display) -> tuple[float, str, str]:
    """Enlargement of the page's unit, width and height in it."""
    width, height = display["width"] * POINTS, display["height"] * POINTS
    unit = max(1.0, max(width, height) / LONGEST_PAGE)
    return unit, number(width / unit), number(height / unit)


def _marks(display: Display, typesetter: Typesetter) -> Iterable[str]:
    unit, _, page_height = _page_size(display)
    scale = number(POINTS / unit)
    background = {"x": 0, "y": 0, "w": display["width"], "h": display["height"], "fill": display["background"]}
    return chain(
        [f"{scale} 0 0 -{scale} 0 {page_height} cm 1 j", _rect(background)],
        (_text(item, typesetter) if item["t"] == "text" else WRITERS[item["t"]](item) for item in display["items"]),
    )


def _rect(item: Item) -> str:
    x, y, w, h = item["x"], item["y"], item["w"], item["h"]
    r = min(item.get("r") or 0, w / 2, h / 2)
    if not r:
        return _painted(f"{_joined(x, y, w, h)} re", item)
    k = r * (1 - ROUND)
    right, low = x + w, y + h
    return _painted(
        f"{_joined(x + r, y)} m {_joined(right - r, y)} l {_joined(right - k, y, right, y + k, right, y + r)} c "
        f"{_joined(right, low - r)} l {_joined(right, low - k, right - k, low, right - r, low)} c "
        f"{_joined(x + r, low)} l {_joined(x + k, low, x, low - k, x, low - r)} c "
        f"{_joined(x, y + r)} l {_joined(x, y + k, x + k, y, x + r, y)} c h",
        item,
    )


def _circle(item: Item) -> str:
    r = item["r"]
    return _rect({**item, "x": item["x"] - r, "y": item["y"] - r, "w": 2 * r, "h": 2 * r})


def _path(item: Item) -> str:
    operators = {"M": "m", "L": "l", "C": "c", "Z": "h"}
    steps = (f"{_joined(*numbers)} {operators[letter]}".strip() for letter, *numbers in item["d"])
    return _painted(" ".join(steps), item)


def _painted(path: str, item: Item) -> str:
    """A path filled and stroked as the mark says, with the graphics state left as it was."""
    fill, stroke = item.get("fill"), item.get("stroke")
    line = item.get("line", 1)
    fills, strokes = bool(fill) and fill != "none", bool(stroke) and stroke != "none" and line > 0
    if not (fills or strokes):
        return ""
    words = [f"{_colour(fill)} rg"] if fills and fill else []
    if strokes and stroke:
        words.append(f"{_colour(stroke)} RG {number(line)} w")
        words += [f"[{_dashes(item['dash'])}] 0 d"] if item.get("dash") else []
        words += ["1 J"] if item.get("cap") == "round" else []
    paint = "B" if fills and strokes else "f" if fills else "S"
    return f"q {' '.join(words)} {path} {paint} Q"


def _text(item: Item, typesetter: Typesetter) -> str:
    words = text.one_line(item["text"])
    size, weight = item["size"], item["weight"]
    natural = fonts.width(words, size, weight)
    squeeze = min(1.0, item["w"] / natural) if item.get("w") and natural else 1.0
    x = item["x"] - natural * squeeze * {"start": 0, "middle": 0.5, "end": 1}[item["anchor"]]
    return f"q {_colour(item['fill'])} rg {typesetter.set(words, x, item['y'], size, weight, squeeze)} Q"


def _colour(hexadecimal: str) -> str:
    """`#e8590c` as three numbers from 0 to 1; `#fff` works too."""
    digits = hexadecimal.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    return " ".join(number(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))


def _dashes(dash: object) -> str:
    return " ".join(map(str, dash)) if isinstance(dash, (list, tuple)) else str(dash).replace(",", " ")


def _joined(*numbers: float) -> str:
    return " ".join(map(number, numbers))


def _nothing(item: Item) -> str:
    return ""


WRITERS: dict[str, Callable[[Item], str]] = {
    "rect": _rect, "circle": _circle, "path": _path, "open": _nothing, "close": _nothing,
}  # fmt: skip
"""How each mark but text is written."""
