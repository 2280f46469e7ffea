"""Structures side by side: each network's own picture at one fold, with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..colours import palette
from ..picture import Drawing, drawing
from ..picture.display import Display
from ..text import one_line
from ..traces import Trace
from .comparison import Comparison
from .contrast import Contrast
from .heading import heading
from .marks import exemplars, marks
from .panel import moved, outlined
from .telling import tellings

PAD, GAP = 24, 32
NARROWEST = 720
"""Units across for the words above, however narrow the pictures are."""

MOST_OPENED = 8
"""Modules opened to show a place of each difference."""


@dataclass(frozen=True)
class Sheet:
    """What the writers of pictures take. `scale` is pixels to a unit."""

    display: Display
    caption: str
    scale: float = 2.0


@dataclass(frozen=True, slots=True)
class Network:
    """One of the networks, and the contrasts it takes part in, each with its number (0 or 1) there."""

    name: str
    trace: Trace
    contrasts: tuple[tuple[Contrast, int], ...]


def side_by_side(
    comparison: Comparison, *, theme: str = "light", depth: int | None = None, scale: float = 2.0
) -> Sheet | None:
    """The traced networks beside each other, None where fewer than two are known.

    The first is contrasted with all others. Without a depth only the models themselves are open, and the modules that
    show a place of each difference.
    """
    known = networks(comparison)
    if len(known) < 2:
        return None
    colour = palette(theme)["alarm"]
    drawn = panels(known, theme, depth)
    across = sum(panel.display["width"] for panel in drawn) + GAP * (len(drawn) - 1)
    width = max(across, NARROWEST) + 2 * PAD
    marked = [_marked(network, panel) for network, panel in zip(known, drawn)]
    lines = [line for one in tellings(comparison) for line in (one.summary, *one.details)]
    head, top = heading(lines, {kind for kinds in marked for kind in kinds.values()}, PAD, width - 2 * PAD, theme)
    items, left = [*head], (width - across) // 2
    for i, (panel, kinds) in enumerate(zip(drawn, marked)):
        own = moved(panel.display["items"], left, top, f"n{i}-")
        items += outlined(own, {f"n{i}-{box}": kind for box, kind in kinds.items()}, colour)
        left += panel.display["width"] + GAP
    height = top + max(panel.display["height"] for panel in drawn) + PAD
    display = Display(
        width=width, height=height, background=palette(theme)["background"], title=lines[0], items=items
    )  # fmt: skip
    return Sheet(display, "; ".join(lines), scale)


def networks(comparison: Comparison) -> list[Network]:
    """Those whose structure is known, in the order they were given; the first is contrasted with all others."""
    others = [found for found in comparison.contrasts if found is not None]
    return [
        Network(case.name, case.trace, ((found, 1),) if found else tuple((other, 0) for other in others))
        for case, found in zip(comparison.cases, comparison.contrasts)
        if case.trace is not None
    ]


def panels(pictured: Sequence[Network], theme: str, depth: int | None) -> list[Drawing]:
    """A picture of each at the same fold."""
    shown = dict.fromkeys(path for one in pictured for path in exemplars(one.trace.graph, one.contrasts))
    opened = list(shown)[:MOST_OPENED] if depth is None else []
    view = {"depth": 1 if depth is None else depth, "theme": theme, "wrap": 1, "repeats": False}
    drawn = []
    for one in pictured:
        known = {call.path for call in one.trace.graph.calls}
        named = replace(one.trace, about=replace(one.trace.about, title=one.name))
        drawn.append(drawing(named, {**view, "open": [one_line(path) for path in opened if path in known]}))
    return drawn


def _marked(network: Network, panel: Drawing) -> dict[str, str]:
    """Marks by the id of a box."""
    found = marks(network.trace.graph, network.contrasts)
    return {node["id"]: kind for node in panel.folded["nodes"] if (kind := found.of(node))}
