"""HTML: the picture in one page that needs nothing else, on a desk or a phone."""

from __future__ import annotations

from .. import text
from ..colours import palette
from ..fonts import FAMILIES
from . import svg
from .drawing import Drawing

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: nothing. Its own style sheet is all it has."""

STYLE = """
:root {{ color-scheme: {theme}; background: {background}; color: {ink}; font: 15px/1.5 {families}; }}
body {{ margin: 0; }}
main {{ overflow: auto; padding: 16px; }}
svg {{ display: block; margin: auto; width: 100%; height: auto; }}
svg {{ max-width: {width}px; min-width: {narrowest}px; }}
footer {{ padding: 4px 24px 24px; text-align: center; color: {muted}; overflow-wrap: anywhere; }}
footer p {{ margin: 0; }}
footer p.failure {{ color: {alarm}; font-weight: 600; }}
"""

SMALLEST = 0.62
"""A picture shrinks to fit the window down to this share of its size, where letters are 8 pixels; then it scrolls."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{picture}</main>
<footer>
{footer}
</footer>
</body>
</html>
"""


def render(drawing: Drawing) -> bytes:
    """The picture as a page in UTF-8: no script, nothing loaded, wide pictures scroll."""
    display, colours = drawing.display, palette(drawing.view.theme)
    narrowest = round(display["width"] * SMALLEST)
    style = STYLE.format(
        theme=drawing.view.theme, families=FAMILIES, width=display["width"], narrowest=narrowest, **colours
    )
    page = PAGE.format(
        policy=text.xml(POLICY),
        title=text.xml(drawing.heading),
        style=style,
        picture=svg.markup(display, drawing.caption),
        footer="\n".join(_footer(drawing)),
    )
    return page.encode()


def _footer(drawing: Drawing) -> list[str]:
    about, failure = drawing.trace.about, drawing.payload.failure
    lines = [f'<p class="failure">The forward stopped. {text.xml(failure)}</p>'] if failure else []
    ran = " · ".join(filter(None, (drawing.caption, about.inputs, f"{about.mode} mode")))
    return lines + [f"<p>{text.xml(text.one_line(line))}</p>" for line in (ran, *about.notes)]
