"""How every figure looks, whatever the user's own settings of matplotlib are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib
from matplotlib import style
from matplotlib.colors import Colormap, LinearSegmentedColormap

from ..colours import PALETTES, Palette
from ..errors import UserError
from ..text import did_you_mean

Given = ParamSpec("Given")
Made = TypeVar("Made")

SETTINGS: dict[str, Any] = {
    "text.parse_math": False,  # a name with two dollar signs is a name
    "axes.unicode_minus": True,
    "svg.fonttype": "path",  # looks the same where the font is missing
    "svg.hashsalt": "resight",  # the same figure gives the same bytes
    "pdf.fonttype": 42,  # text stays text, as journals ask
}

SEQUENTIAL = "viridis"
"""Colours of values that have no middle."""

BELOW, ABOVE = "#1769aa", "#d9480f"
"""Ends of the colours of values around zero, whose middle is the background."""


def styled(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a function draw under our settings and leave matplotlib's as they were."""

    @wraps(function)
    def drawing(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with style.context(SETTINGS, after_reset=True):
            return function(*args, **kwargs)

    return drawing


def palette_of(theme: str) -> Palette:
    """The colours of a theme; a `UserError` lists all where there is none of that name."""
    if theme not in PALETTES:
        raise UserError(f"there is no theme {theme!r}", hint=f"use {' or '.join(PALETTES)}")
    return PALETTES[theme]


def diverging(colours: Palette) -> Colormap:
    """Colours for values around zero, which itself is the background."""
    return LinearSegmentedColormap.from_list("around zero", [BELOW, colours["background"], ABOVE])


def colour_map(name: str | Colormap, colours: Palette) -> Colormap:
    """One of matplotlib's colour maps by name, or `diverging`; what is not finite is drawn in the alarm colour."""
    if isinstance(name, Colormap):
        found = name
    elif name == "diverging":
        found = diverging(colours)
    elif name in matplotlib.colormaps:
        found = matplotlib.colormaps[name]
    else:
        hint = did_you_mean(name, ["diverging", *matplotlib.colormaps]) or "matplotlib's gallery lists all"
        raise UserError(f"there is no colour map {name!r}", hint=hint)
    return found.with_extremes(bad=colours["alarm"])
