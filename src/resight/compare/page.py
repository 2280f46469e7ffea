"""A comparison as one page that needs nothing else: tables, curves, structures side by side."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from ..colours import palette
from ..fonts import FAMILIES
from ..picture import document, svg
from ..table import Table
from ..text import one_line, xml
from .comparison import Comparison
from .notes import notes
from .side import side_by_side
from .stage import Stage, stage
from .tables import gains, networks, trainings

STYLE = """
:root {{ color-scheme: {theme}; background: {background}; color: {ink}; font: 15px/1.5 {families}; }}
body {{ margin: 0 auto; padding: 24px; max-width: 1100px; overflow-wrap: anywhere; }}
h1 {{ font-size: 22px; line-height: 1.3; margin: 0 0 12px; }}
h2 {{ font-size: 16px; margin: 32px 0 8px; }}
p, li {{ margin: 0 0 4px; color: {muted}; }}
li b {{ color: {ink}; font-weight: 600; }}
ul {{ margin: 0; padding-left: 20px; }}
img {{ display: block; max-width: 100%; height: auto; }}
.wide {{ overflow-x: auto; }}
.wide svg {{ max-width: 100%; min-width: 620px; height: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }}
th {{ font-weight: 600; color: {muted}; }}
th, td {{ padding: 4px 20px 4px 0; border-bottom: 1px solid {frameLine}; white-space: nowrap; }}
"""

WIRE = '\n<script type="application/json" id="wire">{wire}</script>'


def page(comparison: Comparison, *, theme: str = "light", depth: int | None = None) -> bytes:
    """The page in UTF-8: nothing loaded, no script but that of the maps, where there are networks to show on them."""
    title = one_line(title_of(comparison))
    maps = stage(comparison, theme=theme, depth=depth)
    style = STYLE.format(theme=theme, families=FAMILIES, **palette(theme))
    body = "\n".join(_body(comparison, maps, title, theme, depth))
    if maps is None:
        return document.page(title=title, style=style, body=body).encode()
    body += WIRE.format(wire=maps.wire)
    return document.page(title=title, style=maps.style + style, body=body, script=maps.script).encode()


def title_of(comparison: Comparison) -> str:
    """`resnet20, plain20 and 2 more`."""
    names = [case.name for case in comparison.cases]
    return ", ".join(names) if len(names) < 5 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def _body(comparison: Comparison, maps: Stage | None, title: str, theme: str, depth: int | None) -> Iterator[str]:
    yield f"<h1>{xml(title)}</h1>"
    if comparison.has_runs:
        yield "<h2>What training made of them</h2>"
        yield _wide(trainings(comparison))
        yield "<h2>Curves</h2>"
        yield f'<img alt="Loss and accuracy by epoch and by time" src="{_embedded(_curves(comparison, theme))}">'
    if comparison.reference is not None:
        yield "<h2>What they are made of</h2>"
        yield _wide(networks(comparison))
    if (found := gains(comparison)) is not None:
        yield "<h2>What each block adds</h2>"
        yield _wide(found)
    yield from _structures(comparison, maps, theme, depth)
    yield "<h2>How the numbers were obtained</h2>"
    yield from (f"<p>{xml(line)}</p>" for line in notes(comparison))


def _structures(comparison: Comparison, maps: Stage | None, theme: str, depth: int | None) -> Iterator[str]:
    """Maps; and the picture, which stands in for them without a script, or has networks that they have not."""
    sheet = side_by_side(comparison, theme=theme, depth=depth)
    if sheet is None or maps is None:
        return
    yield "<h2>Structures side by side</h2>"
    yield '<div id="pair"></div>'
    is_more = "" if maps.others else ' id="pair-still"'
    yield f'<div class="wide"{is_more}>{svg.markup(sheet.display, sheet.caption)}</div>'


def _curves(comparison: Comparison, theme: str) -> bytes:
    """The curves as SVG; the one thing here that wakes matplotlib."""
    from ..plot.figure import rendered
    from .curves import curves

    return rendered(curves(comparison, theme=theme), ".svg")


def _wide(table: Table) -> str:
    return f'<div class="wide">{table.to_html()}</div>'


def _embedded(picture: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
