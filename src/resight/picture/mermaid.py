"""Mermaid: a flowchart that GitHub, GitLab and notebooks draw from text, alone (`.mmd`) or in Markdown (`.md`)."""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from collections.abc import Iterator

from .. import text
from ..colours import DASHED, Palette, palette
from .display import Edge, Folded, Node
from .drawing import Drawing
from .folded import SIGNS, inside_out, label_lines, look, outline

MOST_EDGES, MOST_CHARACTERS = 500, 50_000
"""Mermaid refuses a longer chart unless the page that shows it was set up otherwise (`maxEdges`, `maxTextSize`)."""

THICK = 3


def render(drawing: Drawing) -> bytes:
    """The picture as a Mermaid file in UTF-8."""
    return (_front_matter(drawing) + chart(drawing)).encode()


def render_markdown(drawing: Drawing) -> bytes:
    """The picture as a Markdown page: title, what it is, and the chart in a fence."""
    title, subtitle = drawing.heading, "" if drawing.view.only else drawing.payload.subtitle
    under = (subtitle, drawing.skips_line, drawing.legend_line)
    head = [f"# {text.markdown(title)}", *map(text.markdown, under)]
    paragraphs = [line for line in head if line] if drawing.view.header else []
    return "\n\n".join([*paragraphs, f"```mermaid\n{chart(drawing)}```\n"]).encode()


def chart(drawing: Drawing) -> str:
    """The flowchart alone; warns where it is longer than Mermaid draws by default."""
    folded = drawing.folded
    direction = "LR" if drawing.view.direction == "right" else "TD"
    colours = palette(drawing.view.theme)
    lines = [f"flowchart {direction}", *_boxes(folded), *_wires(folded, colours), *_styles(folded, colours)]
    words = "\n".join(lines) + "\n"
    if len(folded["edges"]) > MOST_EDGES or len(words) > MOST_CHARACTERS:
        warnings.warn(
            f"Mermaid draws at most {MOST_EDGES} edges and {MOST_CHARACTERS} characters unless set up otherwise; this "
            f"chart has {len(folded['edges'])} and {len(words)}: choose a smaller depth",
            stacklevel=2,
        )
    return words


def _front_matter(drawing: Drawing) -> str:
    title = json.dumps(drawing.heading, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return f"---\ntitle: {title}\n---\n" if drawing.view.header else ""


def _boxes(folded: Folded) -> Iterator[str]:
    for step, depth, i, node in inside_out(folded["nodes"]):
        indent = "  " * (depth + 1)
        if step == "leave":
            yield f"{indent}end"
        elif step == "enter":
            yield f'{indent}subgraph n{i}["{text.mermaid(" · ".join(label_lines(node)))}"]'
        else:
            yield f"{indent}n{i}{_shape(node)}:::{'failed' if node['failed'] else node['group']}"


def _shape(node: Node) -> str:
    label = "<br/>".join(map(text.mermaid, label_lines(node)))
    if node["merge"] in ("add", "sub"):
        return f'(("{text.mermaid(SIGNS[node["merge"]])}"))'
    if node["merge"]:
        return f'(["{label}"])'
    if node["kind"] in ("input", "output"):
        return f'(["{label}"])'
    if node["kind"] == "repeat" or node["size"] > 1:
        return f'[["{label}"]]'
    return f'["{label}"]' if node["group"] in ("linear", "norm", "module") else f'("{label}")'


def _wires(folded: Folded, colours: Palette) -> Iterator[str]:
    number = {node["id"]: i for i, node in enumerate(folded["nodes"])}
    merges = {node["id"] for node in folded["nodes"] if node["merge"]}
    for edge in folded["edges"]:
        yield f"  n{number[edge['from']]} {_arrow(edge, edge['to'] in merges, colours)} n{number[edge['to']]}"


def _arrow(edge: Edge, closes: bool, colours: Palette) -> str:
    """Thick for a skip, broken where its shortcut is more than a wire; named where it joins."""
    if edge["role"] == "wire":
        return "-->"
    arrow = "-.->" if look(edge) in DASHED else "==>"
    return f"{arrow}|{look(edge)}|" if closes else arrow


def _styles(folded: Folded, colours: Palette) -> Iterator[str]:
    ink, wire, skips = colours["ink"], colours["wire"], colours["skips"]
    used = {node["group"] for node in folded["nodes"] if not node["open"]}
    for group, paint in colours["groups"].items():
        if group in used:
            yield f"  classDef {group} fill:{paint['fill']},stroke:{paint['line']},color:{ink}"
    if any(node["failed"] for node in folded["nodes"]):
        alarm = f"fill:{colours['alarmFill']},stroke:{colours['alarm']}"
        yield f"  classDef failed {alarm},stroke-width:{THICK}px,color:{ink}"
    for i, node in enumerate(folded["nodes"]):
        if marks := ",".join(_marks(node, folded, colours)):
            yield f"  style n{i} {marks}"
    opened = [f"n{i}" for i, node in enumerate(folded["nodes"]) if node["open"]]
    if opened:
        yield f"  classDef opened fill:transparent,stroke:{colours['frameLine']}"
        yield f"  class {','.join(opened)} opened"
    of_look = defaultdict(list)
    for i, edge in enumerate(folded["edges"]):
        of_look[look(edge)].append(str(i))
    for name, edges in of_look.items():
        line = f"stroke:{skips[name]},stroke-width:{THICK}px" if name else f"stroke:{wire}"
        yield f"  linkStyle {','.join(edges)} {line}"


def _marks(node: Node, folded: Folded, colours: Palette) -> Iterator[str]:
    """What sets a box apart from others of its group: the colour of its number, the line of its skip."""
    if "heat" in node and not node["open"] and not node["failed"]:
        yield f"fill:{node['heat']['fill']}"
    if line := outline(node, folded, colours):
        yield f"stroke:{line},stroke-width:{THICK if node['skips'] else 2}px"
