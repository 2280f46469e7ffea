"""SVG: the display list as one small file, without style sheet, script or reference to anything outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .. import fonts, text
from .display import Display, Item, Painted

WIDEST_FALLBACK = 1.2
"""How much wider than Inter a text may come out where Inter is missing: Verdana and DejaVu Sans by up to 18%."""

SLACK = 6
"""Units a text may leave its room by before it touches anything: boxes are padded by more."""

COMMON_SIZE = 12
"""Font size of most texts, said once."""


def render(drawing: Painted) -> bytes:
    """The picture as an SVG file in UTF-8."""
    return markup(drawing.display, drawing.caption).encode()


def markup(display: Display, caption: str) -> str:
    """A display list as an `<svg>` element; `caption` is its description for those who can't see it."""
    return "\n".join(_lines(display, caption)) + "\n"


def _lines(display: Display, caption: str) -> Iterator[str]:
    width, height = display["width"], display["height"]
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="{text.xml(fonts.FAMILIES)}" font-size="{COMMON_SIZE}">'
    )
    yield f"<title>{text.xml(text.one_line(display['title']))}</title>"
    yield f"<desc>{text.xml(text.one_line(caption))}</desc>"
    yield f'<rect width="{width}" height="{height}" fill="{display["background"]}"/>'
    for item in display["items"]:
        yield WRITERS[item["t"]](item)
    yield "</svg>"


def _open(item: Item) -> str:
    tip = text.one_line(item.get("tip") or "")
    title = f"<title>{text.xml(tip)}</title>" if tip else ""
    return f'<g id="{text.xml(str(item["id"]))}" class="{text.xml(item["cls"])}">{title}'


def _close(item: Item) -> str:
    return "</g>"


def _rect(item: Item) -> str:
    rounded = f' rx="{item["r"]}"' if item.get("r") else ""
    place = f'x="{item["x"]}" y="{item["y"]}" width="{item["w"]}" height="{item["h"]}"'
    return f"<rect {place}{rounded}{_paint(item)}/>"


def _circle(item: Item) -> str:
    return f'<circle cx="{item["x"]}" cy="{item["y"]}" r="{item["r"]}"{_paint(item)}/>'


def _path(item: Item) -> str:
    steps = " ".join(f"{letter}{' '.join(map(str, numbers))}" for letter, *numbers in item["d"])
    return f'<path d="{steps}"{_paint(item)}/>'


def _text(item: Item) -> str:
    words = text.one_line(item["text"])
    place = f'x="{item["x"]}" y="{item["y"]}"'
    place += f' font-size="{item["size"]}"' if item["size"] != COMMON_SIZE else ""
    place += f' font-weight="{item["weight"]}"' if item["weight"] != 400 else ""
    place += f' text-anchor="{item["anchor"]}"' if item["anchor"] != "start" else ""
    return f'<text {place} fill="{item["fill"]}"{_length(words, item)}>{text.xml(words)}</text>'


def _length(words: str, item: Item) -> str:
    """A fixed length for a text that could leave its box where another font stands in for Inter."""
    natural = fonts.width(words, item["size"], item["weight"])
    room = item.get("w") or natural
    if natural * WIDEST_FALLBACK <= room + SLACK:
        return ""
    return f' textLength="{min(natural, room):.1f}" lengthAdjust="spacingAndGlyphs"'


def _paint(item: Item) -> str:
    """Fill and line; what is not given is not painted."""
    fill, stroke = item.get("fill"), item.get("stroke")
    words = f' fill="{fill or "none"}"'
    if stroke and item.get("line", 1):
        words += f' stroke="{stroke}"'
        words += f' stroke-width="{item["line"]}"' if item.get("line", 1) != 1 else ""
        words += f' stroke-dasharray="{_dashes(item["dash"])}"' if item.get("dash") else ""
        words += f' stroke-linecap="{item["cap"]}"' if item.get("cap", "butt") != "butt" else ""
    return words


def _dashes(dash: object) -> str:
    return " ".join(map(str, dash)) if isinstance(dash, (list, tuple)) else str(dash)


WRITERS: dict[str, Callable[[Item], str]] = {
    "rect": _rect, "circle": _circle, "path": _path, "text": _text, "open": _open, "close": _close,
}  # fmt: skip
"""How each mark is written."""
