"""The interactive part of a comparison's page: two maps that move together, with what differs marked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.resources import files

from ..picture import html
from ..text import script_json
from .comparison import Comparison
from .pairing import pairing
from .side import Network, networks, panels

START = "\nconst pair = pair_js.start(document);\n"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a page needs for two maps: `wire` is JSON that can stand in a script element, `others` networks are not
    on the maps."""

    wire: str
    script: str
    style: str
    others: int


def stage(comparison: Comparison, *, theme: str, depth: int | None) -> Stage | None:
    """The first network and the first that differs from it, opened like their picture; None where fewer are known."""
    known = networks(comparison)
    if len(known) < 2:
        return None
    other = next((one for one in known[1:] if one.contrasts[0][0].differences), known[1])
    [(contrast, _)] = other.contrasts
    pair = Network(known[0].name, known[0].trace, ((contrast, 0),)), other
    wire = {
        "networks": [html.wire_parts(drawn) for drawn in panels(pair, theme, depth)],
        "pairing": asdict(pairing(contrast, pair[0].name, other.name)),
    }
    return Stage(script_json(wire), html.script("pair/pair", START), _style(theme), len(known) - 2)


def _style(theme: str) -> str:
    own = (files(__package__) / "pair.css").read_text(encoding="utf-8")
    return html.style(theme, own)
