"""HTML: the network as one page that needs nothing else: an interactive map, or, without a script, the picture.

A notebook shows the same page in a frame, whose document says nothing of a network yet (`frame`) and is told
(`wire`) once it stands there.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from importlib.resources import files

from .. import fonts, text
from ..colours import PALETTES, palette
from . import document, svg
from .drawing import Drawing
from .engine import joined_modules
from .facts import facts

SMALLEST = 0.62
"""A picture shrinks to fit the window down to this share of its size, where letters are 8 pixels; then it scrolls."""

PAGE = """{still}<div id="live">
<header id="bar"><h1>{title}</h1><p>{line}</p><div id="search"></div><div id="tools"></div></header>
<nav id="tree" hidden></nav>
<div id="map"><canvas id="canvas" tabindex="0" role="application" aria-label="{caption}"></canvas>
<div id="legend"></div><div id="minimap"></div></div>
<aside id="panel" hidden></aside>
<div id="strip" hidden></div>
<div id="player" hidden></div>
</div>
{wire}"""

STILL = """<main id="still">
{picture}<footer>
{footer}
</footer>
</main>
"""

WIRE = '<script type="application/json" id="wire">{wire}</script>'

COMMENT = re.compile(r"^ */\*\*(?:(?!\*/).)*\*/\n", re.DOTALL | re.MULTILINE)
"""A comment on lines of its own; a third of the modules, which a reader of the page has no use for."""

START = "\nconst page = page_js.start(document);\n"
FRAMED = "\nglobalThis.begin = framed_js.begin;\n"


def render(drawing: Drawing) -> bytes:
    """The page in UTF-8: one file, nothing loaded."""
    still = STILL.format(
        picture=svg.markup(drawing.display, drawing.caption),
        footer="\n".join(_footer(drawing)),
    )
    body = PAGE.format(
        title=text.xml(drawing.heading),
        still=still,
        line=text.xml(_line(drawing)),
        caption=text.xml(drawing.caption),
        wire=WIRE.format(wire=text.script_json(wire_parts(drawing))),
    )
    own = style(drawing.view.theme, _still_rules(drawing))
    return document.page(title=drawing.heading, style=own, body=body, script=page_script()).encode()


@cache
def frame() -> str:
    """The page's document without a network; its function `begin` (web/page/framed.js) takes a `wire`."""
    script = joined_modules(("page/framed",)) + FRAMED
    body = PAGE.format(title="resight", still="", line="", caption="", wire="")
    return document.page(title="resight", style=style("light"), body=body, script=script)


def wire(drawing: Drawing) -> str:
    """A network for `frame`, as JSON: what the page is made from, and the words that `render` writes around it."""
    words = {"heading": drawing.heading, "line": _line(drawing), "caption": drawing.caption}
    return text.script_json({**words, **wire_parts(drawing)})


@cache
def page_script() -> str:
    """The page's own code: its modules and those of the picture engine, as one script without their comments."""
    return script("page/page", START)


def script(entry: str, end: str) -> str:
    """A module of the page and all it imports, as one script without comments, and what to run in it."""
    return COMMENT.sub("", joined_modules((entry,))) + end


def wire_parts(drawing: Drawing) -> dict[str, object]:
    """What a map is made from: the typedef `Wire` in web/page/page.js."""
    return {
        "payload": asdict(replace(drawing.payload, heat=None)),  # the page has its own numbers
        "view": asdict(drawing.view),
        "facts": asdict(facts(drawing.trace, drawing.map_bytes)),
    }


def _line(drawing: Drawing) -> str:
    """What stands beside the title: `5 identity + 3 projection skips · x f32[1,3,224,224]`."""
    return f"{drawing.skips_line} · {drawing.payload.subtitle}"


def style(theme: str, *rules: str) -> str:
    """The style sheet of a page that begins in a theme, with rules of its own."""
    families = f":root {{ --families: {fonts.FAMILIES}; }}"
    return "\n".join(["", *_faces(), families, *_themes(theme), *_sheets(), *rules, ""])


def _still_rules(drawing: Drawing) -> str:
    """How the picture that is shown without a script fits its window."""
    width, ground = drawing.display["width"], palette(drawing.view.theme)["background"]
    return f"#still {{ --wide: {width}px; --narrow: {round(width * SMALLEST)}px; background: {ground}; }}"


def _faces() -> Iterator[str]:
    """The shipped font, which all boxes are measured for."""
    for weight, path in fonts.FILES.items():
        letters = base64.b64encode(path.read_bytes()).decode()
        yield f"@font-face {{ font-family: Inter; font-weight: {weight}; src: url(data:font/ttf;base64,{letters}); }}"


def _themes(theme: str) -> Iterator[str]:
    """Colours as custom properties: those of the theme at first, then whatever the script puts in force."""
    for name, selector in ((theme, ":root"), *((name, f":root[data-theme={name}]") for name in PALETTES)):
        colours = palette(name)
        named = {
            "background": colours["background"], "ink": colours["ink"], "muted": colours["muted"],
            "alarm": colours["alarm"], "line": colours["frameLine"], "soft": colours["frames"][0],
            "raised": colours["frames"][1], "focus": colours["groups"]["linear"]["line"],
            "accent": colours["groups"]["module"]["line"],
        }  # fmt: skip
        named |= {f"skip-{look}": colour for look, colour in colours["skips"].items()}
        words = " ".join(f"--{key}: {value};" for key, value in named.items())
        yield f"{selector} {{ color-scheme: {name}; {words} }}"


def _sheets() -> Iterator[str]:
    """The style sheets beside the page's modules."""
    folder = files(__package__) / "web" / "page"
    for sheet in sorted(folder.iterdir(), key=lambda file: file.name):
        if sheet.name.endswith(".css"):
            yield sheet.read_text(encoding="utf-8").rstrip("\n")


def _footer(drawing: Drawing) -> list[str]:
    about, failure = drawing.trace.about, drawing.payload.failure
    lines = [f'<p class="failure">The forward stopped. {text.xml(failure)}</p>'] if failure else []
    ran = " · ".join(filter(None, (drawing.caption, about.inputs, f"{about.mode} mode")))
    return lines + [f"<p>{text.xml(text.one_line(line))}</p>" for line in (ran, *about.notes)]
