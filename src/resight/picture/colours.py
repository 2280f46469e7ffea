"""The colours of pictures for writers that lay out by themselves, asked from `web/theme.js`, which alone knows them."""

from __future__ import annotations

import json
from functools import cache
from typing import TypedDict

import quickjs

from .engine import joined_modules

QUESTION = """
const dashed = styles_js.LOOKS.filter((look) => theme_js.strokeOf(look, false).dash.length > 0);
const themes = Object.entries(theme_js.THEMES).map(([name, theme]) => [name, { ...theme, dashed }]);
JSON.stringify(Object.fromEntries(themes));
"""


class GroupColours(TypedDict):
    """Colours of a group of boxes."""

    fill: str
    line: str


class Palette(TypedDict):
    """The colours of one theme as hexadecimal words; fields as in the typedef `Theme` of web/theme.js.

    `groups` by colour group, `skips` by look; `dashed` are the looks drawn with a broken line.
    """

    background: str
    ink: str
    muted: str
    wire: str
    alarm: str
    alarmFill: str
    frames: list[str]
    frameLine: str
    groups: dict[str, GroupColours]
    skips: dict[str, str]
    dashed: list[str]


def palette(theme: str) -> Palette:
    """The colours of `light` or `dark`."""
    return _palettes()[theme]


@cache
def _palettes() -> dict[str, Palette]:
    context = quickjs.Context()
    found: dict[str, Palette] = json.loads(context.eval(joined_modules(("styles", "theme")) + QUESTION))
    return found
